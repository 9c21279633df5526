import type { Listing } from '../listing.js';

/** What a results page was asked for, after the site's own rules. */
export interface Search {
  readonly postalCode: string | null;
  readonly listingId: string | null;
  readonly street: string | null;
  /** Empty: every status. */
  readonly statuses: readonly string[];
  readonly limit: number;
  readonly page: number;
  readonly orderBy: string;
}

export interface SearchResult {
  readonly total: number;
  readonly pages: number;
  readonly listings: readonly Listing[];
}

const LIMITS: readonly number[] = [5, 10, 15, 20, 25];
const DEFAULT_LIMIT = 10;

/** Reads the query of `/mls/search/`. What the site does not know it leaves out, as the plug-in does. */
export function readSearch(query: URLSearchParams): Search {
  const limit = Number(query.get('Limit'));
  const page = Number(query.get('pg'));
  return {
    postalCode: query.get('PostalCode'),
    listingId: query.get('ListingId'),
    street: query.get('StreetAddress')?.toLowerCase() ?? null,
    statuses: query.getAll('StandardStatus[]'),
    limit: LIMITS.includes(limit) ? limit : DEFAULT_LIMIT,
    page: Number.isInteger(page) && page >= 1 ? page : 1,
    orderBy: query.get('OrderBy') ?? '-ListPrice',
  };
}

export function runSearch(all: readonly Listing[], search: Search): SearchResult {
  const found = all.filter(
    (listing) =>
      (search.postalCode === null || listing.zip === search.postalCode) &&
      (search.listingId === null || listing.listingId === search.listingId) &&
      (search.street === null || listing.street.toLowerCase().includes(search.street)) &&
      (search.statuses.length === 0 || search.statuses.includes(listing.status)),
  );
  const ordered = found.sort((a, b) => compare(a, b, search.orderBy) || (a.listingId < b.listingId ? -1 : 1));
  const from = (search.page - 1) * search.limit;
  return {
    total: found.length,
    pages: Math.ceil(found.length / search.limit),
    listings: ordered.slice(from, from + search.limit),
  };
}

function compare(a: Listing, b: Listing, orderBy: string): number {
  const rising = orderBy === 'ListPrice';
  return rising ? a.listPrice - b.listPrice : b.listPrice - a.listPrice;
}
