import type { SourceName } from '../../core/schemas/names.js';
import { contradictedNames, contradictionsRanked, type RankedContradiction } from './contradictions.js';
import { type FreshnessLimits, freshnessOf, hoursSince, type LastWindow, withFreshness } from './freshness.js';
import { type FieldQuality, fieldsOf } from './gather-fields.js';
import type { GatherableRow } from './row.js';
import { TERMS, type TermName } from './score.js';
import { type Spreads, spreadFindings, spreadsOf } from './spread.js';

/** Quality of some properties taken together. Shares are 0 to 1; null where nothing could be counted. */
export interface GatheredQuality {
  readonly properties: number;
  /** Of those, what may be shown. */
  readonly published: number;
  /** Mean of the scores, freshness in it. */
  readonly score: number | null;
  /** Means of the parts of the scores. */
  readonly terms: Readonly<Record<TermName, number>> | null;
  readonly freshness: number | null;
  /** Facts known of the facts that the sources can give. */
  readonly completeness: number | null;
  /** The same, without facts whose answer was not asked for yet. */
  readonly completenessOfAsked: number | null;
  /** Properties without a finding. */
  readonly validity: number | null;
  /** Facts that two sources state and agree on. */
  readonly agreement: number | null;
  /** Properties that another one shares its address with, where one of them is a listing without a parcel. */
  readonly duplicates: number | null;
  readonly withheldFacts: number;
  /** Findings by the code of their rule, abrupt changes and those beside the ZIP code's spread too. */
  readonly findings: Readonly<Record<string, number>>;
  readonly fields: Readonly<Record<string, FieldQuality>>;
  readonly sources: Readonly<Record<string, PartQuality>>;
  readonly parsers: Readonly<Record<string, PartQuality>>;
  readonly zips: Readonly<Record<string, PartQuality>>;
  /** The most frequent first. */
  readonly contradictions: readonly RankedContradiction[];
}

/** Quality of the properties that a source, parser or ZIP code has part in. */
export interface PartQuality {
  readonly properties: number;
  readonly score: number;
  readonly freshness: number;
  readonly completeness: number;
  readonly findings: number;
  readonly withheld: number;
}

/** What rows are gathered with. */
export interface GatherContext {
  readonly windows: readonly LastWindow[];
  readonly limits: FreshnessLimits;
  readonly nowMs: number;
  /** Spreads of the whole market; left out: of the rows themselves. */
  readonly spreads?: Spreads;
}

interface Weighed {
  readonly row: GatherableRow;
  readonly freshness: number;
  readonly score: number;
  readonly codes: readonly string[];
  readonly findingNames: readonly string[];
}

/** Gathers rows: of a run, a ZIP code, a source. Pure; the order of the rows decides nothing but examples. */
export function gatherQuality(rows: readonly GatherableRow[], context: GatherContext): GatheredQuality {
  const hours = hoursSince(context.windows, context.nowMs);
  const spreads = context.spreads ?? spreadsOf(rows);
  const weighed = rows.map((row): Weighed => {
    const freshness = meanOf(
      [...new Set(row.answers.map(({ source }) => source))].map((source) =>
        freshnessOf(hours(source, row.zip), context.limits),
      ),
    );
    const beside = spreadFindings(row.zip, row.ratios, spreads);
    const all = [...row.findings, ...row.jumps, ...beside];
    return {
      row,
      freshness: freshness ?? 0,
      score: withFreshness(row.score, freshness ?? 0),
      codes: all.map(({ code }) => code),
      findingNames: all.flatMap(({ names }) => [...new Set(names)]),
    };
  });
  const expected = sum(rows, (row) => row.expected.length);
  const missing = sum(rows, (row) => row.missing.length);
  const notAsked = sum(rows, (row) => row.notAsked.length);
  const witnessed = sum(rows, (row) => Object.keys(row.witnesses).length);
  const differing = sum(rows, (row) => contradictedNames(row).length);
  return {
    properties: rows.length,
    published: rows.filter(({ published }) => published).length,
    score: meanOf(weighed.map(({ score }) => score)),
    terms: rows.length === 0 ? null : termMeans(rows),
    freshness: meanOf(weighed.map(({ freshness }) => freshness)),
    completeness: share(expected - missing, expected),
    completenessOfAsked: share(expected - missing, expected - notAsked),
    validity: share(weighed.filter(({ codes }) => codes.length === 0).length, rows.length),
    agreement: share(witnessed - differing, witnessed),
    duplicates: share(duplicatesIn(rows).length, rows.length),
    withheldFacts: sum(rows, (row) => row.withheld.length),
    findings: countBy(weighed.flatMap(({ codes }) => codes)),
    fields: fieldsOf(weighed, context.nowMs),
    sources: partsOf(weighed, ({ answers }) => answers.map(({ source }) => source)),
    parsers: partsOf(weighed, ({ answers }) => answers.map(({ parser }) => parser)),
    zips: partsOf(weighed, ({ zip }) => [zip ?? 'none']),
    contradictions: contradictionsRanked(rows),
  };
}

/** Properties that another one shares its address with, where one of them is a listing without a parcel. Pure. */
export function duplicatesIn(rows: readonly GatherableRow[]): readonly string[] {
  const byAddress = new Map<string, GatherableRow[]>();
  for (const row of rows) {
    if (row.address !== null) byAddress.set(row.address, [...(byAddress.get(row.address) ?? []), row]);
  }
  const isLoose = ({ propertyId }: GatherableRow) => propertyId.startsWith('listing:');
  return [...byAddress.values()]
    .filter((group) => group.length > 1 && group.some(isLoose))
    .flatMap((group) => group.map(({ propertyId }) => propertyId));
}

function partsOf(
  weighed: readonly Weighed[],
  partNames: (row: GatherableRow) => readonly (SourceName | string)[],
): Readonly<Record<string, PartQuality>> {
  const parts = new Map<string, Weighed[]>();
  for (const one of weighed) {
    for (const name of new Set(partNames(one.row))) parts.set(name, [...(parts.get(name) ?? []), one]);
  }
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, own]) => [name, partOf(own)]));
}

function partOf(own: readonly Weighed[]): PartQuality {
  const rows = own.map(({ row }) => row);
  const expected = sum(rows, (row) => row.expected.length);
  return {
    properties: own.length,
    score: meanOf(own.map(({ score }) => score)) ?? 0,
    freshness: meanOf(own.map(({ freshness }) => freshness)) ?? 0,
    completeness: share(expected - sum(rows, (row) => row.missing.length), expected) ?? 0,
    findings: sum(own, ({ codes }) => codes.length),
    withheld: sum(rows, (row) => row.withheld.length),
  };
}

function termMeans(rows: readonly GatherableRow[]): Readonly<Record<TermName, number>> {
  const of = (name: TermName) => meanOf(rows.map(({ terms }) => terms[name])) ?? 0;
  const [completeness, validity, consistency, confidence] = TERMS.map(of);
  return {
    completeness: completeness ?? 0,
    validity: validity ?? 0,
    consistency: consistency ?? 0,
    confidence: confidence ?? 0,
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

const round = (value: number) => Math.round(value * 10_000) / 10_000;
const share = (part: number, whole: number): number | null => (whole === 0 ? null : round(part / whole));

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : round(values.reduce((total, value) => total + value, 0) / values.length);
}
