import { lookup } from 'node:dns/promises';
import { type Browser, type BrowserContext, chromium } from 'playwright';
import { BadConfig, BrowserCrashed } from '../core/errors.js';
import type { BrowserProfile, VisitorSession } from '../core/visitor-session.js';
import type { UsableProxy } from './proxies/proxy.js';
import { assertFitsProxy } from './proxies/tunnel.js';
import type { VisitorWay } from './proxies/visitor-way.js';
import { assertSafeHost, type Resolve, safeAddressOf } from './safe-lookup.js';

/** How the browser is started and what it says about itself. */
export interface BrowserSettings {
  /** Program file (`CHROMIUM_PATH`). */
  readonly executablePath: string;
  /** Product and contact, put behind the browser's own user agent: `phoenix-property-collector/0.1.0 (+contact)`. */
  readonly product: string;
  /** Host names the browser may reach; names of all others do not resolve. */
  readonly hosts: readonly string[];
  /** How their names become addresses; default the system's. */
  readonly resolve?: Resolve;
}

/** One browser process with its one context. */
export interface BrowserSession {
  readonly context: BrowserContext;
  /** For example `153.0.8010.0`. */
  readonly version: string;
  /** False after a crash, or once closing began. */
  alive(): boolean;
  /** Ends the process, by force when it does not go. Repeats do nothing. */
  close(): Promise<void>;
}

const LAUNCH_TIMEOUT_MS = 30_000;
/** A healthy Chromium ends in well under a second (measured: 40-90 ms); one that hangs is killed after this. */
const CLOSE_TIMEOUT_MS = 5_000;

/** No part of Chromium but the pages asked for may talk to the network, and none of it needs a display or a GPU. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Pictures, fonts and films are most of a page's bytes and hold no fact; not asking for them spares the site. */
const NOT_LOADED: ReadonlySet<string> = new Set(['image', 'font', 'media']);

/** Part of the profile that is the same on every machine; the user agent is the installed browser's own. */
const LOOKS = { locale: 'en-US', timezoneId: 'America/Phoenix', viewport: { width: 1_366, height: 900 } } as const;

/**
 * Starts a browser and opens its context as a visitor.
 * @param way the proxies that its visitor may come through; null: it comes directly
 * @param visitorOf gives the visitor whose profile is that of the installed browser
 * @throws BadConfig (no program at the path), BrowserCrashed (it did not start; retried), UnsafeTarget (a host leads into a
 * private network), NetworkError (a host has no address; retried), and what `visitorOf` throws
 */
export async function startSession(
  settings: BrowserSettings,
  way: VisitorWay | null,
  visitorOf: (profile: BrowserProfile) => Promise<VisitorSession>,
): Promise<{ readonly session: BrowserSession; readonly visitor: VisitorSession }> {
  const browser = await launch(settings, way);
  let closing: Promise<void> | null = null;
  let pid: number | null = null;
  const close = () => {
    closing ??= endBrowser(browser, pid);
    return closing;
  };
  const closedOnFault = async <T>(work: () => Promise<T>, meaning: (problem: unknown) => unknown): Promise<T> => {
    try {
      return await work();
    } catch (problem) {
      await close();
      throw meaning(problem);
    }
  };
  const userAgent = await closedOnFault(async () => {
    const control = await browser.newBrowserCDPSession();
    const { processInfo } = await control.send('SystemInfo.getProcessInfo');
    pid = processInfo.find(({ type }) => type === 'browser')?.id ?? null;
    return (await control.send('Browser.getVersion')).userAgent;
  }, diedStarting);
  const version = browser.version();
  const profile = {
    chromiumMajor: Number.parseInt(version, 10),
    userAgent: `${userAgent} ${settings.product}`,
    ...LOOKS,
  };
  const { visitor, proxy } = await closedOnFault(
    async () => {
      const found = await visitorOf(profile);
      return { visitor: found, proxy: proxyOf(found, way, settings.hosts) };
    },
    (problem) => problem,
  );
  const context = await closedOnFault(() => openContext(browser, visitor, settings.hosts, proxy), diedStarting);
  const session = { context, version, alive: () => closing === null && browser.isConnected(), close };
  return { session, visitor };
}

