import type { Db, Document, Filter, UpdateFilter } from 'mongodb';
import { productVersion } from '../core/paths.js';
import type { EnrichmentDocument, QueueDocument } from './documents.js';
import { inBatches } from './parts.js';

const queueOf = (db: Db) => db.collection<QueueDocument>('processing_queue');

/**
 * Changes many rows in a transaction of its own. Rows of the queue are written by transactions of the collection too, and one
 * statement over many rows outside a transaction deadlocks SecantusDB with them: it waits for their rows while it keeps the
 * lock of the collection that they need to go on (0.7.0b3). In a transaction the conflict comes back and is tried again.
 */
function updateRows(
  db: Db,
  filter: Filter<QueueDocument>,
  update: UpdateFilter<QueueDocument> | Document[],
): Promise<number> {
  return db.client.withSession((session) =>
    session.withTransaction(async () => (await queueOf(db).updateMany(filter, update, { session })).modifiedCount),
  );
}

/** Rows whose read model is older than their facts, or was composed by another version of the product: its rules may differ. */
export const waitsForComposition = (): Filter<QueueDocument> => ({
  $expr: { $or: [{ $ne: ['$composedHash', '$contentHash'] }, { $ne: ['$composedBy', productVersion()] }] },
});

/** Properties that wait for their composition, in order of the queue. */
export async function waitingForComposition(db: Db, market: string, limit: number): Promise<readonly QueueDocument[]> {
  return queueOf(db)
    .find({ market, ...waitsForComposition() })
    .sort({ priority: 1, _id: 1 })
    .limit(limit)
    .toArray();
}

/** Those of some properties that wait for their composition. */
export async function waitingAmong(db: Db, propertyIds: readonly string[]): Promise<readonly QueueDocument[]> {
  // Which of these wait is seen here: with an expression in the filter some servers read the whole collection.
  const rows = await queueOf(db)
    .find({ _id: { $in: [...propertyIds] } })
    .sort({ priority: 1, _id: 1 })
    .toArray();
  const version = productVersion();
  return rows.filter(
    ({ composedHash, contentHash, composedBy }) => composedHash !== contentHash || composedBy !== version,
  );
}

/** The read model of these properties now shows this content. A property that changed meanwhile stays waiting. */
export async function markComposed(
  db: Db,
  items: readonly { readonly propertyId: string; readonly contentHash: string }[],
): Promise<void> {
  if (items.length === 0) return;
  // One statement, not one an item. The content hash holds the record ids, so no two properties can have the same.
  await updateRows(
    db,
    {
      _id: { $in: items.map(({ propertyId }) => propertyId) },
      contentHash: { $in: items.map((item) => item.contentHash) },
    },
    [{ $set: { composedHash: '$contentHash', composedBy: productVersion() } }],
  );
}

/** Rows looked at together, and most of them looked at for one claim, in search of ripe ones. */
const LOOKED_AT = { together: 100, most: 1_000 };

/** Says which of some rows may be worked on now. */
type Ripe = (rows: readonly Pick<QueueDocument, '_id' | 'zip'>[]) => Promise<ReadonlySet<string>>;

/** Has the read model of some ZIP codes composed again; the words stay. */
export async function composeAgain(db: Db, zips: readonly string[]): Promise<void> {
  await updateRows(db, { zip: { $in: [...zips] } }, { $set: { composedHash: null } });
}

/**
 * Claims properties for the model: composed ones that wait, listings first. The same claim again gives what it still
 * holds, so a batch that is tried twice works on the same properties.
 * @param ripe left out: all are
 */
export async function claimForModel(
  db: Db,
  market: string,
  claimedBy: string,
  size: number,
  ripe?: Ripe,
): Promise<readonly QueueDocument[]> {
  const queue = queueOf(db);
  const held = await queue.find({ claimedBy, state: 'processing' }).toArray();
  if (held.length > 0) return held;
  const waiting = await waitingForModel(db, market, size, ripe);
  if (waiting.length === 0) return [];
  await updateRows(
    db,
    { _id: { $in: [...waiting] }, state: 'pending' },
    { $set: { state: 'processing', claimedBy, updatedAt: new Date() } },
  );
  return queue.find({ claimedBy, state: 'processing' }).sort({ priority: 1, _id: 1 }).toArray();
}

/** Ids of the next properties for the model, in order of the queue. */
async function waitingForModel(db: Db, market: string, size: number, ripe?: Ripe): Promise<readonly string[]> {
  const chosen: string[] = [];
  let seen = 0;
  for await (const rows of inBatches(composedPending(db, market), ripe ? LOOKED_AT.together : size)) {
    const may = ripe ? await ripe(rows) : null;
    chosen.push(...rows.flatMap(({ _id }) => (may === null || may.has(_id) ? [_id] : [])));
    seen += rows.length;
    if (chosen.length >= size || seen >= LOOKED_AT.most) break;
  }
  return chosen.slice(0, size);
}

/** Properties that wait for the model and are composed as they are, in order of the queue. Not by an expression: see `waitingAmong`. */
async function* composedPending(db: Db, market: string): AsyncGenerator<Pick<QueueDocument, '_id' | 'zip'>> {
  const rows = queueOf(db)
    .find(
      { market, state: 'pending' },
      { projection: { zip: 1, composedHash: 1, contentHash: 1 }, batchSize: LOOKED_AT.together },
    )
    .sort({ priority: 1, _id: 1 });
  for await (const { _id, zip, composedHash, contentHash } of rows) {
    if (composedHash === contentHash) yield { _id, zip };
  }
}

/** Why the model wrote nothing for a property. */
export interface WordsError {
  /** `AnswerInvalid`: asked twice, no usable answer. `ModelBusy`: no answer, while others were answered. */
  readonly code: 'AnswerInvalid' | 'ModelBusy';
  readonly reason: string;
}

