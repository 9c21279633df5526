import type { Db, Document } from 'mongodb';
import { createIdSet } from './id-set.js';

/** Collections in which nothing is cited by an id of an answer or a request; the largest are among them. */
const WITHOUT_CITATIONS: ReadonlySet<string> = new Set([
  'fetches',
  'window_pages',
  'llm_calls',
  'limits',
  'match_keys',
]);
const BATCH = 500;
const SHA_256 = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Which answers and requests are cited by anything that is stored. */
export interface Citations {
  /** True for an id that is cited, and for one that has not the form of an id. */
  has(id: string): boolean;
}

/**
 * Reads everything that is stored and takes every hash and request id in it for a citation, wherever it stands, so that a collection
 * that comes later is covered as well. 48 bits stand for an id: two with the same ones keep each other, and nothing is lost by that.
 */
export async function readCitations(db: Db, signal: AbortSignal): Promise<Citations> {
  const cited = createIdSet();
  const note = (text: string) => {
    const bits = bitsOf(text);
    if (bits !== null) cited.add(bits);
  };
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  for (const name of names.filter((one) => !one.startsWith('system.') && !WITHOUT_CITATIONS.has(one))) {
    // Of an answer only the request that brought it; its own id would cite itself.
    const projection = name === 'raw_payloads' ? { _id: 0, firstFetchId: 1 } : {};
    for await (const document of db.collection(name).find({}, { projection, batchSize: BATCH })) {
      signal.throwIfAborted();
      walk(document, note);
    }
  }
  return {
    has(id) {
      const bits = bitsOf(id);
      return bits === null || cited.has(bits);
    },
  };
}

function walk(value: unknown, note: (text: string) => void): void {
  if (typeof value === 'string') note(value);
  else if (Array.isArray(value)) for (const item of value) walk(item, note);
  else if (isPlain(value)) for (const item of Object.values(value)) walk(item, note);
}

function isPlain(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function bitsOf(text: string): number | null {
  if (text.length === 64 && SHA_256.test(text)) return Number.parseInt(text.slice(0, 12), 16);
  if (text.length === 36 && UUID.test(text)) return Number.parseInt(text.replaceAll('-', '').slice(0, 12), 16);
  return null;
}
