import { driftOf } from '../../core/drift.js';
import { type ErrorCode, PhoenixError } from '../../core/errors.js';
import { probeFailure } from '../../core/probe-failure.js';
import type { ProbeResult, Source } from '../../core/source.js';
import type { HttpGet } from '../../net/http-client.js';
import { createResoClient, type ResoClient } from './client.js';
import { parse, RESO_ROW, readPage } from './parse.js';
import { redact } from './redact.js';
import { RESO, type ResoSettings, requestsFor, traitsOf } from './settings.js';
import { walkPage } from './walk.js';

export { createResoSettings, type ResoSettings } from './settings.js';

export interface ResoDeps {
  readonly http: HttpGet;
  readonly settings: ResoSettings;
}

/**
 * A RESO Web API as a source: the licensed way to the listings of a multiple listing service. Pages by ZIP code and status, no
 * details. Keeps the token it holds in memory and nothing else.
 */
export function createReso({ http, settings }: ResoDeps): Source {
  const client = createResoClient(http, settings);
  return {
    name: RESO,
    via: 'http',
    history: 'since',
    traits: traitsOf(settings),
    kindOrder: [RESO_ROW],
    plan(scope) {
      const requests = requestsFor(scope, settings);
      const { windowLimit, windowMs } = settings.target.limit;
      return { requests, milliseconds: Math.ceil((requests * windowMs) / windowLimit), costUsdMicros: 0 };
    },
    probe: (signal) => probe(client, signal),
    readPage: (window, cursor, signal, walk) => walkPage(client, window, cursor, signal, walk),
    readDetail: async () => ({
      status: 'missing',
      reason: 'the service has no details: its rows say all that is asked',
    }),
    redact,
    parse,
    driftOf: (_payload, result) => driftOf(RESO, [result]),
  };
}

const STATE_OF: Readonly<Partial<Record<ErrorCode, ProbeResult['state']>>> = {
  AuthRejected: 'auth',
  Blocked: 'blocked',
  SchemaDrift: 'drift',
  ResponseInvalid: 'drift',
};

async function probe(client: ResoClient, signal: AbortSignal): Promise<ProbeResult> {
  try {
    const { rows } = readPage((await client.anyKey(signal)).json);
    if (rows.length === 0) return { state: 'drift', evidence: 'the service has no listing at all' };
    return { state: 'ok', evidence: 'the service gave a listing' };
  } catch (problem) {
    signal.throwIfAborted();
    if (!(problem instanceof PhoenixError)) throw problem;
    return probeFailure(problem, STATE_OF);
  }
}
