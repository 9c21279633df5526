import { driftOf } from '../../core/drift.js';
import { SchemaDrift } from '../../core/errors.js';
import type { RawPayload } from '../../core/raw-payload.js';
import type { FactInput, FactValue, ParseResult, Reject, SourceRecord } from '../../core/schemas/facts.js';
import { parseAddress } from '../../domain/address.js';
import { normaliseNumber } from '../../domain/normalise.js';
import { FIELDS, type Reading, readBaths, standardStatus } from './pages/listing-fields.js';
import { type ListingPage, readListingPage } from './pages/listing-page.js';
import type { ListingTexts } from './pages/listing-texts.js';
import { listingUrl } from './pages/listing-url.js';
import { type Card, type ResultsPage, readResultsPage } from './pages/results-page.js';
import type { Found } from './pages/text.js';
import { type Mandatory, mandatorySchema } from './schema.js';
import { SELECTOR_SETS, type SelectorSet } from './selectors.js';
import { LISTING_PAGE, PAGE_SIZE, SOURCE } from './settings.js';

/** Kind of payload of a results page; its records are of kind `listing-card`. */
export const RESULTS_PAGE = 'results-page';
export const LISTING_CARD = 'listing-card';

/**
 * Reads a stored page with the selector set whose template it is in. Pure: the same page gives the same facts, so replay
 * works.
 * @param sets of a test or of a proposal that is verified; default every set there is
 * @throws SchemaDrift when no set knows the page, or finds nothing where there must be something
 */
export function parsePage(payload: RawPayload, sets: readonly SelectorSet[] = SELECTOR_SETS): ParseResult {
  if (payload.body.type !== 'html') throw new SchemaDrift(SOURCE, payload.kind, 'is not a page');
  const { html } = payload.body;
  if (payload.kind === RESULTS_PAGE) return parseResults(payload, readResultsPage(html, sets), sets);
  if (payload.kind === LISTING_PAGE) return parseListing(payload, readListingPage(html, sets), sets);
  throw new SchemaDrift(SOURCE, payload.kind, 'is no kind of page of this source');
}

/** Whether the cards of a page lack a mandatory field in a way that tells of a changed layout. Pure. */
export function driftOfPage(_payload: RawPayload, result: ParseResult): SchemaDrift | null {
  return driftOf(SOURCE, [result]);
}

const layoutChanged = (sets: readonly SelectorSet[]) =>
  `layout changed: the page is in no template known (${sets.map(({ name }) => name).join(', ')})`;

/** What is wrong with a results page as a whole; null when it may be read. An empty result is nothing wrong. */
export function resultsFault(
  page: ResultsPage | null,
  url: string,
  sets: readonly SelectorSet[] = SELECTOR_SETS,
): string | null {
  if (page === null) return layoutChanged(sets);
  const { total, cards, set } = page;
  if (total === null) return `layout changed: ${set.name} finds no number of matches`;
  const before = (Number(new URL(url).searchParams.get('pg') ?? '1') - 1) * PAGE_SIZE;
  if (cards.length > 0 || total <= before) return null;
  return `layout changed: ${total} matches, and ${set.results.card} of ${set.name} finds none`;
}

function parseResults(payload: RawPayload, page: ResultsPage | null, sets: readonly SelectorSet[]): ParseResult {
  const fault = resultsFault(page, payload.url, sets);
  if (page === null || fault !== null) throw new SchemaDrift(SOURCE, RESULTS_PAGE, fault ?? layoutChanged(sets));
  const rows = page.cards.map((card, index) => parseCard(card, index, page, payload.url));
  return { records: rows.flatMap(({ records }) => records), rejects: rows.flatMap(({ rejects }) => rejects) };
}

function parseCard(card: Card, index: number, { set, attribution }: ResultsPage, url: string): ParseResult {
  const place = `${set.name} ${set.results.card}[${index}]`;
  const collect = createCollector(place, Number.NaN);
  const mandatory = readMandatory(card);
  if ('missing' in mandatory) {
    return { records: [], rejects: rejectsOf(mandatory.missing, card.key?.text ?? null, RESULTS_PAGE, place) };
  }
  const { key } = mandatory;
  collect.listing(mandatory, card);
  collect.row('# Bedrooms', card.rows.get('# Bedrooms') ?? card.beds);
  collect.row('Approx SQFT', card.rows.get('Approx SQFT') ?? card.area);
  collect.baths(null, null, card.rows.get('Baths') ?? card.baths);
  // The path alone: a site that moves to another host has not changed its listings.
  const address = listingUrl(card.link?.text ?? null, key, url);
  collect.value('xListingPath', address === null ? null : new URL(address).pathname, card.link);
  collect.value('xAttribution', attribution?.text ?? null, attribution);
  return collect.result(key, LISTING_CARD);
}

