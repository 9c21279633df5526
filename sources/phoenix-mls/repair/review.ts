import type { Json } from '../../../core/hash.js';
import type { FactValue } from '../../../core/schemas/facts.js';
import type { FieldReview, KnownThing, SamplePage, SelectorProposal } from '../../../core/source-repair.js';
import { keysLinkedOn } from '../pages/listing-url.js';
import { LISTING_CARD, RESULTS_PAGE } from '../parse.js';
import { type FieldProposal, proposeSelectorSet } from '../repair.js';
import { selectorSetSchema } from '../schema.js';
import type { SelectorSet } from '../selectors.js';
import { LISTING_PAGE } from '../settings.js';
import { fieldInWords, structureInWords } from './in-words.js';
import { DISCLOSURE_TARGET, LINK_TARGET, PLACE_TARGETS, REMARKS_TARGET, ROW_TARGETS, type Target } from './targets.js';
import { type KnownListing, readWith, type StoredPage, type Verification, verify } from './verify.js';

const EXAMPLES = 2;
const NONE = { right: 0, wrong: 0, unsaid: 0 };

/**
 * Proposes a set from sample pages, and says for each field how it was read, how it would be read, and how often that is
 * right on all the pages. Pure.
 * @param sets known so far; the one that read the things before is compared with
 */
export function proposeWithReview(
  name: string,
  samples: readonly SamplePage[],
  things: readonly KnownThing[],
  sets: readonly SelectorSet[],
): SelectorProposal {
  const pages = samples.flatMap(storedPage);
  const known = new Map<string, KnownListing>(things.map(({ key, kinds }) => [key, kinds]));
  // Listings that came since are known by their key alone: enough to tell where a card begins and ends.
  for (const { html, key } of pages) {
    if (key === null) for (const linked of keysLinkedOn(html)) if (!known.has(linked)) known.set(linked, {});
  }
  const { set, missing, fields, verified } = proposeSelectorSet({ name, pages, known });
  const before = sets.find((candidate) => candidate.name === readBefore(things)) ?? null;
  const all = set === null ? null : verify(set, pages, known);
  const facts = Object.values(all?.byFact ?? {});
  return {
    set: set === null ? null : plain(set),
    missing,
    fields: [
      ...structureInWords(before, set).map((field) => ({ ...field, ...structureCounts(all), examples: [] })),
      ...fields.map((field) => reviewOf(field, before, all, examplesIn(set, pages, known))),
    ],
    facts: { found: facts.filter(({ right, unsaid }) => right > unsaid).length, of: facts.length },
    heldOut: { ...NONE, pages: 0, ...(verified === null ? {} : countsOf(verified)) },
  };
}

function storedPage({ payload, total }: SamplePage): readonly StoredPage[] {
  const { kind, key, url, fetchedAt, body } = payload;
  if (body.type !== 'html') return [];
  const shared = { url, html: body.html, total, fetchedAt };
  if (kind === LISTING_PAGE) return [{ ...shared, kind: LISTING_PAGE, key }];
  return kind === RESULTS_PAGE ? [{ ...shared, kind: RESULTS_PAGE, key: null }] : [];
}

/** A set is plain data; the schema that reads stored sets says the same of it as the type. */
function plain(set: SelectorSet): Json {
  return JSON.parse(JSON.stringify(selectorSetSchema.parse(set)));
}

/** The set that read most of the things. */
function readBefore(things: readonly KnownThing[]): string | null {
  const counts = new Map<string, number>();
  for (const { readBy } of things) if (readBy !== null) counts.set(readBy, (counts.get(readBy) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

function countsOf({ right, wrong, unsaid, pages }: Verification): SelectorProposal['heldOut'] {
  return { right, wrong, unsaid, pages };
}

/** Of the parts that hold a page together: pages that can be read, and those that cannot. */
function structureCounts(all: Verification | null) {
  return all === null ? NONE : { ...NONE, right: all.pages - all.unreadable, unsaid: all.unreadable };
}

type ExamplesOf = (kind: string, fact: string) => FieldReview['examples'];

function reviewOf(
  { field, doubt, candidates }: FieldProposal,
  before: SelectorSet | null,
  all: Verification | null,
  examplesOf: ExamplesOf,
): FieldReview {
  const best = candidates.find((candidate) => candidate.doubt === null) ?? candidates[0];
  const [kind, fact] = factBehind(field);
  const tally = best === undefined ? NONE : { ...NONE, right: best.tally.agree, wrong: best.tally.wrong };
  const counts = (doubt === null ? all?.byFact[`${kind} ${fact}`] : undefined) ?? {
    ...tally,
    unsaid: best === undefined ? 0 : best.tally.known - best.tally.agree - best.tally.wrong,
  };
  return {
    field,
    before: before === null ? null : fieldInWords.of(before, field),
    after: doubt === null && best !== undefined ? fieldInWords.proposed(best) : null,
    ...counts,
    doubt,
    examples: doubt === null ? examplesOf(kind, fact) : [],
  };
}

/** Kind of record and name of the first fact that a field gives. */
function factBehind(id: string): readonly [string, string] {
  const at = id.indexOf(' ');
  const [part, field] = [id.slice(0, at), id.slice(at + 1)];
  const kind = part === 'results' ? LISTING_CARD : LISTING_PAGE;
  const places: readonly Target[] = [...PLACE_TARGETS, LINK_TARGET, REMARKS_TARGET, DISCLOSURE_TARGET];
  const found = (part === 'row' ? ROW_TARGETS : places).find((target) => target.field === field);
  return [kind, found?.facts[0] ?? 'total'];
}

/** Values as they are known and as the set reads them, of the first pages. */
function examplesIn(
  set: SelectorSet | null,
  pages: readonly StoredPage[],
  known: ReadonlyMap<string, KnownListing>,
): ExamplesOf {
  const records = set === null ? [] : pages.flatMap((page) => readWith(page, set) ?? []);
  return (kind, fact) =>
    records
      .filter((record) => record.kind === kind)
      .flatMap(({ key, facts }) => {
        const value = known.get(key)?.[kind]?.[fact];
        const read = facts.find(({ name }) => name === fact)?.value;
        return value === undefined ? [] : [{ key, known: shown(value), read: read === undefined ? null : shown(read) }];
      })
      .slice(0, EXAMPLES);
}

const LONGEST_EXAMPLE = 80;

function shown(value: FactValue): string {
  const text = typeof value === 'object' ? value.join('; ') : String(value);
  return text.length > LONGEST_EXAMPLE ? `${text.slice(0, LONGEST_EXAMPLE)}…` : text;
}
