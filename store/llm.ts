import type { Db } from 'mongodb';

interface Booked {
  readonly id: string;
  readonly propertyId: string;
  readonly model: string;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** Retention of a checked answer (spec D7). */
const CACHE_DAYS = 180;

interface CacheDocument<T> {
  readonly _id: string;
  readonly value: T;
  readonly createdAt: Date;
  readonly expireAt: Date;
}

/** `llm_cache`: checked answers by content hash. Repeats replace. */
export function createLlmCache<T>(db: Db) {
  const cache = db.collection<CacheDocument<T>>('llm_cache');
  return {
    async get(key: string): Promise<T | null> {
      const found = await cache.findOne({ _id: key });
      return found ? found.value : null;
    },
    async put(key: string, value: T): Promise<void> {
      const createdAt = new Date();
      const expireAt = new Date(createdAt.getTime() + CACHE_DAYS * 86_400_000);
      await cache.updateOne({ _id: key }, { $set: { value, createdAt, expireAt } }, { upsert: true });
    },
  };
}

/** Books one request to the model for a run: tokens are money of another kind. A repeat books nothing twice. */
export async function bookLlmCall(db: Db, runKey: string, call: Booked): Promise<void> {
  const tokens = call.promptTokens + call.outputTokens;
  await db
    .collection<{ _id: string }>('llm_calls')
    .updateOne(
      { _id: `${runKey} ${call.id}` },
      { $setOnInsert: { ...call, runKey, tokens, at: new Date() } },
      { upsert: true },
    );
}

/** `llm_batches`: how a batch was cut, why, and what came of it. */
export interface LlmBatchDocument {
  /** Run and number. */
  readonly _id: string;
  readonly runKey: string;
  readonly batch: number;
  readonly size: number;
  readonly lanes: number;
  readonly why: string;
  readonly claimed: number;
  readonly asked: number;
  readonly described: number;
  readonly timeouts: number;
  readonly refused: number;
  readonly milliseconds: number;
  /** Code and message of what broke it off; null when nothing did. */
  readonly trouble: string | null;
  readonly at: Date;
}

/** `llm_care`: what was done about a model that gave no answers. */
export interface LlmCareDocument {
  readonly host: string;
  readonly runKey: string;
  readonly step: 'wait' | 'reload' | 'restart';
  readonly reason: string;
  readonly ready: boolean;
  readonly what: string;
  readonly at: Date;
}

/** Writes down a batch. A repeat replaces it. */
export async function noteBatch(db: Db, batch: Omit<LlmBatchDocument, '_id' | 'at'>): Promise<void> {
  const _id = `${batch.runKey} ${batch.batch}`;
  await db
    .collection<LlmBatchDocument>('llm_batches')
    .replaceOne({ _id }, { ...batch, at: new Date() }, { upsert: true });
}

/** Writes down one step of care. */
export async function noteCare(db: Db, care: Omit<LlmCareDocument, 'at'>): Promise<void> {
  await db.collection('llm_care').insertOne({ ...care, at: new Date() });
}

/** Steps of care since a moment, newest first. */
export async function careSince(db: Db, since: Date): Promise<readonly LlmCareDocument[]> {
  return db
    .collection<LlmCareDocument>('llm_care')
    .find({ at: { $gte: since } })
    .sort({ at: -1 })
    .toArray();
}

/** Batches of a market's newest enrichment, newest first. */
export async function lastBatches(db: Db, market: string, limit: number): Promise<readonly LlmBatchDocument[]> {
  return db
    .collection<LlmBatchDocument>('llm_batches')
    .find({ runKey: { $regex: `^[a-z]+/${market}/` } })
    .sort({ at: -1 })
    .limit(limit)
    .toArray();
}

/** What all requests about a property cost, of whatever outcome. */
export interface Spent {
  readonly calls: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly milliseconds: number;
}

/** What the model spent on a property, as far as its requests are kept. */
export async function spentOn(db: Db, propertyId: string): Promise<Spent> {
  const sum = (field: string) => ({ $sum: `$${field}` });
  const [spent] = await db
    .collection('llm_calls')
    .aggregate<Spent>([
      { $match: { propertyId } },
      {
        $group: {
          _id: null,
          calls: { $sum: 1 },
          promptTokens: sum('promptTokens'),
          outputTokens: sum('outputTokens'),
          milliseconds: sum('milliseconds'),
        },
      },
      { $project: { _id: 0 } },
    ])
    .toArray();
  return spent ?? { calls: 0, promptTokens: 0, outputTokens: 0, milliseconds: 0 };
}
