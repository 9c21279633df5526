import { driftOf } from '../../core/drift.js';
import { type ErrorCode, PhoenixError } from '../../core/errors.js';
import type { ProbeResult, Source } from '../../core/source.js';
import type { HttpGet } from '../../net/http-client.js';
import { createGisClient, type GisClient } from './client.js';
import { GIS_PAGE, GIS_ROW, parse } from './parse.js';
import { redact } from './redact.js';
import { GIS, type GisSettings, requestsFor, TRAITS } from './settings.js';
import { walkPage } from './walk.js';

export { createGisSettings, type GisSettings } from './settings.js';

export interface GisDeps {
  readonly http: HttpGet;
  readonly settings: GisSettings;
}

/** A ZIP code that has always had parcels; asked by a probe. */
const KNOWN_ZIP = '85031';
/** Enough to tell a changed row from bad data. */
const PROBED_ROWS = 10;

/**
 * The county's map layer of parcels as a source: the second witness beside the assessor, and the one that knows coordinates.
 * Pages of 1,000 rows by ZIP code, no details, no token. Holds no state of its own.
 */
export function createMaricopaGis({ http, settings }: GisDeps): Source {
  const client = createGisClient(http, settings);
  return {
    name: GIS,
    via: 'http',
    history: 'live',
    traits: TRAITS,
    kindOrder: [GIS_ROW],
    plan({ zips, limit }) {
      const requests = requestsFor(zips.length, limit);
      const { windowLimit, windowMs } = settings.target.limit;
      return { requests, milliseconds: Math.ceil((requests * windowMs) / windowLimit), costUsdMicros: 0 };
    },
    probe: (signal) => probe(client, signal),
    readPage: (window, cursor, signal) => walkPage(client, window, cursor, signal),
    readDetail: async () => ({ status: 'missing', reason: 'the map layer has no details: its rows say all it knows' }),
    redact,
    parse,
    driftOf: (_payload, result) => driftOf(GIS, [result]),
  };
}

const STATE_OF: Readonly<Partial<Record<ErrorCode, ProbeResult['state']>>> = {
  AuthRejected: 'auth',
  Blocked: 'blocked',
  SchemaDrift: 'drift',
  ResponseInvalid: 'drift',
};

async function probe(client: GisClient, signal: AbortSignal): Promise<ProbeResult> {
  try {
    const asked = await client.rows(KNOWN_ZIP, 0, PROBED_ROWS, null, signal);
    const result = parse({ ...asked, kind: GIS_PAGE, key: null, body: redact({ type: 'json', json: asked.json }) });
    const drift = driftOf(GIS, [result]);
    if (drift) return { state: 'drift', evidence: drift.message };
    if (result.records.length === 0)
      return { state: 'drift', evidence: `${KNOWN_ZIP} has no parcels, and always had some` };
    return { state: 'ok', evidence: `${KNOWN_ZIP} gave ${result.records.length} parcels` };
  } catch (problem) {
    signal.throwIfAborted();
    if (!(problem instanceof PhoenixError)) throw problem;
    return { state: STATE_OF[problem.code] ?? 'down', evidence: `${problem.code}: ${problem.message}` };
  }
}
