import { load } from 'cheerio';
import { LISTING_CARD } from './parse.js';
import { type Accepted, assembleSet, fieldId, findProof, missingFields, type Part } from './repair/assemble.js';
import { findPagination, keysIn, rankCards } from './repair/cards.js';
import { type PlaceCandidate, rankPlaces, type Scope } from './repair/places.js';
import { type RowCandidate, rankRows } from './repair/rows.js';
import { differsTooOften } from './repair/tally.js';
import {
  COUNT_TARGET,
  DISCLOSURE_TARGET,
  LINK_TARGET,
  PLACE_TARGETS,
  REMARKS_TARGET,
  ROW_TARGETS,
  type Target,
} from './repair/targets.js';
import { type KnownListing, type StoredPage, type Verification, verify } from './repair/verify.js';
import type { Rows, SelectorSet } from './selectors.js';
import { LISTING_PAGE, PAGE_SIZE } from './settings.js';

export type { KnownListing, StoredPage, Verification } from './repair/verify.js';

export interface RepairInput {
  /** Name and version that the set shall have, for example `newer@2`. */
  readonly name: string;
  /** Stored pages of the unknown layout; a dozen detail pages and some results pages of more than one search are enough. */
  readonly pages: readonly StoredPage[];
  /** What earlier templates said about the same listings, by key. */
  readonly known: ReadonlyMap<string, KnownListing>;
}

/** What was found for one field, for the person who approves. */
export interface FieldProposal {
  /** `results price`, `detail price`, `row Approx SQFT`. */
  readonly field: string;
  /** Why it was left out; null when it is in the set. */
  readonly doubt: string | null;
  /** Best first, at most five, each with how often it gave what is known. */
  readonly candidates: readonly (PlaceCandidate | RowCandidate)[];
}

export interface Proposal {
  /** Null when a field without which a set is of no use was not found; `missing` names them. */
  readonly set: SelectorSet | null;
  readonly missing: readonly string[];
  readonly fields: readonly FieldProposal[];
  /** How the set reads pages that it was not made from; null without a set. */
  readonly verified: Verification | null;
}

/** Every third page is not looked at while the set is made: the set is verified on it. */
const HELD_OUT = 3;
const SHOWN = 5;
/** Share of the listings in which a place must be found to be the right one. */
const LEAST_SHARE = 0.8;
/** A status may be shown only where it is not Active; whether that is so is seen when the set is verified. */
const LEAST_SHARE_OF: Readonly<Record<string, number>> = {
  key: 0.95,
  address: 0.95,
  price: 0.95,
  link: 0.95,
  status: 0,
};

/**
 * Proposes a selector set for a layout that nobody has one for, from stored pages of it and what is known about the same
 * listings. For each field, places are ranked by how often they give what is known. What differs too often, is found too
 * seldom, or may agree by chance is left out: a set shall rather say nothing than something wrong. The set is then verified
 * on pages that were held out, and what is wrong there is left out too. Pure; it changes nothing: a person approves.
 */
export function proposeSelectorSet({ name, pages, known }: RepairInput): Proposal {
  const { training, heldOut } = split(pages);
  const ranked = rankAll(training, known);
  const draft = setOf(name, ranked, training, new Set());
  if (draft.set === null) return { ...draft, fields: fieldsOf(ranked, new Set()), verified: null };
  const first = verify(draft.set, heldOut, known);
  const refuted = refutedBy(first);
  if (refuted.size === 0) return { ...draft, fields: fieldsOf(ranked, refuted), verified: first };
  const { set, missing } = setOf(name, ranked, training, refuted);
  const verified = set === null ? null : verify(set, heldOut, known);
  return { set, missing, fields: fieldsOf(ranked, refuted), verified };
}

/** By kind, so that both kinds are on both sides. */
function split(pages: readonly StoredPage[]) {
  const results = pages.filter(({ kind }) => kind !== LISTING_PAGE);
  const details = pages.filter(({ kind }) => kind === LISTING_PAGE);
  const isHeldOut = (_page: StoredPage, index: number) => index % HELD_OUT === HELD_OUT - 1;
  const heldOut = [...results.filter(isHeldOut), ...details.filter(isHeldOut)];
  return { training: pages.filter((page) => !heldOut.includes(page)), heldOut };
}

interface Ranked {
  readonly card: string | null;
  readonly rowForm: Omit<Rows, 'names'> | null;
  readonly places: ReadonlyMap<string, readonly PlaceCandidate[]>;
  readonly rows: ReadonlyMap<string, readonly RowCandidate[]>;
}

function rankAll(training: readonly StoredPage[], known: RepairInput['known']): Ranked {
  const results = training.filter(({ kind }) => kind !== LISTING_PAGE).map((page) => ({ ...page, $: load(page.html) }));
  const details = detailScopes(training, known);
  const keys = new Set(known.keys());
  const card = rankCards(results.map(({ $ }) => ({ page: $, known: keys })))[0]?.at ?? null;
  const cards = card === null ? [] : results.flatMap((page) => cardScopes(page, card, known));
  const heads = results.map(({ $, total, ...page }) => ({
    elements: $.root(),
    known: total === null ? {} : { total },
    context: contextOf(page, ''),
  }));
  const places = new Map<string, readonly PlaceCandidate[]>();
  const rank = (part: Part, targets: readonly Target[], scopes: readonly Scope[]) => {
    for (const target of targets) {
      const share = LEAST_SHARE_OF[target.field] ?? LEAST_SHARE;
      places.set(fieldId(part, target.field), rankPlaces(target, scopes, share));
    }
  };
  rank('results', [COUNT_TARGET], heads);
  rank('results', [...PLACE_TARGETS, LINK_TARGET], cards);
  rank('detail', [...PLACE_TARGETS, REMARKS_TARGET, DISCLOSURE_TARGET], details);
  const { form, labels } = rankRows(details);
  const rows = new Map([...labels].map(([label, candidates]) => [fieldId('row', label), candidates]));
  return { card, rowForm: form, places, rows };
}

