import type { FactValue } from '../../core/schemas/facts.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { ChosenFact, ComposedProperty, StoredRecord } from '../../core/schemas/property.js';
import { addressKey, parseAddress } from '../address.js';
import { NOT_COMPARED } from '../compose.js';
import { factOf, textFact } from '../property-facts.js';
import type { Finding } from './finding.js';
import type { Judged } from './judge.js';
import type { Reason, TermName } from './score.js';
import { type Ratios, ratiosOf } from './spread.js';

/** Moves when rules or weights change, so that what was judged by older ones is judged again. */
export const RULES_VERSION = 3;

/** An answer that facts came from, and when. */
export interface AskedAnswer {
  readonly source: SourceName;
  readonly kind: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** What read it: the product's version, or the selector set of a page. */
  readonly parser: string;
}

/** Two sources that do not say the same. */
export interface Contradiction {
  /** RESO name. */
  readonly name: string;
  readonly shown: { readonly source: SourceName; readonly value: FactValue };
  readonly other: { readonly source: SourceName; readonly value: FactValue };
  /** How far apart: 0 to 1 of the larger number, 1 for texts. */
  readonly size: number;
}

/** The quality of one property, as kept. All that is gathered over properties is made of these. */
export interface QualityRow {
  readonly propertyId: string;
  readonly market: string;
  readonly zip: string | null;
  /** Content of the property's records that was judged. */
  readonly contentHash: string;
  readonly rulesVersion: number;
  /** False: nothing of it may be shown. */
  readonly published: boolean;
  readonly isHome: boolean;
  /** Without freshness; equal to `quality_score` of the read model. */
  readonly score: number;
  readonly terms: Readonly<Record<TermName, number>>;
  readonly reasons: readonly Reason[];
  readonly findings: readonly Finding[];
  /** What moved abruptly since the state of a record before this one; not in the score, which knows one state alone. */
  readonly jumps: readonly Finding[];
  readonly withheld: readonly WithheldRow[];
  readonly expected: readonly string[];
  readonly missing: readonly string[];
  readonly notAsked: readonly string[];
  readonly answers: readonly AskedAnswer[];
  /** Place in `answers` of each shown fact, by RESO name. */
  readonly shown: Readonly<Record<string, number>>;
  /** Other sources that state it, each by the place of an answer of it; names that one source states are left out. */
  readonly witnesses: Readonly<Record<string, readonly number[]>>;
  readonly contradictions: readonly Contradiction[];
  /** Street line and ZIP code in one form; null where they are not known. */
  readonly address: string | null;
  readonly ratios: Ratios;
}

/** What is needed to gather rows: all but what explains the single score. */
export type GatherableRow = Omit<QualityRow, 'reasons'>;

/** A fact that is not shown, with the way to its bytes. */
export interface WithheldRow {
  readonly recordId: string;
  readonly source: SourceName;
  readonly code: string;
  readonly name: string;
  readonly value: FactValue;
  readonly reason: string;
  readonly rawRef: string;
  readonly fetchId: string;
  readonly path: string;
  /** What an earlier answer of the same source said, which is served in its place; null when none was good. */
  readonly instead: { readonly value: FactValue; readonly at: string } | null;
}

/** Reasons kept of one property: what weighs less says little. */
const MOST_REASONS = 20;

/** What is kept about a judged property. Pure. */
export function qualityRow(
  name: Pick<QualityRow, 'propertyId' | 'market' | 'zip' | 'contentHash'>,
  records: readonly StoredRecord[],
  { property, isHome, findings, withheld, quality }: Judged,
  jumps: readonly Finding[] = [],
): QualityRow {
  const answers = answersOf(records);
  const facts = property?.facts ?? [];
  const termOf = (term: TermName) => round(quality.terms.find((one) => one.name === term)?.value ?? 0);
  return {
    ...name,
    rulesVersion: RULES_VERSION,
    published: property !== null,
    isHome,
    score: quality.score,
    terms: {
      completeness: termOf('completeness'),
      validity: termOf('validity'),
      consistency: termOf('consistency'),
      confidence: termOf('confidence'),
    },
    reasons: quality.reasons.slice(0, MOST_REASONS).map((reason) => ({ ...reason, points: round(reason.points) })),
    findings,
    jumps,
    withheld: withheld.map(({ recordId, code, reason, fact, instead }) => {
      const { source, value, rawRef, fetchId, path } = fact;
      const served = instead === null ? null : { value: instead.value, at: instead.fetchedAt };
      return { recordId, source, code, name: fact.name, value, reason, rawRef, fetchId, path, instead: served };
    }),
    expected: quality.expected,
    missing: quality.missing,
    notAsked: quality.notAsked,
    answers,
    shown: Object.fromEntries(facts.map((fact) => [fact.name, placeIn(answers, fact)])),
    witnesses: Object.fromEntries(
      facts.flatMap(({ name: fact, source }) => {
        if (NOT_COMPARED.has(fact)) return [];
        const others = records.filter((one) => one.source !== source && one.facts.some((own) => own.name === fact));
        const places = others.map((one) => answers.findIndex((answer) => answer.source === one.source));
        return others.length === 0 ? [] : [[fact, [...new Set(places)]]];
      }),
    ),
    contradictions: facts.flatMap(contradictionsOf),
    address: property === null ? null : addressForm(property),
    ratios: ratiosOf(property, isHome),
  };
}

function answersOf(records: readonly StoredRecord[]): readonly AskedAnswer[] {
  const found = new Map<string, AskedAnswer>();
  for (const { source, facts } of records) {
    for (const { kind, fetchedAt, path, parser } of facts) {
      const id = `${source} ${kind}`;
      const before = found.get(id);
      if (before !== undefined && before.at >= fetchedAt) continue;
      found.set(id, { source, kind, at: fetchedAt, parser: parserOf(source, path, parser) });
    }
  }
  return [...found.values()];
}

/** Pages are read by named selector sets, which stand before the place in the page; all else by the product of a version. */
function parserOf(source: SourceName, path: string, parser: string | undefined): string {
  const set = /^([a-z0-9-]+@\d+)\b/.exec(path)?.[1];
  return `${source} ${set ?? parser ?? 'of a version that was not noted'}`;
}

function placeIn(answers: readonly AskedAnswer[], { source, kind }: ChosenFact): number {
  return answers.findIndex((answer) => answer.source === source && answer.kind === kind);
}

function contradictionsOf({ name, source, value, contradictedBy }: ChosenFact): readonly Contradiction[] {
  return contradictedBy.map((other) => ({
    name,
    shown: { source, value },
    other: { source: other.source, value: other.value },
    size: sizeOf(value, other.value),
  }));
}

function sizeOf(a: FactValue, b: FactValue): number {
  if (typeof a !== 'number' || typeof b !== 'number') return 1;
  const larger = Math.max(Math.abs(a), Math.abs(b));
  return larger === 0 ? 0 : round(Math.min(1, Math.abs(a - b) / larger));
}

function addressForm(property: ComposedProperty): string | null {
  const text = textFact(property, 'UnparsedAddress')?.value;
  const address = text === undefined ? null : parseAddress(text, textFact(property, 'City')?.value ?? null);
  const zip = factOf(property, 'PostalCode')?.value ?? property.zip;
  // A street without a number is no address: fields and canals share it.
  if (address === null || address.streetNumber === null || zip === null) return null;
  return `${addressKey(address)}, ${zip}`;
}

const round = (value: number) => Math.round(value * 10_000) / 10_000;
