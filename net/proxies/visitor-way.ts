import { BrowserCrashed, NetworkError, PhoenixError, ProxyFailed, SourceUnavailable } from '../../core/errors.js';
import type { VisitorProxies } from '../../core/visitor-session.js';
import type { ProxyPool, ProxyRide } from './pool.js';
import type { ProxyFault, UsableProxy } from './proxy.js';

/** What a browser needs of the proxies before it starts: it can reach nothing but their addresses. */
export interface VisitorWay extends VisitorProxies {
  readonly addresses: readonly string[];
  /** @throws BrowserCrashed (retried) for one that came onto the list while the browser started */
  proxyOf(id: string): UsableProxy;
}

const NEVER = new AbortController().signal;

/** The proxies as they are known now. Throws what `ProxyPool.take` throws. */
export async function visitorWay(pool: ProxyPool): Promise<VisitorWay> {
  const known = await pool.known(NEVER);
  return {
    addresses: [...new Set([...known.values()].map(({ address }) => address))],
    usable: async (id) => known.has(id) && (await pool.takeAgain(id)) !== null,
    choose: async () => (await pool.take(NEVER)).proxy.id,
    proxyOf(id) {
      const proxy = known.get(id);
      if (proxy === undefined) throw new BrowserCrashed('the list of proxies changed while the browser started');
      return proxy;
    },
  };
}

/** Chromium's words for a proxy that is not there, and for one that does not take our credentials. */
const NOT_THERE = /ERR_PROXY_CONNECTION_FAILED/;
const NOT_TAKEN = /ERR_PROXY_|ERR_INVALID_AUTH_CREDENTIALS|ERR_UNEXPECTED_PROXY_AUTH/;
/** Any other refusal of a tunnel; Chromium does not say which. */
const NO_TUNNEL = /ERR_TUNNEL_CONNECTION_FAILED/;

/** Status of a page that is the proxy's own: it wants other credentials. */
const PROXY_AUTHENTICATION = 407;

/**
 * Books how a page went for its proxy.
 * @returns `ended`: the proxy rests now, and its visitor must end; `error` stands in the place of the page or of its error
 */
export async function bookPage(
  ride: ProxyRide,
  outcome: { readonly status: number } | { readonly problem: unknown; readonly browserLives: boolean },
): Promise<{ readonly ended: boolean; readonly error: ProxyFailed | null }> {
  const fault = faultOf(outcome);
  if (fault === null) {
    await ride.worked(null); // the browser does not say when a tunnel stood
    return { ended: false, error: null };
  }
  if (fault === 'unknown') return { ended: false, error: null };
  const ended = await ride.failed(fault);
  const blamed = fault === 'unreachable' || fault === 'refused';
  return { ended, error: blamed ? new ProxyFailed(`${ride.proxy.id}: ${WORDS[fault]}`) : null };
}

const WORDS = { unreachable: 'no connection to the proxy', refused: 'the proxy did not take our credentials' } as const;

/** Null when the proxy did its part; `unknown` when nothing can be said of it. */
function faultOf(outcome: Parameters<typeof bookPage>[1]): ProxyFault | 'unknown' | null {
  if ('status' in outcome) return outcome.status === PROXY_AUTHENTICATION ? 'refused' : null;
  const { problem, browserLives } = outcome;
  if (problem instanceof NetworkError) {
    if (NOT_THERE.test(problem.message)) return 'unreachable';
    if (NOT_TAKEN.test(problem.message)) return 'refused';
    return NO_TUNNEL.test(problem.message) ? 'gateway' : 'cut';
  }
  if (problem instanceof SourceUnavailable) return 'cut';
  if (problem instanceof BrowserCrashed) return browserLives ? 'cut' : 'unknown';
  return problem instanceof PhoenixError ? null : 'unknown';
}
