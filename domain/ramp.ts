import type { Ramp } from '../core/schemas/pace.js';

/** Parts of each ceiling, in per cent, through which the pace comes back after everything was frozen. */
export const RAMP_PERCENTS = [25, 50, 100] as const;

/**
 * Part of each ceiling that is allowed.
 * @param sinceMs time since the first step began, in milliseconds; before it the first step counts
 * @returns per cent, at most 100
 */
export function percentAt({ stepMs }: Ramp, sinceMs: number): number {
  const step = Math.max(0, Math.floor(sinceMs / stepMs));
  return RAMP_PERCENTS[step] ?? 100;
}
