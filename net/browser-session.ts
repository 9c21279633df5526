import { type Browser, type BrowserContext, type Cookie, chromium } from 'playwright';
import { BadConfig, BrowserCrashed } from '../core/errors.js';

/** How the browser is started and what it says about itself. */
export interface BrowserSettings {
  /** Program file (`CHROMIUM_PATH`). */
  readonly executablePath: string;
  /** Product and contact, put behind the browser's own user agent: `phoenix-property-collector/0.1.0 (+contact)`. */
  readonly product: string;
  /** Host names the browser may reach; names of all others do not resolve. */
  readonly hosts: readonly string[];
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

/**
 * Starts a browser and opens its context.
 * @param cookies of the session before, so that a renewed browser goes on as the same visitor
 * @throws BadConfig (no program at the path), BrowserCrashed (it did not start; retried)
 */
export async function startSession(settings: BrowserSettings, cookies: readonly Cookie[]): Promise<BrowserSession> {
  const browser = await launch(settings);
  let closing: Promise<void> | null = null;
  let pid: number | null = null;
  const close = () => {
    closing ??= endBrowser(browser, pid);
    return closing;
  };
  try {
    const control = await browser.newBrowserCDPSession();
    const { processInfo } = await control.send('SystemInfo.getProcessInfo');
    pid = processInfo.find(({ type }) => type === 'browser')?.id ?? null;
    const { userAgent } = await control.send('Browser.getVersion');
    const context = await openContext(browser, `${userAgent} ${settings.product}`, settings.hosts, cookies);
    return { context, version: browser.version(), alive: () => closing === null && browser.isConnected(), close };
  } catch (problem) {
    await close();
    throw new BrowserCrashed('the browser died while it started', { cause: problem });
  }
}

async function launch({ executablePath, hosts }: BrowserSettings): Promise<Browser> {
  if (executablePath === '') throw new BadConfig(['CHROMIUM_PATH: no browser is given']);
  const reachable = hosts.map((host) => `, EXCLUDE ${host}`).join('');
  try {
    return await chromium.launch({
      executablePath,
      chromiumSandbox: false, // the worker runs as root in containers, where Chromium's own sandbox cannot start
      args: [...ARGUMENTS, `--host-resolver-rules=MAP * ~NOTFOUND${reachable}`],
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
  userAgent: string,
  hosts: readonly string[],
  cookies: readonly Cookie[],
): Promise<BrowserContext> {
  const context = await browser.newContext({
    userAgent,
    locale: 'en-US',
    timezoneId: 'America/Phoenix',
    viewport: { width: 1_366, height: 900 },
    acceptDownloads: false,
    serviceWorkers: 'block', // they would fetch outside the route below
  });
  if (cookies.length > 0) await context.addCookies([...cookies]);
  await context.route('**/*', (route) => {
    const request = route.request();
    const wanted = !NOT_LOADED.has(request.resourceType()) && hosts.includes(new URL(request.url()).hostname);
    return wanted ? route.continue() : route.abort('blockedbyclient');
  });
  return context;
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
