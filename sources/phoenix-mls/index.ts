import { type ErrorCode, PhoenixError, ResponseInvalid } from '../../core/errors.js';
import { probeFailure } from '../../core/probe-failure.js';
import type { SourceDetail } from '../../core/raw-payload.js';
import type { Cursor, Window } from '../../core/schemas/collect.js';
import type { ProbeResult, Source, SourcePage } from '../../core/source.js';
import type { VisitPage } from '../../net/page-visit.js';
import { passOf } from '../pass.js';
import { markOfPage } from '../repeated-page.js';
import { createClient, type PhoenixMlsClient, payloadOf } from './client.js';
import { createKnownSets, type KnownSets } from './known-sets.js';
import { listingUrl } from './pages/listing-url.js';
import { readResultsPage } from './pages/results-page.js';
import { driftOfPage, LISTING_CARD, parsePage, RESULTS_PAGE, resultsFault } from './parse.js';
import { redactPage } from './redact.js';
import { createRepair } from './relearn.js';
import { LISTING_PAGE, type PhoenixMlsSettings, pagesFor, SOURCE, traitsOf } from './settings.js';
import { placeAfter, placeOf } from './walk.js';

export { createPhoenixMlsSettings, type PhoenixMlsSettings } from './settings.js';

export interface PhoenixMlsDeps {
  readonly visit: VisitPage;
  readonly settings: PhoenixMlsSettings;
  /** Whether an operator's recorded permission for the real site holds now. */
  readonly permissionHeld: () => Promise<boolean>;
  /** Selector sets that a person approved, as stored; left out: the built-in ones alone. */
  readonly approvedSets?: () => Promise<readonly unknown[]>;
}

/** ZIP code of the market asked by a probe. */
const KNOWN_ZIP = '85031';

/**
 * The listing search site as a source, read in a real browser: results pages by ZIP code, one detail page a listing.
 * Keeps the addresses of detail pages in memory and nothing else.
 */
export function createPhoenixMls({ visit, settings, permissionHeld, approvedSets }: PhoenixMlsDeps): Source {
  const sets = createKnownSets(approvedSets ?? (() => Promise.resolve([])));
  const client = createClient(visit, settings, permissionHeld, sets);
  return {
    name: SOURCE,
    via: 'browser',
    history: 'live',
    traits: traitsOf(settings),
    kindOrder: [LISTING_PAGE, LISTING_CARD],
    plan(scope) {
      const requests = pagesFor(scope);
      return { requests, milliseconds: requests * settings.paceMs, costUsdMicros: 0 };
    },
    probe: (signal) => probe(client, sets, signal),
    readPage: (window, cursor, signal) => readPage(client, sets, window, cursor, signal),
    readDetail: (window, key, signal) => readDetail(client, window, key, signal),
    redact: redactPage,
    beforeParse: sets.refresh,
    parse: (payload) => parsePage(payload, sets.current()),
    driftOf: driftOfPage,
    repair: createRepair(client, sets),
  };
}

/** A page in an unknown layout ends the walk: it is handed over, kept, and reading it stops the source. */
async function readPage(
  client: PhoenixMlsClient,
  sets: KnownSets,
  window: Window,
  cursor: Cursor | null,
  signal: AbortSignal,
): Promise<SourcePage> {
  const place = placeOf(cursor);
  if (place === null) throw new ResponseInvalid(SOURCE, 'the cursor is not of this source');
  const opened = await client.results(window.zip, place.page, window, signal);
  const page = readResultsPage(opened.answer.html, sets.current());
  const payloads = [payloadOf(RESULTS_PAGE, null, opened)];
  if (page === null || resultsFault(page, opened.url, sets.current()) !== null)
    return { payloads, nextCursor: null, total: null };
  for (const { key, link } of page.cards) {
    const url = key === null ? null : listingUrl(link?.text ?? null, key.text, opened.url);
    if (key !== null && url !== null) client.remember(key.text, url);
  }
  const keys = page.cards.map(({ key }) => key?.text ?? null);
  const mark = markOfPage({ source: SOURCE, zip: window.zip, markBefore: place.mark, keys });
  const next = placeAfter(place, { total: page.total, cards: keys.length, hasNext: page.hasNext, mark });
  return { payloads, nextCursor: next && { ...next }, total: page.total, ...passOf(place) };
}

async function readDetail(
  client: PhoenixMlsClient,
  window: Window,
  key: string,
  signal: AbortSignal,
): Promise<SourceDetail> {
  if (!/^\d{7}$/.test(key)) return { status: 'missing', reason: 'not asked: the key is no MLS number' };
  try {
    const opened = await client.listing(key, window, signal);
    if ('missing' in opened) return { status: 'missing', reason: opened.missing };
    return { status: 'found', payloads: [payloadOf(LISTING_PAGE, key, opened)] };
  } catch (problem) {
    // The page of one listing is no reason to lose the rest of the batch.
    if (problem instanceof ResponseInvalid) return { status: 'missing', reason: `${problem.code}: ${problem.message}` };
    throw problem;
  }
}

const STATE_OF: Readonly<Partial<Record<ErrorCode, ProbeResult['state']>>> = {
  Blocked: 'blocked',
  SchemaDrift: 'drift',
  ResponseInvalid: 'drift',
};

async function probe(client: PhoenixMlsClient, sets: KnownSets, signal: AbortSignal): Promise<ProbeResult> {
  try {
    const { url, answer } = await client.results(KNOWN_ZIP, 1, null, signal);
    const page = readResultsPage(answer.html, sets.current());
    const fault = resultsFault(page, url, sets.current());
    if (page === null || fault !== null) return { state: 'drift', evidence: fault ?? 'layout changed' };
    return { state: 'ok', evidence: `${KNOWN_ZIP} has ${page.total} listings, read by ${page.set.name}` };
  } catch (problem) {
    signal.throwIfAborted();
    if (!(problem instanceof PhoenixError)) throw problem;
    return probeFailure(problem, STATE_OF);
  }
}
