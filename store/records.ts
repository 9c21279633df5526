import type { AnyBulkWriteOperation, ClientSession, Db } from 'mongodb';
import { canonicalJson, sha256 } from '../core/hash.js';
import { compactParcelNumber, listingPropertyId, parcelPropertyId, recordId } from '../core/ids.js';
import { productVersion } from '../core/paths.js';
import type { Window } from '../core/schemas/collect.js';
import type { SourceRecord } from '../core/schemas/facts.js';
import { LISTING_SOURCES, type Mode } from '../core/schemas/names.js';
import { writeVersionEvents } from './change-events.js';
import type { Database } from './database.js';
import { isDuplicateKey } from './database.js';
import type { KindFacts, QueueDocument, RawPropertyDocument, RecordVersionDocument } from './documents.js';
import { newsIn } from './windows/absences.js';

/** A record with the evidence for it. */
export interface RecordWithEvidence extends SourceRecord {
  readonly rawRef: string;
  readonly fetchId: string;
  readonly url: string;
  readonly fetchedAt: string;
}

/**
 * Most keys of one transaction. A page of the map layer has 1,000, and one transaction over all of them takes 4 to 10 s on the
 * database of the tests (measured on 2 busy cores; in parts it takes as long). Whoever touches one of its properties
 * meanwhile undoes it whole.
 */
const KEYS_AT_ONCE = 100;

/**
 * Keeps records of one page: facts, a version for each that changed, what it tells, and the property's place in the queue,
 * together in one transaction a hundred keys. What is known already is not written. Safe to repeat and to run twice at once: what an attempt
 * that broke off had kept is found by the next one, and still counts as written by this run.
 * @returns record keys whose current version was written by this run, by this call or an earlier one
 */
export async function keepRecords(
  database: Database,
  window: Window,
  mode: Mode,
  records: readonly RecordWithEvidence[],
): Promise<ReadonlySet<string>> {
  const written = new Set<string>();
  for (const some of byKeys(records)) {
    const attempt = () => keepOnce(database, window, mode, some);
    const kept = await attempt().catch((problem: unknown) => {
      // Another writer made the same version meanwhile: the second look finds it.
      if (isDuplicateKey(problem)) return attempt();
      throw problem;
    });
    for (const key of kept) written.add(key);
  }
  return written;
}

/** Parts of so many keys; all records of one key are in the same part, in their order. */
function byKeys(records: readonly RecordWithEvidence[]): readonly (readonly RecordWithEvidence[])[] {
  const keys = [...new Set(records.map(({ key }) => key))];
  const partOf = new Map(keys.map((key, at) => [key, Math.floor(at / KEYS_AT_ONCE)] as const));
  const parts = Array.from({ length: Math.ceil(keys.length / KEYS_AT_ONCE) }, (): RecordWithEvidence[] => []);
  for (const record of records) parts[partOf.get(record.key) ?? 0]?.push(record);
  return parts;
}

/**
 * Reads before the transaction, so that what is known already costs one read: the number of a version is unique, so a
 * write that rests on an outdated read is refused.
 */
async function keepOnce(
  { client, db }: Database,
  window: Window,
  mode: Mode,
  records: readonly RecordWithEvidence[],
): Promise<ReadonlySet<string>> {
  const current = await readCurrent(db, [...new Set(records.map(({ key }) => recordId(window.source, key)))]);
  const next = new Map<string, RawPropertyDocument>();
  for (const record of records) {
    const id = recordId(window.source, record.key);
    const before = next.get(id) ?? current.get(id);
    if (changes(before, record)) next.set(id, withReading(before, record, window, mode, current.get(id)?.version ?? 0));
  }
  const changed = [...next.values()].filter(({ _id, contentHash }) => current.get(_id)?.contentHash !== contentHash);
  if (changed.length > 0) {
    const fresh = changed.flatMap(({ _id, key }) => (current.has(_id) ? [] : [key]));
    const news = await newsIn(db, window, fresh);
    await client.withSession((session) =>
      session.withTransaction(async () => {
        const knownFrom = await writeVersions(db, session, window, changed);
        const pairs = changed.map((after) => ({ before: current.get(after._id), after }));
        await writeVersionEvents(db, session, pairs, news, knownFrom);
        await forgetLeftProperties(db, session, changed, current);
      }),
    );
  }
  return writtenBy(window.runKey, new Map([...current, ...changed.map((item) => [item._id, item] as const)]).values());
}

