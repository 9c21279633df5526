import { driftOf } from '../../core/drift.js';
import { type ErrorCode, PhoenixError } from '../../core/errors.js';
import { probeFailure } from '../../core/probe-failure.js';
import type { ProbeResult } from '../../core/source.js';
import { KNOWN_GOOD_SEARCH, type MaricopaClient } from './client.js';
import { parseSearch, readEnvelope } from './parse-search.js';
import { MARICOPA } from './settings.js';

const STATE_OF: Readonly<Partial<Record<ErrorCode, ProbeResult['state']>>> = {
  AuthRejected: 'auth',
  Blocked: 'blocked',
  SchemaDrift: 'drift',
  ResponseInvalid: 'drift',
};

/** Asks the known-good search and says how the service stands. Only what is no answer of the service is thrown (an abort). */
export async function probe(client: MaricopaClient, signal: AbortSignal): Promise<ProbeResult> {
  try {
    const { content, fetchedAt } = await client.search(KNOWN_GOOD_SEARCH, 1, null, signal);
    if (content.status === 'absent')
      return { state: 'drift', evidence: `search ${KNOWN_GOOD_SEARCH}: ${content.reason}` };
    const { TOTAL } = readEnvelope(content.json);
    const drift = driftOf(MARICOPA, [parseSearch('search-page', content.json, new Date(fetchedAt).getUTCFullYear())]);
    if (drift) return { state: 'drift', evidence: drift.message };
    if (TOTAL === 0)
      return { state: 'drift', evidence: `search ${KNOWN_GOOD_SEARCH} gave nothing, and always had rows` };
    return { state: 'ok', evidence: `search ${KNOWN_GOOD_SEARCH} gave TOTAL ${TOTAL}` };
  } catch (problem) {
    signal.throwIfAborted();
    if (!(problem instanceof PhoenixError)) throw problem;
    return probeFailure(problem, STATE_OF);
  }
}
