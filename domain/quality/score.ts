import type { ComposedProperty, StoredRecord } from '../../core/schemas/property.js';
import { saysTheSame } from '../compose.js';
import { factOf } from '../property-facts.js';
import { expectedFacts } from './expected.js';
import type { Finding } from './finding.js';

export const TERMS = ['completeness', 'validity', 'consistency', 'confidence'] as const;
export type TermName = (typeof TERMS)[number];

/**
 * Shares of the parts in the score; they add up to 1. Completeness weighs most, since an unknown value helps nobody; a value that
 * can hardly be true comes next, since it misleads.
 */
export const WEIGHTS: Readonly<Record<TermName, number>> = {
  completeness: 0.4,
  validity: 0.25,
  consistency: 0.2,
  confidence: 0.15,
};

/** What a finding takes from validity. A fact that cannot be is withheld besides. */
const PENALTY = { hard: 0.5, soft: 0.2 } as const;
/** Confidence in a fact that one source states; of two that agree it is 1, without evidence 0. */
const ONE_WITNESS = 0.9;

/** One part of a score. */
export interface QualityTerm {
  readonly name: TermName;
  readonly weight: number;
  /** 0 to 1. */
  readonly value: number;
  /** What was counted, in one sentence. */
  readonly explanation: string;
}

/** Why a score is not 1. */
export interface Reason {
  readonly term: TermName;
  /** Code of a rule, or `missing`, `not-asked`, `contradicted`, `one-witness`, `no-evidence`. */
  readonly code: string;
  /** RESO names. */
  readonly names: readonly string[];
  /** Points taken from the score, 0 to 1. The points of all reasons and the score add up to 1. */
  readonly points: number;
  readonly explanation: string;
}

export interface Quality {
  /** 0 to 1, two digits. */
  readonly score: number;
  readonly terms: readonly QualityTerm[];
  /** The heaviest first. */
  readonly reasons: readonly Reason[];
  /** Names that the sources can give. */
  readonly expected: readonly string[];
  /** Of those, what is not known. */
  readonly missing: readonly string[];
  /** Of those, what no answer was asked for yet. */
  readonly notAsked: readonly string[];
}

type Part = { readonly term: QualityTerm; readonly reasons: readonly Reason[] };

/**
 * How good the knowledge about a property is, as it may be shown: what is known of what its sources can give, whether it can be
 * true, how far sources agree, and how well it is witnessed. The clock is left out, so that a rebuild gives the same; freshness
 * is added where scores are gathered (`domain/quality/freshness.ts`). Pure.
 * @param property null when nothing of it may be shown: score 0
 * @param records those that it is composed of
 */
export function scoreQuality(
  property: ComposedProperty | null,
  records: readonly StoredRecord[],
  findings: readonly Finding[],
  isHome: boolean,
): Quality {
  const expected = expectedFacts(records, isHome);
  const missing = expected.filter(({ name }) => property === null || !isStated(property, name));
  const names = {
    expected: expected.map(({ name }) => name),
    missing: missing.map(({ name }) => name),
    notAsked: missing.filter(({ asked }) => !asked).map(({ name }) => name),
  };
  if (property === null || property.facts.length === 0) {
    const explanation = 'nothing of it may be shown';
    const terms = TERMS.map((name) => ({ name, weight: WEIGHTS[name], value: 0, explanation }));
    const reasons: readonly Reason[] = [{ term: 'validity', code: 'not-shown', names: [], points: 1, explanation }];
    return { score: 0, terms, reasons, ...names };
  }
  const parts = [
    completeness(names.expected, names.missing, names.notAsked),
    validity(findings),
    consistency(property),
    confidence(property, records),
  ];
  const score = parts.reduce((sum, { term }) => sum + term.weight * term.value, 0);
  return {
    score: Math.round(score * 100) / 100,
    terms: parts.map(({ term }) => term),
    reasons: parts.flatMap(({ reasons }) => reasons).sort((a, b) => b.points - a.points),
    ...names,
  };
}

function part(name: TermName, value: number, explanation: string, reasons: readonly Reason[]): Part {
  return { term: { name, weight: WEIGHTS[name], value, explanation }, reasons };
}