/**
 * Writes records as they are now, a version of each, and the places of their properties in the queue.
 * @param behind states that held before those, each with a version number of its own
 */
export async function writeVersions(
  db: Db,
  session: ClientSession,
  window: Window,
  changed: readonly RawPropertyDocument[],
  behind: readonly RawPropertyDocument[] = [],
): Promise<Date> {
  const knownFrom = new Date();
  await db.collection<RecordVersionDocument>('record_versions').insertMany(
    [...behind, ...changed].map((item) => versionOf(item, knownFrom)),
    { session },
  );
  await db.collection<RawPropertyDocument>('raw_properties').bulkWrite(
    changed.map((item) => ({ replaceOne: { filter: { _id: item._id }, replacement: item, upsert: true } })),
    { session },
  );
  await queueProperties(db, session, window, changed);
  return knownFrom;
}

/** Puts every touched property into the queue under the hash of all that is known about it. */
export async function queueProperties(
  db: Db,
  session: ClientSession,
  window: { readonly market: string; readonly zip: string | null },
  changed: readonly Pick<RawPropertyDocument, 'propertyId'>[],
): Promise<void> {
  const propertyIds = [...new Set(changed.map(({ propertyId }) => propertyId))];
  const records = await db
    .collection<RawPropertyDocument>('raw_properties')
    .find(
      { propertyId: { $in: propertyIds } },
      { session, projection: { propertyId: 1, source: 1, contentHash: 1, zip: 1 } },
    )
    .toArray();
  const operations = propertyIds.map((propertyId): AnyBulkWriteOperation<QueueDocument> => {
    const own = records.filter((record) => record.propertyId === propertyId);
    const contentHash = propertyContentHash(own);
    const fresh = {
      market: window.market,
      zip: own.find(({ zip }) => zip !== null)?.zip ?? window.zip,
      contentHash,
      state: 'pending',
      priority: own.some(({ source }) => LISTING_SOURCES.includes(source)) ? 1 : 2,
      claimedBy: null,
      attempts: 0,
      errors: [],
      updatedAt: new Date(),
    } as const;
    return {
      updateOne: {
        filter: { _id: propertyId },
        update: { $set: fresh, $setOnInsert: { composedHash: null } },
        upsert: true,
      },
    };
  });
  await db.collection<QueueDocument>('processing_queue').bulkWrite(operations, { session });
}

/** A listing that turns out to be about a parcel leaves its own property id; nothing may go on showing that one. */
export async function forgetLeftProperties(
  db: Db,
  session: ClientSession,
  changed: readonly Pick<RawPropertyDocument, '_id' | 'propertyId' | 'market'>[],
  current: ReadonlyMap<string, Pick<RawPropertyDocument, 'propertyId'>>,
): Promise<void> {
  const leaving = changed.flatMap(({ _id, propertyId, market }) => {
    const before = current.get(_id)?.propertyId;
    return before !== undefined && before !== propertyId ? [{ propertyId: before, market }] : [];
  });
  const left = leaving.map(({ propertyId }) => propertyId);
  if (left.length === 0) return;
  const used = await db
    .collection<RawPropertyDocument>('raw_properties')
    .distinct('propertyId', { propertyId: { $in: left } }, { session });
  // One that others are still about waits to be composed without the one that left.
  for (const market of new Set(leaving.map((one) => one.market))) {
    const stay = leaving.filter((one) => one.market === market && used.includes(one.propertyId));
    if (stay.length > 0) await queueProperties(db, session, { market, zip: null }, stay);
  }
  const gone = left.filter((id) => !used.includes(id));
  for (const name of ['processing_queue', 'enrichments']) {
    await db.collection<{ _id: string }>(name).deleteMany({ _id: { $in: gone } }, { session });
  }
  await db.collection('processed_properties').deleteMany({ property_id: { $in: gone } }, { session });
}

