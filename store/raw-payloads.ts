import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Binary, type ClientSession, type Db } from 'mongodb';
import { StoreUnavailable } from '../core/errors.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import type { RawBody, RawPayload } from '../core/raw-payload.js';
import type { SourceName } from '../core/schemas/names.js';
import type { RawPayloadDocument } from './documents.js';

export interface KeptPayload {
  readonly hash: string;
  readonly isNew: boolean;
}

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Text that is hashed and kept for a body: canonical JSON, or the page as it is. */
export function canonicalText(body: RawBody): string {
  return body.type === 'json' ? canonicalJson(body.json) : body.html;
}

/**
 * Keeps a redacted answer under its own hash. A repeat writes nothing.
 * @param payload its body must be redacted already
 * @returns the hash, and whether it was not kept before
 */
export async function keepPayload(db: Db, source: SourceName, payload: RawPayload): Promise<KeptPayload> {
  const text = canonicalText(payload.body);
  const hash = sha256(text);
  const { _id, ...document }: RawPayloadDocument = {
    _id: hash,
    source,
    kind: payload.kind,
    type: payload.body.type,
    body: new Binary(await pack(text)),
    bodyBytes: Buffer.byteLength(text),
    firstFetchId: payload.fetchId,
    firstKey: payload.key,
    firstFetchedAt: new Date(payload.fetchedAt),
  };
  const { upsertedCount } = await db
    .collection<RawPayloadDocument>('raw_payloads')
    // An old one that comes again is not removed as one that nothing cites.
    .updateOne({ _id }, { $setOnInsert: document, $unset: { condemnedAt: '' } }, { upsert: true });
  return { hash, isNew: upsertedCount === 1 };
}

/** A kept answer by its hash; null when it is not kept any more. */
export async function readPayload(db: Db, hash: string): Promise<RawBody | null> {
  const found = await db.collection<RawPayloadDocument>('raw_payloads').findOne({ _id: hash });
  if (!found) return null;
  return bodyOf(found);
}

/**
 * Takes the mark of retention from answers that are about to be cited anew.
 * @throws StoreUnavailable when one was removed meanwhile: what was read of it is to be read again
 */
export async function spareAnswers(db: Db, session: ClientSession, hashes: readonly string[]): Promise<void> {
  const filter = { _id: { $in: [...new Set(hashes)] } };
  const rows = db.collection<RawPayloadDocument>('raw_payloads');
  await rows.updateMany({ ...filter, condemnedAt: { $exists: true } }, { $unset: { condemnedAt: '' } }, { session });
  const there = await rows.countDocuments(filter, { session });
  if (there < filter._id.$in.length) throw new StoreUnavailable('an answer was removed while it was read');
}

/** The body that a row holds. */
export async function bodyOf(found: RawPayloadDocument): Promise<RawBody> {
  const text = await unpackText(found);
  return found.type === 'html' ? { type: 'html', html: text } : { type: 'json', json: JSON.parse(text) };
}

/** The text that a row was made of. @throws Error when it cannot be unpacked */
export async function unpackText({ body }: RawPayloadDocument): Promise<string> {
  return (await unpack(body.buffer)).toString('utf8');
}
