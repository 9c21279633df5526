import type { BaselineRow } from '../../core/schemas/baselines.js';
import { type Point, slopePerDay, trendByChance } from '../statistics.js';
import { baselineOf, effectiveSpread } from './compare.js';

/** Where the figures of a row lead. */
export interface Trend {
  readonly points: number;
  readonly direction: 'better' | 'worse' | 'steady' | 'no data';
  /** In the unit of the row; null without data. */
  readonly slopePerDay: number | null;
  /** How likely it is that chance alone shows such a trend, 0 to 1. */
  readonly byChance: number | null;
  /** Values far off all others, oldest first. */
  readonly anomalies: readonly (Point & { readonly spreads: number })[];
}

export interface TrendRules {
  readonly leastRuns: number;
  readonly anomalySpreads: number;
  /** A trend is told when chance explains it with less than what is left to 1. */
  readonly trendCertainty: number;
}

/** Trend and anomalies of the figures of one row. */
export function trendOf(
  points: readonly Point[],
  { direction, grain }: Pick<BaselineRow, 'direction' | 'grain'>,
  { leastRuns, anomalySpreads, trendCertainty }: TrendRules,
): Trend {
  const usual = baselineOf(
    points.map(({ value }) => value),
    leastRuns,
  );
  const slope = slopePerDay(points);
  if (usual === null || slope === null)
    return { points: points.length, direction: 'no data', slopePerDay: null, byChance: null, anomalies: [] };
  const byChance = trendByChance(points);
  const leads = byChance <= 1 - trendCertainty && slope !== 0;
  const rises = direction === 'higher' ? slope > 0 : slope < 0;
  const spread = effectiveSpread(usual, grain);
  const anomalies = [...points]
    .sort((a, b) => a.atMs - b.atMs)
    .map((point) => ({ ...point, spreads: (point.value - usual.median) / spread }))
    .filter(({ spreads }) => Math.abs(spreads) >= anomalySpreads);
  return {
    points: points.length,
    direction: leads ? (rises ? 'better' : 'worse') : 'steady',
    slopePerDay: slope,
    byChance,
    anomalies,
  };
}
