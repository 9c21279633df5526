import type { SourceTraits } from '../core/source.js';
import type { HostLimit } from '../net/limiter.js';
import type { SourceTarget } from '../net/polite-request.js';

/** Where a map layer is asked, and the ceiling there. */
export interface LayerSettings {
  /** Address of the layer's query, without parameters. */
  readonly queryUrl: string;
  /** For the HTTP client's table of targets. */
  readonly target: SourceTarget;
}

/** Whole time of one request. A page of 1,000 rows is ordered by the server first (assumed; none was timed). */
const REQUEST_TIMEOUT_MS = 60_000;

/** @param path of the layer's query on its server */
export function layerSettings(
  baseUrl: string,
  path: string,
  limit: Omit<HostLimit, 'requestTimeoutMs'>,
): LayerSettings {
  return {
    queryUrl: `${baseUrl}${path}`,
    target: { origin: new URL(baseUrl).origin, limit: { ...limit, requestTimeoutMs: REQUEST_TIMEOUT_MS } },
  };
}

/** What is the same for all layers of parcels. */
export const LAYER_TRAITS: SourceTraits = {
  lanes: 2, // a ZIP is a handful of requests, so one lane is soon done and the other fills its gaps
  detailsBelongToComplete: false,
  requestBudget: null, // a whole market is some 30 requests
  detailKind: null, // a row says all that the layer knows
  detailFreshMs: 0,
  needsPermission: false, // public records, open to all without a token
  notConfigured: null,
  startDelayMs: 0,
};
