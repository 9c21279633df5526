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
