import { NoProxyLeft, ProxyFailed } from '../../core/errors.js';
import type { ProxyLedger, ProxyPick } from '../../store/proxies.js';
import type { ProxyFault, UsableProxy } from './proxy.js';
import type { ProxyList, ProxyService } from './webshare.js';

/** One use of a proxy. It is told once how that ended; a use that comes to nothing is told nothing. */
export interface ProxyRide {
  readonly proxy: UsableProxy;
  /** @param connectMs time to the open tunnel; null where it was open before, or cannot be seen */
  worked(connectMs: number | null): Promise<void>;
  /** @returns true when the proxy rests now */
  failed(fault: ProxyFault): Promise<boolean>;
}

/** The proxies that sources go through. Never gives a way around them: without a proxy there is an error. */
export interface ProxyPool {
  /**
   * Takes the proxy that waited longest among the healthy.
   * @throws ProxyFailed (all rest for a short while, or their list cannot be had now; retried), NoProxyLeft, BadConfig (the key is
   * refused); the signal's reason when aborted
   */
  take(signal: AbortSignal): Promise<ProxyRide>;
  /** Takes this very proxy once more; null when it rests, is gone, or is not known to this worker. Asks nobody but the database. */
  takeAgain(id: string): Promise<ProxyRide | null>;
  /** All proxies known now. Throws what `take` throws. */
  known(signal: AbortSignal): Promise<ReadonlyMap<string, UsableProxy>>;
}

export interface ProxyPoolDeps {
  readonly service: ProxyService;
  readonly ledger: ProxyLedger;
  /** Proxies in use at one time; those further down the list step in when one of these rests. */
  readonly poolSize: number;
  /** Least time between two calls of the service; default a minute. */
  readonly reloadAfterMs?: number;
}

/** A list is read again after an hour: proxies are replaced, credentials are changed. */
const LIST_AGE_MS = 3_600_000;
const RELOAD_AFTER_MS = 60_000;
/** Waiting longer than this for a proxy is not worth an activity that is tried again and again. */
const LONGEST_WAIT_MS = 120_000;

/** Faults that are the proxy's for sure; the others may be the line's or the host's. */
const SURE: ReadonlySet<ProxyFault> = new Set(['unreachable', 'refused', 'walled']);

interface Book {
  readonly proxies: ReadonlyMap<string, UsableProxy>;
  readonly rejected: readonly string[];
  readonly readAtMs: number;
}

/** Figures are shared through the ledger; credentials are in the memory of this process alone, read from the service when first needed. */
export function createProxyPool({
  service,
  ledger,
  poolSize,
  reloadAfterMs = RELOAD_AFTER_MS,
}: ProxyPoolDeps): ProxyPool {
  let book: Book | null = null;
  let reading: Promise<Book> | null = null;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let outdated = false;

  const read = async (): Promise<Book> => {
    triedAtMs = performance.now();
    const { proxies, rejected }: ProxyList = await service.list(new AbortController().signal);
    await ledger.list(proxies.map(({ id, address, port, country, rank }) => ({ id, address, port, country, rank })));
    outdated = false;
    book = { proxies: new Map(proxies.map((proxy) => [proxy.id, proxy])), rejected, readAtMs: performance.now() };
    return book;
  };
  const readOnce = (): Promise<Book> => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
  /** The list; a stale one is better than none, and the service is left alone for a minute after each call. */
  const current = async (wantsNew: boolean): Promise<Book> => {
    if (book === null) return readOnce();
    const stale = wantsNew || outdated || performance.now() - book.readAtMs > LIST_AGE_MS;
    if (!stale || performance.now() - triedAtMs < reloadAfterMs) return book;
    const before = book;
    return readOnce().catch(() => before);
  };
  const rideOn = (pick: ProxyPick, proxy: UsableProxy): ProxyRide => ({
    proxy,
    worked: (connectMs) => ledger.worked(pick, connectMs),
    async failed(fault) {
      if (fault === 'refused') outdated = true;
      return ledger.failed(pick, fault, SURE.has(fault));
    },
  });
  const tryToTake = async ({ proxies }: Book): Promise<ProxyRide | null> => {
    const pick = await ledger.pick([...proxies.keys()], poolSize);
    const proxy = pick && proxies.get(pick.id);
    return pick && proxy ? rideOn(pick, proxy) : null;
  };
  return {
    async take(signal) {
      const first = await tryToTake(await unlessAborted(current(false), signal));
      if (first !== null) return first;
      const newer = await unlessAborted(current(true), signal);
      return (await tryToTake(newer)) ?? throwNone(newer, ledger);
    },
    async takeAgain(id) {
      const proxy = book?.proxies.get(id);
      const pick = proxy && (await ledger.pickAgain(id));
      return pick ? rideOn(pick, proxy) : null;
    },
    known: async (signal) => (await unlessAborted(current(false), signal)).proxies,
  };
}

/** @throws ProxyFailed when one is awake soon, NoProxyLeft otherwise */
async function throwNone({ proxies, rejected }: Book, ledger: ProxyLedger): Promise<never> {
  if (proxies.size === 0) {
    const why =
      rejected.length === 0 ? 'it is empty' : `${rejected.length} cannot be used: ${rejected.slice(0, 3).join('; ')}`;
    throw new NoProxyLeft(`the list of the proxy service holds no proxy that can be used; ${why}`);
  }
  const waitMs = await ledger.soonestMs([...proxies.keys()]);
  if (waitMs === null) throw new NoProxyLeft('the proxy service lists none of the proxies any longer');
  const all = `all ${proxies.size} proxies rest after failures, the first for another ${Math.ceil(waitMs / 1_000)} s`;
  if (waitMs <= LONGEST_WAIT_MS) throw new ProxyFailed(all);
  throw new NoProxyLeft(`${all}; phx proxies list shows their faults, phx proxies check tries each now`);
}

/** What is shared goes on for the others; who was cancelled does not wait for it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined); // its error is the others' to see
  }
}
