import type { PlanScope } from '../../core/source.js';

/** A scope of plans. @param held things that ZIP codes held when they were walked last; others were never walked */
export function planScope(
  zips: readonly string[],
  limit: number | null,
  held: Readonly<Record<string, number>> = {},
): PlanScope {
  return { zips: zips.map((zip) => ({ zip, held: held[zip] ?? null })), limit };
}
