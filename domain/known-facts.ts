import type { FactValue, SourceRecord } from '../core/schemas/facts.js';
import type { KnownThing } from '../core/source-repair.js';

/**
 * Known facts of a thing that its pages say otherwise now, as `kind name`. Pure. What is not said at all counts where the same
 * selector set said it before: another one may know less.
 * @param passing facts that change by themselves
 */
export function differingFacts(
  { key, kinds, readBy }: KnownThing,
  records: readonly SourceRecord[],
  passing: readonly string[],
): readonly string[] {
  return Object.entries(kinds).flatMap(([kind, known]) => {
    const facts = records
      .filter((record) => record.key === key && record.kind === kind)
      .flatMap((record) => record.facts);
    const said = new Map(facts.map(({ name, value }) => [name, JSON.stringify(value)]));
    const mayLack = facts.length > 0 && facts[0]?.path.split(' ')[0] !== readBy;
    const differs = ([name, value]: readonly [string, FactValue]) =>
      said.has(name) ? said.get(name) !== JSON.stringify(value) : !mayLack;
    return Object.entries(known)
      .filter((entry) => !passing.includes(entry[0]) && differs(entry))
      .map(([name]) => `${kind} ${name}`);
  });
}

/** So many things in a row must differ in the same fact: one alone may have changed since it was read. */
const IN_A_ROW = 3;

/**
 * What differs on each of the last things looked at. Pure.
 * @param differing of `differingFacts`, a list for each thing
 * @returns null while there are too few; empty when nothing differs on all of them
 */
export function differingOnAll(differing: readonly (readonly string[])[]): readonly string[] | null {
  const [first = [], ...others] = differing.slice(-IN_A_ROW);
  if (differing.length < IN_A_ROW) return null;
  return first.filter((fact) => others.every((facts) => facts.includes(fact)));
}
