import type { Db } from 'mongodb';
import type { AsOf } from '../domain/as-of.js';
import type { RawPropertyDocument } from './documents.js';
import { type RecordThen, recordsAsOf } from './history.js';
import { inBatches } from './parts.js';

/** Conditions of a query; names of fields and what they must be. */
export type RowMatch = Readonly<Record<string, unknown>>;

/** Rows read at one time: a megabyte or two, whatever the collection. */
const BATCH = 200;

interface AnyDocument {
  readonly _id: string;
  readonly [field: string]: unknown;
}

/**
 * Documents of a collection, batch by batch in the order of their ids: one cursor, which the server fills as it is read. An id never
 * changes, so a document that is there all the while is given once, as it was when the cursor came to it.
 * @param leftOut fields that are not read
 */
export async function* rowsById<T extends { readonly _id: string }>(
  db: Db,
  collection: string,
  match: RowMatch,
  leftOut: readonly string[] = [],
): AsyncGenerator<readonly T[]> {
  const projection = Object.fromEntries(leftOut.map((name) => [name, 0]));
  const cursor = db
    .collection<AnyDocument>(collection)
    .find<T>({ ...match }, { sort: { _id: 1 }, batchSize: BATCH, projection });
  yield* inBatches(cursor, BATCH);
}

/** How many documents of a collection fit. */
export async function countRows(db: Db, collection: string, match: RowMatch): Promise<number> {
  return db.collection<AnyDocument>(collection).countDocuments({ ...match });
}

/** A property and its records as of a moment. */
export interface PropertyThen {
  readonly propertyId: string;
  readonly records: readonly RecordThen[];
}

/**
 * Every property of a market as of a moment, in the order of property ids. A record counts to the property that it is linked to now;
 * what was not known by then is left out.
 */
export async function* propertiesAsOf(db: Db, market: string, asOf: AsOf): AsyncGenerator<readonly PropertyThen[]> {
  const present = db
    .collection<RawPropertyDocument>('raw_properties')
    .find({ market }, { projection: { propertyId: 1, zip: 1 }, sort: { propertyId: 1, _id: 1 }, batchSize: BATCH });
  let waiting: readonly Present[] = [];
  for await (const batch of inBatches<Present>(present, BATCH)) {
    const found = [...waiting, ...batch];
    const last = found.at(-1)?.propertyId;
    // The last property may have more records in the next batch.
    const whole = found.filter(({ propertyId }) => propertyId !== last);
    waiting = found.filter(({ propertyId }) => propertyId === last);
    if (whole.length > 0) yield byProperty(await recordsAsOf(db, whole, asOf), whole);
  }
  if (waiting.length > 0) yield byProperty(await recordsAsOf(db, waiting, asOf), waiting);
}

type Present = Pick<RawPropertyDocument, '_id' | 'propertyId' | 'zip'>;

function byProperty(then: readonly RecordThen[], present: readonly Present[]): readonly PropertyThen[] {
  const linked = new Map(present.map(({ _id, propertyId }) => [_id, propertyId]));
  const groups = new Map<string, RecordThen[]>();
  for (const one of then) {
    const propertyId = linked.get(one.record.recordId) ?? one.record.propertyId;
    const own = groups.get(propertyId) ?? [];
    own.push({ ...one, record: { ...one.record, propertyId } });
    groups.set(propertyId, own);
  }
  return [...groups].map(([propertyId, records]) => ({ propertyId, records }));
}

/** When requests were answered, by request id, for those that records or the list of requests still know. */
export async function answerTimes(
  db: Db,
  recordIds: readonly string[],
  fetchIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const times = new Map<string, string>();
  const records = db
    .collection<RawPropertyDocument>('raw_properties')
    .find({ _id: { $in: [...recordIds] } }, { projection: { kinds: 1 } });
  for await (const { kinds } of records) {
    for (const { fetchId, fetchedAt } of Object.values(kinds)) times.set(fetchId, fetchedAt.toISOString());
  }
  const unknown = fetchIds.filter((id) => !times.has(id));
  if (unknown.length === 0) return times;
  const requests = db
    .collection<{ _id: string; sentAt?: Date }>('fetches')
    .find({ _id: { $in: unknown } }, { projection: { sentAt: 1 } });
  for await (const { _id, sentAt } of requests) if (sentAt) times.set(_id, sentAt.toISOString());
  return times;
}
