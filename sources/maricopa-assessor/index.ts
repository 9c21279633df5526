import { driftOf } from '../../core/drift.js';
import { ResponseInvalid } from '../../core/errors.js';
import type { Cursor, Window } from '../../core/schemas/collect.js';
import type { Source, SourcePage } from '../../core/source.js';
import { type TroubleWatch, UNWATCHED } from '../../core/trouble-watch.js';
import { fieldOf } from '../../domain/readings.js';
import type { HttpGet } from '../../net/http-client.js';
import { passOf } from '../pass.js';
import { markOfPage } from '../repeated-page.js';
import { createMaricopaClient, type MaricopaClient } from './client.js';
import { payloadsOf, readDetail } from './details.js';
import { kindOrderOf } from './kinds.js';
import { parse } from './parse.js';
import { readEnvelope } from './parse-search.js';
import { personalFacts } from './personal.js';
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
  /** Is told when another token did what one did not. Left out: nobody is. */
  readonly watch?: Pick<TroubleWatch, 'handled'>;
}

/**
 * The Maricopa County Assessor as a source: search pages by ZIP, one document a parcel or the parts that are wanted. Its
 * only state is which token is in use.
 */
export function createMaricopaAssessor({ http, settings, watch = UNWATCHED }: MaricopaDeps): Source {
  const client = createMaricopaClient(http, settings, watch);
  return {
    name: MARICOPA,
    via: 'http',
    history: 'live',
    traits: {
      lanes: LANES,
      detailsBelongToComplete: false,
      requestBudget: settings.requestBudget,
      detailKind: settings.details[0] ?? null,
      detailFreshMs: DETAIL_FRESH_MS,
      requestsPerDetail: settings.details.length,
      needsPermission: false,
      notConfigured: null,
      startDelayMs: 0,
    },
    kindOrder: kindOrderOf(settings.details),
    plan: (scope) => planOf(scope, settings),
    probe: (signal) => probe(client, signal),
    readPage: (window, cursor, signal) => readPage(client, window, cursor, signal),
    readDetail: (window, key, signal) => readDetail(client, settings.details, window, key, signal),
    redact,
    personalFacts: (payload) => personalFacts(payload, settings.personalClasses),
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
  const mark = markOfPage({ source: MARICOPA, zip: window.zip, markBefore: place.mark, keys: keysOf(Results) });
  return {
    payloads: payloadsOf('search-page', null, asked),
    nextCursor: placeAfter(place, { total: TOTAL, rows: Results.length, mark }),
    total: TOTAL,
    ...passOf(place),
  };
}

const keysOf = (rows: readonly unknown[]) => rows.map((row) => fieldOf(row, 'APN'));
