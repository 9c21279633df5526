import { selectorSetSchema } from './schema.js';
import { SELECTOR_SETS, type SelectorSet } from './selectors.js';

/** The selector sets there are: built in, and approved by a person since. */
export interface KnownSets {
  /** As of the last `refresh`. */
  readonly current: () => readonly SelectorSet[];
  /** Looks for sets that were approved meanwhile. Asked before every page; a page takes seconds, this one query. */
  readonly refresh: () => Promise<void>;
}

/**
 * Keeps the sets of a process. A stored set that is not of the form is left out: built-in ones go on.
 * @param readApproved sets as stored, oldest first
 */
export function createKnownSets(readApproved: () => Promise<readonly unknown[]>): KnownSets {
  let sets: readonly SelectorSet[] = SELECTOR_SETS;
  return {
    current: () => sets,
    async refresh() {
      const approved = (await readApproved()).flatMap((stored) => {
        const checked = selectorSetSchema.safeParse(stored);
        return checked.success ? [checked.data] : [];
      });
      sets = [...SELECTOR_SETS, ...approved];
    },
  };
}

/** What tells a finished page of results, in whatever template it comes. */
export function resultsReady(sets: readonly SelectorSet[]): string {
  return sets.flatMap(({ results }) => [...results.count.map(({ at }) => at), results.card]).join(', ');
}

/** What tells a finished detail page. */
export function listingReady(sets: readonly SelectorSet[]): string {
  return sets.map(({ detail }) => detail.proof).join(', ');
}
