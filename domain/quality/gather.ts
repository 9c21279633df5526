import { isListingProperty } from '../../core/ids.js';
import { contradictedNames, createContradictionGatherer, type RankedContradiction } from './contradictions.js';
import type { Finding } from './finding.js';
import { type FreshnessLimits, freshnessOf, hoursSince, type LastWindow, withFreshness } from './freshness.js';
import { createFieldGatherer, type FieldQuality } from './gather-fields.js';
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

/** Quality over rows that come one after another. */
export interface QualityGatherer {
  add(row: GatherableRow): void;
  total(): GatheredQuality;
}

/** Gathers rows: of a run, a ZIP code, a source. Pure; the order of the rows decides nothing but examples. */
export function gatherQuality(rows: readonly GatherableRow[], context: GatherContext): GatheredQuality {
  const gatherer = createGatherer({ ...context, spreads: context.spreads ?? spreadsOf(rows) });
  for (const row of rows) gatherer.add(row);
  return gatherer.total();
}

/** Gathers rows that need not be held: of each only counts are kept, the ages of its facts and its address. */
export function createGatherer(context: GatherContext & { readonly spreads: Spreads }): QualityGatherer {
  const hours = hoursSince(context.windows, context.nowMs);
  const whole = createPart();
  const groups = { sources: createParts(), parsers: createParts(), zips: createParts() };
  const terms = new Map<TermName, number>();
  const counts = { published: 0, notAsked: 0, witnessed: 0, differing: 0, good: 0 };
  const codes = new Map<string, number>();
  const [fields, contradictions] = [createFieldGatherer(context.nowMs), createContradictionGatherer()];
  const duplicates = createDuplicates();
  const weigh = (row: GatherableRow): Weighed => {
    const sources = [...new Set(row.answers.map(({ source }) => source))];
    const freshness = meanOf(sources.map((source) => freshnessOf(hours(source, row.zip), context.limits))) ?? 0;
    const beside = spreadFindings(row.zip, row.ratios, context.spreads);
    const findings = [...row.findings, ...row.jumps, ...beside];
    return { row, freshness, score: withFreshness(row.score, freshness), findings };
  };
  return {
    add(row) {
      const weighed = weigh(row);
      const { findings } = weighed;
      whole.add(weighed);
      groups.sources.add(
        row.answers.map(({ source }) => source),
        weighed,
      );
      groups.parsers.add(
        row.answers.map(({ parser }) => parser),
        weighed,
      );
      groups.zips.add([row.zip ?? 'none'], weighed);
      for (const name of TERMS) terms.set(name, (terms.get(name) ?? 0) + row.terms[name]);
      counts.published += row.published ? 1 : 0;
      counts.notAsked += row.notAsked.length;
      counts.witnessed += Object.keys(row.witnesses).length;
      counts.differing += contradictedNames(row).length;
      counts.good += findings.length === 0 ? 1 : 0;
      for (const { code } of findings) codes.set(code, (codes.get(code) ?? 0) + 1);
      const names = findings.flatMap((one) => [...new Set(one.names)]);
      fields.add(row, names);
      contradictions.add(row);
      duplicates.add(row);
    },
    total() {
      const { properties, expected, missing, withheld, ...means } = whole.sums();
      const mean = (sum: number) => (properties === 0 ? null : round(sum / properties));
      const termOf = (name: TermName) => mean(terms.get(name) ?? 0) ?? 0;
      return {
        properties,
        published: counts.published,
        score: mean(means.score),
        terms:
          properties === 0
            ? null
            : {
                completeness: termOf('completeness'),
                validity: termOf('validity'),
                consistency: termOf('consistency'),
                confidence: termOf('confidence'),
              },
        freshness: mean(means.freshness),
        completeness: share(expected - missing, expected),
        completenessOfAsked: share(expected - missing, expected - counts.notAsked),
        validity: share(counts.good, properties),
        agreement: share(counts.witnessed - counts.differing, counts.witnessed),
        duplicates: share(duplicates.count(), properties),
        withheldFacts: withheld,
        findings: ranked(codes),
        fields: fields.total(),
        sources: groups.sources.total(),
        parsers: groups.parsers.total(),
        zips: groups.zips.total(),
        contradictions: contradictions.total(),
      };
    },
  };
}

interface Weighed {
  readonly row: GatherableRow;
  readonly freshness: number;
  readonly score: number;
  readonly findings: readonly Finding[];
}

/** Sums over rows. */
interface PartSums {
  readonly properties: number;
  readonly score: number;
  readonly freshness: number;
  readonly expected: number;
  readonly missing: number;
  readonly findings: number;
  readonly withheld: number;
}

function createPart(): { add(weighed: Weighed): void; sums(): PartSums } {
  const sums = { properties: 0, score: 0, freshness: 0, expected: 0, missing: 0, findings: 0, withheld: 0 };
  return {
    add({ row, score, freshness, findings }) {
      sums.properties += 1;
      sums.score += score;
      sums.freshness += freshness;
      sums.expected += row.expected.length;
      sums.missing += row.missing.length;
      sums.findings += findings.length;
      sums.withheld += row.withheld.length;
    },
    sums: () => sums,
  };
}

/** Parts by name. A row is in each of its parts once. */
function createParts() {
  const parts = new Map<string, ReturnType<typeof createPart>>();
  return {
    add(names: readonly string[], weighed: Weighed): void {
      for (const name of new Set(names)) {
        const part = parts.get(name) ?? createPart();
        parts.set(name, part);
        part.add(weighed);
      }
    },
    total(): Readonly<Record<string, PartQuality>> {
      const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(sorted.map(([name, part]) => [name, partOf(part.sums())]));
    },
  };
}

function partOf({ properties, score, freshness, expected, missing, findings, withheld }: PartSums): PartQuality {
  return {
    properties,
    score: round(score / properties),
    freshness: round(freshness / properties),
    completeness: share(expected - missing, expected) ?? 0,
    findings,
    withheld,
  };
}

/** Counts properties that another one shares its address with, where one of them is a listing without a parcel. */
function createDuplicates() {
  const addresses = new Map<string, { homes: number; loose: boolean }>();
  return {
    add({ address, propertyId }: GatherableRow): void {
      if (address === null) return;
      const own = addresses.get(address) ?? { homes: 0, loose: false };
      own.homes += 1;
      own.loose ||= isListingProperty(propertyId);
      addresses.set(address, own);
    },
    count(): number {
      let count = 0;
      for (const { homes, loose } of addresses.values()) if (homes > 1 && loose) count += homes;
      return count;
    },
  };
}

function ranked(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

const round = (value: number) => Math.round(value * 10_000) / 10_000;
const share = (part: number, whole: number): number | null => (whole === 0 ? null : round(part / whole));

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : round(values.reduce((total, value) => total + value, 0) / values.length);
}
