import type { ClientRequest } from 'node:http';
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';
import { NetworkError, type PhoenixError, ProxyFailed, UnsafeTarget } from '../../core/errors.js';
import { isLoopbackHost } from '../safe-lookup.js';
import type { ProxyRide } from './pool.js';
import type { ProxyFault, UsableProxy } from './proxy.js';

/** Agents of the HTTP client, one for each protocol of a source. Both open a tunnel through the proxy with `CONNECT`. */
export interface TunnelAgents {
  readonly http: HttpProxyAgent;
  readonly https: HttpsProxyAgent;
}

/** Longest wait for the proxy to open a tunnel. */
const TUNNEL_TIMEOUT_MS = 10_000;

/** Keeps the connections of each proxy, so that a tunnel is used for more than one request. */
export class Tunnels {
  readonly #open = new Map<string, { readonly proxy: UsableProxy; readonly agents: TunnelAgents }>();

  agentsOf(proxy: UsableProxy): TunnelAgents {
    const known = this.#open.get(proxy.id);
    if (known && placeOf(known.proxy) === placeOf(proxy)) return known.agents;
    this.drop(proxy.id);
    const agents = agentsThrough(proxy);
    this.#open.set(proxy.id, { proxy, agents });
    return agents;
  }

  /** Ends the connections of a proxy that failed. */
  drop(id: string): void {
    const known = this.#open.get(id);
    this.#open.delete(id);
    known?.agents.http.destroy();
    known?.agents.https.destroy();
  }
}

const placeOf = ({ address, port, username, password }: UsableProxy) => [address, port, username, password].join(' ');

function agentsThrough({ address, port, username, password }: UsableProxy): TunnelAgents {
  const host = address.includes(':') ? `[${address}]` : address;
  const proxy = new URL(`http://${host}:${port}`);
  proxy.username = encodeURIComponent(username);
  proxy.password = encodeURIComponent(password);
  const options = { proxy, keepAlive: true, timeout: TUNNEL_TIMEOUT_MS };
  return { http: new HttpProxyAgent(options), https: new HttpsProxyAgent(options) };
}

/** @throws UnsafeTarget for an address of this machine through a proxy elsewhere: it would be an address of that machine */
export function assertFitsProxy(url: string, { id, address }: UsableProxy): void {
  const { hostname } = new URL(url);
  if (isLoopbackHost(hostname) && !isLoopbackHost(address))
    throw new UnsafeTarget(`${hostname} is this machine, and ${id} is not on it`);
}

/** What is seen of the way through the proxy while one request is made. */
export interface TunnelWatch {
  /** Books a request that was answered. */
  answered(): Promise<void>;
  /** Books one that was not, and says what it means for who asked: ProxyFailed, or null where the host may be to blame. */
  unanswered(problem: unknown): Promise<PhoenixError | null>;
}

/**
 * Watches a request from its start.
 * @param onRequest hands over the request of the HTTP client as soon as there is one
 */
export function watchTunnel(
  ride: ProxyRide,
  tunnels: Tunnels,
  host: string,
  onRequest: (listener: (request: ClientRequest) => void) => void,
): TunnelWatch {
  const startedAtMs = performance.now();
  let tunnelled = false;
  let connectMs: number | null = null;
  onRequest((request) =>
    request.once('socket', () => {
      tunnelled = true;
      if (!request.reusedSocket) connectMs = Math.round(performance.now() - startedAtMs);
    }),
  );
  const { id } = ride.proxy;
  return {
    answered: () => ride.worked(connectMs),
    async unanswered(problem) {
      const { fault, words } = tunnelled ? { fault: 'cut' as const, words: '' } : faultOf(problem);
      tunnels.drop(id);
      await ride.failed(fault);
      // Without the error as its cause: the request is in it, and so may be the credentials.
      if (fault === 'gateway') return new NetworkError(host, `${id} could not reach it (${words})`);
      return fault === 'cut' ? null : new ProxyFailed(`${id}: ${words}`);
    },
  };
}

/** What an error before the tunnel stood says. The agent names the status that the proxy gave (hpagent 1.2.0, `Bad response: 407`). */
function faultOf(problem: unknown): { readonly fault: ProxyFault; readonly words: string } {
  const text = problem instanceof Error ? problem.message : '';
  const [, status] = /Bad response: (\d{3})/.exec(text) ?? [];
  if (status === undefined) return { fault: 'unreachable', words: 'no connection to the proxy' };
  const words = `the proxy answered with status ${status}`;
  return { fault: /^50[234]$/.test(status) ? 'gateway' : 'refused', words };
}
