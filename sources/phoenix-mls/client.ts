import { Blocked, type PhoenixError, ResponseInvalid, SchemaDrift } from '../../core/errors.js';
import type { RawPayload } from '../../core/raw-payload.js';
import type { Window } from '../../core/schemas/collect.js';
import type { PageAnswer, VisitPage } from '../../net/page-visit.js';
import { createRobotsGate } from '../../net/robots.js';
import { CAPTCHA_BOX, captchaIn } from './captcha.js';
import { refusalOf } from './errors.js';
import { type KnownSets, listingReady, resultsReady } from './known-sets.js';
import { readListingPage } from './pages/listing-page.js';
import { listingUrl } from './pages/listing-url.js';
import { readResultsPage } from './pages/results-page.js';
import { listingFault, RESULTS_PAGE, resultsFault } from './parse.js';
import { redactPage } from './redact.js';
import type { SelectorSet } from './selectors.js';
import { LISTING_PAGE, PAGE_SIZE, type PhoenixMlsSettings, SOURCE, STATUSES_WALKED, traitsOf } from './settings.js';

/** A page as it came, and the address that was asked for. */
export interface OpenedPage {
  readonly url: string;
  readonly answer: PageAnswer;
}

export function payloadOf(kind: string, key: string | null, { url, answer }: OpenedPage): RawPayload {
  const { fetchId, fetchedAt, html } = answer;
  return { kind, key, url, fetchId, fetchedAt, body: { type: 'html', html } };
}

/** Opens pages of the site. Every method raises what `VisitPage` raises, and Blocked where no permission is recorded. */
export interface PhoenixMlsClient {
  /** Results page of a ZIP code. @throws ResponseInvalid when another page comes */
  results(zip: string, page: number, window: Window | null, signal: AbortSignal): Promise<OpenedPage>;
  /** Results page of a ZIP code with so many cards, in whatever layout it comes. Errors as `results`. */
  search(zip: string, page: number, size: number, window: Window, signal: AbortSignal): Promise<OpenedPage>;
  /**
   * Results page of one listing, and the address of its detail page; null when the site does not find it.
   * @throws SchemaDrift when the page is in no layout known, ResponseInvalid likewise
   */
  find(key: string, window: Window | null, signal: AbortSignal): Promise<{ opened: OpenedPage; detail: string | null }>;
  /**
   * Detail page of a listing in whatever layout it comes, by its path. Errors as `results`.
   * @returns null when the site does not have it
   */
  detail(key: string, path: string, window: Window, signal: AbortSignal): Promise<OpenedPage | null>;
  /** Detail page of a listing. Null with a reason when the site does not have it. @throws ResponseInvalid likewise */
  listing(key: string, window: Window | null, signal: AbortSignal): Promise<OpenedPage | { readonly missing: string }>;
  /** Keeps the address of a detail page that a results page showed, so that the detail costs one page and not two. */
  remember(key: string, url: string): void;
}

/** Addresses kept in memory; a worker that does not know one asks the site for it by the listing key. */
const REMEMBERED = 5_000;

