/** The files of open market data, in the order in which they are asked for. */
export const MARKET_FILES = ['census-acs', 'zillow-values', 'zillow-rents', 'redfin-zip', 'fhfa-hpi'] as const;
export type MarketFileName = (typeof MARKET_FILES)[number];

/** One published figure about an area. */
export interface Indicator {
  /** For example `zillow.zhvi`, `census.B25064`, `redfin.median_sale_price`. */
  readonly series: string;
  /** ZIP code, or `metro:38060`. */
  readonly area: string;
  /** Last month of the time it is about, `YYYY-MM`. */
  readonly period: string;
  /** Months it is about, the last one included: 1, 3, or 60. */
  readonly months: number;
  /** Null: published as withheld or not known; `reason` says which. */
  readonly value: number | null;
  readonly reason: string | null;
  readonly unit: 'USD' | 'USD a month' | 'index' | 'homes' | 'days' | 'ratio';
  /** Where in the file it stands: row and column, by their own names. */
  readonly place: string;
}

export interface RefreshMarketFileInput {
  readonly file: MarketFileName;
  /** Ask though it was asked lately; the server may still say that nothing has changed. */
  readonly force: boolean;
}

/** What became of one file. */
export interface RefreshMarketFileResult {
  readonly file: MarketFileName;
  /** `fresh`: asked lately, not asked now. `unchanged`: the server says so. `stored`: read whole. `failed`: see `reason`. */
  readonly outcome: 'fresh' | 'unchanged' | 'stored' | 'failed';
  readonly reason: string | null;
  /** Figures of our areas that the file holds; 0 unless it was read. */
  readonly indicators: number;
  /** Of these, new or revised ones. */
  readonly changed: number;
  /** Newest month known after this, `YYYY-MM`; null when nothing is known. */
  readonly newest: string | null;
  /** One sentence when the newest figure is older than its publisher's rhythm allows; else null. */
  readonly stale: string | null;
}

export interface RefreshMarketInput {
  readonly files: readonly MarketFileName[];
  readonly force: boolean;
}
