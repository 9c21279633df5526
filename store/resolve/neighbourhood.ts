import type { Db } from 'mongodb';
import { listingPropertyId, parcelPropertyId } from '../../core/ids.js';
import type { ListingThing, Neighbourhood, PairLabel, ParcelThing } from '../../domain/resolve/decide.js';
import { profileOf } from '../../domain/resolve/profile.js';
import type { RawPropertyDocument } from '../documents.js';
import type { EntityLabelDocument } from './documents.js';
import { isListing, keepMatchKeys, recordsUnder, saidBy } from './match-keys.js';

/** What is needed to judge some listings, and the records it was made of. */
export interface ReadNeighbourhood extends Neighbourhood {
  readonly records: ReadonlyMap<string, RawPropertyDocument>;
}

/**
 * Reads what is needed to judge every listing that properties have or could get. Seven reads and a write at most, however many
 * properties: their records, listings under the same keys, all under the keys of those, records and parcels in full, labels.
 * @returns null when no listing is concerned
 */
export async function readNeighbourhood(db: Db, propertyIds: readonly string[]): Promise<ReadNeighbourhood | null> {
  const raw = db.collection<RawPropertyDocument>('raw_properties');
  const own = await raw.find({ propertyId: { $in: [...propertyIds] } }).toArray();
  const ownKeys = await keepMatchKeys(db, own);
  const concerned = await recordsUnder(db, [...new Set([...ownKeys.values()].flat())], true);
  const focus = new Set([...own.filter(isListing), ...concerned].map(({ _id }) => _id));
  if (focus.size === 0) return null;
  const focusKeys = [
    ...concerned.flatMap(({ keys }) => keys),
    ...own.filter(isListing).flatMap(({ _id }) => ownKeys.get(_id) ?? []),
  ];
  const near = await recordsUnder(db, [...new Set(focusKeys)], false);
  const found = await raw.find({ _id: { $in: [...new Set([...near.map(({ _id }) => _id), ...focus])] } }).toArray();
  // All that the county says about a parcel counts, also what shares no key.
  const parcelIds = [...new Set(found.filter((record) => !isListing(record)).map(({ propertyId }) => propertyId))];
  // Nor does what a person named have to share one.
  const labels = await latestLabels(db, [...focus]);
  const named = labels.map(({ propertyId }) => propertyId);
  const others = await raw.find({ propertyId: { $in: [...new Set([...parcelIds, ...named])] } }).toArray();
  const records = new Map([...found, ...others].map((record) => [record._id, record]));
  return { focus, records, labels, ...thingsOf([...records.values()]) };
}

async function latestLabels(db: Db, recordIds: readonly string[]): Promise<readonly PairLabel[]> {
  const rows = await db
    .collection<EntityLabelDocument>('entity_labels')
    .find({ recordId: { $in: [...recordIds] } })
    .sort({ at: 1, _id: 1 })
    .toArray();
  return [...new Map(rows.map((row) => [`${row.recordId} ${row.propertyId}`, row])).values()];
}

function thingsOf(records: readonly RawPropertyDocument[]) {
  const byParcel = new Map<string, RawPropertyDocument[]>();
  for (const record of records) {
    if (isListing(record)) continue;
    byParcel.set(record.propertyId, [...(byParcel.get(record.propertyId) ?? []), record]);
  }
  const parcels = [...byParcel].map(([propertyId, own]): ParcelThing => {
    const [first] = own;
    return { propertyId, profile: profileOf('parcel', first?.county ?? '', own.map(saidBy)) };
  });
  return { parcels, listings: records.filter(isListing).map(listingThing) };
}

function listingThing(record: RawPropertyDocument): ListingThing {
  const { _id, county, source, key, propertyId, firstSeenAt } = record;
  const profile = profileOf('listing', county, [saidBy(record)]);
  return {
    recordId: _id,
    ownId: listingPropertyId(source, key),
    propertyId,
    statedIds: profile.parcelNumbers.map((number) => parcelPropertyId(county, number)),
    firstSeenAtMs: firstSeenAt.getTime(),
    profile,
  };
}