/** @param permissionHeld asked before every page, so that a permission that ends stops the source at once */
export function createClient(
  visit: VisitPage,
  settings: PhoenixMlsSettings,
  permissionHeld: () => Promise<boolean>,
  sets: KnownSets,
): PhoenixMlsClient {
  const { baseUrl, paceMs } = settings;
  const { needsPermission } = traitsOf(settings);
  const addresses = new Map<string, string>();
  const robots = createRobotsGate();

  const open = async (kind: PageKind, url: string, window: Window | null, signal: AbortSignal) => {
    if (needsPermission && !(await permissionHeld())) throw notPermitted(baseUrl);
    await sets.refresh();
    const refusal = (answer: PageAnswer) => refusalOf(answer, sets.current());
    const ask = { source: SOURCE, window, signal, refusalOf: refusal, wall: CAPTCHA_BOX, captchaIn, redact };
    const rules = await robots.rules(async () => {
      const file = { endpoint: 'robots', url: `${baseUrl}/robots.txt`, waitFor: null, evenIfStopped: true };
      const answer = await visit({ ...ask, ...file });
      return { status: answer.status, text: robotsText(answer.html) };
    });
    if (!rules.allows(url)) throw new Blocked(SOURCE, `robots.txt of the site disallows ${url}`);
    if (rules.crawlDelayMs > paceMs) throw tooFast(rules.crawlDelayMs);
    const { endpoint, faultOf, driftOf } = kind;
    const waitFor = kind.ready(sets.current());
    const judge = (answer: PageAnswer) => refusal(answer) ?? faultOf(answer, sets.current());
    const drifts =
      driftOf === null
        ? { evenIfStopped: true }
        : { driftIn: (answer: PageAnswer) => (answer.status < 400 ? driftOf(answer, url, sets.current()) : null) };
    return { url, answer: await visit({ ...ask, ...drifts, endpoint, url, waitFor, refusalOf: judge }) };
  };
  const find: PhoenixMlsClient['find'] = async (key, window, signal) => {
    const url = `${baseUrl}/mls/search/?ListingId=${key}&Limit=5&pg=1`;
    const opened = await open(FIND_LISTING, url, window, signal);
    const page = readResultsPage(opened.answer.html, sets.current());
    const card = page?.cards.find((candidate) => candidate.key?.text === key);
    return { opened, detail: card === undefined ? null : listingUrl(card.link?.text ?? null, key, url) };
  };
  return {
    find,
    async results(zip, page, window, signal) {
      return open(RESULTS, resultsUrl(baseUrl, zip, page, PAGE_SIZE), window, signal);
    },
    async search(zip, page, size, window, signal) {
      return open(ANY_RESULTS, resultsUrl(baseUrl, zip, page, size), window, signal);
    },
    async detail(key, path, window, signal) {
      const url = listingUrl(path, key, baseUrl);
      if (url === null) return null;
      const opened = await open(anyListingOf(key), url, window, signal);
      return isGone(opened.answer) ? null : opened;
    },
    async listing(key, window, signal) {
      const url = addresses.get(key) ?? (await find(key, window, signal)).detail;
      if (url === null) return { missing: 'the site finds no listing of this number' };
      const opened = await open(listingOf(key), url, window, signal);
      if (isGone(opened.answer)) {
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

function resultsUrl(baseUrl: string, zip: string, page: number, size: number): string {
  const statuses = STATUSES_WALKED.map((status) => `StandardStatus[]=${encodeURIComponent(status)}`).join('&');
  return `${baseUrl}/mls/search/?OrderBy=-ListPrice&PostalCode=${zip}&${statuses}&Limit=${size}&pg=${page}`;
}

/** A kind of page, and what is wrong with an answer that was to be one. */
interface PageKind {
  readonly endpoint: string;
  /** What tells a finished page. */
  readonly ready: (sets: readonly SelectorSet[]) => string;
  readonly faultOf: (answer: PageAnswer, sets: readonly SelectorSet[]) => PhoenixError | null;
  /** Whether a page that was there is in a layout that no set knows; null for pages that are asked for in whatever layout. */
  readonly driftOf: ((answer: PageAnswer, asked: string, sets: readonly SelectorSet[]) => SchemaDrift | null) | null;
}

/** A page in an unknown layout passes: it is kept, and reading it raises SchemaDrift. */
const RESULTS: PageKind = {
  endpoint: 'results',
  ready: resultsReady,
  faultOf({ status, finalUrl }) {
    if (status === 429 || status >= 500) return null; // their plain meaning holds
    const right = status < 400 && new URL(finalUrl).pathname === '/mls/search/';
    return right ? null : new ResponseInvalid(SOURCE, `${finalUrl} answered ${status} and is no results page`);
  },
  driftOf({ html }, asked, sets) {
    const fault = resultsFault(readResultsPage(html, sets), asked, sets);
    return fault === null ? null : new SchemaDrift(SOURCE, RESULTS_PAGE, fault);
  },
};

/** In a layout that no set knows, links to listings tell that the page is there. */
const ANY_RESULTS: PageKind = {
  ...RESULTS,
  ready: (sets) => `${resultsReady(sets)}, a[href*="-mls_"]`,
  driftOf: null,
};

/** Only its link is wanted, so a layout that hides it is told from a listing that is not there. */
const FIND_LISTING: PageKind = {
  ...RESULTS,
  endpoint: 'find-listing',
  faultOf(answer, sets) {
    const { status, finalUrl, html } = answer;
    const fault = RESULTS.faultOf(answer, sets);
    if (fault !== null || status >= 400) return fault;
    const drift = resultsFault(readResultsPage(html, sets), finalUrl, sets);
    return drift === null ? null : new SchemaDrift(SOURCE, RESULTS_PAGE, drift);
  },
};

function listingOf(key: string): PageKind {
  return {
    endpoint: 'listing',
    ready: listingReady,
    faultOf({ status, html, finalUrl }, sets) {
      const shown = status < 400 ? (readListingPage(html, sets)?.key?.text ?? null) : null;
      if (shown === null || shown === key) return null;
      return new ResponseInvalid(SOURCE, `${finalUrl} shows listing ${shown} in the place of ${key}`);
    },
    driftOf({ html }, _asked, sets) {
      const fault = listingFault(readListingPage(html, sets), sets);
      return fault === null ? null : new SchemaDrift(SOURCE, LISTING_PAGE, fault);
    },
  };
}

/** In a layout that no set knows, a heading tells that the page is there. */
function anyListingOf(key: string): PageKind {
  return { ...listingOf(key), ready: (sets) => `${listingReady(sets)}, h1, h2`, driftOf: null };
}

const isGone = ({ status }: PageAnswer) => status === 404 || status === 410;

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
