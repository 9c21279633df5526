import type { Config } from '../../core/config.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { SourceTraits } from '../../core/source.js';
import type { SourceTarget } from '../../net/polite-request.js';

export const GIS: SourceName = 'maricopa-gis';

/** Settings of the county's map layer. */
export interface GisSettings {
  /** Address of the layer's query, without parameters. */
  readonly queryUrl: string;
  /** Where the source may go, and the ceiling there; for the HTTP client's table of targets. */
  readonly target: SourceTarget;
}

/** Parcels layer on the county's map server (public code that asks it, read 2025-07). */
const LAYER = '/arcgis/rest/services/Parcels/MapServer/0/query';

/** Rows asked at one time; the layer gives no more (contract, read 2025-07). It may give fewer. */
export const PAGE_ROWS = 1_000;

/** Whole time of one request. A page of 1,000 rows is ordered by the server first (assumed; none was timed). */
const REQUEST_TIMEOUT_MS = 60_000;

/** ZIPs walked at one time. A ZIP is a handful of requests, so one lane is soon done and the other fills its gaps. */
const LANES = 2;

/** Parcels of a ZIP code before anything was asked, for plans (assumed: the mean of the market's ZIPs, rounded up). */
export const ASSUMED_PARCELS = 10_000;

type GisConfig = Pick<
  Config,
  'maricopaGisBaseUrl' | 'maricopaGisInFlight' | 'maricopaGisWindowLimit' | 'maricopaGisWindowMs'
>;

/** Settings of the map layer out of the process settings. */
export function createGisSettings(config: GisConfig): GisSettings {
  return {
    queryUrl: `${config.maricopaGisBaseUrl}${LAYER}`,
    target: {
      origin: new URL(config.maricopaGisBaseUrl).origin,
      limit: {
        windowLimit: config.maricopaGisWindowLimit,
        windowMs: config.maricopaGisWindowMs,
        inFlight: config.maricopaGisInFlight,
        requestTimeoutMs: REQUEST_TIMEOUT_MS,
      },
    },
  };
}

export const TRAITS: SourceTraits = {
  lanes: LANES,
  detailsBelongToComplete: false,
  requestBudget: null, // a whole market is some 30 requests
  detailKind: null, // a row says all that the layer knows
  detailFreshMs: 0,
  needsPermission: false, // public records, open to all without a token
  notConfigured: null,
  startDelayMs: 0,
};
