import type { Db } from 'mongodb';
import type { SourceName } from '../core/schemas/names.js';
import type { StoredRecord } from '../core/schemas/property.js';
import { type AsOf, isBy, recordAsOf } from '../domain/as-of.js';
import type { ChangeEventDocument, KindFacts, RawPropertyDocument, RecordVersionDocument } from './documents.js';
import { inBatches } from './parts.js';
import { factsOf } from './properties.js';

/** A record as it was at a moment. */
export interface RecordThen {
  readonly record: StoredRecord;
  readonly version: number;
  /** Addresses asked, by fetch id. */
  readonly urls: Readonly<Record<string, string>>;
  /** Since when its source did not name it any more; null while it did. */
  readonly goneSince: Date | null;
}

/** A record that is kept, by name. */
type Present = Pick<RawPropertyDocument, '_id' | 'propertyId' | 'zip'>;
type AbsenceEvent = Pick<ChangeEventDocument, 'recordId' | 'kind' | 'absence' | 'validFrom' | 'knownFrom'>;

/** Records read at one time. */
const BATCH = 200;

/**
 * Records about a property as of a moment, out of their versions and nothing else. A record counts to the property that it is linked
 * to now, and to the one that its version of that moment names. Those not known by then are left out.
 */
export async function propertyAsOf(db: Db, propertyId: string, asOf: AsOf): Promise<readonly RecordThen[]> {
  const raw = db.collection<RawPropertyDocument>('raw_properties');
  const named = await db.collection<RecordVersionDocument>('record_versions').distinct('recordId', { propertyId });
  const present = await raw
    .find({ $or: [{ propertyId }, { _id: { $in: named } }] }, { projection: { propertyId: 1, zip: 1 } })
    .sort({ _id: 1 })
    .toArray();
  const linked = new Set(present.flatMap((one) => (one.propertyId === propertyId ? [one._id] : [])));
  const then = await recordsAsOf(db, present, asOf);
  return then
    .filter(({ record }) => linked.has(record.recordId) || record.propertyId === propertyId)
    .map((one) => ({ ...one, record: { ...one.record, propertyId } }));
}

/**
 * Every record of some sources of a market as of a moment, batch by batch in the order of their ids; those that had gone by then are
 * among them, with the day.
 */
export async function* marketAsOf(
  db: Db,
  market: string,
  sources: readonly SourceName[],
  asOf: AsOf,
): AsyncGenerator<readonly RecordThen[]> {
  const present = db
    .collection<RawPropertyDocument>('raw_properties')
    .find(
      { source: { $in: [...sources] }, market },
      { projection: { propertyId: 1, zip: 1 }, sort: { _id: 1 }, batchSize: BATCH },
    );
  for await (const some of inBatches(present, BATCH)) yield recordsAsOf(db, some, asOf);
}

/** Some records as of a moment; those not known by then are left out. */
export async function recordsAsOf(db: Db, present: readonly Present[], asOf: AsOf): Promise<readonly RecordThen[]> {
  const ids = present.map(({ _id }) => _id);
  const [versions, events] = await Promise.all([
    db
      .collection<RecordVersionDocument>('record_versions')
      .find({ recordId: { $in: ids } })
      .toArray(),
    db
      .collection<ChangeEventDocument>('change_events')
      .find({ recordId: { $in: ids }, absence: { $gte: 1 } })
      .toArray(),
  ]);
  const versionsOf = groupedBy(versions, ({ recordId }) => recordId);
  const eventsOf = groupedBy(events, ({ recordId }) => recordId);
  return present.flatMap(({ _id, zip }) => {
    const own = versionsOf.get(_id) ?? [];
    const [first] = own;
    const state = recordAsOf<KindFacts>(own, asOf);
    if (first === undefined || state === null) return [];
    const { source, key } = first;
    const { kinds, propertyId, version } = state;
    const record = { recordId: _id, source, key, propertyId, zip, facts: factsOf(source, kinds) };
    const urls = Object.fromEntries(Object.values(kinds).map(({ fetchId, url }) => [fetchId, url]));
    return [{ record, version, urls, goneSince: goneSince(eventsOf.get(_id) ?? [], asOf) }];
  });
}

/** The last going that no return follows, among those that count at the moment. */
function goneSince(events: readonly AbsenceEvent[], { validMs, knownMs }: AsOf): Date | null {
  const counted = events.filter(({ validFrom, knownFrom }) => isBy(validFrom, validMs) && isBy(knownFrom, knownMs));
  const back = Math.max(0, ...counted.flatMap(({ kind, absence = 0 }) => (kind === 'gone' ? [] : [absence])));
  return counted.find(({ kind, absence = 0 }) => kind === 'gone' && absence > back)?.validFrom ?? null;
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
