import type { Faults } from '../faults.js';
import { type RunningService, type ServiceAnswer, type ServiceRequest, startHttpService } from '../http-service.js';
import type { Listing } from '../listing.js';
import type { RequestLog } from '../request-log.js';
import { DISALLOW_ALL, robots } from '../robots.js';
import { page, VISIT_COOKIE, VISIT_SECRET } from './html.js';
import { LAYOUTS, type Layout, type LayoutName } from './layouts.js';
import { blockPage, captchaPage, looksLikeBrowser, notFoundPage, type TakesToken, tokenTaken } from './refusals.js';
import { readSearch, runSearch } from './search.js';

/** The part of the sandbox's world that the listing site shows. Read at every request, so that days may change it. */
export interface ListingWorld {
  readonly listings: readonly Listing[];
}

export interface ListingSiteOptions {
  readonly log: RequestLog;
  readonly faults: Faults;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Template of the pages; default `classic`. */
  readonly layout?: LayoutName;
  /** Where tokens of solved captchas are checked; default: none is taken. */
  readonly takesToken?: TakesToken;
}

const ROBOTS = 'User-agent: *\nAllow: /mls/search/\nAllow: /mls/\nDisallow: /wp-admin/\nDisallow: /verify/\n';

/**
 * Starts the stand-in of the listing search site: Flexmls templates, paging, robots.txt, a firewall that refuses
 * plain HTTP clients with 403, and faults per request.
 */
export function startListingSite(world: ListingWorld, options: ListingSiteOptions): Promise<RunningService> {
  const { log, faults, port = 0, layout = 'classic', takesToken = () => false } = options;
  const handle = (request: ServiceRequest) => {
    const taken = tokenTaken(request.method, request.body, takesToken);
    if (taken === null) return answer(world, request, layout);
    // A page that was paid for with a token is not asked for another one.
    const fault = taken && request.fault?.kind === 'captcha' ? null : request.fault;
    return taken ? answer(world, { ...request, fault }, layout) : captchaPage();
  };
  return startHttpService({ service: 'listing-site', port, log, faults, handle });
}

function answer(world: ListingWorld, request: ServiceRequest, usual: LayoutName): ServiceAnswer {
  if (request.path === '/robots.txt') {
    return robots(request.fault?.kind === 'robots-disallow' ? DISALLOW_ALL : ROBOTS);
  }
  if (request.fault?.kind === 'block-page' || !looksLikeBrowser(request.headers)) return blockPage();
  if (request.fault?.kind === 'captcha') return captchaPage();
  const layout = request.fault?.kind === 'layout-change' ? (request.fault.layout ?? 'unseen') : usual;
  const body = pageOf(world, request, LAYOUTS[layout]);
  if (body === null) return notFoundPage();
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=UTF-8',
      'set-cookie': `${VISIT_COOKIE}=${VISIT_SECRET}; Path=/; HttpOnly`,
    },
    body,
  };
}

function pageOf(world: ListingWorld, { path, query, fault }: ServiceRequest, layout: Layout): string | null {
  if (path === '/' || path === '/simple-search/') return searchBox();
  if (path === '/mls/search/') {
    const search = readSearch(query);
    const found = runSearch(fault?.kind === 'empty' ? [] : world.listings, search);
    return layout.results(search, found, fault?.kind === 'broken-cards' ? fault.count : 0);
  }
  const id = /^\/mls\/[^/]*-mls_(\d{7})\/$/.exec(path)?.[1];
  const listing = world.listings.find(({ listingId }) => listingId === id);
  return listing === undefined ? null : layout.detail(listing);
}

function searchBox(): string {
  return page(
    'Simple Search',
    '<form action="/mls/search/" method="get"><input name="StreetAddress" placeholder="Enter an Address, City, Zip or MLS#"><button>Search</button></form>',
  );
}
