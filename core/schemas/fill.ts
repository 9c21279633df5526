import type { SourceResult } from './collect.js';
import type { SourceName } from './names.js';
import type { SourcePlan } from './sequence.js';

/** Input of `fillGaps`: days from `from` to `to`, both inside, `YYYY-MM-DD` in the market's zone. */
export interface FillGapsInput {
  readonly market: string;
  readonly from: string;
  readonly to: string;
  /** Null: all sources of the market. */
  readonly sources: readonly SourceName[] | null;
  /** Null: all ZIPs of the market. */
  readonly zips: readonly string[] | null;
}

/** One day of it, as the activity that looks at the ledger gets it. */
export interface FillDayInput extends Omit<FillGapsInput, 'from' | 'to'> {
  readonly runDate: string;
}

/** What a day lacked, and what is left to do. */
export interface FillDayPlan {
  readonly county: string;
  /** Windows that are complete, and those that were closed as missed before. */
  readonly complete: number;
  readonly missedBefore: number;
  /** Windows of sources that show only the present, closed as missed by this. */
  readonly missed: number;
  /** What can still be asked for, by source. */
  readonly collect: readonly FillPart[];
}

/** One source of one day. */
export interface FillPart {
  readonly plan: SourcePlan;
  readonly zips: readonly string[];
  /** The day is over; the source is asked for what changed last on it. */
  readonly past: boolean;
}

/** What became of one source of one day. */
export interface FilledSource {
  readonly runDate: string;
  readonly result: SourceResult;
}

/** Result of `fillGaps`: counts of windows, and what was asked for. */
export interface FillGapsResult {
  readonly days: number;
  readonly complete: number;
  readonly missed: number;
  readonly missedBefore: number;
  readonly filled: readonly FilledSource[];
}