/** What is wrong with a detail page as a whole; null when it may be read. */
export function listingFault(page: ListingPage | null, sets: readonly SelectorSet[]): string | null {
  if (page === null) return layoutChanged(sets);
  return page.rows.size === 0 ? `layout changed: ${page.set.name} finds no row` : null;
}

function parseListing(payload: RawPayload, page: ListingPage | null, sets: readonly SelectorSet[]): ParseResult {
  const fault = listingFault(page, sets);
  if (page === null || fault !== null) throw new SchemaDrift(SOURCE, LISTING_PAGE, fault ?? layoutChanged(sets));
  const { set, rows } = page;
  const mandatory = readMandatory(page);
  const place = `${set.name} ${set.detail.proof}`;
  const key = page.key?.text ?? payload.key;
  if ('missing' in mandatory) return { records: [], rejects: rejectsOf(mandatory.missing, key, LISTING_PAGE, place) };
  const collect = createCollector(set.name, new Date(payload.fetchedAt).getUTCFullYear());
  collect.listing(mandatory, page);
  for (const label of Object.keys(FIELDS)) collect.row(label, rows.get(label));
  if (!rows.has('# Bedrooms')) collect.row('# Bedrooms', page.beds);
  if (!rows.has('Approx SQFT')) collect.row('Approx SQFT', page.area);
  collect.baths(rows.get('Full Bathrooms') ?? null, rows.get('Half Bathrooms') ?? null, page.baths);
  collect.value('PublicRemarks', page.remarks?.text ?? null, page.remarks);
  collect.value('xAttribution', page.attribution?.text ?? null, page.attribution);
  return collect.result(mandatory.key, LISTING_PAGE);
}

interface Missing {
  readonly field: string;
  readonly reason: string;
}

/** Checks what a listing must state. `missing` lists each field that it does not, with the reason. */
function readMandatory({ key, address, price }: ListingTexts): Mandatory | { readonly missing: readonly Missing[] } {
  const listPrice = price === null ? null : normaliseNumber(price.text);
  const checked = mandatorySchema.safeParse({ key: key?.text ?? null, address: address?.text ?? null, listPrice });
  if (checked.success) return checked.data;
  const missing = checked.error.issues.map(({ path, message }) => ({ field: String(path[0]), reason: message }));
  return { missing };
}

function rejectsOf(missing: readonly Missing[], key: string | null, kind: string, row: string): readonly Reject[] {
  return missing.map(({ field, reason }) => ({
    key,
    path: `${row} ${field}`,
    reason,
    mandatory: { field: `${kind} ${field}`, row },
  }));
}

/** Gathers the facts and rejects of one listing, each with its place on the page. */
function createCollector(place: string, year: number) {
  const facts: FactInput[] = [];
  const faults: { readonly path: string; readonly reason: string }[] = [];
  const path = (at: Found | null) => `${place} ${at?.where ?? ''}`.trim();
  const value = (name: string, found: FactValue | null, at: Found | null) => {
    if (found !== null) facts.push({ name, value: found, path: path(at) });
  };
  const reading = (read: Reading, at: Found | null) => {
    if ('fault' in read) faults.push({ path: path(at), reason: read.fault });
    else for (const [name, found] of read.values) value(name, found, at);
  };
  const status = (found: Found | null) => {
    const known = standardStatus(found?.text ?? null);
    if (known === null) faults.push({ path: path(found), reason: 'is no known status' });
    else value('StandardStatus', known, found);
  };
  return {
    value,
    row(label: string, found: Found | null | undefined) {
      const read = FIELDS[label];
      if (found && read) reading(read(found.text, year), found);
    },
    baths(full: Found | null, half: Found | null, decimal: Found | null) {
      const read = readBaths(full?.text ?? null, half?.text ?? null, decimal?.text ?? null);
      reading(read, full ?? decimal);
    },
    /** What cards and pages state alike. */
    listing(mandatory: Mandatory, texts: ListingTexts) {
      const { key, address, listPrice } = mandatory;
      const parts = parseAddress(address);
      value('ListingKey', key, texts.key);
      value('ListingId', key, texts.key);
      value('ListPrice', listPrice, texts.price);
      value('UnparsedAddress', address, texts.address);
      value('City', parts?.city ?? null, texts.address);
      value('StateOrProvince', parts?.state ?? null, texts.address);
      value('PostalCode', parts?.zip ?? null, texts.address);
      value('PhotosCount', texts.photos === null ? null : normaliseNumber(texts.photos.text), texts.photos);
      if (texts.status !== undefined) status(texts.status);
    },
    result(key: string, kind: string): ParseResult {
      const textOf = (name: string) => {
        const found = facts.find((fact) => fact.name === name)?.value;
        return typeof found === 'string' ? found : null;
      };
      const record: SourceRecord = {
        key,
        kind,
        zip: textOf('PostalCode'),
        parcelNumber: textOf('ParcelNumber'),
        facts,
      };
      const rejects: readonly Reject[] = faults.map((fault) => ({ key, ...fault }));
      return { records: [record], rejects };
    },
  };
}
