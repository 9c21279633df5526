import { lookup } from 'node:dns/promises';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import got, { RequestError } from 'got';
import { BadConfig, NoProxyLeft, ProxyFailed } from '../../core/errors.js';
import {
  type WebshareProxy,
  websharePlan,
  webshareProxy,
  webshareProxyPage,
  webshareSubscription,
} from '../../core/schemas/webshare.js';
import { assertSafeHost, guardedLookup, type Resolve } from '../safe-lookup.js';
import { type UsableProxy, unfitAddress } from './proxy.js';

export interface WebshareDeps {
  /** For example `https://proxy.webshare.io`. */
  readonly baseUrl: string;
  /** Secret. */
  readonly apiKey: string;
  readonly userAgent: string;
  /** Countries wanted, two capitals each; empty: any. */
  readonly countries: readonly string[];
  /** How names become addresses; default the system's. */
  readonly resolve?: Resolve;
  /** Longest wait for one answer; default 10 s. */
  readonly timeoutMs?: number;
}

/** What the service lists. */
export interface ProxyList {
  readonly proxies: readonly UsableProxy[];
  /** Rows that cannot be used, each in words that hold no credential. */
  readonly rejected: readonly string[];
}

/** Reads the whole list. A repeat is safe. */
export interface ProxyService {
  /**
   * @throws ProxyFailed (no answer, 429, 5xx; tried again later), BadConfig (the key is refused), NoProxyLeft (an answer that is
   * not the contract's; the signal's reason when aborted)
   */
  list(signal: AbortSignal): Promise<ProxyList>;
}

/** What the plan of the account costs. */
export interface ProxyPlan {
  readonly planId: number;
  readonly term: 'monthly' | 'yearly';
  /** Price of 30 days, micro-dollars. */
  readonly termUsdMicros: number;
}

/** The account at the service. A repeat is safe. */
export interface ProxyAccount {
  /** Throws what `ProxyService.list` throws. */
  plan(signal: AbortSignal): Promise<ProxyPlan>;
}

const TIMEOUT_MS = 10_000;
const PAGE_ROWS = 100;
/** 2,000 proxies; the largest plan that is of use here has 100. */
const MOST_PAGES = 20;
const MOST_BYTES = 1_048_576;
/** A yearly term pays 12 times 30 days at once (apidocs.webshare.io/subscription, read 2026-11-22). */
const TERMS_OF_A_YEAR = 12;

/** The WebShare API, version 2: key in the header `Authorization: Token …`, pages by number. */
export function createWebshare(deps: WebshareDeps): ProxyService & ProxyAccount {
  const { resolve = lookup } = deps;
  const guarded = { keepAlive: false, lookup: guardedLookup(resolve) };
  const agent = { http: new Agent(guarded), https: new TlsAgent(guarded) };
  return {
    async plan(signal) {
      assertSafeHost(deps.baseUrl);
      const read = async <T>(path: string, schema: Schema<T>) =>
        readJson(deps, agent, new URL(`${deps.baseUrl}${path}`), schema, signal);
      const { plan, term } = await read('/api/v2/subscription/', webshareSubscription);
      const { monthly_price, yearly_price } = await read(`/api/v2/subscription/plan/${plan}/`, websharePlan);
      const usd = term === 'yearly' ? yearly_price / TERMS_OF_A_YEAR : monthly_price;
      return { planId: plan, term, termUsdMicros: Math.round(usd * 1_000_000) };
    },
    async list(signal) {
      assertSafeHost(deps.baseUrl);
      const rows: unknown[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const { results, next } = await readPage(deps, agent, page, signal);
        rows.push(...results);
        if (next === null || results.length === 0) return readProxies(rows, deps.baseUrl);
      }
      throw unusable(deps, `more than ${MOST_PAGES} pages`);
    },
  };
}

/** What reads an answer; of zod's schemas the part that is used. */
interface Schema<T> {
  safeParse(value: unknown): { readonly data?: T | undefined };
}

interface Agents {
  readonly http: Agent;
  readonly https: TlsAgent;
}

