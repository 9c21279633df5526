import { BrowserCrashed, UnsafeTarget } from '../core/errors.js';
import type { PageVerdict, VisitorSessions } from '../core/visitor-session.js';
import { createLeases, type Loan } from './browser-leases.js';
import type { BrowserSettings } from './browser-session.js';
import type { CaptchaAnswer } from './captcha/submit-captcha.js';
import { createMemorySessions } from './memory-sessions.js';
import { type LoadedPage, type OpenPage, openPage, type PageLoad } from './page-load.js';
import { drawPage } from './page-picture.js';
import type { ProxyPool } from './proxies/pool.js';

export interface BrowserPoolDeps extends BrowserSettings {
  /** Pages after which the process is renewed; Chromium's memory only grows. Default 200. */
  readonly renewAfterPages?: number;
  /** Longest time from request to parsed document. Default 30 s. */
  readonly navigationTimeoutMs?: number;
  /** Longest wait for the selector that tells a finished page. Default 5 s. */
  readonly settleTimeoutMs?: number;
  /** Where the visitor is kept; left out: in memory, so that it ends with the pool. */
  readonly sessions?: VisitorSessions;
  /** Every visitor comes through one of these and keeps to it; left out: it comes directly. */
  readonly proxies?: ProxyPool;
}

/** A page, and the id of the visitor who saw it. */
export interface VisitedPage extends LoadedPage {
  readonly visitor: string;
}

export type PoolLoad = Pick<PageLoad, 'source' | 'url' | 'waitFor' | 'wall' | 'signal' | 'onHtml'> & {
  /** Told the proxy that the page is about to be asked for through; not told when it is asked directly. */
  readonly via?: (proxy: string) => Promise<void>;
};

/** One browser process, started when first needed, renewed after N pages and after every crash. */
export interface BrowserPool {
  /**
   * Loads one page as the visitor whose cookies earlier pages set. A repeat is safe; a crash costs the pages that are open
   * at the time, the next call has a fresh browser.
   * @throws BrowserCrashed, NetworkError, ProxyFailed (retried), NoProxyLeft, UnsafeTarget, ResponseInvalid, BadConfig; the signal's reason
   */
  load(load: PoolLoad): Promise<VisitedPage>;
  /** A page that stays open between two steps, such as a captcha and its answer. Nothing is started before the first step. */
  tab(): Tab;
  /** Books what a page meant for the visitor who saw it. After a wall, too many bad pages or a day the next page has a new one. */
  judge(visitor: string, verdict: PageVerdict): Promise<void>;
  /** Draws HTML that was read before as a PNG; nothing is asked of any host. @throws BrowserCrashed, BadConfig */
  draw(html: string): Promise<Uint8Array>;
  /** Starts the browser if need be and names its version. */
  version(): Promise<string>;
  /** Longest time one `load` may take, for the limiter's in-flight list. */
  readonly longestLoadMs: number;
  /** Ends the browser and waits for it. Later calls of `load` are refused. */
  close(): Promise<void>;
}

/** Errors of all steps as of `BrowserPool.load`. */
export interface Tab {
  /** Starts what `load` needs, and starts it anew when it has ended meanwhile. Asks no host for anything. Safe to repeat. */
  open(signal: AbortSignal): Promise<void>;
  load(load: PoolLoad): Promise<VisitedPage>;
  /** Answers the captcha that the page shows; gives what the site makes of it. */
  answer(load: PoolLoad, captcha: CaptchaAnswer): Promise<VisitedPage>;
  /** Must be called at the end; safe to repeat. */
  close(aborted: boolean): Promise<void>;
}

const RENEW_AFTER_PAGES = 200;
const NAVIGATION_TIMEOUT_MS = 30_000;
const SETTLE_TIMEOUT_MS = 5_000;

export function createBrowserPool(deps: BrowserPoolDeps): BrowserPool {
  const navigationTimeoutMs = deps.navigationTimeoutMs ?? NAVIGATION_TIMEOUT_MS;
  const settleTimeoutMs = deps.settleTimeoutMs ?? SETTLE_TIMEOUT_MS;
  const leases = createLeases({
    ...deps,
    renewAfterPages: deps.renewAfterPages ?? RENEW_AFTER_PAGES,
    sessions: deps.sessions ?? createMemorySessions(),
  });
  const tab = (): Tab => {
    let held: { readonly loan: Loan; readonly page: OpenPage } | null = null;
    const close = async (aborted: boolean) => {
      const last = held;
      held = null;
      await last?.page.close(aborted);
      await last?.loan.giveBack();
    };
    const hold = async () => {
      const loan = await leases.lend();
      held = { loan, page: openPage(loan.session.context) };
      return held;
    };
    const step = async ({ url, via, ...load }: PoolLoad, captcha: CaptchaAnswer | null): Promise<VisitedPage> => {
      assertReachable(deps.hosts, url);
      load.signal.throwIfAborted();
      const { loan, page } = held ?? (await hold());
      if (captcha === null && !loan.usable())
        throw new BrowserCrashed('the browser ended before the page was asked for');
      if (loan.proxy !== null) await via?.(loan.proxy);
      const full = { ...load, url, navigationTimeoutMs, settleTimeoutMs };
      const result = await loan.read(() => (captcha === null ? page.load(full) : page.answer(full, captcha)));
      return { ...result, visitor: loan.visitor };
    };
    return {
      load: (load) => step(load, null),
      answer: step,
      async open(signal) {
        signal.throwIfAborted();
        if (held?.loan.usable()) return;
        await close(false);
        const { page } = await hold();
        await page.open({ signal, navigationTimeoutMs, settleTimeoutMs });
      },
      close,
    };
  };
  return {
    longestLoadMs: navigationTimeoutMs + settleTimeoutMs + 5_000,
    async load(load) {
      const own = tab();
      try {
        return await own.load(load);
      } finally {
        await own.close(load.signal.aborted);
      }
    },
    tab,
    judge: (visitor, verdict) => leases.judge(visitor, verdict),
    draw: (html) => leases.beside((session) => drawPage(session.context, html)),
    version: () => leases.beside(async ({ version }) => version),
    close: () => leases.close(),
  };
}

/** @throws UnsafeTarget for another host or protocol than configured */
function assertReachable(hosts: readonly string[], url: string): void {
  const { protocol, hostname } = new URL(url);
  const web = protocol === 'http:' || protocol === 'https:';
  if (!web || !hosts.includes(hostname)) throw new UnsafeTarget(`${url} is not on a configured host`);
}
