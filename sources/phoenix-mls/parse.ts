import { driftOf } from '../../core/drift.js';
import { SchemaDrift } from '../../core/errors.js';
import type { FactInput, FactValue, ParseResult, Reject, SourceRecord } from '../../core/schemas/facts.js';
import type { RawPayload } from '../../core/source.js';
import { parseAddress } from '../../domain/address.js';
import { normaliseNumber } from '../../domain/normalise.js';
import { FIELDS, type Reading, readBaths, standardStatus } from './pages/listing-fields.js';
import { type ListingPage, readListingPage } from './pages/listing-page.js';
import { listingUrl } from './pages/listing-url.js';
import { type Card, type ResultsPage, readResultsPage } from './pages/results-page.js';
import { type Mandatory, mandatorySchema } from './schema.js';
import { CLASSIC } from './selectors.js';
import { LISTING_PAGE, PAGE_SIZE, SOURCE } from './settings.js';

/** Kind of payload of a results page; its records are of kind `listing-card`. */
export const RESULTS_PAGE = 'results-page';
export const LISTING_CARD = 'listing-card';

/**
 * Reads a stored page. Pure: the same page gives the same facts, so replay works.
 * @throws SchemaDrift when the selectors find nothing where there must be something
 */
export function parsePage(payload: RawPayload): ParseResult {
  if (payload.body.type !== 'html') throw new SchemaDrift(SOURCE, payload.kind, 'is not a page');
  const { html } = payload.body;
  if (payload.kind === RESULTS_PAGE) return parseResults(payload, readResultsPage(html));
  if (payload.kind === LISTING_PAGE) return parseListing(payload, readListingPage(html));
  throw new SchemaDrift(SOURCE, payload.kind, 'is no kind of page of this source');
}

/** Whether the cards of a page lack a mandatory field in a way that tells of a changed layout. Pure. */
export function driftOfPage(_payload: RawPayload, result: ParseResult): SchemaDrift | null {
  return driftOf(SOURCE, [result]);
}

/** What is wrong with a results page as a whole; null when it may be read. An empty result is nothing wrong. */
export function resultsFault({ total, cards }: ResultsPage, url: string): string | null {
  if (total === null && cards.length === 0) return `no selector of ${CLASSIC.name} finds anything`;
  if (total === null) return `${CLASSIC.results.count} holds no number of matches`;
  const before = (Number(new URL(url).searchParams.get('pg') ?? '1') - 1) * PAGE_SIZE;
  return cards.length === 0 && total > before ? `${total} matches, and ${CLASSIC.results.card} finds none` : null;
}

function parseResults(payload: RawPayload, page: ResultsPage): ParseResult {
  const fault = resultsFault(page, payload.url);
  if (fault !== null) throw new SchemaDrift(SOURCE, RESULTS_PAGE, fault);
  const rows = page.cards.map((card, index) => parseCard(card, index, page.attribution, payload.url));
  return { records: rows.flatMap(({ records }) => records), rejects: rows.flatMap(({ rejects }) => rejects) };
}

function parseCard(card: Card, index: number, attribution: string | null, url: string): ParseResult {
  const place = `${CLASSIC.name} ${CLASSIC.results.card}[${index}]`;
  const collect = createCollector(place, Number.NaN);
  const mandatory = readMandatory(card);
  if ('missing' in mandatory) {
    return { records: [], rejects: rejectsOf(mandatory.missing, card.key, RESULTS_PAGE, place) };
  }
  const { key } = mandatory;
  collect.identity(mandatory, 'title');
  collect.status(card.facts.get('Status') ?? null);
  collect.row('# of Bedrooms', card.facts.get('# of Bedrooms'), FIELDS['# Bedrooms']);
  collect.row('Square Footage', card.facts.get('Square Footage'), FIELDS['Approx SQFT']);
  collect.reading('# of Bathrooms', readBaths(null, null, card.facts.get('# of Bathrooms') ?? null));
  collect.value('PhotosCount', card.photos, CLASSIC.results.photos);
  // The path alone: a site that moves to another host has not changed its listings.
  const address = listingUrl(card.link, key, url);
  collect.value('xListingPath', address === null ? null : new URL(address).pathname, 'link');
  collect.value('xAttribution', attribution, CLASSIC.disclosure);
  return collect.result(key, LISTING_CARD);
}