function detailScopes(pages: readonly StoredPage[], known: RepairInput['known']): readonly Scope[] {
  return pages.flatMap((page) => {
    const facts = page.key === null ? undefined : known.get(page.key)?.[LISTING_PAGE];
    if (page.key === null || facts === undefined) return [];
    return [{ elements: load(page.html).root(), known: facts, context: contextOf(page, page.key) }];
  });
}

function cardScopes(
  page: StoredPage & { readonly $: ReturnType<typeof load> },
  selector: string,
  known: RepairInput['known'],
): readonly Scope[] {
  const { $ } = page;
  const cards = $(selector);
  return Array.from({ length: cards.length }, (_, index) => cards.eq(index)).flatMap((elements) => {
    const [key] = keysIn($, elements, new Set(known.keys()));
    const facts = key === undefined ? undefined : known.get(key)?.[LISTING_CARD];
    return key === undefined || facts === undefined ? [] : [{ elements, known: facts, context: contextOf(page, key) }];
  });
}

function contextOf({ url, fetchedAt }: Pick<StoredPage, 'url' | 'fetchedAt'>, key: string): Scope['context'] {
  return { key, url, year: new Date(fetchedAt).getUTCFullYear() };
}

/** The set of what may be accepted and was not refuted. */
function setOf(
  name: string,
  { card, rowForm, places, rows }: Ranked,
  training: readonly StoredPage[],
  refuted: ReadonlySet<string>,
): Pick<Proposal, 'set' | 'missing'> {
  const accepted: Accepted = {
    card,
    rowForm,
    places: acceptedOf(places, refuted, ({ place }) => place),
    rows: acceptedOf(rows, refuted, (candidate) => candidate.name),
  };
  const loaded = training.map((page) => ({ ...page, page: load(page.html) }));
  const results = loaded.filter(({ kind }) => kind !== LISTING_PAGE);
  const details = loaded.filter(({ kind }) => kind === LISTING_PAGE);
  const pagesOf = (of: typeof loaded) => of.map(({ page }) => page);
  const proof = findProof(accepted, pagesOf(details), pagesOf(results));
  const missing = [...missingFields(accepted), ...(proof === null ? ['detail proof'] : [])];
  if (proof === null || missing.length > 0) return { set: null, missing };
  const set = assembleSet(name, accepted, proof);
  const inSearch = results.flatMap(({ html, page, total, url }) =>
    total === null ? [] : [{ html, page, more: hasMore(url, total) }],
  );
  const pagination = findPagination(inSearch, set);
  if (pagination === null) return { set: null, missing: ['results pagination'] };
  return { set: { ...set, results: { ...set.results, pagination } }, missing };
}

function acceptedOf<C extends { readonly doubt: string | null }, T>(
  ranked: ReadonlyMap<string, readonly C[]>,
  refuted: ReadonlySet<string>,
  read: (candidate: C) => T,
): ReadonlyMap<string, T> {
  const accepted = new Map<string, T>();
  for (const [field, candidates] of ranked) {
    const best = candidates.find(({ doubt }) => doubt === null);
    if (best !== undefined && !refuted.has(field)) accepted.set(field, read(best));
  }
  return accepted;
}

function hasMore(url: string, total: number): boolean {
  const { searchParams } = new URL(url);
  const limit = Number(searchParams.get('Limit') ?? PAGE_SIZE);
  return Number(searchParams.get('pg') ?? 1) * limit < total;
}

/** Fields that gave wrong facts on held-out pages. */
function refutedBy({ byFact }: Verification): ReadonlySet<string> {
  const wrong = Object.entries(byFact).filter(([, { right, wrong }]) => differsTooOften(wrong, right + wrong));
  const fields = wrong.flatMap(([id]) => {
    const [kind = '', fact = ''] = id.split(' ');
    const gives = ({ facts }: Target) => facts.includes(FACT_BEHIND[fact] ?? fact);
    const part: Part = kind === LISTING_CARD ? 'results' : 'detail';
    const targets = [...PLACE_TARGETS, LINK_TARGET, REMARKS_TARGET, DISCLOSURE_TARGET].filter(gives);
    const rows = part === 'detail' ? ROW_TARGETS.filter(gives) : [];
    return [...targets.map(({ field }) => fieldId(part, field)), ...rows.map(({ field }) => fieldId('row', field))];
  });
  return new Set(fields);
}

/** Facts that are made from another fact's text. */
const FACT_BEHIND: Readonly<Record<string, string>> = {
  ListingId: 'ListingKey',
  City: 'UnparsedAddress',
  StateOrProvince: 'UnparsedAddress',
  PostalCode: 'UnparsedAddress',
  LivingAreaUnits: 'LivingArea',
  LivingAreaSource: 'LivingArea',
};

function fieldsOf({ places, rows }: Ranked, refuted: ReadonlySet<string>): readonly FieldProposal[] {
  const all: readonly (readonly [string, readonly (PlaceCandidate | RowCandidate)[]])[] = [...places, ...rows];
  return all.map(([field, candidates]) => {
    const isAccepted = candidates.some(({ doubt }) => doubt === null);
    const doubt = isAccepted ? null : (candidates[0]?.doubt ?? 'found nowhere');
    const shown = candidates.slice(0, SHOWN);
    return { field, doubt: refuted.has(field) ? 'wrong on pages that were held out' : doubt, candidates: shown };
  });
}
