import type { Db } from 'mongodb';
import { canonicalJson, sha256 } from '../../core/hash.js';
import type { RawPayload, SourceDetail } from '../../core/raw-payload.js';
import type { Cursor, Outcome, Window } from '../../core/schemas/collect.js';
import type { ParseResult, Reject } from '../../core/schemas/facts.js';
import type { Mode } from '../../core/schemas/names.js';
import type { Source, SourcePage } from '../../core/source.js';
import type { Database } from '../database.js';
import type { QuarantineDocument } from '../documents.js';
import { noteShapes } from '../json-shapes.js';
import { keepPersonalFacts } from '../personal-facts.js';
import { keepPayload } from '../raw-payloads.js';
import { keepRecords, type RecordWithEvidence } from '../records.js';
import { countTaken, keepPage, keysTaken } from './windows.js';

/** The pure part of a source: what its answers mean. */
export type Reader = Pick<Source, 'name' | 'redact' | 'personalFacts' | 'parse' | 'driftOf'>;

export interface StoredPage {
  /** Keys this run has taken from the window, this page included; without a limit a key on two pages counts twice. */
  readonly keysSoFar: number;
  readonly limitReached: boolean;
}

interface ReadPayload {
  readonly records: readonly RecordWithEvidence[];
  readonly rejects: readonly (Reject & { readonly rawRef: string; readonly fetchId: string })[];
  /** Keys of which nothing is said but that they are there. */
  readonly listed: readonly string[];
  readonly drift: Error | null;
}

/** Name of a step of a walk; the same cursor is the same step. */
export function walkStep(cursor: Cursor | null): string {
  return `walk:${canonicalJson(cursor)}`;
}

/** Name of the step that gets one detail. */
export function detailStep(key: string): string {
  return `detail:${key}`;
}

/**
 * Keeps one page of a walk: redacted answers, what could not be read, records, and the outcome of every key. Safe to
 * repeat: the same page gives the same outcomes.
 * @throws SchemaDrift when the source has changed; the good rows are stored by then
 */
export async function storePage(
  database: Database,
  reader: Reader,
  mode: Mode,
  window: Window,
  cursor: Cursor | null,
  page: SourcePage,
): Promise<StoredPage> {
  const step = walkStep(cursor);
  // Without a limit every key is taken, so the many keys of a large walk are not read again for each of its pages.
  const taken = window.limit === null ? new Set<string>() : await keysTaken(database.db, window, step);
  const read = await readPayloads(database.db, reader, window, page.payloads);
  const room = window.limit === null ? Number.POSITIVE_INFINITY : Math.max(0, window.limit - taken.size);
  const accepted = acceptedKeys(read.records, window, taken, room);
  const stored = await keepRecords(
    database,
    window,
    mode,
    read.records.filter(({ key }) => accepted.has(key)),
  );
  const keys = outcomes(read, (key) => (!accepted.has(key) ? 'excluded' : stored.has(key) ? 'stored' : 'unchanged'));
  const part = page.part === undefined ? {} : { part: page.part };
  const pass = page.pass === undefined ? {} : { pass: page.pass };
  await keepPage(database.db, window, { step, keys, total: page.total, ...part, ...pass });
  if (read.drift) throw read.drift;
  if (window.limit === null) {
    return { keysSoFar: accepted.size + (await countTaken(database.db, window, step)), limitReached: false };
  }
  const keysSoFar = new Set([...taken, ...accepted]).size;
  return { keysSoFar, limitReached: keysSoFar >= window.limit };
}

/**
 * Keeps the detail of one key, or that there is none. Of one that is about another thing nothing is kept but its rejects.
 * Safe to repeat.
 * @returns what was read, for `driftOf` over a whole batch: one detail alone cannot show that a source has changed
 */
