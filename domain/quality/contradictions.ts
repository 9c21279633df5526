import type { FactValue } from '../../core/schemas/facts.js';
import type { GatherableRow } from './row.js';
import { medianOf } from './spread.js';

/** How often two sources say different things about one field. */
export interface RankedContradiction {
  /** RESO name. */
  readonly name: string;
  /** The source whose value is shown, and the other. */
  readonly sources: readonly [shown: string, other: string];
  /** Properties of which both state it. */
  readonly compared: number;
  readonly differing: number;
  /** Of those compared, 0 to 1. */
  readonly share: number;
  /** Median gap of those that differ: 0 to 1 of the larger number, 1 for texts. */
  readonly size: number;
  readonly examples: readonly Example[];
}

interface Example {
  readonly propertyId: string;
  readonly shown: FactValue;
  readonly other: FactValue;
}

/** Names of which another source says something else than what is shown. */
export function contradictedNames({ contradictions }: GatherableRow): readonly string[] {
  const between = contradictions.filter(({ shown, other }) => shown.source !== other.source);
  return [...new Set(between.map(({ name }) => name))];
}

const MOST_EXAMPLES = 3;

/** Contradictions over rows that come one after another. */
export interface ContradictionGatherer {
  add(row: GatherableRow): void;
  /** The most frequent first, of equally frequent ones the larger. */
  total(): readonly RankedContradiction[];
}

/**
 * Gathers contradictions between sources. Two answers of one source that differ are not counted: the younger corrects the older. The
 * examples are those of the first rows.
 */
export function createContradictionGatherer(): ContradictionGatherer {
  const compared = new Map<string, number>();
  const found = new Map<string, { sizes: number[]; examples: Example[] }>();
  return {
    add(row) {
      for (const id of comparedOf(row)) compared.set(id, (compared.get(id) ?? 0) + 1);
      for (const { key, size, example } of differingOf(row)) {
        const own = found.get(key) ?? { sizes: [], examples: [] };
        own.sizes.push(size);
        if (own.examples.length < MOST_EXAMPLES) own.examples.push(example);
        found.set(key, own);
      }
    },
    total() {
      const ranked = [...found].map(([key, { sizes, examples }]): RankedContradiction => {
        const [name = '', shown = '', other = ''] = key.split(' ');
        const both = compared.get(key) ?? sizes.length;
        const share = Math.round((sizes.length / both) * 10_000) / 10_000;
        const size = Math.round(medianOf(sizes) * 10_000) / 10_000;
        return { name, sources: [shown, other], compared: both, differing: sizes.length, share, size, examples };
      });
      return ranked.sort((a, b) => b.differing - a.differing || b.size - a.size || (a.name < b.name ? -1 : 1));
    },
  };
}

/** Names with the pair of sources that state them, once for each other answer. */
function comparedOf({ witnesses, answers, shown }: GatherableRow): readonly string[] {
  return Object.entries(witnesses).flatMap(([name, others]) => {
    const source = answers[shown[name] ?? -1]?.source;
    return others.map((place) => idOf(name, `${source}`, `${answers[place]?.source}`));
  });
}

const idOf = (name: string, shown: string, other: string) => `${name} ${shown} ${other}`;

/** One for each name and pair of sources, with the larger gap where a source says two things. */
function differingOf({ propertyId, contradictions }: GatherableRow) {
  const own = new Map<string, { readonly key: string; readonly size: number; readonly example: Example }>();
  for (const { name, shown, other, size } of contradictions) {
    if (shown.source === other.source) continue;
    const key = idOf(name, shown.source, other.source);
    const before = own.get(key);
    if (before !== undefined && before.size >= size) continue;
    own.set(key, { key, size, example: { propertyId, shown: shown.value, other: other.value } });
  }
  return [...own.values()];
}