async function readPage(deps: WebshareDeps, agent: Agents, page: number, signal: AbortSignal) {
  const url = new URL(`${deps.baseUrl}/api/v2/proxy/list/`);
  url.searchParams.set('mode', 'direct');
  url.searchParams.set('page', String(page));
  url.searchParams.set('page_size', String(PAGE_ROWS));
  if (deps.countries.length > 0) url.searchParams.set('country_code__in', deps.countries.join(','));
  return readJson(deps, agent, url, webshareProxyPage, signal);
}

async function readJson<T>(
  deps: WebshareDeps,
  agent: Agents,
  url: URL,
  schema: Schema<T>,
  signal: AbortSignal,
): Promise<T> {
  const { status, text } = await ask(deps, agent, url, signal);
  const { host } = new URL(deps.baseUrl);
  if (status === 401 || status === 403) throw new BadConfig([`WEBSHARE_API_KEY is refused by ${host} (${status})`]);
  if (status === 429 || status >= 500)
    throw new ProxyFailed(`the proxy service ${host} answered with status ${status}`);
  if (status !== 200) throw unusable(deps, `status ${status}`);
  const { data } = schema.safeParse(parsed(text));
  if (data === undefined) throw unusable(deps, `${url.pathname} is not what it should be`);
  return data;
}

/** The body is counted while it arrives. Redirects are not followed: the key would go along. */
async function ask(
  { apiKey, userAgent, timeoutMs = TIMEOUT_MS }: WebshareDeps,
  agent: Agents,
  url: URL,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const stream = got.stream(url, {
    agent,
    headers: { accept: 'application/json', authorization: `Token ${apiKey}`, 'user-agent': userAgent },
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    timeout: { request: timeoutMs },
    signal,
  });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > MOST_BYTES) throw new NoProxyLeft(`${url.host}: an answer has more than ${MOST_BYTES} bytes`);
      chunks.push(chunk);
    }
  } catch (problem) {
    signal.throwIfAborted();
    if (problem instanceof NoProxyLeft) throw problem;
    // Without its cause: the error of the client holds the request, and so the key.
    const code = problem instanceof RequestError ? problem.code : 'unknown';
    throw new ProxyFailed(`the proxy service ${url.host} does not answer (${code})`);
  } finally {
    stream.destroy();
  }
  return { status: stream.response?.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unusable({ baseUrl }: WebshareDeps, why: string): NoProxyLeft {
  return new NoProxyLeft(`the answer of the proxy service ${new URL(baseUrl).host} cannot be used: ${why}`);
}

/** Reads rows one by one; of two with one id, or one address and port, the first counts. */
export function readProxies(rows: readonly unknown[], baseUrl: string): ProxyList {
  const proxies = new Map<string, UsableProxy>();
  const places = new Set<string>();
  const rejected: string[] = [];
  for (const [at, row] of rows.entries()) {
    const checked = webshareProxy.safeParse(row);
    if (!checked.success) {
      rejected.push(
        `row ${at + 1}: ${checked.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join(', ')}`,
      );
      continue;
    }
    const why = unusableBecause(checked.data, baseUrl, places);
    const { id, proxy_address: address, port, country_code: country, username, password } = checked.data;
    if (why !== null || address === null) rejected.push(`row ${at + 1}, ${id}: ${why}`);
    else if (proxies.has(id)) rejected.push(`row ${at + 1}, ${id}: is listed twice`);
    else {
      places.add(placeOf(checked.data));
      proxies.set(id, { id: `webshare:${id}`, address, port, country, rank: at, username, password });
    }
  }
  return { proxies: [...proxies.values()], rejected };
}

const placeOf = ({ proxy_address, port }: WebshareProxy) => `${proxy_address} ${port}`;

function unusableBecause(proxy: WebshareProxy, baseUrl: string, places: ReadonlySet<string>): string | null {
  if (!proxy.valid) return 'the service itself says that it does not work';
  if (places.has(placeOf(proxy))) return 'its address and port are listed twice';
  return unfitAddress(proxy.proxy_address, baseUrl);
}
