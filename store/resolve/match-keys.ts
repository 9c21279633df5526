import type { Db } from 'mongodb';
import { LISTING_SOURCES } from '../../core/schemas/names.js';
import { blockKeysOf } from '../../domain/resolve/block-keys.js';
import { profileOf } from '../../domain/resolve/profile.js';
import type { RawPropertyDocument } from '../documents.js';
import type { MatchKeysDocument } from './documents.js';

/** Most records that one look-up gives: a tower of flats has one street address. More are left out, the last ids first. */
const MOST_NEIGHBOURS = 5_000;

const keysOf = (db: Db) => db.collection<MatchKeysDocument>('match_keys');

export const isListing = ({ source }: Pick<RawPropertyDocument, 'source'>) => LISTING_SOURCES.includes(source);

/** What a record says, as `resolve` reads it. */
export function saidBy({ _id, kinds }: RawPropertyDocument) {
  return { recordId: _id, facts: Object.values(kinds).flatMap(({ facts }) => facts) };
}

/** Keys of a record; the parcel of a county's record is one even where the facts do not repeat its number. */
export function matchKeysOf(document: RawPropertyDocument): MatchKeysDocument {
  const listing = isListing(document);
  const profile = profileOf(listing ? 'listing' : 'parcel', document.county, [saidBy(document)]);
  return { _id: document._id, keys: blockKeysOf(profile), isListing: listing };
}

/**
 * Writes the keys of records, before anything is looked up by them: of two who meet, one sees the other. One read, and one write where
 * keys are new; repeats change nothing.
 * @returns keys by record id
 */
export async function keepMatchKeys(
  db: Db,
  records: readonly RawPropertyDocument[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const made = records.map(matchKeysOf);
  const kept = await keysOf(db)
    .find({ _id: { $in: made.map(({ _id }) => _id) } })
    .toArray();
  const known = new Map(kept.map(({ _id, keys }) => [_id, keys.join()]));
  const fresh = made.filter(({ _id, keys }) => known.get(_id) !== keys.join());
  if (fresh.length > 0) {
    await keysOf(db).bulkWrite(
      fresh.map((document) => ({ replaceOne: { filter: { _id: document._id }, replacement: document, upsert: true } })),
      { ordered: false },
    );
  }
  return new Map(made.map(({ _id, keys }) => [_id, keys]));
}

/** Records that share one of the keys. @param listingsOnly leaves those of the county out */
export async function recordsUnder(
  db: Db,
  keys: readonly string[],
  listingsOnly: boolean,
): Promise<readonly MatchKeysDocument[]> {
  if (keys.length === 0) return [];
  return keysOf(db)
    .find({ keys: { $in: [...keys] }, ...(listingsOnly ? { isListing: true } : {}) })
    .sort({ _id: 1 })
    .limit(MOST_NEIGHBOURS)
    .toArray();
}