function parseListing(payload: RawPayload, page: ListingPage | null): ParseResult {
  if (page === null) throw new SchemaDrift(SOURCE, LISTING_PAGE, `${CLASSIC.detail.root} finds nothing`);
  if (page.rows.size === 0) throw new SchemaDrift(SOURCE, LISTING_PAGE, `${CLASSIC.detail.row} finds nothing`);
  const mandatory = readMandatory(page);
  const place = `${CLASSIC.name} ${CLASSIC.detail.root}`;
  const key = page.key ?? payload.key;
  if ('missing' in mandatory) return { records: [], rejects: rejectsOf(mandatory.missing, key, LISTING_PAGE, place) };
  const collect = createCollector(CLASSIC.name, new Date(payload.fetchedAt).getUTCFullYear());
  collect.identity(mandatory, CLASSIC.detail.root);
  collect.status(page.status);
  for (const [label, read] of Object.entries(FIELDS)) collect.row(label, page.rows.get(label), read);
  if (!page.rows.has('# Bedrooms')) collect.row('beds', page.heading.beds ?? undefined, FIELDS['# Bedrooms']);
  if (!page.rows.has('Approx SQFT')) collect.row('sqft', page.heading.sqft ?? undefined, FIELDS['Approx SQFT']);
  const { rows, heading } = page;
  const baths = readBaths(rows.get('Full Bathrooms') ?? null, rows.get('Half Bathrooms') ?? null, heading.baths);
  collect.reading('Full Bathrooms', baths);
  collect.value('PublicRemarks', page.remarks, CLASSIC.detail.remarksHeading);
  collect.value('PhotosCount', page.photos, CLASSIC.detail.photos);
  collect.value('xAttribution', page.attribution, CLASSIC.disclosure);
  return collect.result(mandatory.key, LISTING_PAGE);
}

interface Missing {
  readonly field: string;
  readonly reason: string;
}

/** Checks what a listing must state. `missing` lists each field that it does not, with the reason. */
function readMandatory({
  key,
  address,
  price,
}: Pick<Card, 'key' | 'address' | 'price'>): Mandatory | { readonly missing: readonly Missing[] } {
  const listPrice = price === null ? null : normaliseNumber(price);
  const checked = mandatorySchema.safeParse({ key, address, listPrice });
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
  const path = (where: string) => `${place} ${where}`;
  const value = (name: string, found: FactValue | null, where: string) => {
    if (found !== null) facts.push({ name, value: found, path: path(where) });
  };
  const reading = (label: string, read: Reading) => {
    if ('fault' in read) faults.push({ path: path(`"${label}"`), reason: read.fault });
    else for (const [name, found] of read.values) value(name, found, `"${label}"`);
  };
  return {
    value,
    reading,
    row(label: string, text: string | undefined, read: ((text: string, year: number) => Reading) | undefined) {
      if (text !== undefined && read !== undefined) reading(label, read(text, year));
    },
    identity(mandatory: Mandatory, where: string) {
      const { key, address, listPrice } = mandatory;
      const parts = parseAddress(address);
      value('ListingKey', key, where);
      value('ListingId', key, where);
      value('ListPrice', listPrice, CLASSIC.results.price);
      value('UnparsedAddress', address, where);
      value('City', parts?.city ?? null, where);
      value('StateOrProvince', parts?.state ?? null, where);
      value('PostalCode', parts?.zip ?? null, where);
    },
    status(text: string | null) {
      const status = standardStatus(text);
      if (status === null) faults.push({ path: path('"Status"'), reason: 'is no known status' });
      else value('StandardStatus', status, CLASSIC.detail.status);
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
