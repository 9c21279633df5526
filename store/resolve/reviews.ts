import type { Db } from 'mongodb';
import type { Database } from '../database.js';
import type { QueueDocument, RawPropertyDocument } from '../documents.js';
import type { EntityLabelDocument, EntityLinkDocument, ReviewDocument } from './documents.js';
import { reviewId } from './entity-links.js';
import { resolveProperties } from './resolve.js';

/** Questions of a market in one state, the oldest first. */
export async function listReviews(
  db: Db,
  market: string,
  state: ReviewDocument['state'],
  limit: number,
): Promise<readonly ReviewDocument[]> {
  return db
    .collection<ReviewDocument>('reviews')
    .find({ market, state })
    .sort({ openedAt: 1, _id: 1 })
    .limit(limit)
    .toArray();
}

/** Links of a market that the rules or a person merged, the least certain first. */
export async function listMergedLinks(db: Db, market: string, limit: number): Promise<readonly EntityLinkDocument[]> {
  return db
    .collection<EntityLinkDocument>('entity_links')
    .find({ market, state: 'merged' })
    .sort({ score: 1, _id: 1 })
    .limit(limit)
    .toArray();
}

/** A link with the question it asked and the records of both sides; null when there is none of this id. */
export async function readPair(db: Db, market: string, link: string) {
  const found = await db.collection<EntityLinkDocument>('entity_links').findOne({ _id: link, market });
  if (found === null) return null;
  const raw = db.collection<RawPropertyDocument>('raw_properties');
  return {
    link: found,
    review: await db.collection<ReviewDocument>('reviews').findOne({ _id: reviewId(market, link) }),
    left: await raw.find({ _id: found.recordId }).toArray(),
    right: await raw
      .find({ _id: { $in: [...found.comparedWith] } })
      .sort({ _id: 1 })
      .toArray(),
  };
}

/**
 * Takes down a person's word on a pair and applies it. The word and the waiting of both properties are one transaction: where it
 * breaks off after that, the next composition applies it. Said twice it is two rows of one meaning.
 * @returns property of the listing afterwards; null when there is no such link
 */
export async function decidePair(
  database: Pick<Database, 'db' | 'client'>,
  market: string,
  link: string,
  { label, by, note }: Pick<EntityLabelDocument, 'label' | 'by' | 'note'>,
): Promise<string | null> {
  const { db, client } = database;
  const pair = await db.collection<EntityLinkDocument>('entity_links').findOne({ _id: link, market });
  if (pair === null) return null;
  const { recordId, propertyId } = pair;
  const records = db.collection<RawPropertyDocument>('raw_properties');
  const record = await records.findOne({ _id: recordId }, { projection: { propertyId: 1 } });
  if (record === null) return null;
  const concerned = [...new Set([record.propertyId, propertyId])];
  await client.withSession((session) =>
    session.withTransaction(async () => {
      const word: EntityLabelDocument = { recordId, propertyId, label, by, note, at: new Date() };
      await db.collection<EntityLabelDocument>('entity_labels').insertOne(word, { session });
      await db
        .collection<QueueDocument>('processing_queue')
        .updateMany({ _id: { $in: concerned } }, { $set: { composedHash: null } }, { session });
    }),
  );
  await resolveProperties(database, market, concerned);
  const after = await records.findOne({ _id: recordId }, { projection: { propertyId: 1 } });
  return after?.propertyId ?? null;
}
