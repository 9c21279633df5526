import type { Window } from '../../core/schemas/collect.js';
import type { KnownThing, SamplePage, SourceRepair } from '../../core/source-repair.js';
import { type PhoenixMlsClient, payloadOf } from './client.js';
import type { KnownSets } from './known-sets.js';
import { keysLinkedOn } from './pages/listing-url.js';
import { LISTING_CARD, RESULTS_PAGE } from './parse.js';
import { proposeWithReview } from './repair/review.js';
import { LISTING_PAGE, PAGE_SIZES } from './settings.js';

/** Detail pages of a sample, and of those the most whose listing is not active: only these show where the status stands. */
const DETAILS = 18;
/** Detail pages asked for at most: some listings have left the site. */
const ASKED = 30;
const NOT_ACTIVE = 6;
/** Searches of a sample, and pages of each: with more pages than one, so that paging shows. */
const SEARCHES = 3;
const PAGES = 4;

/** How the listing site is checked, and learned again, from pages of listings that are known. */
export function createRepair(client: PhoenixMlsClient, sets: KnownSets): SourceRepair {
  return {
    passing: ['xAttribution'],
    async readKnown(window, { key }, signal) {
      const { opened, detail } = await client.find(key, window, signal);
      if (detail === null) return { status: 'missing', reason: 'the site finds no listing of this number' };
      client.remember(key, detail);
      const listing = await client.listing(key, window, signal);
      if ('missing' in listing) return { status: 'missing', reason: listing.missing };
      const payloads = [payloadOf(RESULTS_PAGE, null, opened), payloadOf(LISTING_PAGE, key, listing)];
      return { status: 'found', payloads };
    },
    async readSample(window, things, signal) {
      const pages: SamplePage[] = [];
      for (const zip of zipsOf(things))
        pages.push(...(await search(client, window, zip, countIn(things, zip), signal)));
      let left = ASKED;
      const enough = () => pages.filter(({ payload }) => payload.kind === LISTING_PAGE).length >= DETAILS;
      for (const { key, path } of detailsOf(things)) {
        if (left === 0 || enough()) break;
        left -= 1;
        const listing = await client.detail(key, path, window, signal);
        if (listing !== null) pages.push({ payload: payloadOf(LISTING_PAGE, key, listing), total: null });
      }
      return pages;
    },
    propose: (name, pages, things) => proposeWithReview(name, pages, things, sets.current()),
  };
}

/** One whole search in small pages. Its total is the number of listings it links to, so only a search that was ended has one. */
async function search(
  client: PhoenixMlsClient,
  window: Window,
  zip: string,
  expected: number,
  signal: AbortSignal,
): Promise<readonly SamplePage[]> {
  const size = PAGE_SIZES.find((candidate) => Math.ceil(expected / candidate) <= PAGES) ?? PAGE_SIZES.at(-1) ?? 25;
  const opened: SamplePage['payload'][] = [];
  const keys = new Set<string>();
  let ended = false;
  for (let page = 1; page <= PAGES + 1 && !ended; page += 1) {
    const results = await client.search(zip, page, size, window, signal);
    const before = keys.size;
    for (const key of keysLinkedOn(results.answer.html)) keys.add(key);
    ended = keys.size - before < size;
    if (keys.size > before) opened.push(payloadOf(RESULTS_PAGE, null, results));
  }
  return opened.map((payload) => ({ payload, total: ended ? keys.size : null }));
}

/** ZIPs with most known listings first; those that need more than one page tell more. */
function zipsOf(things: readonly KnownThing[]): readonly string[] {
  const zips = new Set(things.flatMap((thing) => textOf(thing, LISTING_CARD, 'PostalCode') ?? []));
  return [...zips].sort((a, b) => countIn(things, b) - countIn(things, a) || (a < b ? -1 : 1)).slice(0, SEARCHES);
}

function countIn(things: readonly KnownThing[], zip: string): number {
  return things.filter((thing) => textOf(thing, LISTING_CARD, 'PostalCode') === zip).length;
}

/** Listings whose detail is known, the newest first, and their addresses. */
function detailsOf(things: readonly KnownThing[]): readonly { readonly key: string; readonly path: string }[] {
  const known = things.flatMap((thing) => {
    const path = textOf(thing, LISTING_CARD, 'xListingPath');
    const isKnown = thing.kinds[LISTING_PAGE] !== undefined;
    const isActive = textOf(thing, LISTING_PAGE, 'StandardStatus') === 'Active';
    return path === null || !isKnown ? [] : [{ key: thing.key, path, isActive }];
  });
  const notActive = known.filter(({ isActive }) => !isActive).slice(0, NOT_ACTIVE);
  const others = known.filter((listing) => !notActive.includes(listing));
  return [...notActive, ...others];
}

function textOf({ kinds }: KnownThing, kind: string, fact: string): string | null {
  const value = kinds[kind]?.[fact];
  return typeof value === 'string' ? value : null;
}
