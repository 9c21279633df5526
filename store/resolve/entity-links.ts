import type { AnyBulkWriteOperation, ClientSession, Db } from 'mongodb';
import { canonicalJson, sha256 } from '../../core/hash.js';
import type { Link, ListingThing, Verdict } from '../../domain/resolve/decide.js';
import { RULES } from '../../domain/resolve/pair-score.js';
import type { EntityLinkDocument, ReviewDocument } from './documents.js';

/** What is to be written about one link. */
export type LinkUpdate = Omit<EntityLinkDocument, 'log' | 'at'>;

/** Id of the link between a listing and a property: short enough to be typed. */
export function linkId(recordId: string, propertyId: string): string {
  return sha256(`${recordId}>${propertyId}`).slice(0, 12);
}

/** Key of the question about a link. */
export function reviewId(market: string, link: string): string {
  return `${market}:${link}`;
}

/** All links of some records. */
export async function readLinks(db: Db, recordIds: readonly string[]): Promise<readonly EntityLinkDocument[]> {
  return db
    .collection<EntityLinkDocument>('entity_links')
    .find({ recordId: { $in: [...recordIds] } })
    .toArray();
}

/** What verdicts change about the links there are. A link that no verdict speaks of any more is `apart`. */
export function linkUpdates(
  market: string,
  verdicts: readonly Verdict[],
  stored: readonly EntityLinkDocument[],
  listings: readonly ListingThing[],
): readonly LinkUpdate[] {
  const before = new Map(stored.map((link) => [link._id, link]));
  const ownIds = new Map(listings.map(({ recordId, ownId }) => [recordId, ownId]));
  const wanted = verdicts.flatMap(({ links, ask }) =>
    links.map((link) => updateOf(market, link, ask === link, ownIds.get(link.recordId) ?? link.propertyId)),
  );
  const spoken = new Set(wanted.map(({ _id }) => _id));
  const dropped = stored
    .filter(({ _id, state }) => !spoken.has(_id) && state !== 'apart')
    .map(({ log: _log, at: _at, ...link }): LinkUpdate => {
      return { ...link, state: 'apart', decidedBy: { rule: RULES }, asks: false };
    });
  return [...wanted, ...dropped].filter((update) => isNews(before.get(update._id), update));
}

function isNews(known: EntityLinkDocument | undefined, update: LinkUpdate): boolean {
  return known === undefined || !says(known, update);
}

function updateOf(market: string, link: Link, asks: boolean, ownId: string): LinkUpdate {
  const { recordId, propertyId, state, score, reasons, comparedWith, label } = link;
  const decidedBy = label === null ? { rule: RULES } : { person: label.by, note: label.note };
  const _id = linkId(recordId, propertyId);
  return { _id, recordId, propertyId, ownId, market, state, score, reasons, comparedWith, decidedBy, asks };
}

function says(known: EntityLinkDocument, update: LinkUpdate): boolean {
  const text = ({ state, score, reasons, comparedWith, decidedBy, asks }: LinkUpdate) =>
    canonicalJson({
      ...{ state, score, comparedWith, decidedBy, asks },
      reasons: reasons.map(({ name, weight, against, evidence: { left, right } }) => [
        name,
        weight,
        against,
        left,
        right,
      ]),
    });
  return text(known) === text(update);
}

/** Writes links, their log and the questions they ask, in the transaction given. What another wrote meanwhile is not said twice. */
export async function keepLinks(db: Db, session: ClientSession, wanted: readonly LinkUpdate[]): Promise<void> {
  const links = db.collection<EntityLinkDocument>('entity_links');
  const stored = await links.find({ _id: { $in: wanted.map(({ _id }) => _id) } }, { session }).toArray();
  const known = new Map(stored.map((link) => [link._id, link]));
  const updates = wanted.filter((update) => isNews(known.get(update._id), update));
  if (updates.length === 0) return;
  const at = new Date();
  await links.bulkWrite(
    updates.map(({ _id, ...update }) => {
      const { state, score, decidedBy } = update;
      return {
        updateOne: {
          filter: { _id },
          update: { $set: { ...update, at }, $push: { log: { state, score, decidedBy, at } } },
          upsert: true,
        },
      };
    }),
    { session },
  );
  await db.collection<ReviewDocument>('reviews').bulkWrite(
    updates.map((update) => reviewOperation(update, at)),
    { session },
  );
}

function reviewOperation(update: LinkUpdate, at: Date): AnyBulkWriteOperation<ReviewDocument> {
  const { _id: link, market, recordId, propertyId, score, reasons, comparedWith, decidedBy, state, asks } = update;
  const _id = reviewId(market, link);
  if (asks) {
    const question = { market, linkId: link, recordId, propertyId, score, reasons } as const;
    const open = { ...question, left: [recordId], right: comparedWith, state: 'open', decision: null } as const;
    return {
      updateOne: {
        filter: { _id },
        update: { $set: { ...open, kind: 'same-property', closedAt: null }, $setOnInsert: { openedAt: at } },
        upsert: true,
      },
    };
  }
  if ('person' in decidedBy) {
    const decision = { label: state, by: decidedBy.person, note: decidedBy.note };
    return { updateOne: { filter: { _id }, update: { $set: { state: 'decided', decision, closedAt: at } } } };
  }
  return { updateOne: { filter: { _id, state: 'open' }, update: { $set: { state: 'settled', closedAt: at } } } };
}
