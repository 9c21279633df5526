import { contradictedNames } from './contradictions.js';
import type { GatherableRow } from './row.js';
import { medianOf } from './spread.js';

/** Quality of one field over some properties. */
export interface FieldQuality {
  /** Properties whose sources can give it. */
  readonly expected: number;
  /** Of those, the ones that have it. */
  readonly known: number;
  /** Of those that lack it, the ones whose answer was not asked for yet. */
  readonly notAsked: number;
  /** Properties that show it, whether it was expected or not. */
  readonly shown: number;
  /** Of those, what two sources state; and how often they differ. */
  readonly witnessed: number;
  readonly contradicted: number;
  readonly withheld: number;
  readonly findings: number;
  /** Days since its answer came: middle, and what nine of ten are below. Null when it is shown nowhere. */
  readonly ageDays: { readonly median: number; readonly p90: number } | null;
}

/** Fields over rows that come one after another. */
export interface FieldGatherer {
  /** @param findingNames names that findings about the row are about */
  add(row: GatherableRow, findingNames: readonly string[]): void;
  /** By RESO name, in its order. */
  total(): Readonly<Record<string, FieldQuality>>;
}

/** Counts of one field so far. */
interface Tally extends Record<Exclude<keyof FieldQuality, 'known' | 'ageDays'>, number> {
  missing: number;
  readonly ages: number[];
}

const nothing = (): Tally => ({
  ...{ expected: 0, missing: 0, notAsked: 0, shown: 0, witnessed: 0, contradicted: 0, withheld: 0, findings: 0 },
  ages: [],
});

/** Gathers fields. Of a row only its counts are held, and the age of each shown fact as a number. */
export function createFieldGatherer(nowMs: number): FieldGatherer {
  const tallies = new Map<string, Tally>();
  const of = (name: string) => {
    const found = tallies.get(name) ?? nothing();
    tallies.set(name, found);
    return found;
  };
  const count = (names: readonly string[], part: Exclude<keyof Tally, 'ages'>) => {
    for (const name of names) of(name)[part] += 1;
  };
  return {
    add(row, findingNames) {
      count(row.expected, 'expected');
      count(row.missing, 'missing');
      count(row.notAsked, 'notAsked');
      count(Object.keys(row.witnesses), 'witnessed');
      count(contradictedNames(row), 'contradicted');
      for (const { name } of row.withheld) of(name).withheld += 1;
      count(findingNames, 'findings');
      const days = row.answers.map(({ at }) => (nowMs - Date.parse(at)) / 86_400_000);
      for (const [name, place] of Object.entries(row.shown)) {
        const own = of(name);
        own.shown += 1;
        own.ages.push(days[place] ?? 0);
      }
    },
    total() {
      const told = [...tallies].filter(
        ([, { expected, shown, withheld, findings }]) => expected + shown + withheld + findings > 0,
      );
      return Object.fromEntries(
        told
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, { ages, missing, ...counts }]) => [
            name,
            { ...counts, known: counts.expected - missing, ageDays: spanOf(ages) },
          ]),
      );
    },
  };
}

function spanOf(ages: readonly number[]): FieldQuality['ageDays'] {
  if (ages.length === 0) return null;
  const sorted = [...ages].sort((a, b) => a - b);
  const round = (value: number) => Math.round(value * 10_000) / 10_000;
  return { median: round(medianOf(sorted)), p90: round(sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0) };
}
