import type { Cookie } from 'playwright';
import { BrowserCrashed, UnsafeTarget } from '../core/errors.js';
import { type BrowserSession, type BrowserSettings, startSession } from './browser-session.js';
import { type LoadedPage, loadPage, type PageLoad } from './page-load.js';
import { drawPage } from './page-picture.js';

export interface BrowserPoolDeps extends BrowserSettings {
  /** Pages after which the process is renewed; Chromium's memory only grows. Default 200. */
  readonly renewAfterPages?: number;
  /** Longest time from request to parsed document. Default 30 s. */
  readonly navigationTimeoutMs?: number;
  /** Longest wait for the selector that tells a finished page. Default 5 s. */
  readonly settleTimeoutMs?: number;
}

export type PoolLoad = Pick<PageLoad, 'source' | 'url' | 'waitFor' | 'signal' | 'onHtml'>;

/** One browser process, started when first needed, renewed after N pages and after every crash. */
export interface BrowserPool {
  /**
   * Loads one page as the visitor whose cookies earlier pages set. A repeat is safe; a crash costs this page alone, the
   * next call has a fresh browser.
   * @throws BrowserCrashed, NetworkError (retried), UnsafeTarget, ResponseInvalid, BadConfig; the signal's reason
   */
  load(load: PoolLoad): Promise<LoadedPage>;
  /** Draws HTML that was read before as a PNG; nothing is asked of any host. @throws BrowserCrashed, BadConfig */
  draw(html: string): Promise<Uint8Array>;
  /** Starts the browser if need be and names its version. */
  version(): Promise<string>;
  /** Longest time one `load` may take, for the limiter's in-flight list. */
  readonly longestLoadMs: number;
  /** Ends the browser and waits for it. Later calls of `load` are refused. */
  close(): Promise<void>;
}

/** A session and what the pool must know to end it: it goes when it is retired and its last reader has left. */
interface Lease {
  readonly session: BrowserSession;
  readers: number;
  pages: number;
  retired: boolean;
}

const RENEW_AFTER_PAGES = 200;
const NAVIGATION_TIMEOUT_MS = 30_000;
const SETTLE_TIMEOUT_MS = 5_000;

export function createBrowserPool(deps: BrowserPoolDeps): BrowserPool {
  const navigationTimeoutMs = deps.navigationTimeoutMs ?? NAVIGATION_TIMEOUT_MS;
  const settleTimeoutMs = deps.settleTimeoutMs ?? SETTLE_TIMEOUT_MS;
  const leases = leasesOf(deps);
  return {
    longestLoadMs: navigationTimeoutMs + settleTimeoutMs + 5_000,
    async load({ url, ...load }) {
      assertReachable(deps.hosts, url);
      load.signal.throwIfAborted();
      return leases.use((session) => loadPage(session.context, { ...load, url, navigationTimeoutMs, settleTimeoutMs }));
    },
    draw: (html) => leases.use((session) => drawPage(session.context, html)),
    version: () => leases.version(),
    close: () => leases.close(),
  };
}

/** @throws UnsafeTarget for another host or protocol than configured */
function assertReachable(hosts: readonly string[], url: string): void {
  const { protocol, hostname } = new URL(url);
  const web = protocol === 'http:' || protocol === 'https:';
  if (!web || !hosts.includes(hostname)) throw new UnsafeTarget(`${url} is not on a configured host`);
}

/** Lends the current browser, and sees to it that every browser ever started is ended. */
function leasesOf(deps: BrowserPoolDeps) {
  const renewAfterPages = deps.renewAfterPages ?? RENEW_AFTER_PAGES;
  let current: Promise<Lease> | null = null;
  let cookies: readonly Cookie[] = [];
  let closed = false;
  const open = new Set<Lease>();

  const start = async (): Promise<Lease> => {
    const session = await startSession(deps, cookies);
    const lease: Lease = { session, readers: 0, pages: 0, retired: false };
    open.add(lease);
    return lease;
  };
  const endIfDone = async (lease: Lease) => {
    if (!lease.retired || lease.readers > 0) return;
    await lease.session.close();
    open.delete(lease);
  };
  const retire = (lease: Lease) => {
    if (!lease.retired) current = null;
    lease.retired = true;
  };
  const borrow = async (): Promise<Lease> => {
    for (;;) {
      if (closed) throw new BrowserCrashed('the browser pool is closed');
      current ??= start();
      const pending = current;
      const lease = await pending.catch((problem: unknown) => {
        if (current === pending) current = null; // the next call tries again
        throw problem;
      });
      if (lease.session.alive() && !lease.retired && !closed) {
        lease.readers += 1;
        return lease;
      }
      retire(lease);
      await endIfDone(lease);
    }
  };
  return {
    async use<T>(read: (session: BrowserSession) => Promise<T>): Promise<T> {
      const lease = await borrow();
      try {
        const result = await read(lease.session);
        cookies = await lease.session.context.cookies().catch(() => cookies);
        return result;
      } catch (problem) {
        if (problem instanceof BrowserCrashed) retire(lease);
        throw problem;
      } finally {
        lease.readers -= 1;
        lease.pages += 1;
        if (lease.pages >= renewAfterPages) retire(lease);
        await endIfDone(lease);
      }
    },
    async version() {
      const lease = await borrow();
      lease.readers -= 1;
      return lease.session.version;
    },
    async close() {
      closed = true;
      await current?.catch(() => undefined);
      for (const lease of open) retire(lease);
      await Promise.all([...open].map((lease) => lease.session.close()));
      open.clear();
    },
  };
}