/** Hash of all that is known about a property: it moves when any of its records does. */
export function propertyContentHash(records: readonly Pick<RawPropertyDocument, '_id' | 'contentHash'>[]): string {
  return sha256(canonicalJson(records.map(({ _id, contentHash }) => `${_id} ${contentHash}`).sort()));
}

/** Records as they are now, by id. */
export async function readCurrent(db: Db, ids: readonly string[]) {
  const cursor = db.collection<RawPropertyDocument>('raw_properties').find({ _id: { $in: [...ids] } });
  return new Map((await cursor.toArray()).map((document) => [document._id, document]));
}

function writtenBy(runKey: string, documents: Iterable<RawPropertyDocument>): ReadonlySet<string> {
  return new Set([...documents].filter(({ versionRunKey }) => versionRunKey === runKey).map(({ key }) => key));
}

/** True when the record says something new. An answer older than what is kept of its kind says nothing new. */
function changes(before: RawPropertyDocument | undefined, record: RecordWithEvidence): boolean {
  const kept = before?.kinds[record.kind];
  if (!kept) return true;
  if (new Date(record.fetchedAt) < kept.fetchedAt) return false;
  return factsText(kept.facts) !== factsText(record.facts);
}

function factsText(facts: RecordWithEvidence['facts']): string {
  return canonicalJson(facts.map(({ name, value }) => canonicalJson([name, value])).sort());
}

/** A record once an answer about it has been read. @param storedVersion number of its newest version, 0 for none */
export function withReading(
  before: RawPropertyDocument | undefined,
  record: RecordWithEvidence,
  window: Window,
  mode: Mode,
  storedVersion: number,
): RawPropertyDocument {
  const { rawRef, fetchId, url, facts, key, kind } = record;
  const fetchedAt = new Date(record.fetchedAt);
  const kinds = { ...before?.kinds, [kind]: { rawRef, fetchId, url, fetchedAt, facts, parser: productVersion() } };
  return {
    _id: recordId(window.source, key),
    source: window.source,
    key,
    county: window.county,
    market: window.market,
    mode,
    zip: record.zip ?? before?.zip ?? window.zip,
    propertyId: propertyIdOf(before, record, window),
    kinds,
    contentHash: contentHash(kinds),
    version: storedVersion + 1,
    versionRunKey: window.runKey,
    firstSeenAt: before?.firstSeenAt ?? fetchedAt,
    changedAt: fetchedAt,
  };
}

/** A parcel number that is stated anew names the property until `resolve.ts` judges it; one that was known moves nothing any more. */
function propertyIdOf(
  before: RawPropertyDocument | undefined,
  { key, parcelNumber }: RecordWithEvidence,
  { county, source }: Window,
): string {
  const facts = Object.values(before?.kinds ?? {}).flatMap((kept) => kept.facts);
  const known = facts.some(
    ({ name, value }) => name === 'ParcelNumber' && compactParcelNumber(String(value)) === parcelNumber,
  );
  if (parcelNumber && !known) return parcelPropertyId(county, parcelNumber);
  return before?.propertyId ?? listingPropertyId(source, key);
}

/** Hash of what the facts say; where they came from does not change it. */
export function contentHash(kinds: Readonly<Record<string, KindFacts>>): string {
  return sha256(
    canonicalJson(Object.fromEntries(Object.entries(kinds).map(([kind, { facts }]) => [kind, factsText(facts)]))),
  );
}

/** The version of a record as it is now. */
export function versionOf(item: RawPropertyDocument, knownFrom: Date): RecordVersionDocument {
  return {
    _id: `${item._id}@${item.version}`,
    recordId: item._id,
    source: item.source,
    key: item.key,
    propertyId: item.propertyId,
    version: item.version,
    contentHash: item.contentHash,
    kinds: item.kinds,
    validFrom: item.changedAt,
    knownFrom,
    runKey: item.versionRunKey,
  };
}