export async function storeDetail(
  database: Database,
  reader: Reader,
  mode: Mode,
  window: Window,
  key: string,
  detail: SourceDetail,
): Promise<ParseResult> {
  const step = detailStep(key);
  if (detail.status === 'missing') {
    await keepPage(database.db, window, { step, keys: [], total: null, detail: 'missing', reason: detail.reason });
    return { records: [], rejects: [] };
  }
  const found = await readPayloads(database.db, reader, window, detail.payloads);
  const refused = found.rejects.find(({ code }) => code !== undefined);
  const rejects = found.rejects.map((reject) => ({ ...reject, key: reject.key ?? key }));
  const read = { ...found, rejects, records: refused ? [] : found.records };
  if (!refused) await keepPersonalFacts(database.db, reader, window, key, detail.payloads);
  const stored = await keepRecords(database, window, mode, read.records);
  const keys = outcomes(read, (one) => (stored.has(one) ? 'stored' : 'unchanged'));
  const reason = refused ? `${refused.code}: ${refused.path} ${refused.reason}` : detail.lacking;
  await keepPage(database.db, window, {
    step,
    keys,
    total: null,
    detail: refused ? 'missing' : 'done',
    ...(reason === undefined ? {} : { reason }),
  });
  return read;
}

async function readPayloads(
  db: Db,
  reader: Reader,
  window: Window,
  payloads: readonly RawPayload[],
): Promise<ReadPayload> {
  const records: RecordWithEvidence[] = [];
  const rejects: ReadPayload['rejects'][number][] = [];
  const listed: string[] = [];
  let drift: Error | null = null;
  const kept: { readonly redacted: RawPayload; readonly hash: string; readonly isNew: boolean }[] = [];
  for (const payload of payloads) {
    const redacted = { ...payload, body: reader.redact(payload.body) };
    kept.push({ redacted, ...(await keepPayload(db, reader.name, redacted)) });
  }
  // Before they are read: an answer in a shape that cannot be read is to be seen in the fingerprint, too.
  const fresh = kept.flatMap(({ redacted, isNew }) => (isNew ? [redacted] : []));
  await noteShapes(db, reader.name, window.runKey, fresh);
  for (const { redacted, hash: rawRef } of kept) {
    const result = reader.parse(redacted);
    drift ??= reader.driftOf(redacted, result);
    const { fetchId, fetchedAt, url } = redacted;
    records.push(...result.records.map((record) => ({ ...record, rawRef, fetchId, fetchedAt, url })));
    rejects.push(...result.rejects.map((reject) => ({ ...reject, rawRef, fetchId })));
    listed.push(...(result.listed ?? []));
  }
  await quarantine(db, reader, window, rejects);
  return { records, rejects, listed, drift };
}

/** Keys of this ZIP, in the order of the page, as far as the window's limit goes. */
function acceptedKeys(
  records: readonly RecordWithEvidence[],
  window: Window,
  taken: ReadonlySet<string>,
  room: number,
): ReadonlySet<string> {
  const own = records.filter(({ zip }) => zip === null || zip === window.zip).map(({ key }) => key);
  const known = own.filter((key) => taken.has(key));
  const fresh = [...new Set(own.filter((key) => !taken.has(key)))].slice(0, room);
  return new Set([...known, ...fresh]);
}

/** One outcome per key; a key of which nothing could be read is `quarantined`, one that was only listed `unchanged`. */
function outcomes(read: ReadPayload, outcomeOf: (key: string) => Outcome): { key: string; outcome: Outcome }[] {
  const keys = [...new Set(read.records.map(({ key }) => key))];
  const readable = new Set(keys);
  const refused = read.rejects.filter(({ key }) => key === null || !readable.has(key));
  const names = [
    ...new Set(refused.map(({ key, rawRef, path }) => key ?? `unread:${sha256(`${rawRef} ${path}`).slice(0, 16)}`)),
  ];
  return [
    ...keys.map((key) => ({ key, outcome: outcomeOf(key) })),
    ...names.map((key) => ({ key, outcome: 'quarantined' as const })),
    ...[...new Set(read.listed)].map((key) => ({ key, outcome: 'unchanged' as const })),
  ];
}

async function quarantine(db: Db, reader: Reader, window: Window, rejects: ReadPayload['rejects']): Promise<void> {
  if (rejects.length === 0) return;
  await db.collection<QuarantineDocument>('quarantine').bulkWrite(
    rejects.map(({ rawRef, path, ...reject }) => ({
      updateOne: {
        filter: { _id: `${rawRef} ${path}` },
        update: {
          $setOnInsert: { source: reader.name, zip: window.zip, rawRef, path, ...reject, at: new Date() },
          $set: { runKey: window.runKey },
        },
        upsert: true,
      },
    })),
  );
}