/** Tries without an answer after which a property is given up on until somebody asks for it again. */
const MOST_UNANSWERED = 3;

/**
 * The model is through with this content. A property that changed meanwhile stays waiting.
 * @param failure null when it has written, or there was nothing to write
 */
export async function finishClaim(db: Db, item: QueueDocument, failure: WordsError | null): Promise<void> {
  await endTry(db, item, failure === null ? 'completed' : 'failed', failure);
}

/** The model gave no answer about a property, though it answers about others: it waits for another try, and after three no more. */
export async function noteUnanswered(
  db: Db,
  item: QueueDocument,
  code: WordsError['code'],
  reason: string,
): Promise<void> {
  const earlier = item.errors.filter((error) => error.code === 'ModelBusy').length;
  await endTry(db, item, earlier + 1 < MOST_UNANSWERED ? 'pending' : 'failed', { code, reason });
}

async function endTry(
  db: Db,
  item: QueueDocument,
  state: QueueDocument['state'],
  error: WordsError | null,
): Promise<void> {
  const errors = error === null ? {} : { $push: { errors: { $each: [{ at: new Date(), ...error }], $slice: -10 } } };
  await queueOf(db).updateOne(
    { _id: item._id, contentHash: item.contentHash, claimedBy: item.claimedBy },
    { $set: { state, claimedBy: null, updatedAt: new Date() }, $unset: { redo: '' }, $inc: { attempts: 1 }, ...errors },
  );
}

/** Gives back what claims hold. @param claimedBy a claim, or the run key that its claims begin with */
export async function releaseClaims(db: Db, claimedBy: string): Promise<number> {
  return updateRows(
    db,
    { state: 'processing', claimedBy: { $gte: claimedBy, $lt: `${claimedBy}\uffff` } },
    { $set: { state: 'pending', claimedBy: null, updatedAt: new Date() } },
  );
}

/** Lets the model write again for every property of some ZIPs. */
export async function askModelAgain(db: Db, market: string, zips: readonly string[]): Promise<number> {
  return updateRows(
    db,
    { market, zip: { $in: [...zips] }, state: { $in: ['completed', 'failed'] } },
    { $set: { state: 'pending', claimedBy: null, updatedAt: new Date() } },
  );
}

/** Properties that the model was given up on, the latest first. */
export async function failedWords(db: Db, market: string, limit: number): Promise<readonly QueueDocument[]> {
  return queueOf(db).find({ market, state: 'failed' }).sort({ updatedAt: -1, _id: 1 }).limit(limit).toArray();
}

/** Puts properties that the model was given up on back on the list, their errors kept. @param ids null for all of the market */
export async function retryFailed(db: Db, market: string, ids: readonly string[] | null): Promise<number> {
  const some = ids === null ? {} : { _id: { $in: [...ids] } };
  return updateRows(
    db,
    { market, state: 'failed', ...some },
    // What failed on a known answer would fail on it again.
    { $set: { state: 'pending', claimedBy: null, redo: true, updatedAt: new Date() } },
  );
}

/** Properties whose words are to be written again, each way of naming them narrowing the others. */
export interface RedoScope {
  readonly zips: readonly string[] | null;
  readonly ids: readonly string[] | null;
  /** Beginning of the version of the prompt that wrote them, for example `describe@1`. */
  readonly promptVersion: string | null;
}

/** What the words of a scope cost when they were written. */
export interface RedoCost {
  readonly ids: readonly string[];
  readonly tokens: number;
  readonly milliseconds: number;
}

/** Described properties of a scope, and what they cost the last time. */
export async function redoCost(db: Db, market: string, { zips, ids, promptVersion }: RedoScope): Promise<RedoCost> {
  const rows = await queueOf(db)
    .find(
      {
        market,
        state: { $in: ['completed', 'failed'] },
        ...(zips === null ? {} : { zip: { $in: [...zips] } }),
        ...(ids === null ? {} : { _id: { $in: [...ids] } }),
      },
      { projection: { _id: 1 } },
    )
    .toArray();
  const words = await db
    .collection<EnrichmentDocument>('enrichments')
    .find(
      { _id: { $in: rows.map(({ _id }) => _id) } },
      { projection: { promptVersion: 1, tokensUsed: 1, processingMs: 1 } },
    )
    .toArray();
  const chosen = words.filter((one) => promptVersion === null || (one.promptVersion ?? '').startsWith(promptVersion));
  return {
    ids: chosen.map(({ _id }) => _id),
    tokens: chosen.reduce((sum, { tokensUsed }) => sum + tokensUsed, 0),
    milliseconds: chosen.reduce((sum, { processingMs }) => sum + processingMs, 0),
  };
}

/** Puts described properties back on the list; the known answers will not do. The words they have stay until new ones come. */
export async function redoWords(db: Db, ids: readonly string[]): Promise<number> {
  return updateRows(
    db,
    { _id: { $in: [...ids] }, state: { $in: ['completed', 'failed'] } },
    { $set: { state: 'pending', claimedBy: null, redo: true, updatedAt: new Date() } },
  );
}

/** How many properties of a market stand where. */
export async function queueStates(db: Db, market: string): Promise<Readonly<Record<QueueDocument['state'], number>>> {
  const rows = await queueOf(db)
    .aggregate<{ _id: QueueDocument['state']; n: number }>([
      { $match: { market } },
      { $group: { _id: '$state', n: { $sum: 1 } } },
    ])
    .toArray();
  const of = (state: QueueDocument['state']) => rows.find(({ _id }) => _id === state)?.n ?? 0;
  return { pending: of('pending'), processing: of('processing'), completed: of('completed'), failed: of('failed') };
}
