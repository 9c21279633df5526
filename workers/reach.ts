import { createFailedPages } from '../activities/failed-pages.js';
import type { Config } from '../core/config.js';
import { Blocked, type SchemaDrift } from '../core/errors.js';
import { productName } from '../core/paths.js';
import type { Window } from '../core/schemas/collect.js';
import { type AskerName, MARKET_DATA, SOURCE_NAMES, type SourceName } from '../core/schemas/names.js';
import type { Pace } from '../core/schemas/pace.js';
import { type TroubleWatch, UNWATCHED } from '../core/trouble-watch.js';
import { type Audit, createAudit } from '../net/audit.js';
import { type BrowserPoolDeps, createBrowserPool } from '../net/browser.js';
import { ifNotFrozen, underEmergency } from '../net/emergency.js';
import type { KeepFailedPage } from '../net/failed-page.js';
import { createFileGet } from '../net/file-get.js';
import { createHttpGet, type HttpGet } from '../net/http-client.js';
import { unlessPaused } from '../net/kill-switch.js';
import { createLimiter, type HostLimit } from '../net/limiter.js';
import { obeyRobots } from '../net/obey-robots.js';
import { withPaces } from '../net/pace.js';
import { withPagePatience } from '../net/page-patience.js';
import type { VisitPage } from '../net/page-visit.js';
import type { SourceTarget } from '../net/polite-request.js';
import { ifProxiesPermitted, proxyRefusal } from '../net/proxies/permission.js';
import { createProxyPool } from '../net/proxies/pool.js';
import { createWebshare } from '../net/proxies/webshare.js';
import { createNoteStop } from '../net/stops.js';
import { createVisitPage } from '../net/visit-page.js';
import { createSources, type SourceRegistry, sourceTargets } from '../sources/index.js';
import { createMarketData, createMarketDataSettings, type MarketData } from '../sources/market-data/index.js';
import { suspensionReason } from '../store/cost/controls.js';
import type { Database } from '../store/database.js';
import { pauseError, permissionHeld, standingDecision } from '../store/decisions.js';
import { readEmergency } from '../store/emergency.js';
import { pagesForData } from '../store/fetches.js';
import { createProxyLedger } from '../store/proxies.js';
import { approvedSets } from '../store/selector-sets.js';
import { createSessions } from '../store/sessions.js';
import { createSolver } from './captcha.js';

/** The sources, and all that stands between them and the outside. */
export interface Reach {
  readonly sources: SourceRegistry;
  /** What the sources ask through. */
  readonly http: HttpGet;
  readonly visit: VisitPage;
  readonly marketData: MarketData;
  /** Keeps a page that turns out to be unusable after it was read. */
  readonly keepFailedPage: KeepFailedPage;
  /** Stops what other lanes of a run, in any worker, are about to ask of a source that has changed. */
  readonly noteDrift: (window: Window, drift: SchemaDrift) => Promise<void>;
  /** Ends the browser. */
  close(): Promise<void>;
}

/**
 * How long a page of a site may take (tests of sites that never answer give shorter ones), and what becomes of the ceiling of
 * each host (benches, which only ask this machine, lift it).
 */
export interface ReachOptions extends Pick<BrowserPoolDeps, 'navigationTimeoutMs' | 'settleTimeoutMs'> {
  readonly limitOf?: (limit: HostLimit) => HostLimit;
  /** Is told what sources put right by themselves. Left out: nobody is. */
  readonly watch?: Pick<TroubleWatch, 'handled'>;
  /** Sees every audit row on its way. */
  readonly watchAudit?: (audit: Audit) => Audit;
}

/** How long a pace that an operator set is remembered, so that it does not cost a query for each request. */
const PACE_MEMORY_MS = 1_000;

/**
 * Every way out of this process to a source, in this order: operator's pause and controls of the budget, permission for proxies,
 * robots.txt, whether everything is frozen, ceiling of the host (lowered by an operator's pace, the site's crawl delay and the steps
 * after a freeze), audit row, the request itself.
 */
