import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../../core/paths.js';
import type { FactValue } from '../../../../core/schemas/facts.js';
import type { Listing } from '../../../../sandbox/listing.js';
import { PLANTED_PERSONAL } from '../../../../sandbox/listing-site/html.js';
import { LAYOUTS, type LayoutName } from '../../../../sandbox/listing-site/layouts.js';
import { detailPath } from '../../../../sandbox/listing-site/results.js';
import { readSearch, runSearch } from '../../../../sandbox/listing-site/search.js';
import { createWorld } from '../../../../sandbox/world.js';
import { parsePage } from '../../../../sources/phoenix-mls/parse.js';
import { redactPage } from '../../../../sources/phoenix-mls/redact.js';
import type { KnownFacts } from '../../../../sources/phoenix-mls/repair/targets.js';
import { verify } from '../../../../sources/phoenix-mls/repair/verify.js';
import {
  type KnownListing,
  type Proposal,
  proposeSelectorSet,
  type StoredPage,
} from '../../../../sources/phoenix-mls/repair.js';
import { CLASSIC, type SelectorSet } from '../../../../sources/phoenix-mls/selectors.js';

/** Stands in where there is no proposal, so that an expectation fails and not the test. */
const NO_SET: SelectorSet = CLASSIC;
const ORIGIN = 'http://127.0.0.1:1';
const FETCHED_AT = '2025-11-20T10:00:00.000Z';

let listings: readonly Listing[];
/** What the classic template says about every listing: the known-good values. */
let known: ReadonlyMap<string, KnownListing>;
let unseen: readonly StoredPage[];
let proposal: Proposal;

beforeAll(() => {
  const recordings = join(projectRoot(), 'sandbox', 'recordings', 'maricopa');
  const world = createWorld({ recordings, parcelsPerZip: 60, seed: 'repair-test', listings: 90 });
  // Every ZIP has another number of listings, as in life.
  const left: Readonly<Record<string, number>> = { '85031': 2, '85033': 3 };
  listings = world.listings.filter(({ zip }, index) => left[zip] === undefined || index % left[zip] !== 0);
  known = knownFrom(pagesIn('classic'));
  unseen = pagesIn('unseen');
  proposal = proposeSelectorSet({ name: 'redesign@1', pages: unseen, known });
});

/** Pages of a template as they are stored: redacted. Results pages of every ZIP, 10 a page, and every third detail. */
function pagesIn(layout: LayoutName): readonly StoredPage[] {
  const stored = (page: Omit<StoredPage, 'fetchedAt'>): StoredPage => {
    const body = redactPage({ type: 'html', html: page.html });
    return { ...page, html: body.type === 'html' ? body.html : '', fetchedAt: FETCHED_AT };
  };
  const zips = [...new Set(listings.map(({ zip }) => zip))];
  const results = zips.flatMap((zip) => {
    const { pages } = runSearch(listings, readSearch(new URLSearchParams({ PostalCode: zip, Limit: '10' })));
    return Array.from({ length: pages }, (_, index) => {
      const query = new URLSearchParams({ PostalCode: zip, Limit: '10', pg: String(index + 1) });
      const search = readSearch(query);
      const found = runSearch(listings, search);
      const html = LAYOUTS[layout].results(search, found, 0);
      return stored({
        kind: 'results-page',
        url: `${ORIGIN}/mls/search/?${query}`,
        html,
        key: null,
        total: found.total,
      });
    });
  });
  const details = listings
    .filter((_listing, index) => index % 3 === 0)
    .map((listing) =>
      stored({
        kind: 'listing-page',
        url: `${ORIGIN}${detailPath(listing)}`,
        html: LAYOUTS[layout].detail(listing),
        key: listing.listingId,
        total: null,
      }),
    );
  return [...results, ...details];
}

function knownFrom(pages: readonly StoredPage[]): ReadonlyMap<string, KnownListing> {
  const all = new Map<string, Record<string, Readonly<Record<string, FactValue>>>>();
  for (const { html, ...page } of pages) {
    const { records } = parsePage({ ...page, fetchId: 'fetch-1', body: { type: 'html', html } });
    for (const { key, kind, facts } of records) {
      const listing = all.get(key) ?? {};
      listing[kind] = Object.fromEntries(facts.map(({ name, value }) => [name, value]));
      all.set(key, listing);
    }
  }
  return all;
}

/** Known values with the facts of some listings changed. */
function changed(change: (facts: KnownFacts, index: number) => KnownFacts): ReadonlyMap<string, KnownListing> {
  return new Map(
    [...known].map(([key, kinds], index) => {
      const entries = Object.entries(kinds).map(([kind, facts]) => [kind, change(facts, index)] as const);
      return [key, Object.fromEntries(entries)] as const;
    }),
  );
}

const shareOf = ({
  right,
  wrong,
  unsaid,
}: {
  readonly right: number;
  readonly wrong: number;
  readonly unsaid: number;
}) => right / (right + wrong + unsaid);

