/** How long one answer is waited for, by what answers took. Plain data. */
export interface Patience {
  /** Smoothed time of an answer, and its mean deviation; null before the first answer. */
  readonly meanMs: number | null;
  readonly deviationMs: number;
  /** Time-outs in a row; each doubles the time. */
  readonly timeouts: number;
}

/** Before anything was measured: a model that is loaded from a slow disk answers within this (assumed), and no answer is worth more than the most. */
export const PATIENCE_BOUNDS = { first: 60_000, least: 15_000, most: 180_000 } as const;

export const FIRST_PATIENCE: Patience = { meanMs: null, deviationMs: 0, timeouts: 0 };

/** Weights of the newest answer, and how many deviations are waited (RFC 6298, section 2). */
const [MEAN_WEIGHT, DEVIATION_WEIGHT, DEVIATIONS] = [1 / 8, 1 / 4, 4];
/** Answers differ more in length than round trips of a network do: the time is doubled (assumed). */
const ROOM = 2;

/**
 * Time for the next answer, in milliseconds: twice (mean and four deviations), as TCP reckons its own; 60 s before the first answer;
 * doubled for each time-out in a row. Always 15 s to 180 s. Pure.
 */
export function patienceMs({ meanMs, deviationMs, timeouts }: Patience): number {
  const { first, least, most } = PATIENCE_BOUNDS;
  const base = meanMs === null ? first : Math.max(least, ROOM * (meanMs + DEVIATIONS * deviationMs));
  return Math.round(Math.min(most, base * 2 ** Math.min(timeouts, 8)));
}

/** After an answer that took so long. Pure. */
export function answered({ meanMs, deviationMs }: Patience, tookMs: number): Patience {
  if (meanMs === null) return { meanMs: tookMs, deviationMs: tookMs / 2, timeouts: 0 };
  const away = Math.abs(meanMs - tookMs);
  return {
    meanMs: meanMs * (1 - MEAN_WEIGHT) + tookMs * MEAN_WEIGHT,
    deviationMs: deviationMs * (1 - DEVIATION_WEIGHT) + away * DEVIATION_WEIGHT,
    timeouts: 0,
  };
}

/** After none came in time. Pure. */
export function timedOut(patience: Patience): Patience {
  return { ...patience, timeouts: patience.timeouts + 1 };
}
