import { ResponseInvalid } from '../../core/errors.js';
import type { Json } from '../../core/hash.js';
import { normaliseParcelNumber } from '../../core/ids.js';
import type { RawPayload, SourceDetail } from '../../core/raw-payload.js';
import type { Window } from '../../core/schemas/collect.js';
import { fieldOf } from '../../domain/readings.js';
import type { Asked, MaricopaClient } from './client.js';
import type { DocumentKind, PayloadKind } from './kinds.js';

/** One answer about a parcel: found, or why there is none. */
type Part =
  | { readonly kind: DocumentKind; readonly payloads: readonly RawPayload[]; readonly reason: null }
  | { readonly kind: DocumentKind; readonly payloads: readonly []; readonly reason: string };

/**
 * The answers about one parcel that are wanted, one request each. A malformed number is not sent: the service answers
 * signs in it with a 500 that looks like an outage.
 * @param kinds never empty; the register of rentals is left out where the full document says that there is no entry
 * @returns missing when there is no answer of any kind; found with `lacking` when some are missing
 */
export async function readDetail(
  client: MaricopaClient,
  kinds: readonly DocumentKind[],
  window: Window,
  key: string,
  signal: AbortSignal,
): Promise<SourceDetail> {
  const parcelNumber = normaliseParcelNumber(key);
  if (parcelNumber === null) return { status: 'missing', reason: 'not asked: the key is no parcel number' };
  const parts: Part[] = [];
  for (const kind of kinds) {
    if (kind === 'rental-details' && isNoRental(parts)) continue;
    parts.push(await readPart(client, kind, parcelNumber, window, signal));
  }
  const payloads = parts.flatMap((part) => part.payloads);
  const absent = parts.flatMap(({ kind, reason }) => (reason === null ? [] : [{ kind, reason }]));
  if (payloads.length === 0) return { status: 'missing', reason: absent[0]?.reason ?? 'nothing was asked' };
  if (absent.length === 0) return { status: 'found', payloads };
  return { status: 'found', payloads, lacking: absent.map(({ kind, reason }) => `${kind}: ${reason}`).join('; ') };
}

async function readPart(
  client: MaricopaClient,
  kind: DocumentKind,
  parcelNumber: string,
  window: Window,
  signal: AbortSignal,
): Promise<Part> {
  const none = (reason: string): Part => ({ kind, payloads: [], reason });
  try {
    const asked = await client.document(kind, parcelNumber, window, signal);
    if (asked.content.status === 'absent') return none(asked.content.reason);
    if (isEmptyList(asked.content.json)) return none('the county has no such parcel (empty list)');
    return { kind, payloads: payloadsOf(kind, parcelNumber, asked), reason: null };
  } catch (problem) {
    if (problem instanceof ResponseInvalid) return none(`${problem.code}: ${problem.message}`);
    throw problem;
  }
}

export function payloadsOf(
  kind: PayloadKind,
  key: string | null,
  { content, url, fetchId, fetchedAt }: Asked,
): readonly RawPayload[] {
  return content.status === 'absent'
    ? []
    : [{ kind, key, url, fetchId, fetchedAt, body: { type: 'json', json: content.json } }];
}

function isNoRental(parts: readonly Part[]): boolean {
  const [document] = parts.find(({ kind }) => kind === 'parcel')?.payloads ?? [];
  return document?.body.type === 'json' && fieldOf(document.body.json, 'IsRental') === false;
}

const isEmptyList = (json: Json) => Array.isArray(json) && json.length === 0;
