import { normaliseParcelNumber } from '../core/ids.js';
import type { Exchange } from './exchange.js';

/** What one request asks, apart from headers. */
export interface AskedFor {
  readonly method: string;
  /** Decoded path. */
  readonly path: string;
  readonly query: URLSearchParams | Readonly<Record<string, string>>;
}

/** The recorded exchanges, found by request. */
export interface Recordings {
  /** The answer to show: the newest, recorded ones before edited ones. Refusals of a token are never among them. */
  find(asked: AskedFor): Exchange | null;
  /** The recorded refusal of a missing or wrong token for this request. */
  findRefusal(asked: AskedFor): Exchange | null;
  /** Every exchange of these requests, the one to show first. */
  all(): readonly (readonly Exchange[])[];
}

/** True for an exchange that shows how the service refuses a token. */
function isRefusal({ response }: Exchange): boolean {
  return /unauthori[sz]ed/i.test(response.reason) || response.status === 401 || response.status === 403;
}

/** True for a property search by a ZIP code alone; the sandbox composes those. */
export function isZipSearch({ path, query }: Pick<AskedFor, 'path' | 'query'>): boolean {
  const words = query instanceof URLSearchParams ? query.get('q') : query.q;
  return normalisePath(path) === '/search/property' && /^\s*\d{5}\s*$/.test(words ?? '');
}

/** One way to write a path: no slash at the end, parcel numbers compact. */
export function normalisePath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  return `/${parts.map((part) => normaliseParcelNumber(part) ?? part).join('/')}`;
}

/** Sorts exchanges into an index; builds nothing of its own. */
export function indexRecordings(exchanges: readonly Exchange[]): Recordings {
  const answers = new Map<string, Exchange[]>();
  const refusals = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const index = isRefusal(exchange) ? refusals : answers;
    const key = keyOf(exchange.request);
    index.set(key, [...(index.get(key) ?? []), exchange].sort(byTrustThenAge));
  }
  return {
    find: (asked) => answers.get(keyOf(asked))?.[0] ?? null,
    findRefusal: (asked) => refusals.get(keyOf(asked))?.[0] ?? null,
    all: () => [...answers.values()],
  };
}

function keyOf({ method, path, query }: AskedFor): string {
  const entries = query instanceof URLSearchParams ? [...query.entries()] : Object.entries(query);
  const asked = entries
    .filter(([name, value]) => !(name === 'page' && value === '1'))
    .map(([name, value]) => `${name}=${normaliseParcelNumber(value) ?? value.trim()}`);
  return `${method.toUpperCase()} ${normalisePath(path)}?${asked.sort().join('&')}`;
}

function byTrustThenAge(a: Exchange, b: Exchange): number {
  return (
    distrust(a) - distrust(b) ||
    b.recordedAtMs - a.recordedAtMs ||
    // Of two equally old ones the plain kind (`recorded`) is the shorter word.
    a.kind.length - b.kind.length ||
    (a.file < b.file ? -1 : 1)
  );
}

function distrust({ kind }: Exchange): number {
  return kind.startsWith('recorded') ? 0 : 1;
}
