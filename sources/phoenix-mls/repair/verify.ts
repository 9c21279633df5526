import { PhoenixError } from '../../../core/errors.js';
import type { SourceRecord } from '../../../core/schemas/facts.js';
import { parsePage } from '../parse.js';
import type { SelectorSet } from '../selectors.js';
import { type KnownFacts, same } from './targets.js';

/** A page as it was stored, and what it was asked for. */
export interface StoredPage {
  readonly kind: 'results-page' | 'listing-page';
  readonly url: string;
  /** Redacted. */
  readonly html: string;
  /** Listing of a detail page; null for a results page. */
  readonly key: string | null;
  /** What the site held for the search of a results page; null when unknown, and for detail pages. */
  readonly total: number | null;
  /** ISO 8601 UTC. */
  readonly fetchedAt: string;
}

/** What is known of a listing, by kind of record (`listing-card`, `listing-page`), as in `raw_properties`. */
export type KnownListing = Readonly<Record<string, KnownFacts>>;

interface FactCount {
  readonly right: number;
  readonly wrong: number;
  /** Known, and not said by the set. */
  readonly unsaid: number;
}

/** How a set reads pages, measured against what is known. */
export interface Verification extends FactCount {
  readonly pages: number;
  /** Pages that the set cannot read at all. */
  readonly unreadable: number;
  /** By record kind and name: `listing-page ListPrice`. */
  readonly byFact: Readonly<Record<string, FactCount>>;
}

/** Reads pages with a set and compares every fact with what is known. Pure. */
export function verify(
  set: SelectorSet,
  pages: readonly StoredPage[],
  known: ReadonlyMap<string, KnownListing>,
): Verification {
  const read = pages.map((page) => ({ page, records: readWith(page, set) }));
  const outcomes = read.flatMap(({ page, records }) => outcomesOf(page, records ?? [], known));
  const byFact: Record<string, FactCount> = {};
  for (const { fact, how } of outcomes) {
    const counts = byFact[fact] ?? { right: 0, wrong: 0, unsaid: 0 };
    byFact[fact] = { ...counts, [how]: counts[how] + 1 };
  }
  const sum = (wanted: keyof FactCount) => outcomes.filter(({ how }) => how === wanted).length;
  const unreadable = read.filter(({ records }) => records === null).length;
  return { pages: pages.length, unreadable, byFact, right: sum('right'), wrong: sum('wrong'), unsaid: sum('unsaid') };
}

interface Outcome {
  /** Record kind and name. */
  readonly fact: string;
  readonly how: keyof FactCount;
}

/** One outcome for each known fact of the listings on a page. A detail page that gave no record says nothing. */
function outcomesOf(
  page: StoredPage,
  records: readonly SourceRecord[],
  known: ReadonlyMap<string, KnownListing>,
): readonly Outcome[] {
  const unread = page.key !== null && records.length === 0 ? [{ key: page.key, kind: page.kind, facts: [] }] : [];
  return [...records, ...unread].flatMap(({ key, kind, facts }) => {
    const said = new Map(facts.map(({ name, value }) => [name, value]));
    return Object.entries(known.get(key)?.[kind] ?? {}).map(([name, value]): Outcome => {
      const found = said.get(name);
      const how = found === undefined ? 'unsaid' : same(name, found, value) ? 'right' : 'wrong';
      return { fact: `${kind} ${name}`, how };
    });
  });
}

/** What a set reads on a page; null when it cannot read the page at all. */
export function readWith(page: StoredPage, set: SelectorSet): readonly SourceRecord[] | null {
  const { html, ...about } = page;
  try {
    return parsePage({ ...about, fetchId: 'stored', body: { type: 'html', html } }, [set]).records;
  } catch (problem) {
    if (problem instanceof PhoenixError) return null;
    throw problem;
  }
}
