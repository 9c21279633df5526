import { BrowserCrashed, ProxyFailed } from '../core/errors.js';
import type { PageVerdict, VisitorSession, VisitorSessions, VisitorState } from '../core/visitor-session.js';
import { type BrowserSession, type BrowserSettings, startSession } from './browser-session.js';
import type { ProxyPool, ProxyRide } from './proxies/pool.js';
import { bookPage, visitorWay } from './proxies/visitor-way.js';

/** A browser, the visitor it goes as, and what must be known to end it: it goes when it is retired and no reader is left. */
interface Lease {
  readonly session: BrowserSession;
  readonly visitor: VisitorSession;
  /** Cookies after the last page; local storage as it was when the browser started. */
  state: VisitorState;
  readers: number;
  pages: number;
  retired: boolean;
  /** The last page's use of the visitor's proxy; null: it comes directly. */
  ride: ProxyRide | null;
}

export interface LeasesDeps extends BrowserSettings {
  readonly renewAfterPages: number;
  readonly sessions: VisitorSessions;
  /** Every visitor keeps to one proxy of these; left out: it comes directly. */
  readonly proxies?: ProxyPool;
}

/** A browser as long as a reader needs it. */
export interface Loan {
  readonly session: BrowserSession;
  /** Id of the visitor that the browser goes as. */
  readonly visitor: string;
  /** Id of the proxy that its visitor comes through; null: it comes directly. */
  readonly proxy: string | null;
  /** False once no further page may be opened on it: it died, its visitor has ended, or it is due to be renewed. */
  usable(): boolean;
  /**
   * Wraps the reading of one page, so that its cookies are kept and its crash is noticed.
   * @throws ProxyFailed in the place of a page or an error that is the proxy's, and whatever `work` throws
   */
  read<T extends { readonly status: number }>(work: () => Promise<T>): Promise<T>;
  /** Must be called once at the end. */
  giveBack(): Promise<void>;
}

/** Local storage is read in a page of its own; beside a page that is stuck that may never come. */
const STATE_TIMEOUT_MS = 2_000;

/** All that the visitor holds; where it cannot be read, what was known after the last page. */
async function stateOf({ session, state }: Lease): Promise<VisitorState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<VisitorState>((resolve) => {
    timer = setTimeout(() => resolve(state), STATE_TIMEOUT_MS);
  });
  const whole = session.context.storageState().catch(() => state);
  const found = await Promise.race([whole, late]);
  clearTimeout(timer);
  return found;
}

/**
 * Lends the current browser, and sees to it that every browser ever started is ended and leaves its visitor's state behind.
 */
export function createLeases(deps: LeasesDeps) {
  const { renewAfterPages, sessions, proxies } = deps;
  let current: Promise<Lease> | null = null;
  let closed = false;
  const open = new Set<Lease>();

  const start = async (): Promise<Lease> => {
    const way = proxies ? await visitorWay(proxies) : null;
    const { session, visitor } = await startSession(deps, way, (profile) => sessions.open(profile, way));
    const lease: Lease = { session, visitor, state: visitor.state, readers: 0, pages: 0, retired: false, ride: null };
    open.add(lease);
    return lease;
  };
  const end = async (lease: Lease) => {
    try {
      if (lease.session.alive()) lease.state = await stateOf(lease);
      if (lease.pages > 0) await sessions.keepState(lease.visitor.id, lease.state);
    } finally {
      await lease.session.close();
      open.delete(lease);
    }
  };
  const endIfDone = async (lease: Lease) => {
    if (lease.retired && lease.readers === 0) await end(lease);
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
  const endVisitor = async (lease: Lease) => {
    await sessions.retire(lease.visitor.id, 'proxy');
    retire(lease);
  };
  /** A visitor whose proxy rests is not gone on with, nor is it let go another way. */
  const borrowForPage = async (): Promise<Lease> => {
    for (;;) {
      const lease = await borrow();
      const { proxy } = lease.visitor;
      if (proxy === null || !proxies) return lease;
      lease.ride = await proxies.takeAgain(proxy);
      if (lease.ride !== null) return lease;
      await endVisitor(lease);
      await giveBack(lease);
    }
  };
  const book = async (lease: Lease, outcome: Parameters<typeof bookPage>[1]) => {
    if (lease.ride === null) return;
    const { ended, error } = await bookPage(lease.ride, outcome);
    if (ended) await endVisitor(lease);
    if (error !== null) throw error;
  };
  const giveBack = async (lease: Lease) => {
    lease.readers -= 1;
    if (lease.pages >= renewAfterPages) retire(lease);
    await endIfDone(lease);
  };
  return {
    /** Lends the browser of the current visitor. */
    async lend(): Promise<Loan> {
      const lease = await borrowForPage();
      return {
        session: lease.session,
        visitor: lease.visitor.id,
        proxy: lease.visitor.proxy,
        usable: () => !lease.retired && lease.session.alive(),
        async read(work) {
          try {
            const result = await work();
            await book(lease, { status: result.status });
            const cookies = await lease.session.context.cookies().catch(() => lease.state.cookies);
            lease.state = { ...lease.state, cookies };
            return result;
          } catch (problem) {
            if (problem instanceof BrowserCrashed) retire(lease);
            if (!(problem instanceof ProxyFailed)) await book(lease, { problem, browserLives: lease.session.alive() });
            throw problem;
          } finally {
            lease.pages += 1;
          }
        },
        giveBack: () => giveBack(lease),
      };
    },
    /** Works beside the visitor, with the same process. */
    async beside<T>(work: (session: BrowserSession) => Promise<T>): Promise<T> {
      const lease = await borrow();
      try {
        return await work(lease.session);
      } finally {
        await giveBack(lease);
      }
    },
    /** Books what a page meant for its visitor; one that has ended is replaced before the next page. */
    async judge(visitor: string, verdict: PageVerdict): Promise<void> {
      const leases = [...open].filter((lease) => lease.visitor.id === visitor);
      const state = leases.at(-1)?.state;
      if (state === undefined) return;
      const ended = await sessions.book(visitor, verdict, state);
      if (ended === null) return;
      if (ended === 'wall') await leases.at(-1)?.ride?.failed('walled');
      for (const lease of leases) {
        retire(lease);
        await endIfDone(lease);
      }
    },
    async close() {
      closed = true;
      await current?.catch(() => undefined);
      for (const lease of open) retire(lease);
      await Promise.all([...open].map(end));
    },
  };
}
