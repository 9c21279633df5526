/** Value below which a share of sorted values lies, between neighbours in proportion; null for none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at));
}

export function median(values: readonly number[]): number | null {
  return quantile(values, 0.5);
}

/** What makes the median of the distances of normal values their standard deviation. */
const NORMAL = 1.4826;

/** Spread that single outliers do not move: the median distance from the median, scaled to a standard deviation; 0 for none. */
export function robustSpread(values: readonly number[]): number {
  const middle = median(values);
  if (middle === null) return 0;
  return NORMAL * (median(values.map((value) => Math.abs(value - middle))) ?? 0);
}

/** One value at a time, epoch milliseconds. */
export interface Point {
  readonly atMs: number;
  readonly value: number;
}

const DAY_MS = 86_400_000;

/** Median of the slopes between all pairs, a day (Theil and Sen); null without two times. */
export function slopePerDay(points: readonly Point[]): number | null {
  const slopes = pairsOf(points).flatMap(([a, b]) =>
    b.atMs === a.atMs ? [] : [((b.value - a.value) * DAY_MS) / (b.atMs - a.atMs)],
  );
  return median(slopes);
}

/**
 * How likely it is that values without any trend show one so clear, from 0 to 1 (Mann and Kendall, two-sided, with the correction
 * for ties). 1 for fewer than four values, which can show nothing.
 */
export function trendByChance(points: readonly Point[]): number {
  const n = points.length;
  if (n < 4) return 1;
  const sorted = [...points].sort((a, b) => a.atMs - b.atMs);
  const score = pairsOf(sorted).reduce((sum, [a, b]) => sum + Math.sign(b.value - a.value), 0);
  const ties = new Map<number, number>();
  for (const { value } of points) ties.set(value, (ties.get(value) ?? 0) + 1);
  const weight = (count: number) => count * (count - 1) * (2 * count + 5);
  const variance = (weight(n) - [...ties.values()].reduce((sum, count) => sum + weight(count), 0)) / 18;
  if (variance <= 0) return 1;
  const z = Math.max(0, Math.abs(score) - 1) / Math.sqrt(variance);
  return 2 * (1 - normalBelow(z));
}

/** Share of a standard normal distribution below a value of at least 0 (Abramowitz and Stegun 26.2.17, error below 1e-7). */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const weights = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const sum = weights.reduceRight((inner, weight) => (inner + weight) * t, 0);
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}

function pairsOf<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((a, at) => items.slice(at + 1).map((b) => [a, b] as const));
}
