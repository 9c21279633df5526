import type { Config } from '../../core/config.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { SourceTraits } from '../../core/source.js';
import type { SourceTarget } from '../../net/polite-request.js';

export const PIMA_ASSESSOR: SourceName = 'pima-assessor';

/** Settings of the parcels of Pima County. */
export interface PimaAssessorSettings {
  /** Address of the layer's query, without parameters. */
  readonly queryUrl: string;
  /** Where the source may go, and the ceiling there; for the HTTP client's table of targets. */
  readonly target: SourceTarget;
}

/** Parcels with the roll of the county assessor, on the City of Tucson's map server (public code that asks it, read 2026-11). */
const LAYER = '/arcgis/rest/services/PublicMaps/PropertyHousing/MapServer/17/query';

/** Rows asked at one time. The county's own server gives 2,000 at most; that this one gives 1,000 is assumed. It may give fewer. */
export const PAGE_ROWS = 1_000;

/** Whole time of one request. A page of 1,000 rows is ordered by the server first (assumed; none was timed). */
const REQUEST_TIMEOUT_MS = 60_000;

/** ZIPs walked at one time. */
const LANES = 2;

/** Parcels of a ZIP code before anything was asked, for plans (assumed: 400,000 parcels in some 50 ZIP codes, rounded up). */
export const ASSUMED_PARCELS = 10_000;

type PimaAssessorConfig = Pick<
  Config,
  'pimaAssessorBaseUrl' | 'pimaAssessorInFlight' | 'pimaAssessorWindowLimit' | 'pimaAssessorWindowMs'
>;

/** Settings of this source out of the process settings. */
export function createPimaAssessorSettings(config: PimaAssessorConfig): PimaAssessorSettings {
  const { pimaAssessorBaseUrl: baseUrl } = config;
  return {
    queryUrl: `${baseUrl}${LAYER}`,
    target: {
      origin: new URL(baseUrl).origin,
      limit: {
        windowLimit: config.pimaAssessorWindowLimit,
        windowMs: config.pimaAssessorWindowMs,
        inFlight: config.pimaAssessorInFlight,
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
