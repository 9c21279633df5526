import { createHash } from 'node:crypto';
import type { Db } from 'mongodb';

const BATCH = 1_000;
/** Batches that are on their way while the next ones are made. */
const IN_FLIGHT = 2;

interface Identified {
  readonly _id: string;
}

/** Writes many documents, a thousand at a time, collection by collection. */
export interface Bulk {
  add(collection: string, documents: readonly Identified[]): Promise<void>;
  /** Writes what is left and waits for all. */
  flush(): Promise<void>;
  readonly written: number;
}

/** @returns a writer; documents that are there already are left as they are */
export function createBulk(db: Db): Bulk {
  const waiting = new Map<string, Identified[]>();
  const flying = new Set<Promise<void>>();
  let written = 0;
  const send = async (name: string, documents: readonly Identified[]) => {
    const done: Promise<void> = db
      .collection<Identified>(name)
      .insertMany(documents, { ordered: false })
      .then(({ insertedCount }) => {
        written += insertedCount;
      })
      .finally(() => flying.delete(done));
    flying.add(done);
    if (flying.size >= IN_FLIGHT) await Promise.race(flying);
  };
  return {
    async add(name, documents) {
      const own = waiting.get(name) ?? [];
      waiting.set(name, own);
      own.push(...documents);
      while (own.length >= BATCH) await send(name, own.splice(0, BATCH));
    },
    async flush() {
      for (const [name, own] of waiting) if (own.length > 0) await send(name, own.splice(0));
      await Promise.all(flying);
    },
    get written() {
      return written;
    },
  };
}

/** An id as requests have them, the same for the same words. */
export function requestId(words: string): string {
  const hex = createHash('sha256').update(words).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
