import type { Config } from '../../core/config.js';
import type { SourceName } from '../../core/schemas/names.js';
import { PERSONAL_CLASSES, type PersonalClass } from '../../core/schemas/personal.js';
import type { SourceTarget } from '../../net/polite-request.js';
import { DOCUMENT_KINDS, type DocumentKind } from './kinds.js';

export const MARICOPA: SourceName = 'maricopa-assessor';

/** A token, and the variable that names it to an operator. */
export interface Credential {
  readonly variable: string;
  readonly token: string;
}

/** Settings of the county source. */
export interface MaricopaSettings {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Bare tokens in the order they are used, with the variables they come from; none sends none. */
  readonly credentials: readonly Credential[];
  /** What is asked for about one parcel, a request each, in the order of `kinds.ts`. Never empty. */
  readonly details: readonly DocumentKind[];
  /** Classes of personal data that are kept; empty for none. */
  readonly personalClasses: ReadonlySet<PersonalClass>;
  /** Most requests of one sequence, walk and details together. */
  readonly requestBudget: number;
  /** Where the source may go, and the ceiling there; for the HTTP client's table of targets. */
  readonly target: SourceTarget;
}

type MaricopaConfig = Pick<
  Config,
  | 'maricopaApiKey'
  | 'maricopaApiKey2'
  | 'maricopaBaseUrl'
  | 'maricopaDetails'
  | 'maricopaInFlight'
  | 'maricopaRequestBudget'
  | 'maricopaWindowLimit'
  | 'maricopaWindowMs'
  | 'personalData'
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
    credentials: credentialsOf(config),
    details: DOCUMENT_KINDS.filter((kind) => config.maricopaDetails.includes(kind)),
    personalClasses: new Set(PERSONAL_CLASSES.filter((name) => config.personalData.includes(name))),
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

/** The same token twice is one token. */
function credentialsOf({ maricopaApiKey, maricopaApiKey2 }: MaricopaConfig): readonly Credential[] {
  const first = maricopaApiKey === null ? [] : [{ variable: 'MARICOPA_API_KEY', token: maricopaApiKey }];
  if (maricopaApiKey2 === null || maricopaApiKey2 === maricopaApiKey) return first;
  return [...first, { variable: 'MARICOPA_API_KEY_2', token: maricopaApiKey2 }];
}
