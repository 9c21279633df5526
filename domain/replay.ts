import type { FactInput } from '../core/schemas/facts.js';
import type { SourceName } from '../core/schemas/names.js';
import type { ReplayTotals } from '../core/schemas/replay.js';

/** Records named in a result: enough to look at some, few enough for the history of a workflow. */
const MOST_EXAMPLES = 10;

/** Names of the facts that two readings state otherwise, or only one of them states; sorted. Where they stand does not count. */
export function differingNames(kept: readonly FactInput[], read: readonly FactInput[]): readonly string[] {
  if (statesTheSame(kept, read)) return [];
  const [is, ought] = [valuesByName(kept), valuesByName(read)];
  return [...new Set([...is.keys(), ...ought.keys()])].filter((name) => is.get(name) !== ought.get(name)).sort();
}

/** Fact by fact in the same order: what nearly every reading of an old answer gives, told without maps. */
function statesTheSame(kept: readonly FactInput[], read: readonly FactInput[]): boolean {
  return (
    kept.length === read.length &&
    kept.every(({ name, value }, at) => name === read[at]?.name && value === read[at].value)
  );
}

function valuesByName(facts: readonly FactInput[]): ReadonlyMap<string, string> {
  const values = new Map<string, string[]>();
  for (const { name, value } of facts) values.set(name, [...(values.get(name) ?? []), JSON.stringify(value)]);
  return new Map([...values].map(([name, own]) => [name, own.sort().join(' ')]));
}

/** Nothing read yet. */
export function noReplay(source: SourceName): ReplayTotals {
  const counts = { answers: 0, records: 0, equal: 0, changed: 0, fresh: 0, lost: 0, rejected: 0, written: 0 };
  return { source, ...counts, names: {}, examples: [], readMs: 0, storeMs: 0 };
}

/** Totals of several batches, one for each source. */
export function addReplays(all: readonly ReplayTotals[]): readonly ReplayTotals[] {
  const sums = new Map<SourceName, ReplayTotals>();
  for (const one of all) sums.set(one.source, sumOf(sums.get(one.source) ?? noReplay(one.source), one));
  return [...sums.values()].sort((a, b) => (a.source < b.source ? -1 : 1));
}

function sumOf(a: ReplayTotals, b: ReplayTotals): ReplayTotals {
  const names: Record<string, number> = { ...a.names };
  for (const [name, count] of Object.entries(b.names)) names[name] = (names[name] ?? 0) + count;
  return {
    source: a.source,
    answers: a.answers + b.answers,
    records: a.records + b.records,
    equal: a.equal + b.equal,
    changed: a.changed + b.changed,
    fresh: a.fresh + b.fresh,
    lost: a.lost + b.lost,
    rejected: a.rejected + b.rejected,
    written: a.written + b.written,
    names,
    examples: [...new Set([...a.examples, ...b.examples])].slice(0, MOST_EXAMPLES),
    readMs: a.readMs + b.readMs,
    storeMs: a.storeMs + b.storeMs,
  };
}
