import type { SourceName } from './names.js';

/** Stored answers of a day that are read once more. */
export interface ReplayScope {
  readonly market: string;
  readonly county: string;
  /** `YYYY-MM-DD` in the market's zone. */
  readonly runDate: string;
  readonly sources: readonly SourceName[];
}

export interface ReplayDayInput extends ReplayScope {
  /** Write what differs; false: only say it. */
  readonly apply: boolean;
  /** Set by the workflow itself when it continues as new. */
  readonly goneThrough?: { readonly cursor: ReplayCursor; readonly totals: readonly ReplayTotals[] };
}

/** Place in a day: answers that first came on it, then versions of it, whose answers may have been known before. */
export interface ReplayCursor {
  readonly part: 'answers' | 'versions';
  readonly after: string;
}

export interface ReplayBatchInput extends ReplayScope {
  readonly apply: boolean;
  readonly runKey: string;
  readonly cursor: ReplayCursor;
}

/** What today's parsers read in the stored answers of one source, against what is kept. */
export interface ReplayTotals {
  readonly source: SourceName;
  readonly answers: number;
  /** Records read; a record in several answers counts with each. `records = equal + changed + fresh`. */
  readonly records: number;
  readonly equal: number;
  readonly changed: number;
  /** Records that nothing is kept of. */
  readonly fresh: number;
  /** Readings that are kept and that today's parser does not give any more. They stay. */
  readonly lost: number;
  readonly rejected: number;
  /** Records written, with `apply`. */
  readonly written: number;
  /** Records in which a fact differs, by its name. */
  readonly names: Readonly<Record<string, number>>;
  /** Ids of some records that differ. */
  readonly examples: readonly string[];
  /** Processor time of parsers and comparison, milliseconds. */
  readonly readMs: number;
  /** Time by the clock in which the database was waited for, milliseconds. */
  readonly storeMs: number;
}

export interface ReplayBatchResult {
  readonly totals: readonly ReplayTotals[];
  /** Null after the last batch. */
  readonly next: ReplayCursor | null;
}

export interface ReplayDayResult {
  readonly totals: readonly ReplayTotals[];
}
