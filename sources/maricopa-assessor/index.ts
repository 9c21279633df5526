import { driftOf } from '../../core/drift.js';
import { ResponseInvalid } from '../../core/errors.js';
import { normaliseParcelNumber } from '../../core/ids.js';
import type { Cursor, Window } from '../../core/schemas/collect.js';
import type { RawPayload, Source, SourceDetail, SourcePage } from '../../core/source.js';
import type { HttpGet } from '../../net/http-client.js';
import { type Asked, createMaricopaClient, type MaricopaClient } from './client.js';
import { KIND_ORDER, type PayloadKind } from './kinds.js';
import { parse } from './parse.js';
import { readEnvelope } from './parse-search.js';
import { planOf } from './plan.js';
import { probe } from './probe.js';
import { redact } from './redact.js';
import { DETAIL_FRESH_MS, LANES, MARICOPA, type MaricopaSettings } from './settings.js';
import { placeAfter, placeOf } from './walk.js';

export { kindOfPath } from './kinds.js';
export { createMaricopaSettings, type MaricopaSettings } from './settings.js';

export interface MaricopaDeps {
  readonly http: HttpGet;
  readonly settings: MaricopaSettings;
}

/** The Maricopa County Assessor as a source: search pages by ZIP, one document a parcel. Holds no state of its own. */
export function createMaricopaAssessor({ http, settings }: MaricopaDeps): Source {
  const client = createMaricopaClient(http, settings);
  return {
    name: MARICOPA,
    via: 'http',
    history: 'live',
    traits: {
      lanes: LANES,
      detailsBelongToComplete: false,
      requestBudget: settings.requestBudget,
      detailKind: 'parcel',
      detailFreshMs: DETAIL_FRESH_MS,
      needsPermission: false,
      notConfigured: null,
      startDelayMs: 0,
    },
    kindOrder: KIND_ORDER,
    plan: (scope) => planOf(scope, settings),
    probe: (signal) => probe(client, signal),
    readPage: (window, cursor, signal) => readPage(client, window, cursor, signal),
    readDetail: (window, key, signal) => readDetail(client, window, key, signal),
    redact,
    parse,
    driftOf: (_payload, result) => driftOf(MARICOPA, [result]),
  };
}

async function readPage(
  client: MaricopaClient,
  window: Window,
  cursor: Cursor | null,
  signal: AbortSignal,
): Promise<SourcePage> {
  const place = placeOf(cursor);
  if (place === null) throw new ResponseInvalid(MARICOPA, `${window.zip}: the cursor is not of this source`);
  const asked = await client.search(window.zip, place.page, window, signal);
  if (asked.content.status === 'absent') throw new ResponseInvalid(MARICOPA, `${asked.url}: ${asked.content.reason}`);
  const { TOTAL, Results } = readEnvelope(asked.content.json);
  return {
    payloads: payloadsOf('search-page', null, asked),
    nextCursor: placeAfter(place, { total: TOTAL, rows: Results.length }),
    total: TOTAL,
  };
}

/** A malformed number is not sent: the service answers signs in it with a 500 that looks like an outage. */
async function readDetail(
  client: MaricopaClient,
  window: Window,
  key: string,
  signal: AbortSignal,
): Promise<SourceDetail> {
  const parcelNumber = normaliseParcelNumber(key);
  if (parcelNumber === null) return { status: 'missing', reason: 'not asked: the key is no parcel number' };
  try {
    const asked = await client.parcel(parcelNumber, window, signal);
    if (asked.content.status === 'absent') return { status: 'missing', reason: asked.content.reason };
    if (isEmptyList(asked.content.json))
      return { status: 'missing', reason: 'the county has no such parcel (empty list)' };
    return { status: 'found', payloads: payloadsOf('parcel', parcelNumber, asked) };
  } catch (problem) {
    if (problem instanceof ResponseInvalid) return { status: 'missing', reason: `${problem.code}: ${problem.message}` };
    throw problem;
  }
}

function payloadsOf(
  kind: PayloadKind,
  key: string | null,
  { content, url, fetchId, fetchedAt }: Asked,
): readonly RawPayload[] {
  return content.status === 'absent'
    ? []
    : [{ kind, key, url, fetchId, fetchedAt, body: { type: 'json', json: content.json } }];
}

const isEmptyList = (json: unknown) => Array.isArray(json) && json.length === 0;
