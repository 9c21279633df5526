import { type Config, isLoopback } from '../../core/config.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { PlanScope, SourceTraits } from '../../core/source.js';
import type { SourceTarget } from '../../net/polite-request.js';

export const SOURCE: SourceName = 'phoenix-mls';

/** Settings of the source; the pace itself is kept by the host's limit. */
export interface PhoenixMlsSettings {
  /** `PHOENIX_MLS_BASE_URL`, without a slash at the end. */
  readonly baseUrl: string;
  /** Least time between two pages (`PHOENIX_MLS_PACE_MS`). */
  readonly paceMs: number;
  /** How long the source waits after the sequence began (`PHOENIX_MLS_START_DELAY_MS`). */
  readonly startDelayMs: number;
  /** Where the source may go, and the pace there; for the browser's table of targets. */
  readonly target: SourceTarget;
}

/** Sizes of a results page that the site offers, and the largest, which is walked. */
export const PAGE_SIZES: readonly number[] = [5, 10, 15, 20, 25];
export const PAGE_SIZE = 25;

/** What is on the market; sold, expired and withdrawn listings are not walked. */
export const STATUSES_WALKED: readonly string[] = ['Active', 'Active Under Contract', 'Pending', 'Coming Soon'];

/** Listings of one ZIP code, for plans before anything was asked (assumed). */
const LISTINGS_PER_ZIP = 60;

/** Kind of payload of a detail page, and of its record. */
export const LISTING_PAGE = 'listing-page';

/** Remarks may change while the card stays the same, so an unchanged listing is opened again after three days. */
const DETAIL_FRESH_MS = 3 * 86_400_000;

/** Longest time one page may take: loading, settling, and some room. Not below `BrowserPool.longestLoadMs`. */
const PAGE_TIMEOUT_MS = 40_000;

/**
 * One page at a time is loaded, which the host's limit sees to; the other lanes take its turn while one waits: for a captcha to
 * be solved (10 s and more), for its next attempt, for a browser.
 */
export const LANES = 3;

type PhoenixMlsConfig = Pick<Config, 'phoenixMlsBaseUrl' | 'phoenixMlsPaceMs' | 'phoenixMlsStartDelayMs'>;

/** Settings of the listing source out of the process settings. */
export function createPhoenixMlsSettings(config: PhoenixMlsConfig): PhoenixMlsSettings {
  const paceMs = config.phoenixMlsPaceMs;
  return {
    baseUrl: config.phoenixMlsBaseUrl,
    paceMs,
    startDelayMs: config.phoenixMlsStartDelayMs,
    target: {
      origin: new URL(config.phoenixMlsBaseUrl).origin,
      limit: { windowLimit: 1, windowMs: paceMs, inFlight: 1, requestTimeoutMs: PAGE_TIMEOUT_MS },
    },
  };
}

export function traitsOf({ baseUrl, startDelayMs }: PhoenixMlsSettings): SourceTraits {
  return {
    lanes: LANES,
    detailsBelongToComplete: true,
    requestBudget: null,
    detailKind: LISTING_PAGE,
    detailFreshMs: DETAIL_FRESH_MS,
    needsPermission: !isLoopback(baseUrl), // a site on this machine needs none
    notConfigured: null,
    startDelayMs,
  };
}

/** Pages a walk over ZIP codes will open: results, and the detail of every listing. */
export function pagesFor({ zips, limit }: PlanScope): number {
  const listings = zips.map(({ held }) => Math.min(held ?? LISTINGS_PER_ZIP, limit ?? Number.POSITIVE_INFINITY));
  return listings.reduce((sum, count) => sum + Math.max(1, Math.ceil(count / PAGE_SIZE)) + count, 0);
}
