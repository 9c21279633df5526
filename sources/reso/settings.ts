import type { Config } from '../../core/config.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { ChangesPolicy, PlanScope, SourceTraits } from '../../core/source.js';
import type { SourceTarget } from '../../net/polite-request.js';
import { lookupWords } from './fields.js';

export const RESO: SourceName = 'reso';

/** How requests are authorised: a token that was given, or one that is asked for. */
export type ResoCredentials =
  | { readonly kind: 'bearer'; readonly token: string }
  | {
      readonly kind: 'client';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly tokenUrl: string;
      readonly scope: string | null;
    };

/** Settings of the RESO Web API source. */
export interface ResoSettings {
  /** Root of the OData service, without a slash at the end. */
  readonly baseUrl: string;
  /** Null: not configured, see `notConfigured`. */
  readonly credentials: ResoCredentials | null;
  /** Names the settings that are missing; null when none is. */
  readonly notConfigured: string | null;
  /** Statuses walked, in the provider's words. */
  readonly statuses: readonly string[];
  readonly pageRows: number;
  /** When only changes are asked for. */
  readonly changes: ChangesPolicy;
  /** Where the source may go, and the ceiling there; for the HTTP client's table of targets. */
  readonly target: SourceTarget;
}

/** Whole time of one request (assumed; none was timed). */
const REQUEST_TIMEOUT_MS = 30_000;

const HOUR_MS = 3_600_000;

/** ZIPs walked at one time. */
const LANES = 2;

/** Listings of one ZIP code, for plans before anything was asked (assumed, as for the listing site). */
const LISTINGS_PER_ZIP = 60;

type ResoConfig = Pick<
  Config,
  | 'resoBaseUrl'
  | 'resoClientId'
  | 'resoClientSecret'
  | 'resoInFlight'
  | 'resoKeysHours'
  | 'resoOldestHours'
  | 'resoOverlapMinutes'
  | 'resoPageRows'
  | 'resoStatuses'
  | 'resoToken'
  | 'resoTokenScope'
  | 'resoTokenUrl'
  | 'resoWholeHours'
  | 'resoWindowLimit'
  | 'resoWindowMs'
>;

/** Settings of the RESO source out of the process settings. A bearer token wins over client credentials. */
export function createResoSettings(config: ResoConfig): ResoSettings {
  const origin = new URL(config.resoBaseUrl).origin;
  const credentials = credentialsOf(config);
  const tokenOrigin = credentials?.kind === 'client' ? new URL(credentials.tokenUrl).origin : origin;
  return {
    baseUrl: config.resoBaseUrl,
    credentials,
    notConfigured: credentials === null ? missingOf(config) : null,
    statuses: config.resoStatuses,
    pageRows: config.resoPageRows,
    changes: {
      overlapMs: config.resoOverlapMinutes * 60_000,
      wholeEveryMs: config.resoWholeHours * HOUR_MS,
      keysEveryMs: config.resoKeysHours * HOUR_MS,
      oldestMs: config.resoOldestHours * HOUR_MS,
      listedStatuses: config.resoStatuses.map(lookupWords),
    },
    target: {
      origin,
      ...(tokenOrigin === origin ? {} : { moreOrigins: [tokenOrigin] }),
      limit: {
        windowLimit: config.resoWindowLimit,
        windowMs: config.resoWindowMs,
        inFlight: config.resoInFlight,
        requestTimeoutMs: REQUEST_TIMEOUT_MS,
      },
    },
  };
}

function credentialsOf(config: ResoConfig): ResoCredentials | null {
  const { resoToken, resoClientId, resoClientSecret, resoTokenUrl, resoTokenScope } = config;
  if (resoToken !== null) return { kind: 'bearer', token: resoToken };
  if (resoClientId === null || resoClientSecret === null || resoTokenUrl === null) return null;
  return {
    kind: 'client',
    clientId: resoClientId,
    clientSecret: resoClientSecret,
    tokenUrl: resoTokenUrl,
    scope: resoTokenScope,
  };
}

function missingOf({ resoClientId, resoClientSecret, resoTokenUrl }: ResoConfig): string {
  const missing = [
    ...(resoClientId === null ? ['RESO_CLIENT_ID'] : []),
    ...(resoClientSecret === null ? ['RESO_CLIENT_SECRET'] : []),
    ...(resoTokenUrl === null ? ['RESO_TOKEN_URL'] : []),
  ];
  return `it has no credentials: set RESO_TOKEN, or ${missing.join(', ')} (sources/reso/README.md)`;
}

export function traitsOf({ notConfigured, changes }: ResoSettings): SourceTraits {
  return {
    lanes: LANES,
    detailsBelongToComplete: false,
    requestBudget: null,
    detailKind: null, // a row of the service says all that is asked
    detailFreshMs: 0,
    needsPermission: false, // the credentials are given out with the licence
    notConfigured,
    changes,
    startDelayMs: 0,
  };
}

/** Requests of a whole walk over ZIP codes, the one for a token included. */
export function requestsFor(
  { zips, limit }: PlanScope,
  { pageRows, credentials }: Pick<ResoSettings, 'pageRows' | 'credentials'>,
): number {
  const pagesOf = (held: number | null) =>
    Math.max(1, Math.ceil(Math.min(held ?? LISTINGS_PER_ZIP, limit ?? Number.POSITIVE_INFINITY) / pageRows));
  return zips.reduce((sum, { held }) => sum + pagesOf(held), 0) + (credentials?.kind === 'client' ? 1 : 0);
}
