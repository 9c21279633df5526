import { createHash } from 'node:crypto';
import { BSON, type Db, type Document } from 'mongodb';

/** Documents asked for at a time. */
const BATCH = 500;
/** Types stay what they are in the database: a double 1 is no integer 1, a long no double. */
const AS_STORED = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;
const SUM_LIMIT = 1n << 256n;

/** Of some documents: how many, and a hash that does not depend on their order. */
export interface Tally {
  readonly documents: number;
  /** Sum of the SHA-256 of each line modulo 2^256, as 64 hex digits. */
  readonly contentHash: string;
}

/** Counts and hashes lines as they pass. */
export interface Tallier {
  add(line: string): void;
  total(): Tally;
}

export function createTallier(): Tallier {
  let documents = 0;
  let sum = 0n;
  return {
    add(line) {
      documents += 1;
      sum = (sum + BigInt(`0x${createHash('sha256').update(line).digest('hex')}`)) % SUM_LIMIT;
    },
    total: () => ({ documents, contentHash: sum.toString(16).padStart(64, '0') }),
  };
}

/** A document as one line of canonical Extended JSON, which keeps the type of every value. */
export function lineOf(document: Document): string {
  return BSON.EJSON.stringify(document, { relaxed: false });
}

/** The document of a line. @throws Error when it is none */
export function documentOf(line: string): Document {
  const document: unknown = BSON.EJSON.parse(line, { relaxed: false });
  if (typeof document !== 'object' || document === null || !('_id' in document))
    throw new Error('a line is no document');
  return document;
}

/** Documents of a collection in the order of their ids, a batch in memory at a time, with the types that they have there. */
export async function* readDocuments(db: Db, name: string, signal: AbortSignal): AsyncGenerator<Document> {
  const cursor = db.collection(name).find({}, { ...AS_STORED, sort: { _id: 1 }, batchSize: BATCH });
  try {
    for await (const document of cursor) {
      signal.throwIfAborted();
      yield document;
    }
  } finally {
    await cursor.close();
  }
}

/** Count and hash of what a collection holds. */
export async function tallyOf(db: Db, name: string, signal: AbortSignal): Promise<Tally> {
  const tallier = createTallier();
  for await (const document of readDocuments(db, name, signal)) tallier.add(lineOf(document));
  return tallier.total();
}
