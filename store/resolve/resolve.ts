import type { ClientSession } from 'mongodb';
import { decide, type Verdict } from '../../domain/resolve/decide.js';
import type { Database } from '../database.js';
import type { RawPropertyDocument } from '../documents.js';
import { forgetLeftProperties, queueProperties } from '../records.js';
import { keepLinks, type LinkUpdate, linkUpdates, readLinks } from './entity-links.js';
import { type ReadNeighbourhood, readNeighbourhood } from './neighbourhood.js';

type Connection = Pick<Database, 'db' | 'client'>;

/** A record that belongs to another property than it is in. */
interface Move {
  readonly record: RawPropertyDocument;
  readonly propertyId: string;
}

/** What a listing left may belong elsewhere now, which may free another: so many rounds and no more; the queue has the rest. */
const MOST_ROUNDS = 3;

/**
 * Says for the listings of some properties, and for those that could belong to them, where they belong, and puts them there: records,
 * links, questions for a person and the queue in one transaction. Everything is worked out of records and labels again, so a repeat
 * changes nothing, and what was broken off is done by the next one. A fixed number of queries, however many properties.
 * @returns properties to compose: those given that still have records, and those that gained or lost one
 */
export async function resolveProperties(
  database: Connection,
  market: string,
  propertyIds: readonly string[],
): Promise<readonly string[]> {
  const touched = new Set(propertyIds);
  let open = propertyIds;
  for (let round = 0; open.length > 0 && round < MOST_ROUNDS; round += 1) {
    const changed = await resolveOnce(database, market, open);
    for (const id of changed) touched.add(id);
    open = changed;
  }
  return [...touched];
}

async function resolveOnce(database: Connection, market: string, ids: readonly string[]): Promise<readonly string[]> {
  const near = await readNeighbourhood(database.db, ids);
  if (near === null) return [];
  const verdicts = decide(near);
  const links = linkUpdates(market, verdicts, await readLinks(database.db, [...near.focus]), near.listings);
  const moves = movesOf(verdicts, near);
  if (links.length === 0 && moves.length === 0) return [];
  return database.client.withSession((session) =>
    session.withTransaction(() => apply(database, session, { market, moves, links, near })),
  );
}

function movesOf(verdicts: readonly Verdict[], { records }: ReadNeighbourhood): readonly Move[] {
  return verdicts.flatMap(({ recordId, propertyId }) => {
    const record = records.get(recordId);
    return record === undefined || record.propertyId === propertyId ? [] : [{ record, propertyId }];
  });
}

interface Change {
  readonly market: string;
  readonly moves: readonly Move[];
  readonly links: readonly LinkUpdate[];
  readonly near: ReadNeighbourhood;
}

/** A listing that changed since it was judged is left alone: its new content waits in the queue and is judged then. */
async function apply(
  { db }: Connection,
  session: ClientSession,
  { market, moves, links, near }: Change,
): Promise<readonly string[]> {
  const raw = db.collection<RawPropertyDocument>('raw_properties');
  const concerned = [...new Set([...moves.map(({ record }) => record._id), ...links.map(({ recordId }) => recordId)])];
  const now = await raw
    .find({ _id: { $in: concerned } }, { session, projection: { contentHash: 1, propertyId: 1 } })
    .toArray();
  const same = new Set(
    now.flatMap(({ _id, contentHash, propertyId }) => {
      const judged = near.records.get(_id);
      return judged?.contentHash === contentHash && judged.propertyId === propertyId ? _id : [];
    }),
  );
  await keepLinks(
    db,
    session,
    links.filter(({ recordId }) => same.has(recordId)),
  );
  const sure = moves.filter(({ record }) => same.has(record._id));
  if (sure.length === 0) return [];
  await raw.bulkWrite(
    sure.map(({ record, propertyId }) => ({
      updateOne: { filter: { _id: record._id }, update: { $set: { propertyId } } },
    })),
    { session },
  );
  const moved = sure.map(({ record, propertyId }) => ({ _id: record._id, propertyId, market }));
  const before = new Map(sure.map(({ record }) => [record._id, record]));
  await queueProperties(db, session, { market, zip: null }, moved);
  await forgetLeftProperties(db, session, moved, before);
  return [...new Set([...moved, ...before.values()].map(({ propertyId }) => propertyId))];
}
