/** How much freshness weighs in a score that it is part of; the rest is the score without it. */
export const FRESHNESS_WEIGHT = 0.1;

/** Hours after the last complete window of a source and ZIP code. */
export interface FreshnessLimits {
  /** Up to here it is fresh: 1. */
  readonly freshHours: number;
  /** From here it is worth nothing: 0. Between them it falls in a straight line. */
  readonly staleHours: number;
}

/** 0 to 1. @param hours since the last complete window; null when there never was one */
export function freshnessOf(hours: number | null, { freshHours, staleHours }: FreshnessLimits): number {
  if (hours === null) return 0;
  return Math.min(1, Math.max(0, (staleHours - hours) / (staleHours - freshHours)));
}

/** A score with freshness in it. */
export function withFreshness(score: number, freshness: number): number {
  return (1 - FRESHNESS_WEIGHT) * score + FRESHNESS_WEIGHT * freshness;
}

/** When a source last walked a ZIP code completely. */
export interface LastWindow {
  readonly source: string;
  readonly zip: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/** Hours since the last complete window by source and ZIP code; null where there was none. */
export function hoursSince(windows: readonly LastWindow[], nowMs: number) {
  const last = new Map(windows.map(({ source, zip, atMs }) => [`${source} ${zip}`, atMs] as const));
  return (source: string, zip: string | null): number | null => {
    const atMs = last.get(`${source} ${zip}`);
    return atMs === undefined ? null : Math.max(0, (nowMs - atMs) / 3_600_000);
  };
}
