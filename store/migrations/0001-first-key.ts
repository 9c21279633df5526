import type { Db } from 'mongodb';
import type { DocumentChange, Migration } from './migration.js';

/** Kinds of answer of 0.1.0 that are about one thing. All others were pages of many. */
const ABOUT_ONE_THING: ReadonlySet<string> = new Set([
  'parcel',
  'propertyinfo',
  'address',
  'valuations',
  'residential-details',
  'owner-details',
  'rental-details',
  'improvements',
  'sketches',
  'mapids',
  'listing-page',
]);
const BATCH = 200;

interface Payload {
  readonly _id: string;
  readonly kind: string;
  readonly firstFetchId: string;
}

interface Version {
  readonly key: string;
  readonly kinds: Readonly<Record<string, { readonly rawRef: string; readonly fetchId: string }>>;
}

/**
 * Answers of 0.1.0 do not say which thing they were asked about, and many say it nowhere else: a replay could not read them. The
 * records that were made of them know it.
 */
export const firstKey: Omit<Migration, 'checksum'> = {
  id: '0001-first-key',
  title: 'stored answers say which thing they were asked about',
  async *changes(db) {
    let keys: ReadonlyMap<string, string> | null = null;
    for (let after = ''; ; ) {
      const rows = await db
        .collection<Payload>('raw_payloads')
        .find({ _id: { $gt: after }, firstKey: { $exists: false } }, { projection: { kind: 1, firstFetchId: 1 } })
        .sort({ _id: 1 })
        .limit(BATCH)
        .toArray();
      const last = rows.at(-1);
      if (last === undefined) return;
      keys ??= await keysOfAnswers(db);
      const known = keys;
      yield rows.map((row): DocumentChange => {
        const key = ABOUT_ONE_THING.has(row.kind) ? (known.get(`${row._id} ${row.firstFetchId}`) ?? null) : null;
        return { collection: 'raw_payloads', id: row._id, set: { firstKey: key } };
      });
      after = last._id;
    }
  },
};

/** By answer and request: what the record is about that was made of it. */
async function keysOfAnswers(db: Db): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>();
  for await (const { key, kinds } of db
    .collection<Version>('record_versions')
    .find({}, { projection: { key: 1, kinds: 1 } })) {
    for (const { rawRef, fetchId } of Object.values(kinds)) keys.set(`${rawRef} ${fetchId}`, key);
  }
  return keys;
}
