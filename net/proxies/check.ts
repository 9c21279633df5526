import { isIP } from 'node:net';
import got from 'got';
import type { ProxyLedger } from '../../store/proxies.js';
import { assertSafeHost } from '../safe-lookup.js';
import type { ProxyRide } from './pool.js';
import type { ProxyFault, UsableProxy } from './proxy.js';
import { assertFitsProxy, Tunnels, watchTunnel } from './tunnel.js';
import type { ProxyService } from './webshare.js';

/** How a proxy did in a check. */
export interface CheckedProxy {
  readonly id: string;
  /** True when the page came through it. */
  readonly ok: boolean;
  /** Time to the open tunnel; null when there was none. */
  readonly connectMs: number | null;
  /** What the page says of who asks; null when it does not show an address. */
  readonly seenAs: string | null;
  /** Why not; null when it did well. */
  readonly problem: string | null;
}

export interface CheckDeps {
  readonly service: ProxyService;
  readonly ledger: ProxyLedger;
  /** A page that anybody may ask for and that belongs to no source. */
  readonly checkUrl: string;
  readonly userAgent: string;
}

const TIMEOUT_MS = 15_000;
const AT_ONE_TIME = 5;
const MOST_BYTES = 65_536;
/** A check is told of as of a use that begins now, whatever rest there was. */
const LATEST = Number.MAX_SAFE_INTEGER;

/**
 * Reads the list anew and tries every proxy on it, those at rest too. What works is awake at once, what fails rests. A repeat is safe.
 * @returns also the rows of the list that cannot be used. Throws what `ProxyService.list` throws, UnsafeTarget for the page
 */
export async function checkProxies(deps: CheckDeps, signal: AbortSignal) {
  assertSafeHost(deps.checkUrl);
  const { proxies, rejected } = await deps.service.list(signal);
  await deps.ledger.list(proxies.map(({ username: _name, password: _secret, ...listed }) => listed));
  const checked: CheckedProxy[] = [];
  const waiting = [...proxies];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      checked.push(await checkOne(deps, next, signal));
  };
  await Promise.all(Array.from({ length: AT_ONE_TIME }, work));
  const rank = new Map(proxies.map((proxy) => [proxy.id, proxy.rank]));
  return { rejected, checked: checked.sort((one, other) => (rank.get(one.id) ?? 0) - (rank.get(other.id) ?? 0)) };
}

async function checkOne(
  { ledger, checkUrl, userAgent }: CheckDeps,
  proxy: UsableProxy,
  signal: AbortSignal,
): Promise<CheckedProxy> {
  assertFitsProxy(checkUrl, proxy);
  const seen: { connectMs: number | null; fault: ProxyFault | null } = { connectMs: null, fault: null };
  const { id } = proxy;
  const ride: ProxyRide = {
    proxy,
    async worked(connectMs) {
      seen.connectMs = connectMs;
      await ledger.worked({ id, pickedAtMs: LATEST }, connectMs);
      await ledger.wake(id);
    },
    failed(fault) {
      seen.fault = fault;
      return ledger.failed({ id, pickedAtMs: LATEST }, fault, true);
    },
  };
  const tunnels = new Tunnels();
  const stream = got.stream(checkUrl, {
    agent: tunnels.agentsOf(proxy),
    headers: { 'user-agent': userAgent },
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    timeout: { request: TIMEOUT_MS },
    signal,
  });
  const watch = watchTunnel(ride, tunnels, new URL(checkUrl).host, (listener) => stream.once('request', listener));
  try {
    const text = await readText(stream);
    await watch.answered();
    const status = stream.response?.statusCode ?? 0;
    const seenAs = isIP(text.trim()) === 0 ? null : text.trim();
    return {
      id,
      ok: true,
      connectMs: seen.connectMs,
      seenAs,
      problem: status === 200 ? null : `the page has status ${status}`,
    };
  } catch (problem) {
    signal.throwIfAborted();
    const error = await watch.unanswered(problem);
    const words = error?.message.replace(`${id}: `, '') ?? 'the connection broke';
    return { id, ok: false, connectMs: null, seenAs: null, problem: `${seen.fault}: ${words}` };
  } finally {
    stream.destroy();
    tunnels.drop(id);
  }
}

async function readText(stream: ReturnType<typeof got.stream>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MOST_BYTES) break; // enough came to know that the way is open
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
