import type { Db } from 'mongodb';
import type { QueueDocument, RawPropertyDocument } from '../documents.js';
import { type Fault, lostThing } from '../fault.js';
import { missingIds } from '../integrity.js';
import type { PersonalFactDocument } from '../personal-facts.js';
import type { EntityLinkDocument, ReviewDocument } from '../resolve/documents.js';

const NEXT = 'phx reviews show tells what is known of both; phx reviews decide settles it';

/** Links whose records are not there, and merged ones whose listing stands elsewhere. */
export async function linkFaults(db: Db, links: readonly EntityLinkDocument[]): Promise<readonly Fault[]> {
  const merged = links.filter(({ state }) => state === 'merged');
  const [lost, properties, records] = [
    await missingIds(
      db,
      'raw_properties',
      links.flatMap(({ recordId, comparedWith }) => [recordId, ...comparedWith]),
    ),
    await missingIds(
      db,
      'processing_queue',
      merged.map(({ propertyId }) => propertyId),
    ),
    await settledRecords(db, merged),
  ];
  const gone = new Set(properties);
  const elsewhere = merged.filter(({ recordId, propertyId }) => {
    const at = records.get(recordId);
    return at !== undefined && at !== propertyId && !gone.has(propertyId);
  });
  return [
    ...lostThing('raw_properties', lost),
    ...lostThing('processing_queue', properties),
    ...elsewhere.map(({ _id }) => ({
      collection: 'entity_links',
      id: _id,
      wrong: 'it says merged, and its listing stands at another property',
      next: NEXT,
    })),
  ];
}

/** Property of each record that is composed as it is: what waits for its composition is judged by that. */
async function settledRecords(db: Db, links: readonly EntityLinkDocument[]): Promise<ReadonlyMap<string, string>> {
  const records = await db
    .collection<RawPropertyDocument>('raw_properties')
    .find({ _id: { $in: links.map(({ recordId }) => recordId) } }, { projection: { propertyId: 1 } })
    .toArray();
  const rows = await db
    .collection<QueueDocument>('processing_queue')
    .find(
      { _id: { $in: records.map(({ propertyId }) => propertyId) } },
      { projection: { contentHash: 1, composedHash: 1 } },
    )
    .toArray();
  const settled = new Set(rows.flatMap((row) => (row.contentHash === row.composedHash ? [row._id] : [])));
  return new Map(records.flatMap(({ _id, propertyId }) => (settled.has(propertyId) ? [[_id, propertyId]] : [])));
}

/** Questions about a link, or records, that are not there. */
export async function reviewFaults(db: Db, reviews: readonly ReviewDocument[]): Promise<readonly Fault[]> {
  const [links, records] = await Promise.all([
    missingIds(
      db,
      'entity_links',
      reviews.map(({ linkId }) => linkId),
    ),
    missingIds(
      db,
      'raw_properties',
      reviews.flatMap(({ left, right }) => [...left, ...right]),
    ),
  ]);
  return [...lostThing('entity_links', links), ...lostThing('raw_properties', records)];
}

/** Personal values of a parcel, or from a request, that is not there. */
export async function personalFaults(db: Db, facts: readonly PersonalFactDocument[]): Promise<readonly Fault[]> {
  const parcels = [...new Set(facts.map(({ propertyId }) => propertyId))];
  const known = await db
    .collection<RawPropertyDocument>('raw_properties')
    .distinct('propertyId', { propertyId: { $in: parcels } });
  const requests = await missingIds(
    db,
    'fetches',
    facts.map(({ fetchId }) => fetchId),
  );
  const orphans = facts.filter(({ propertyId }) => !known.includes(propertyId));
  return [
    ...lostThing('fetches', requests),
    ...orphans.map(({ _id }) => ({
      collection: 'personal_facts',
      id: _id,
      wrong: 'no record is of its parcel',
      next: 'phx property erase-persons takes it away',
    })),
  ];
}