function completeness(expected: readonly string[], missing: readonly string[], notAsked: readonly string[]): Part {
  const term = 'completeness';
  const points = expected.length === 0 ? 0 : WEIGHTS[term] / expected.length;
  const reasons = missing.map((name): Reason => {
    const waits = notAsked.includes(name);
    const explanation = waits
      ? `${name} comes with an answer that was not asked for yet`
      : `${name} is not in the answers`;
    return { term, code: waits ? 'not-asked' : 'missing', names: [name], points, explanation };
  });
  const known = expected.length - missing.length;
  const explanation = `${known} of ${expected.length} facts that its sources can give are known`;
  return part(term, share(known, expected.length), explanation, reasons);
}

function validity(findings: readonly Finding[]): Part {
  const term = 'validity';
  const taken = findings.reduce((sum, { severity }) => sum + PENALTY[severity], 0);
  // Together they cannot take more than all of it.
  const scale = taken > 1 ? 1 / taken : 1;
  const reasons = findings.map(
    ({ code, severity, names, explanation }): Reason => ({
      ...{ term, code, names, explanation },
      points: WEIGHTS[term] * PENALTY[severity] * scale,
    }),
  );
  const hard = findings.filter(({ severity }) => severity === 'hard').length;
  const explanation = `${hard} findings that cannot be true, ${findings.length - hard} that can hardly be`;
  return part(term, 1 - Math.min(1, taken), explanation, reasons);
}

function consistency({ facts }: ComposedProperty): Part {
  const term = 'consistency';
  const contradicted = facts.filter(({ contradictedBy }) => contradictedBy.length > 0);
  const reasons = contradicted.map(({ name, value, source, contradictedBy }): Reason => {
    const others = contradictedBy.map((other) => `${other.value} (${other.source})`).join(', ');
    const explanation = `${name} is ${value} (${source}), and ${others}`;
    return { term, code: 'contradicted', names: [name], points: WEIGHTS[term] / facts.length, explanation };
  });
  const explanation = `${contradicted.length} of ${facts.length} facts are contradicted by another source or answer`;
  return part(term, share(facts.length - contradicted.length, facts.length), explanation, reasons);
}

function confidence({ facts }: ComposedProperty, records: readonly StoredRecord[]): Part {
  const term = 'confidence';
  const traced = (fact: { rawRef: string; fetchId: string; path: string }) =>
    fact.rawRef !== '' && fact.fetchId !== '' && fact.path !== '';
  const untraced = facts.filter((fact) => !traced(fact));
  const alone = facts.filter((fact) => traced(fact) && !isConfirmed(fact, records));
  const lost = untraced.length + alone.length * (1 - ONE_WITNESS);
  const pointsOf = (count: number) => (WEIGHTS[term] * count) / facts.length;
  const namesOf = (some: readonly { readonly name: string }[]) => some.map(({ name }) => name);
  const reasons: Reason[] = [];
  if (untraced.length > 0) {
    const explanation = `${untraced.length} facts do not name the stored answer, the request and the place`;
    reasons.push({
      term,
      code: 'no-evidence',
      names: namesOf(untraced),
      points: pointsOf(untraced.length),
      explanation,
    });
  }
  if (alone.length > 0) {
    const explanation = `${alone.length} facts are stated by one source alone`;
    const points = pointsOf(alone.length * (1 - ONE_WITNESS));
    // Most facts have one witness: their names would fill the row, and say nothing.
    reasons.push({ term, code: 'one-witness', names: [], points, explanation });
  }
  const explanation = `${facts.length - untraced.length} of ${facts.length} facts can be traced, ${alone.length} of them have one witness`;
  return part(term, 1 - lost / facts.length, explanation, reasons);
}

function isConfirmed(shown: ComposedProperty['facts'][number], records: readonly StoredRecord[]): boolean {
  return records.some(
    ({ source, facts }) =>
      source !== shown.source &&
      facts.some(({ name, value }) => name === shown.name && saysTheSame(name, value, shown.value)),
  );
}

function isStated(property: ComposedProperty, name: string): boolean {
  const value = factOf(property, name)?.value;
  return value !== undefined && value !== '' && !(typeof value === 'number' && Number.isNaN(value));
}

/** 0 of 0 is 0: a property of which nothing is known is not perfect. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
