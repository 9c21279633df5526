import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Binary, type Db } from 'mongodb';
import { canonicalJson, type Json, sha256 } from '../core/hash.js';
import type { SourceName } from '../core/schemas/names.js';
import type { RawBody, RawPayload } from '../core/source.js';
import type { RawPayloadDocument } from './documents.js';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Text that is hashed and kept for a body: canonical JSON, or the page as it is. */
export function canonicalText(body: RawBody): string {
  return body.type === 'json' ? canonicalJson(body.json) : body.html;
}

/**
 * Keeps a redacted answer under its own hash. A repeat writes nothing.
 * @param payload its body must be redacted already
 * @returns the hash
 */
export async function keepPayload(db: Db, source: SourceName, payload: RawPayload): Promise<string> {
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
    firstFetchedAt: new Date(payload.fetchedAt),
  };
  await db
    .collection<RawPayloadDocument>('raw_payloads')
    .updateOne({ _id }, { $setOnInsert: document }, { upsert: true });
  return hash;
}

/**
 * The kept answer of a hash.
 * @returns null when there is none
 * @throws Error when the kept bytes no longer have that hash
 */
export async function readPayload(db: Db, hash: string): Promise<RawBody | null> {
  const found = await db.collection<RawPayloadDocument>('raw_payloads').findOne({ _id: hash });
  if (!found) return null;
  const text = (await unpack(found.body.buffer)).toString('utf8');
  if (sha256(text) !== hash) throw new Error(`raw payload ${hash} is damaged: its bytes have another hash`);
  if (found.type === 'html') return { type: 'html', html: text };
  const json: Json = JSON.parse(text);
  return { type: 'json', json };
}