describe('a proposal for a layout never seen', () => {
  it('reaches four fifths of the known facts on all stored pages, and no fact is wrong', () => {
    if (proposal.set === null) throw new Error(`missing: ${proposal.missing}`);
    const on = verify(proposal.set, unseen, known);
    expect(on).toMatchObject({ wrong: 0, unreadable: 0 });
    expect(shareOf(on)).toBeGreaterThanOrEqual(0.8);
  });

  it('was verified on pages that it was not made from', () => {
    const held = proposal.verified;
    expect(held?.pages).toBeGreaterThan(unseen.length / 4);
    expect(held).toMatchObject({ wrong: 0, unreadable: 0 });
    expect(shareOf(held ?? { right: 0, wrong: 1, unsaid: 0 })).toBeGreaterThanOrEqual(0.8);
  });

  it('finds four fifths of the fields', () => {
    const on = verify(proposal.set ?? NO_SET, unseen, known).byFact;
    const found = Object.values(on).filter(({ right, unsaid }) => right > unsaid);
    expect(found.length / Object.keys(on).length).toBeGreaterThanOrEqual(0.8);
  });

  it('takes no price that only looks like the price, and cuts the number out of a unit', () => {
    const { detail, results } = proposal.set ?? NO_SET;
    expect(detail.listing.price).toEqual([{ at: 'span.home-ask', attribute: null, pattern: null }]);
    expect(detail.listing.rows?.names['Approx Lot SqFt']).toEqual({ label: 'Lot', pattern: '([\\d.,]+)\\s*sq\\b' });
    expect(results.card).toBe('li.finder-item');
    expect(results.pagination).toBe('ol.pager');
  });

  it('says for each field what else there was, and why a field was left out', () => {
    const price = proposal.fields.find(({ field }) => field === 'detail price');
    expect(price).toMatchObject({
      doubt: null,
      candidates: expect.arrayContaining([expect.objectContaining({ doubt: null })]),
    });
    expect(price?.candidates[0]?.tally).toMatchObject({ wrong: 0 });
    const baths = proposal.fields.find(({ field }) => field === 'detail baths');
    expect(baths).toMatchObject({ doubt: expect.any(String) });
  });

  it('holds no personal word, and is plain data', () => {
    const text = JSON.stringify(proposal);
    for (const word of Object.values(PLANTED_PERSONAL)) expect(text).not.toContain(word);
    expect(JSON.parse(text).set).toEqual(proposal.set);
  });

  it('is the same from the same pages', () => {
    expect(proposeSelectorSet({ name: 'redesign@1', pages: unseen, known })).toEqual(proposal);
  });
});

it.each(['classic', 'newer'] as const)('finds its way in the %s template too, without a wrong fact', (layout) => {
  const pages = pagesIn(layout);
  const { set, missing, verified } = proposeSelectorSet({ name: 'again@1', pages, known });
  expect(missing).toEqual([]);
  expect(verified).toMatchObject({ wrong: 0, unreadable: 0 });
  expect(shareOf(verify(set ?? NO_SET, pages, known))).toBeGreaterThanOrEqual(0.8);
});

describe('known values that are not what the pages say', () => {
  it('do no harm while they are few: prices change', () => {
    const old = changed((facts, index) =>
      index % 25 === 1 ? { ...facts, ListPrice: Number(facts.ListPrice) + 5_000 } : facts,
    );
    expect(proposeSelectorSet({ name: 'redesign@1', pages: unseen, known: old }).set).toEqual(proposal.set);
  });

  it('leave a field out when they are many', () => {
    const wrong = changed((facts, index) =>
      index % 4 === 0 ? { ...facts, YearBuilt: Number(facts.YearBuilt) + 1 } : facts,
    );
    const { set, fields } = proposeSelectorSet({ name: 'redesign@1', pages: unseen, known: wrong });
    expect(fields.find(({ field }) => field === 'row Year Built')?.doubt).toMatch(/differs/);
    expect(Object.keys(verify(set ?? NO_SET, unseen, known).byFact)).toContain('listing-page YearBuilt');
    expect(verify(set ?? NO_SET, unseen, known).byFact['listing-page YearBuilt']).toMatchObject({ right: 0, wrong: 0 });
  });

  it('give no set when a field that must be there is among them, and its name', () => {
    const wrong = changed((facts, index) => ({ ...facts, ListPrice: 100_000 + index }));
    const { set, missing, verified } = proposeSelectorSet({ name: 'redesign@1', pages: unseen, known: wrong });
    expect({ set, missing, verified }).toEqual({
      set: null,
      missing: ['results price', 'detail price'],
      verified: null,
    });
  });

  it('are not made up for by a value that is always the same', () => {
    const alike = changed((facts) => ({ ...facts, GarageSpaces: 2 }));
    const pages = unseen.map((page) => ({
      ...page,
      html: page.html.replace(/(>)Garage(<\/span><span class="spec-v">)\d/g, '$1Stalls$22'),
    }));
    const { fields } = proposeSelectorSet({ name: 'redesign@1', pages, known: alike });
    expect(fields.find(({ field }) => field === 'row Garage Spaces')?.doubt).toMatch(/chance/);
  });
});

it.each<[string, (page: StoredPage) => boolean]>([
  ['detail pages', ({ kind }) => kind === 'results-page'],
  ['results pages', ({ kind }) => kind === 'listing-page'],
  ['pages at all', () => false],
])('gives no set without %s', (_name, kept) => {
  const { set, missing } = proposeSelectorSet({ name: 'redesign@1', pages: unseen.filter(kept), known });
  expect(set).toBeNull();
  expect(missing.length).toBeGreaterThan(0);
});
