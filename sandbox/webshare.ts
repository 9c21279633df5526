import type { Json } from '../core/hash.js';
import type { Faults } from './faults.js';
import { type ForwardProxy, type ProxyBehaviour, startForwardProxy } from './forward-proxy.js';
import { type RunningService, type ServiceAnswer, type ServiceRequest, startHttpService } from './http-service.js';
import { type JsonObject, numberAt } from './json.js';
import type { RequestLog } from './request-log.js';

export interface WebshareOptions {
  readonly log: RequestLog;
  readonly faults: Faults;
  /** The only key that is right; sent as `Authorization: Token …`. */
  readonly key: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 12. */
  readonly proxies?: number;
}

/** The stand-in of the proxy service with its proxies. */
export interface WebshareService extends RunningService {
  readonly key: string;
  readonly proxies: readonly ForwardProxy[];
  /** What the plan of the account costs; may be changed while it runs. */
  readonly plan: PlanPrice;
}

interface PlanPrice {
  monthlyUsd: number;
}

const PATH = '/api/v2/proxy/list/';
const SUBSCRIPTION = '/api/v2/subscription/';
const PLAN_ID = 4_711;
/** Of ten shared proxies, a month. */
const PLAN_USD = 1;
/** Shows the address of who asks, as ipv4.webshare.io does: here everybody has the same. */
export const CHECK_PATH = '/ip';
const PAGE_ROWS = 25;
const DEFAULT_PROXIES = 12;
/** Every fourth proxy is elsewhere, so that a wish for a country can be told from none. */
const COUNTRIES = ['US', 'US', 'US', 'DE'] as const;

/** Starts as many forward proxies and the API that lists them, by apidocs.webshare.io/proxy-list (read 2026-11-22). */
export async function startWebshare({ log, faults, key, ...options }: WebshareOptions): Promise<WebshareService> {
  const proxies: ForwardProxy[] = [];
  const stopProxies = async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  };
  try {
    for (let n = 1; n <= (options.proxies ?? DEFAULT_PROXIES); n += 1) {
      const credentials = { username: 'sandbox-user', password: `sandbox-proxy-secret-${n}` };
      proxies.push(await startForwardProxy({ id: `d-${n}`, ...credentials, log }));
    }
    const plan = { monthlyUsd: PLAN_USD };
    const handle = (request: ServiceRequest) => answer(proxies, plan, key, request);
    const api = await startHttpService({ service: 'webshare', port: options.port ?? 0, log, faults, handle });
    return {
      url: api.url,
      key,
      proxies,
      plan,
      async stop() {
        await Promise.all([api.stop(), stopProxies()]);
      },
    };
  } catch (error) {
    await stopProxies();
    throw error;
  }
}

const json = (status: number, body: Json): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function answer(
  proxies: readonly ForwardProxy[],
  plan: PlanPrice,
  key: string,
  request: ServiceRequest,
): ServiceAnswer {
  const { method, path, query, headers, fault } = request;
  if (path === CHECK_PATH) return { status: 200, headers: { 'content-type': 'text/plain' }, body: '127.0.0.1\n' };
  if (path !== PATH && !path.startsWith(SUBSCRIPTION)) return json(404, { detail: 'Not found.' });
  if (method !== 'GET') return json(405, { detail: `Method "${method}" not allowed.` });
  if (headers.authorization !== `Token ${key}` || fault?.kind === 'refused-token')
    return json(401, { detail: 'Invalid token.' });
  if (fault?.kind === 'html')
    return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Maintenance</html>' };
  if (path.startsWith(SUBSCRIPTION)) return subscription(path, plan);
  const mode = query.get('mode');
  if (mode !== 'direct' && mode !== 'backbone')
    return json(400, { mode: [{ message: 'This field is required.', code: 'required' }] });
  const wanted = query.get('country_code__in')?.split(',') ?? null;
  const rows = (fault?.kind === 'empty' ? [] : proxies.map(rowOf)).filter(
    ({ country_code }) => wanted === null || wanted.includes(country_code),
  );
  return pageOf(rows, Number(query.get('page') ?? '1'), Number(query.get('page_size') ?? PAGE_ROWS));
}

/** By apidocs.webshare.io/subscription and its page on plans (read 2026-11-22). */
function subscription(path: string, { monthlyUsd }: PlanPrice): ServiceAnswer {
  const term = { term: 'monthly', start_date: '2026-11-01T09:00:00-07:00', end_date: '2026-12-01T09:00:00-07:00' };
  if (path === SUBSCRIPTION)
    return json(200, { id: 1, plan: PLAN_ID, payment_method: 7, free_credits: 0, ...term, renewals_paid: 3 });
  if (path !== `${SUBSCRIPTION}plan/${PLAN_ID}/`) return json(404, { detail: 'Not found.' });
  const price = { monthly_price: monthlyUsd, yearly_price: monthlyUsd * 10 };
  return json(200, { id: PLAN_ID, bandwidth_limit: 250, ...price, proxy_type: 'shared', proxy_count: 10 });
}

function rowOf({ id, port, username, password }: ForwardProxy, at: number) {
  return {
    id,
    username,
    password,
    proxy_address: '127.0.0.1',
    port,
    valid: true,
    last_verification: '2026-11-22T09:00:00.000000-07:00',
    country_code: COUNTRIES[at % COUNTRIES.length] ?? 'US',
    city_name: 'Phoenix',
    asn_name: 'Sandbox',
    asn_number: 64_512,
    high_country_confidence: true,
    created_at: '2026-11-01T09:00:00.000000-07:00',
  };
}

function pageOf(rows: readonly Json[], page: number, size: number): ServiceAnswer {
  const from = (page - 1) * size;
  if (!(page >= 1) || (page > 1 && from >= rows.length)) return json(404, { detail: 'Invalid page.' });
  const at = (number: number) => `https://proxy.webshare.io${PATH}?page=${number}&page_size=${size}`;
  return json(200, {
    count: rows.length,
    next: from + size < rows.length ? at(page + 1) : null,
    previous: page > 1 ? at(page - 1) : null,
    results: rows.slice(from, from + size),
  });
}

/** Reads `{ kind, … }` as the control service is told it; null for anything else. */
export function readProxyBehaviour(told: JsonObject): ProxyBehaviour | null {
  const { kind } = told;
  switch (kind) {
    case 'alive':
    case 'dead':
    case 'hang':
    case 'gateway':
    case 'cut':
      return { kind };
    case 'slow':
      return { kind, delayMs: numberAt(told, 'delayMs') ?? 0 };
    case 'refuse':
      return { kind, status: numberAt(told, 'status') ?? 407 };
    default:
      return null;
  }
}
