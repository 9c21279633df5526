import type { SourceResult } from '../core/schemas/collect.js';
import type { AlternativePlan, SourcePlan, StandIn } from '../core/schemas/sequence.js';

/** A ZIP that a source did not collect, and the source that may stand in for it there. */
export interface Gap {
  readonly alternative: AlternativePlan;
  readonly zip: string;
  /** Why the source itself did not collect it. */
  readonly because: string;
}

/** How sources ended so far, by name. */
export type Ended = ReadonlyMap<string, SourceResult>;

/**
 * The ZIPs that sources with an alternative did not collect: the source was left out or failed as a whole, or the window of the
 * ZIP is failed or partial. A limit and a cancellation are no such reasons: they are wanted.
 * @param zips of the run
 */
export function gapsOf(
  alternatives: readonly AlternativePlan[],
  zips: readonly string[],
  ended: Ended,
): readonly Gap[] {
  return alternatives.flatMap((alternative): readonly Gap[] => {
    const result = ended.get(alternative.of);
    if (result === undefined) return [];
    const { status, reason } = result;
    const whole = result.zips.length === 0 && (status === 'skipped' || status === 'failed');
    if (whole) return zips.map((zip) => ({ alternative, zip, because: reason ?? status }));
    return result.zips.flatMap((one) =>
      isGap(one) ? [{ alternative, zip: one.zip, because: one.reason ?? one.status }] : [],
    );
  });
}

function isGap({ status, reason }: SourceResult['zips'][number]): boolean {
  return (status === 'failed' || status === 'partial') && reason !== 'limit' && reason !== 'cancelled';
}

/** The sources to be asked now, each for the ZIPs that lack it. None that the run asks anyway, and none that cannot be asked. */
export function toAsk(
  gaps: readonly Gap[],
): readonly { readonly plan: SourcePlan; readonly zips: readonly string[] }[] {
  const plans = gaps.flatMap(({ alternative: { plan } }) => (plan === null || plan.skipReason !== null ? [] : [plan]));
  return [...new Map(plans.map((plan) => [plan.source, plan] as const)).values()].map((plan) => ({
    plan,
    zips: [...new Set(gaps.flatMap(({ alternative, zip }) => (alternative.by === plan.source ? [zip] : [])))],
  }));
}

/** What stood in for what, or why it could not, once the sources that were to be asked have ended. */
export function standInsOf(gaps: readonly Gap[], ended: Ended): readonly StandIn[] {
  return gaps.map(({ alternative: { of, by, plan }, zip, because }) => ({
    zip,
    of,
    by,
    because,
    problem: plan?.skipReason ?? problemOf(ended.get(by), zip),
  }));
}

/** Why a source did not collect a ZIP either; null when it did. */
function problemOf(result: SourceResult | undefined, zip: string): string | null {
  const own = result?.zips.find((one) => one.zip === zip);
  if (own?.status === 'complete' || own?.reason === 'limit') return null;
  return own?.reason ?? result?.reason ?? 'it was not asked';
}

/** Stand-ins in words, one sentence for the ZIPs that have the rest in common. */
export function standInsInWords(standIns: readonly StandIn[]): readonly string[] {
  const zipsOf = new Map<string, string[]>();
  for (const { zip, of, by, because, problem } of standIns) {
    const rest =
      problem === null
        ? `${by} instead of ${of}, because ${because}`
        : `nothing instead of ${of} (${because}): ${by}: ${problem}`;
    zipsOf.set(rest, [...(zipsOf.get(rest) ?? []), zip]);
  }
  return [...zipsOf].map(([rest, zips]) => `${zips.join(' ')}: ${rest}`);
}
