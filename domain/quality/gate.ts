import type { GatheredQuality } from './gather.js';
import { medianOf } from './spread.js';

/** Limits of the gate; `config/quality.json`. Shares 0 to 1. */
export interface GateLimits {
  /** Fewer properties say nothing, and pass. */
  readonly fewestProperties: number;
  readonly completenessOfAsked: number;
  readonly validity: number;
  readonly agreement: number;
  /** Most of these. */
  readonly duplicates: number;
  /** Most facts withheld a property. */
  readonly withheldPerProperty: number;
  /** Most that a share may fall below the middle of earlier runs. */
  readonly drop: number;
  /** Most that the known share of one field may fall below the middle of earlier runs. */
  readonly fieldDrop: number;
  /** So many earlier runs make the baseline; without any, only the other limits hold. */
  readonly baselineRuns: number;
}

/** Whether a run's quality holds. */
export interface GateVerdict {
  /** `too-few`: nothing was judged. */
  readonly state: 'passed' | 'below' | 'too-few';
  /** Earlier runs that it was held against. */
  readonly baselineRuns: number;
  /** What is below and by how much, with the command to look closer; one sentence each. */
  readonly reasons: readonly string[];
}

const SHARES = ['completenessOfAsked', 'validity', 'agreement'] as const;
const WORDS: Readonly<Record<(typeof SHARES)[number], string>> = {
  completenessOfAsked: 'completeness of what was asked',
  validity: 'share of properties without a finding',
  agreement: 'agreement of sources',
};

/**
 * Holds the quality of a run against limits, and against the middle of earlier runs. Pure.
 * @param earlier of the same market, the newest first
 */
export function judgeRun(now: GatheredQuality, earlier: readonly GatheredQuality[], limits: GateLimits): GateVerdict {
  const baseline = earlier.slice(0, limits.baselineRuns);
  if (now.properties < limits.fewestProperties) {
    return { state: 'too-few', baselineRuns: baseline.length, reasons: [] };
  }
  const reasons = [
    ...SHARES.flatMap((name) => below(WORDS[name], now[name], limits[name])),
    ...SHARES.flatMap((name) =>
      dropped(
        WORDS[name],
        now[name],
        baseline.map((one) => one[name]),
        limits.drop,
      ),
    ),
    ...above('share of duplicates', now.duplicates, limits.duplicates),
    ...above('facts withheld a property', now.withheldFacts / now.properties, limits.withheldPerProperty),
    ...fieldDrops(now, baseline, limits),
  ];
  return { state: reasons.length === 0 ? 'passed' : 'below', baselineRuns: baseline.length, reasons };
}

const percent = (value: number) => `${Math.round(value * 1_000) / 10} %`;

function below(words: string, value: number | null, least: number): readonly string[] {
  if (value === null || value >= least) return [];
  return [`${words} is ${percent(value)}, the limit is ${percent(least)}; see: phx quality report`];
}

function above(words: string, value: number | null, most: number): readonly string[] {
  if (value === null || value <= most) return [];
  return [`${words} is ${percent(value)}, the limit is ${percent(most)}; see: phx quality report`];
}

function dropped(
  words: string,
  value: number | null,
  before: readonly (number | null)[],
  most: number,
): readonly string[] {
  const known = before.filter((one) => one !== null);
  if (value === null || known.length === 0) return [];
  const usual = medianOf(known);
  if (usual - value <= most) return [];
  return [
    `${words} fell to ${percent(value)} from ${percent(usual)} of ${known.length} earlier runs; see: phx quality trends`,
  ];
}

/** Of a field that few properties have, one more or less says nothing. */
const FEWEST_EXPECTED = 20;

function fieldDrops(
  now: GatheredQuality,
  baseline: readonly GatheredQuality[],
  { fieldDrop }: GateLimits,
): readonly string[] {
  return Object.entries(now.fields).flatMap(([name, { expected, known, notAsked }]) => {
    const asked = expected - notAsked;
    if (asked < FEWEST_EXPECTED) return [];
    const before = baseline.flatMap((one) => {
      const field = one.fields[name];
      const was = field === undefined ? 0 : field.expected - field.notAsked;
      return field === undefined || was < FEWEST_EXPECTED ? [] : [field.known / was];
    });
    if (before.length === 0 || medianOf(before) - known / asked <= fieldDrop) return [];
    const words = `${name} is known of ${percent(known / asked)} where it was ${percent(medianOf(before))}`;
    return [`${words}: an answer has changed or was not read; see: phx quality field ${name}, phx sources drift`];
  });
}