function diedStarting(problem: unknown): BrowserCrashed {
  return new BrowserCrashed('the browser died while it started', { cause: problem });
}

/** The proxy of a visitor; null when it comes directly. @throws UnsafeTarget, BrowserCrashed */
function proxyOf({ proxy: id }: VisitorSession, way: VisitorWay | null, hosts: readonly string[]): UsableProxy | null {
  if (way === null || id === null) return null;
  const proxy = way.proxyOf(id);
  for (const host of hosts) assertFitsProxy(`http://${host}/`, proxy);
  return proxy;
}

/**
 * Names that the browser finds. The checked address of each host is kept: a name that changes it in between (DNS rebinding) gains
 * nothing. With proxies the hosts are found by those, and by the browser itself not at all: it cannot go around them.
 */
async function reachableNames({ hosts, resolve = lookup }: BrowserSettings, way: VisitorWay | null) {
  if (way === null) return Promise.all(hosts.map(async (host) => `MAP ${host} ${await safeAddressOf(host, resolve)}`));
  for (const host of hosts) assertSafeHost(`http://${host}/`);
  return way.addresses.map((address) => `EXCLUDE ${address.includes(':') ? `[${address}]` : address}`);
}

async function launch(settings: BrowserSettings, way: VisitorWay | null): Promise<Browser> {
  const { executablePath } = settings;
  if (executablePath === '') throw new BadConfig(['CHROMIUM_PATH: no browser is given']);
  const reachable = await reachableNames(settings, way);
  try {
    return await chromium.launch({
      executablePath,
      chromiumSandbox: false, // the worker runs as root in containers, where Chromium's own sandbox cannot start
      args: [...ARGUMENTS, `--host-resolver-rules=${[...reachable, 'MAP * ~NOTFOUND'].join(', ')}`],
      timeout: LAUNCH_TIMEOUT_MS,
      handleSIGINT: false, // the worker drains first; the pool closes the browser
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  } catch (problem) {
    const text = problem instanceof Error ? problem.message : '';
    if (/ENOENT|EACCES|doesn't exist/.test(text)) {
      throw new BadConfig([`CHROMIUM_PATH: no program that can be run at ${executablePath}`], { cause: problem });
    }
    throw new BrowserCrashed('the browser did not start', { cause: problem });
  }
}

async function openContext(
  browser: Browser,
  { profile, state }: VisitorSession,
  hosts: readonly string[],
  proxy: UsableProxy | null,
): Promise<BrowserContext> {
  const { userAgent, locale, timezoneId, viewport } = profile;
  const context = await browser.newContext({
    userAgent,
    locale,
    timezoneId,
    viewport: { ...viewport },
    storageState: {
      cookies: state.cookies.map((cookie) => ({ ...cookie })),
      origins: state.origins.map(({ origin, localStorage }) => ({ origin, localStorage: [...localStorage] })),
    },
    ...(proxy === null ? {} : { proxy: proxySettings(proxy) }),
    acceptDownloads: false,
    serviceWorkers: 'block', // they would fetch outside the route below
  });
  await context.route('**/*', (route) => {
    const request = route.request();
    const wanted = !NOT_LOADED.has(request.resourceType()) && hosts.includes(new URL(request.url()).hostname);
    return wanted ? route.continue() : route.abort('blockedbyclient');
  });
  // A page that stays open keeps the site's process alive, which would else start anew for every page: that took half of the
  // browser's CPU time (600 instead of 280 ms a page; 2 busy cores, 2026-11-22).
  await context.newPage();
  return context;
}

function proxySettings({ address, port, username, password }: UsableProxy) {
  const host = address.includes(':') ? `[${address}]` : address;
  return { server: `http://${host}:${port}`, username, password };
}

async function endBrowser(browser: Browser, pid: number | null): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), CLOSE_TIMEOUT_MS);
  });
  const ended = browser.close().then(
    () => 'ended' as const,
    () => 'ended' as const, // a browser that died cannot be closed, and need not be
  );
  const how = await Promise.race([ended, late]);
  clearTimeout(timer);
  if (how === 'late' && pid !== null) killQuietly(pid);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself between the time-out and now.
  }
}
