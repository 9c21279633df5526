import type { BaselineRow, Direction } from '../../core/schemas/baselines.js';
import { median, quantile, robustSpread } from '../statistics.js';

/** What is usual for one row, made of the figures of runs. */
export interface Baseline {
  readonly runs: number;
  readonly median: number;
  readonly p05: number;
  readonly p95: number;
  /** Robust standard deviation. */
  readonly spread: number;
}

export type Verdict = 'better' | 'as usual' | 'worse' | 'no data';

/** A figure held against what is usual, the target, and the warning of the document. */
export interface Compared {
  readonly verdict: Verdict;
  /** How many spreads it is off the median; null without data. */
  readonly spreads: number | null;
  /** Null where there is no figure. */
  readonly insideTarget: boolean | null;
  readonly pastWarning: boolean | null;
}

/** Smaller than this share of the median is noise, however little the figures vary. */
const NOISE = 0.05;

/** The baseline of some figures; null for fewer than `leastRuns`. */
export function baselineOf(figures: readonly (number | null)[], leastRuns: number): Baseline | null {
  const values = figures.filter((value) => value !== null);
  const [middle, p05, p95] = [median(values), quantile(values, 0.05), quantile(values, 0.95)];
  if (values.length < leastRuns || middle === null || p05 === null || p95 === null) return null;
  return { runs: values.length, median: middle, p05, p95, spread: robustSpread(values) };
}

/** The spread that a difference is measured by: never below what is noise. */
export function effectiveSpread({ median: middle, spread }: Baseline, grain: number): number {
  return Math.max(spread, NOISE * Math.abs(middle), grain);
}

/**
 * Holds a figure against its baseline. Without a figure or a baseline the verdict is `no data`.
 * @param usualSpreads so many spreads off the median is still as usual
 */
export function compare(
  value: number | null,
  baseline: Baseline | null,
  row: Pick<BaselineRow, 'direction' | 'grain' | 'target' | 'document'>,
  usualSpreads: number,
): Compared {
  const { direction, grain, target, document } = row;
  const against = {
    insideTarget: value === null ? null : atLeastAsGood(value, target, direction),
    pastWarning: value === null ? null : !atLeastAsGood(value, document.warning, direction),
  };
  if (value === null || baseline === null) return { verdict: 'no data', spreads: null, ...against };
  const spreads = (value - baseline.median) / effectiveSpread(baseline, grain);
  const good = direction === 'higher' ? spreads : -spreads;
  const verdict = Math.abs(spreads) <= usualSpreads ? 'as usual' : good > 0 ? 'better' : 'worse';
  return { verdict, spreads, ...against };
}

/** True where a value is the limit or on its better side. */
export function atLeastAsGood(value: number, limit: number, direction: Direction): boolean {
  return direction === 'higher' ? value >= limit : value <= limit;
}
