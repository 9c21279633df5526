import { NetworkError, RateLimited, SourceUnavailable } from '../core/errors.js';

/** One request to a service that tells people. */
export interface ServiceCall {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** May hold a secret (Slack): it is in no message and no log. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface ServiceReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const TIMEOUT_MS = 10_000;
/** Where a 429 names no time. */
const USUAL_PAUSE_MS = 30_000;
/** A service that names a longer time is asked again after this. */
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Asks a service once; redirects are not followed.
 * @throws NetworkError, SourceUnavailable (5xx), RateLimited (429, or 403 with a time to wait): all are tried again
 */
export async function callService({ url, signal, ...request }: ServiceCall): Promise<ServiceReply> {
  const { host } = new URL(url);
  const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  let reply: ServiceReply;
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal: ended });
    reply = { status: response.status, headers: response.headers, text: await response.text() };
  } catch {
    // The cause is not passed on: its words may hold the address.
    signal.throwIfAborted();
    throw new NetworkError(host, ended.aborted ? 'no answer within 10 s' : 'the connection broke');
  }
  const { status, headers } = reply;
  const asked = headers.get('retry-after');
  if (status === 429 || (status === 403 && asked !== null)) throw new RateLimited(host, pauseMs(asked), { told: true });
  if (status >= 500) throw new SourceUnavailable(host, `HTTP ${status}`);
  return reply;
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). */
function pauseMs(asked: string | null): number {
  if (asked === null) return USUAL_PAUSE_MS;
  const ms = /^\d+$/.test(asked.trim()) ? Number(asked) * 1_000 : Date.parse(asked) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_PAUSE_MS) : USUAL_PAUSE_MS;
}

/** The text as JSON; null when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A member of a JSON object; undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
