/** A value that an estimate is made of. */
export interface EstimateInput {
  readonly name: string;
  /** Null: not stated. */
  readonly value: number | string | null;
  /** Where it comes from: a fact of the property, a published series, our own records, a setting. */
  readonly from: string;
  /** What time it is about, `YYYY-MM` or `YYYY-MM-DD`; left out where it has none. */
  readonly asOf?: string;
}

/** An estimate with all that it is made of. */
export interface Estimate<T extends number | string = number | string> {
  /** Null: it cannot be given; `reason` says why. */
  readonly value: T | null;
  readonly reason: string | null;
  /** Name and version of the formula; `docs/estimates.md` has it in words. */
  readonly formula: string;
  readonly inputs: readonly EstimateInput[];
}

export type MarketTrend = 'appreciating' | 'stable' | 'depreciating';
export type Recommendation = 'buy' | 'hold' | 'avoid';

/** What is estimated of a property. Rent in US dollars a month; the cap rate is a share of the asking price a year. */
export interface Estimates {
  readonly rental_estimate: Estimate<number>;
  readonly cap_rate: Estimate<number>;
  readonly market_trend: Estimate<MarketTrend>;
  readonly recommendation: Estimate<Recommendation>;
}

/** A published figure, with the month it is about. */
export interface DatedFigure {
  readonly value: number;
  /** `YYYY-MM`. */
  readonly period: string;
}

/** What is known of the market around a property. */
export interface ZipFigures {
  /** Newest `zillow.zori`, US dollars a month; null when none is published. */
  readonly rent: DatedFigure | null;
  /** `zillow.zhvi` month by month, oldest first. */
  readonly values: readonly DatedFigure[];
  /** Living areas of the homes that we know there; null when there are too few. Square feet. */
  readonly areas: {
    readonly homes: number;
    readonly median: number;
    /** Bounds of what is typical. */
    readonly from: number;
    readonly to: number;
    /** `YYYY-MM-DD` on which they were counted. */
    readonly asOf: string;
  } | null;
}

/** Settings of the formulas, from `config/estimates.json`. */
export interface EstimateRules {
  readonly rentKept: number;
  readonly trendMonths: number;
  readonly trendCertainty: number;
}
