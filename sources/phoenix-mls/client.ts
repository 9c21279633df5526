import { Blocked, ResponseInvalid } from '../../core/errors.js';
import type { Window } from '../../core/schemas/collect.js';
import type { PageAnswer, VisitPage } from '../../net/page-visit.js';
import { createRobotsGate } from '../../net/robots.js';
import { refusalOf } from './errors.js';
import { readListingPage } from './pages/listing-page.js';
import { listingUrl } from './pages/listing-url.js';
import { readResultsPage } from './pages/results-page.js';
import { redactPage } from './redact.js';
import { SELECTOR_SETS } from './selectors.js';
import { PAGE_SIZE, type PhoenixMlsSettings, SOURCE, STATUSES_WALKED, traitsOf } from './settings.js';

/** A page as it came, and the address that was asked for. */
export interface OpenedPage {
  readonly url: string;
  readonly answer: PageAnswer;
}

/** Opens pages of the site. Every method raises what `VisitPage` raises, and Blocked where no permission is recorded. */
export interface PhoenixMlsClient {
  /** Results page of a ZIP code. @throws ResponseInvalid when another page comes */
  results(zip: string, page: number, window: Window | null, signal: AbortSignal): Promise<OpenedPage>;
  /** Detail page of a listing. Null with a reason when the site does not have it. @throws ResponseInvalid likewise */
  listing(key: string, window: Window | null, signal: AbortSignal): Promise<OpenedPage | { readonly missing: string }>;
  /** Keeps the address of a detail page that a results page showed, so that the detail costs one page and not two. */
  remember(key: string, url: string): void;
}

/** Addresses kept in memory; a worker that does not know one asks the site for it by the listing key. */
const REMEMBERED = 5_000;
/** What tells a finished page, in whatever template it comes. */
const RESULTS_READY = SELECTOR_SETS.flatMap(({ results }) => [...results.count.map(({ at }) => at), results.card]).join(
  ', ',
);
const LISTING_READY = SELECTOR_SETS.map(({ detail }) => detail.proof).join(', ');

/** @param permissionHeld asked before every page, so that a permission that ends stops the source at once */
export function createClient(
  visit: VisitPage,
  settings: PhoenixMlsSettings,
  permissionHeld: () => Promise<boolean>,
): PhoenixMlsClient {
  const { baseUrl, paceMs } = settings;
  const { needsPermission } = traitsOf(settings);
  const addresses = new Map<string, string>();
  const robots = createRobotsGate();

  const open = async (kind: PageKind, url: string, window: Window | null, signal: AbortSignal) => {
    if (needsPermission && !(await permissionHeld())) throw notPermitted(baseUrl);
    const ask = { source: SOURCE, window, signal, refusalOf, redact };
    const rules = await robots.rules(async () => {
      const answer = await visit({ ...ask, endpoint: 'robots', url: `${baseUrl}/robots.txt`, waitFor: null });
      return { status: answer.status, text: robotsText(answer.html) };
    });
    if (!rules.allows(url)) throw new Blocked(SOURCE, `robots.txt of the site disallows ${url}`);
    if (rules.crawlDelayMs > paceMs) throw tooFast(rules.crawlDelayMs);
    const { endpoint, waitFor, faultOf } = kind;
    const judge = (answer: PageAnswer) => refusalOf(answer) ?? faultOf(answer);
    return { url, answer: await visit({ ...ask, endpoint, url, waitFor, refusalOf: judge }) };
  };
  const find = async (key: string, window: Window | null, signal: AbortSignal): Promise<string | null> => {
    const known = addresses.get(key);
    if (known !== undefined) return known;
    const url = `${baseUrl}/mls/search/?ListingId=${key}&Limit=5&pg=1`;
    const { answer } = await open({ ...RESULTS, endpoint: 'find-listing' }, url, window, signal);
    const page = readResultsPage(answer.html);
    const card = page?.cards.find((candidate) => candidate.key?.text === key);
    return card === undefined ? null : listingUrl(card.link?.text ?? null, key, url);
  };
  return {
    async results(zip, page, window, signal) {
      return open(RESULTS, resultsUrl(baseUrl, zip, page), window, signal);
    },
    async listing(key, window, signal) {
      const url = await find(key, window, signal);
      if (url === null) return { missing: 'the site finds no listing of this number' };
      const opened = await open(listingOf(key), url, window, signal);
      if (opened.answer.status === 404 || opened.answer.status === 410) {
        addresses.delete(key);
        return { missing: `the page of this listing answered ${opened.answer.status}` };
      }
      return opened;
    },
    remember(key, url) {
      addresses.delete(key);
      addresses.set(key, url);
      const oldest = addresses.size > REMEMBERED ? addresses.keys().next().value : undefined;
      if (oldest !== undefined) addresses.delete(oldest);
    },
  };
}

function resultsUrl(baseUrl: string, zip: string, page: number): string {
  const statuses = STATUSES_WALKED.map((status) => `StandardStatus[]=${encodeURIComponent(status)}`).join('&');
  return `${baseUrl}/mls/search/?OrderBy=-ListPrice&PostalCode=${zip}&${statuses}&Limit=${PAGE_SIZE}&pg=${page}`;
}

/** A kind of page, and what is wrong with an answer that was to be one. */
interface PageKind {
  readonly endpoint: string;
  readonly waitFor: string;
  readonly faultOf: (answer: PageAnswer) => ResponseInvalid | null;
}

/** A page in an unknown layout passes: it is kept, and reading it raises SchemaDrift. */
const RESULTS: PageKind = {
  endpoint: 'results',
  waitFor: RESULTS_READY,
  faultOf({ status, finalUrl }) {
    if (status === 429 || status >= 500) return null; // their plain meaning holds
    const right = status < 400 && new URL(finalUrl).pathname === '/mls/search/';
    return right ? null : new ResponseInvalid(SOURCE, `${finalUrl} answered ${status} and is no results page`);
  },
};

function listingOf(key: string): PageKind {
  return {
    endpoint: 'listing',
    waitFor: LISTING_READY,
    faultOf({ status, html, finalUrl }) {
      const shown = status < 400 ? (readListingPage(html)?.key?.text ?? null) : null;
      if (shown === null || shown === key) return null;
      return new ResponseInvalid(SOURCE, `${finalUrl} shows listing ${shown} in the place of ${key}`);
    },
  };
}

function redact(html: string): string {
  const body = redactPage({ type: 'html', html });
  return body.type === 'html' ? body.html : '';
}

/** A browser shows a text file as a page with the text in one element. */
function robotsText(html: string): string {
  return (
    /<pre[^>]*>([\s\S]*?)<\/pre>/i
      .exec(html)?.[1]
      ?.replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&') ?? ''
  );
}

function notPermitted(baseUrl: string): Blocked {
  const host = new URL(baseUrl).host;
  return new Blocked(
    SOURCE,
    `no permission is recorded for ${host}; nothing is asked of it until an operator records one`,
  );
}

function tooFast(crawlDelayMs: number): Blocked {
  return new Blocked(
    SOURCE,
    `robots.txt asks for ${crawlDelayMs} ms between pages; set PHOENIX_MLS_PACE_MS to at least that`,
  );
}
