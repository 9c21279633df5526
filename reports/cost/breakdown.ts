import type { CostEntryDocument } from '../../store/cost/entries.js';
import { costsOf } from './state.js';

/** By what costs can be told apart. */
export const BREAKDOWNS = ['line', 'item', 'source', 'zip', 'market', 'run', 'day'] as const;
export type BreakdownBy = (typeof BREAKDOWNS)[number];

/** One part of what was spent. */
export interface CostPart {
  /** `(all)` for what serves all of them, such as a subscription. */
  readonly name: string;
  readonly entries: number;
  readonly costUsdMicros: number;
  /** Of it: where the provider named no price. */
  readonly estimatedUsdMicros: number;
}

const SHARED = '(all)';

/** Parts of some entries, the dearest first; they add up to the whole. Days in their order. */
export function breakDown(entries: readonly CostEntryDocument[], by: BreakdownBy): readonly CostPart[] {
  const parts = new Map<string, CostEntryDocument[]>();
  for (const entry of entries) {
    const name = nameOf(entry, by);
    parts.set(name, [...(parts.get(name) ?? []), entry]);
  }
  const rows = [...parts].map(([name, own]) => ({
    name,
    entries: own.length,
    costUsdMicros: costsOf(own),
    estimatedUsdMicros: costsOf(own.filter(({ estimated }) => estimated)),
  }));
  return rows.sort((a, b) =>
    by === 'day' ? a.name.localeCompare(b.name) : b.costUsdMicros - a.costUsdMicros || a.name.localeCompare(b.name),
  );
}

function nameOf(entry: CostEntryDocument, by: BreakdownBy): string {
  const named = by === 'run' ? entry.runKey : entry[by];
  return named ?? SHARED;
}