export function createReach(config: Config, { db }: Database, options: ReachOptions = {}): Reach {
  const { limitOf = (limit) => limit, watch = UNWATCHED, watchAudit = (audit) => audit, ...browserTimes } = options;
  const targets = withLimits(sourceTargets(config), limitOf);
  const crawlDelays = new Map<string, number>();
  const setPaces = rememberedPaces(targets, async (source) => (await standingDecision(db, 'pace', source))?.pace);
  const paced = withPaces(createLimiter(db), async (host) => [
    ...(await setPaces(host)),
    ...paceOfDelay(crawlDelays.get(host) ?? 0),
  ]);
  const limiter = underEmergency(paced, () => readEmergency(db));
  const paused = async (source: SourceName) => {
    const byPerson = await pauseError(db, source);
    if (byPerson !== null) return byPerson;
    const reason = await suspensionReason(db, source, config.proxySources);
    return reason === null ? null : new Blocked(source, reason);
  };
  const pauseOf = async (asker: AskerName) => (asker === MARKET_DATA ? null : paused(asker));
  const polite = { limiter, audit: watchAudit(createAudit(db)), pauseOf };
  const userAgent = productName(config.contact);
  const proxies = createProxies(config, db, userAgent);
  const pool = createBrowserPool({
    ...(config.proxySources.includes('phoenix-mls') ? { proxies: proxies.pool } : {}),
    executablePath: config.chromiumPath ?? '',
    product: userAgent,
    hosts: [new URL(config.phoenixMlsBaseUrl).hostname],
    sessions: createSessions(db, new URL(config.phoenixMlsBaseUrl).host),
    ...browserTimes,
  });
  const { dataFolder } = config;
  const keepFailedPage = createFailedPages({ db, dataFolder, draw: (html) => pool.draw(html) });
  const unpermitted = (source: SourceName) =>
    proxyRefusal(source, config.proxySources, (one) => permissionHeld(db, one, 'proxies'));
  const obeying = obeyRobots(createHttpGet({ ...polite, userAgent, targets, proxies }), targets, (host, delayMs) =>
    crawlDelays.set(host, delayMs),
  );
  const patient = withPagePatience(obeying, (asked) => pagesForData(db, asked));
  const http = unlessPaused(ifProxiesPermitted(patient, unpermitted), paused);
  const noteStop = createNoteStop(db);
  const captcha = createSolver(config, { db });
  const visiting = createVisitPage({ ...polite, pool, targets, keepFailedPage, captcha, noteStop });
  const visit = unlessPaused(ifProxiesPermitted(visiting, unpermitted), paused);
  const sources = createSources({
    config,
    http,
    visit,
    permissionHeld: (source) => permissionHeld(db, source),
    approvedSets: (source) => approvedSets(db, source),
    watch,
  });
  const marketSettings = createMarketDataSettings(config);
  const files = createFileGet({ ...polite, userAgent, targets: marketSettings.targets });
  const marketData = createMarketData(files, marketSettings);
  const noteDrift: Reach['noteDrift'] = (window, drift) =>
    noteStop(new URL(targets[window.source].origin).host, window, drift);
  return { sources, http, visit, marketData, keepFailedPage, noteDrift, close: () => pool.close() };
}

function withLimits(
  targets: Readonly<Record<SourceName, SourceTarget>>,
  limitOf: (limit: HostLimit) => HostLimit,
): Readonly<Record<SourceName, SourceTarget>> {
  const { ...changed } = targets;
  for (const name of SOURCE_NAMES) changed[name] = { ...targets[name], limit: limitOf(targets[name].limit) };
  return changed;
}

/** Asks nobody anything before a source that goes through proxies is asked for the first time. */
function createProxies(config: Config, db: Database['db'], userAgent: string) {
  const { webshareBaseUrl: baseUrl, proxyCountries: countries, proxyPoolSize: poolSize, proxySources } = config;
  const webshare = createWebshare({ baseUrl, apiKey: config.webshareApiKey ?? '', userAgent, countries });
  const service = { list: ifNotFrozen(webshare.list, () => readEmergency(db)) };
  const sources = new Set(SOURCE_NAMES.filter((name) => proxySources.includes(name)));
  return { sources, pool: createProxyPool({ service, ledger: createProxyLedger(db), poolSize }) };
}

const paceOfDelay = (delayMs: number): readonly Pace[] => (delayMs > 0 ? [{ requests: 1, windowMs: delayMs }] : []);

/** Paces set for the sources of a host. Sources on one host share its ceiling, so the slowest counts. */
function rememberedPaces(
  targets: Readonly<Record<SourceName, SourceTarget>>,
  read: (source: SourceName) => Promise<Pace | undefined>,
): (host: string) => Promise<readonly Pace[]> {
  const known = new Map<string, { readonly paces: readonly Pace[]; readonly untilMs: number }>();
  return async (host) => {
    const kept = known.get(host);
    if (kept && performance.now() < kept.untilMs) return kept.paces;
    const sources = SOURCE_NAMES.filter((name) => new URL(targets[name].origin).host === host);
    const paces = (await Promise.all(sources.map(read))).filter((pace) => pace !== undefined);
    known.set(host, { paces, untilMs: performance.now() + PACE_MEMORY_MS });
    return paces;
  };
}
