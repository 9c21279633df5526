import { canonicalJson } from '../../core/hash.js';
import { recordId } from '../../core/ids.js';
import type { Window } from '../../core/schemas/collect.js';
import type { SourceRecord } from '../../core/schemas/facts.js';
import type { Mode } from '../../core/schemas/names.js';
import { recordAsOf } from '../../domain/as-of.js';
import { differingNames } from '../../domain/replay.js';
import { type Database, isDuplicateKey } from '../database.js';
import type { KindFacts, RawPropertyDocument, RecordVersionDocument, WindowPageDocument } from '../documents.js';
import { spareAnswers } from '../raw-payloads.js';
import {
  contentHash,
  forgetLeftProperties,
  type RecordWithEvidence,
  readCurrent,
  withReading,
  writeVersions,
} from '../records.js';
import type { DayAnswer } from './day-answers.js';

/** What today's parser reads of one thing in a stored answer. */
export interface Reading {
  readonly answer: DayAnswer;
  readonly record: SourceRecord;
}

/** A reading against what is kept as of the moment the answer came. */
export interface Compared {
  readonly reading: Reading;
  readonly recordId: string;
  readonly state: 'equal' | 'changed' | 'fresh';
  /** Facts that differ. */
  readonly names: readonly string[];
}

type Versions = ReadonlyMap<string, readonly RecordVersionDocument[]>;

/** Versions of the records that some readings are about. */
export async function versionsOf({ db }: Database, readings: readonly Reading[]): Promise<Versions> {
  const found = await db
    .collection<RecordVersionDocument>('record_versions')
    .find({ recordId: { $in: [...new Set(readings.map(idOf))] } })
    .toArray();
  const byRecord = new Map<string, RecordVersionDocument[]>();
  for (const version of found) byRecord.set(version.recordId, [...(byRecord.get(version.recordId) ?? []), version]);
  return byRecord;
}

/** Pure. Each reading against the state that its record had when the answer came. */
export function compareReadings(readings: readonly Reading[], versions: Versions): readonly Compared[] {
  return readings.map((reading): Compared => {
    const id = idOf(reading);
    const own = versions.get(id) ?? [];
    const held = stateWhen(own, reading)?.kinds[reading.record.kind];
    const names = differingNames(held?.facts ?? [], reading.record.facts);
    if ((held !== undefined && names.length === 0) || keptSoonAfter(own, reading))
      return { reading, recordId: id, state: 'equal', names: [] };
    return { reading, recordId: id, state: own.length === 0 ? 'fresh' : 'changed', names };
  });
}

/**
 * Whether the run of an answer kept the same reading when the answer came once more: a worker had died between storing the first one
 * and writing what it says.
 */
function keptSoonAfter(own: readonly RecordVersionDocument[], { answer, record }: Reading): boolean {
  const came = Date.parse(answer.payload.fetchedAt);
  return own.some(({ runKey, kinds }) => {
    const kept = kinds[record.kind];
    if (runKey !== answer.runKey || kept === undefined || kept.fetchedAt.getTime() <= came) return false;
    return differingNames(kept.facts, record.facts).length === 0;
  });
}

/**
 * Keys among those of which nothing is kept that their windows left out on purpose: another ZIP, or past the limit.
 * @param fresh readings of which nothing is kept
 */
export async function leftOut({ db }: Database, fresh: readonly Reading[]): Promise<ReadonlySet<string>> {
  if (fresh.length === 0) return new Set();
  const runKeys = [...new Set(fresh.map(({ answer }) => answer.runKey))];
  const pages = await db
    .collection<WindowPageDocument>('window_pages')
    .find({ runKey: { $in: runKeys }, 'keys.key': { $in: fresh.map(({ record }) => record.key) } })
    .toArray();
  return new Set(
    pages.flatMap(({ source, keys }) =>
      keys.flatMap(({ key, outcome }) => (outcome === 'excluded' ? [recordId(source, key)] : [])),
    ),
  );
}

/**
 * Writes what a reading says otherwise: a version valid from when the answer came and known from now, and, when younger answers are
 * there, the present state once more behind it, so that the newest version is always the record as it is. Tells no change: another
 * reading of old bytes is no event. Reads anew, so a repeat writes nothing.
 * @returns how many records were written
 */
