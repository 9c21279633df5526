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

/** A row, and the names that findings about it are about. */
interface NamedRow {
  readonly row: GatherableRow;
  readonly findingNames: readonly string[];
}

/** Quality by RESO name, by name. Pure. */
export function fieldsOf(rows: readonly NamedRow[], nowMs: number): Readonly<Record<string, FieldQuality>> {
  const count = (namesOf: (one: NamedRow) => readonly string[]) => countBy(rows.flatMap(namesOf));
  const expected = count(({ row }) => row.expected);
  const missing = count(({ row }) => row.missing);
  const notAsked = count(({ row }) => row.notAsked);
  const shown = count(({ row }) => Object.keys(row.shown));
  const witnessed = count(({ row }) => Object.keys(row.witnesses));
  const contradicted = count(({ row }) => contradictedNames(row));
  const withheld = count(({ row }) => row.withheld.map(({ name }) => name));
  const findings = count(({ findingNames }) => findingNames);
  const ages = agesByName(rows, nowMs);
  const names = [expected, shown, withheld, findings].flatMap((counts) => [...counts.keys()]);
  const fieldOf = (name: string): FieldQuality => ({
    expected: expected.get(name) ?? 0,
    known: (expected.get(name) ?? 0) - (missing.get(name) ?? 0),
    notAsked: notAsked.get(name) ?? 0,
    shown: shown.get(name) ?? 0,
    witnessed: witnessed.get(name) ?? 0,
    contradicted: contradicted.get(name) ?? 0,
    withheld: withheld.get(name) ?? 0,
    findings: findings.get(name) ?? 0,
    ageDays: spanOf(ages.get(name) ?? []),
  });
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, fieldOf(name)]));
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function agesByName(rows: readonly NamedRow[], nowMs: number): ReadonlyMap<string, readonly number[]> {
  const ages = new Map<string, number[]>();
  for (const { row } of rows) {
    const days = row.answers.map(({ at }) => (nowMs - Date.parse(at)) / 86_400_000);
    for (const [name, place] of Object.entries(row.shown)) {
      const known = ages.get(name) ?? [];
      known.push(days[place] ?? 0);
      ages.set(name, known);
    }
  }
  return ages;
}

function spanOf(ages: readonly number[]): FieldQuality['ageDays'] {
  if (ages.length === 0) return null;
  const sorted = [...ages].sort((a, b) => a - b);
  const round = (value: number) => Math.round(value * 10_000) / 10_000;
  return { median: round(medianOf(sorted)), p90: round(sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0) };
}
