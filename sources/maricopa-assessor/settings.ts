import type { Config } from '../../core/config.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { SourceTarget } from '../../net/polite-request.js';

export const MARICOPA: SourceName = 'maricopa-assessor';

/** Settings of the county source. */
export interface MaricopaSettings {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Bare token; null sends none. */
  readonly token: string | null;
  /** Most requests of one sequence, walk and details together. */
  readonly requestBudget: number;
  /** Where the source may go, and the ceiling there; for the HTTP client's table of targets. */
  readonly target: SourceTarget;
}

type MaricopaConfig = Pick<
  Config,
  | 'maricopaApiKey'
  | 'maricopaBaseUrl'
  | 'maricopaInFlight'
  | 'maricopaRequestBudget'
  | 'maricopaWindowLimit'
  | 'maricopaWindowMs'
>;

/** Whole time of one request: the slowest recorded answers took 5 s (subdivision search) and 2.6 s (full parcel). */
const REQUEST_TIMEOUT_MS = 30_000;

/** ZIPs walked at one time; two requests are in flight at most, the third lane fills the gaps. */
export const LANES = 3;

/**
 * Age up to which a parcel's document is not asked again while its search row stays the same. 30 days: values change once a
 * year and sales are recorded by the month (assumed).
 */
export const DETAIL_FRESH_MS = 30 * 24 * 3_600_000;

/**
 * TOTAL of a search by ZIP on 2025-07-23 (recorded; `sources.md` 1.2). Used for plans alone, never to end a walk.
 */
export const KNOWN_TOTALS: ReadonlyMap<string, number> = new Map([
  ['85031', 6_632],
  ['85033', 13_097],
  ['85035', 9_921],
]);
/** TOTAL of a ZIP that was never asked, for plans (assumed: the mean of the three known ones, rounded up). */
export const ASSUMED_TOTAL = 10_000;

/** Settings of the county source out of the process settings. */
export function createMaricopaSettings(config: MaricopaConfig): MaricopaSettings {
  return {
    baseUrl: config.maricopaBaseUrl,
    token: config.maricopaApiKey,
    requestBudget: config.maricopaRequestBudget,
    target: {
      origin: new URL(config.maricopaBaseUrl).origin,
      limit: {
        windowLimit: config.maricopaWindowLimit,
        windowMs: config.maricopaWindowMs,
        inFlight: config.maricopaInFlight,
        requestTimeoutMs: REQUEST_TIMEOUT_MS,
      },
    },
  };
}