export async function applyReadings(
  database: Database,
  mode: Mode,
  window: Window,
  readings: readonly Reading[],
): Promise<number> {
  const attempt = () => applyOnce(database, mode, window, readings);
  return attempt().catch((problem: unknown) => {
    // Another writer made the same version meanwhile: the second look finds it.
    if (isDuplicateKey(problem)) return attempt();
    throw problem;
  });
}

async function applyOnce(
  database: Database,
  mode: Mode,
  window: Window,
  readings: readonly Reading[],
): Promise<number> {
  const versions = await versionsOf(database, readings);
  const wanted = compareReadings(readings, versions).filter(({ state }) => state !== 'equal');
  const current = await readCurrent(
    database.db,
    wanted.map(({ recordId: id }) => id),
  );
  const steps = wanted.map(({ recordId: id, reading }) =>
    correct(current.get(id), versions.get(id) ?? [], reading, window, mode),
  );
  if (steps.length === 0) return 0;
  const changed = steps.map(({ now }) => now);
  const behind = steps.flatMap((step) => (step.past === null ? [] : [step.past]));
  await database.client.withSession((session) =>
    session.withTransaction(async () => {
      await spareAnswers(
        database.db,
        session,
        wanted.map(({ reading }) => reading.answer.rawRef),
      );
      await writeVersions(database.db, session, window, changed, behind);
      await forgetLeftProperties(database.db, session, changed, current);
    }),
  );
  return changed.length;
}

interface Correction {
  /** The record as it was when the answer came; null when that is how it is. */
  readonly past: RawPropertyDocument | null;
  readonly now: RawPropertyDocument;
}

function correct(
  current: RawPropertyDocument | undefined,
  versions: readonly RecordVersionDocument[],
  reading: Reading,
  window: Window,
  mode: Mode,
): Correction {
  const record = evidenceOf(reading);
  if (current === undefined) return { past: null, now: withReading(undefined, record, window, mode, 0) };
  const at = new Date(record.fetchedAt);
  const younger = Object.values(current.kinds).some(({ fetchedAt }) => fetchedAt > at);
  if (!younger) return { past: null, now: withReading(current, record, window, mode, current.version) };
  const kinds = stateWhen(versions, reading)?.kinds ?? {};
  const past = withReading({ ...current, kinds }, record, window, mode, current.version);
  const held = current.kinds[record.kind];
  const read = withReading(current, record, window, mode, past.version);
  const { changedAt } = current;
  if (held === undefined || held.fetchedAt <= at) return { past, now: { ...read, changedAt } };
  const { version, versionRunKey } = read;
  const hash = contentHash(current.kinds);
  return { past, now: { ...current, contentHash: hash, version, versionRunKey } };
}

function stateWhen(versions: readonly RecordVersionDocument[], { answer }: Reading) {
  return recordAsOf<KindFacts>(versions, { validMs: Date.parse(answer.payload.fetchedAt), knownMs: null });
}

function evidenceOf({ answer, record }: Reading): RecordWithEvidence {
  const { fetchId, url, fetchedAt } = answer.payload;
  return { ...record, rawRef: answer.rawRef, fetchId, url, fetchedAt };
}

/** Readings in parts, each of one window and with each record once: a later one rests on what an earlier one wrote. */
export function partsOf(readings: readonly Reading[]): readonly (readonly Reading[])[] {
  const parts = new Map<string, Reading[]>();
  const turns = new Map<string, number>();
  const inOrder = [...readings].sort((a, b) => (a.answer.payload.fetchedAt < b.answer.payload.fetchedAt ? -1 : 1));
  for (const reading of inOrder) {
    const turn = (turns.get(idOf(reading)) ?? 0) + 1;
    turns.set(idOf(reading), turn);
    const name = canonicalJson([turn, reading.answer.source, reading.answer.zip]);
    parts.set(name, [...(parts.get(name) ?? []), reading]);
  }
  return [...parts.entries()].sort(([a], [b]) => turnIn(a) - turnIn(b)).map(([, part]) => part);
}

const turnIn = (name: string): number => Number(name.slice(1, name.indexOf(',')));

const idOf = ({ answer, record }: Reading): string => recordId(answer.source, record.key);
