import { lookup } from 'node:dns/promises';
import { Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import got, { RequestError, TimeoutError } from 'got';
import {
  NetworkError,
  PhoenixError,
  RateLimited,
  ResponseInvalid,
  SourceUnavailable,
  UnsafeTarget,
} from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';
import { type PoliteDeps, type RequestAbout, type SourceTarget, sendPolitely } from './polite-request.js';
import type { ProxyPool, ProxyRide } from './proxies/pool.js';
import { assertFitsProxy, Tunnels, type TunnelWatch, watchTunnel } from './proxies/tunnel.js';
import { LONGEST_RETRY_AFTER_MS, retryAfterMs } from './retry-after.js';
import { assertSafeHost, guardedLookup, type Resolve } from './safe-lookup.js';

/** One request of a source: a GET, or the POST of a form. */
export interface HttpRequest extends RequestAbout {
  readonly source: SourceName;
  /** Headers besides the user agent; credentials go here and are never stored. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sends these fields as a form instead of a GET; credentials may be among them and are never stored. */
  readonly form?: Readonly<Record<string, string>>;
  /** How long a 429 without `Retry-After` asks to wait by its other headers, in milliseconds; null when they do not say. */
  readonly pauseOf?: (headers: IncomingHttpHeaders) => number | null;
  /**
   * How long the next request is to wait by the headers of an answer that is usable, in milliseconds; null when they do not
   * say. It can only lengthen the wait.
   */
  readonly easeOf?: (headers: IncomingHttpHeaders) => number | null;
  /**
   * Looks at an answer of status 400 or more before it is counted. Gives the error it means, or null for the plain
   * meaning: 5xx, 408 and 425 are SourceUnavailable, other 4xx are handed back to the caller.
   */
  readonly refusalOf: (answer: HttpAnswer) => PhoenixError | null;
  /**
   * Looks at an answer below status 400 before it is counted, for services that report failures with 200. Gives the error
   * it means, or null. A RateLimited of it holds back the host, as one of a 429 does.
   */
  readonly failureIn?: (answer: HttpAnswer) => PhoenixError | null;
}

export interface HttpAnswer {
  readonly status: number;
  /** Reason phrase; empty over HTTP/2. */
  readonly reason: string;
  /** Lower-case media type without parameters, `''` when absent. */
  readonly contentType: string;
  /** Where a redirect points, as it came; null without one. Redirects are never followed by the client. */
  readonly location: string | null;
  readonly text: string;
  /** Id of the request in `fetches`. */
  readonly fetchId: string;
  /** When the answer had arrived whole, ISO 8601 UTC. */
  readonly fetchedAt: string;
}

/**
 * Sends one request within the host's limit and writes the audit row. Does not retry: Temporal does.
 * @throws RateLimited (429, or our ceiling is more than 20 s away), NetworkError, SourceUnavailable, and what `refusalOf` gives
 */
export type HttpGet = (request: HttpRequest) => Promise<HttpAnswer>;

export interface HttpClientDeps extends PoliteDeps {
  /** Product name and contact, sent as user agent. */
  readonly userAgent: string;
  /** Where each source may go; nothing else can be reached. */
  readonly targets: Readonly<Partial<Record<SourceName, SourceTarget>>>;
  /** How names become addresses; default the system's. What it gives is checked before a connection is made. */
  readonly resolve?: Resolve;
  /** Proxies of the sources that go through them; the others, and all when left out, go directly. */
  readonly proxies?: { readonly sources: ReadonlySet<SourceName>; readonly pool: ProxyPool };
}

/** Bodies above this are refused, after unpacking too (the largest recorded answer has 60 KB). */
const MAX_BODY_BYTES = 8 * 1_048_576;
const CONNECT_TIMEOUT_MS = 10_000;
/** Pause after a 429 that names none. */
const UNNAMED_PAUSE_MS = 60_000;

/**
 * @returns the one way sources ask over HTTP. Redirects are not followed: none of the contracts has one. An address that is
 * not on the source's own origin, or leads into a private network, is UnsafeTarget.
 */
export function createHttpGet({ userAgent, targets, resolve = lookup, proxies, ...deps }: HttpClientDeps): HttpGet {
  const connection = { keepAlive: true, lookup: guardedLookup(resolve) };
  const direct: Via = { userAgent, agent: { http: new Agent(connection), https: new TlsAgent(connection) } };
  const tunnels = new Tunnels();
  /** Taken before the slot of the host, so that a lack of proxies costs none. */
  const wayOf = async ({ source, url, signal }: HttpRequest): Promise<Via> => {
    if (!proxies?.sources.has(source)) return direct;
    const ride = await proxies.pool.take(signal);
    assertFitsProxy(url, ride.proxy);
    return { userAgent, agent: tunnels.agentsOf(ride.proxy), ride, tunnels };
  };
  return async (request) => {
    const target = targets[request.source];
    const { origin } = new URL(request.url);
    if (!target || ![target.origin, ...(target.moreOrigins ?? [])].includes(origin))
      throw new UnsafeTarget(`${request.source} may not reach ${origin}`);
    assertSafeHost(request.url);
    const via = await wayOf(request);
    return sendPolitely(deps, request, target.limit, async (fetchId, goingThrough) => {
      if (via.ride) await goingThrough(via.ride.proxy.id);
      const { body, headers, ...answer } = await send(request, via, target.limit.requestTimeoutMs, fetchId);
      const failure = failureOf(request, answer, headers);
      const wait = answer.status >= 500 ? named(headers) : easeMs(request, headers);
      return { value: answer, status: answer.status, body, failure, easeMs: wait };
    });
  };
}

interface Via {
  readonly userAgent: string;
  readonly agent: { readonly http: Agent; readonly https: TlsAgent };
  /** Left out: the request goes directly. */
  readonly ride?: ProxyRide;
  readonly tunnels?: Tunnels;
}

interface WholeAnswer extends HttpAnswer {
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
}

async function send(request: HttpRequest, via: Via, timeoutMs: number, fetchId: string): Promise<WholeAnswer> {
  const { userAgent, agent } = via;
  const stream = got.stream(request.url, {
    agent,
    ...(request.form ? { method: 'POST', form: { ...request.form } } : {}),
    headers: { accept: 'application/json, text/html;q=0.5', ...request.headers, 'user-agent': userAgent },
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    timeout: { connect: CONNECT_TIMEOUT_MS, request: timeoutMs },
    signal: request.signal,
  });
  // Read before got does: it puts the usual phrase where the answer has none, and a source must see that there was none.
  let reason = '';
  stream.once('request', (sent) => {
    sent.prependOnceListener('response', (answer: IncomingMessage) => {
      reason = answer.statusMessage ?? '';
    });
  });
  const watch = watchOf(via, request, (listener) => stream.once('request', listener));
  const body = await readBody(stream, request, watch);
  const { statusCode = 0, headers = {} } = stream.response ?? {};
  return {
    status: statusCode,
    reason,
    contentType: (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
    location: headers.location ?? null,
    text: textOf(body, headers['content-type'] ?? ''),
    fetchId,
    fetchedAt: new Date().toISOString(),
    headers,
    body,
  };
}

/** A body in the charset that its type names; UTF-8 where it names none, or one that is not known. */
function textOf(body: Buffer, contentType: string): string {
  const [, charset = 'utf-8'] = /;\s*charset="?([\w.:-]+)/i.exec(contentType) ?? [];
  if (/^utf-?8$/i.test(charset)) return body.toString('utf8');
  try {
    return new TextDecoder(charset, { ignoreBOM: true }).decode(body);
  } catch {
    return body.toString('utf8');
  }
}

function watchOf(
  { ride, tunnels }: Via,
  { url }: HttpRequest,
  onRequest: Parameters<typeof watchTunnel>[3],
): TunnelWatch | null {
  return ride && tunnels ? watchTunnel(ride, tunnels, new URL(url).host, onRequest) : null;
}

async function readBody(
  stream: ReturnType<typeof got.stream>,
  request: HttpRequest,
  watch: TunnelWatch | null,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > MAX_BODY_BYTES)
        throw new ResponseInvalid(request.source, `${request.url}: more than ${MAX_BODY_BYTES} bytes`);
      chunks.push(chunk);
    }
  } catch (problem) {
    request.signal.throwIfAborted();
    if (problem instanceof PhoenixError) throw problem;
    // Through a proxy without the cause: its request holds the credentials of the proxy.
    const cause = watch === null ? { cause: problem } : {};
    throw (await watch?.unanswered(problem)) ?? noAnswer(new URL(request.url).host, problem, size, cause);
  } finally {
    stream.destroy();
  }
  await watch?.answered();
  return Buffer.concat(chunks);
}

/** A body that began and broke off is the service's trouble; no body at all is the network's. */
function noAnswer(host: string, problem: unknown, bytesSoFar: number, cause: ErrorOptions): PhoenixError {
  if (problem instanceof RequestError && problem.cause instanceof UnsafeTarget) return problem.cause;
  if (problem instanceof TimeoutError) return new NetworkError(host, `time-out (${problem.event})`, cause);
  const code = problem instanceof RequestError ? problem.code : 'unknown';
  if (code.startsWith('Z_')) return new SourceUnavailable(host, `body cannot be unpacked (${code})`, cause);
  if (bytesSoFar > 0 || code === 'ERR_READING_RESPONSE_STREAM')
    return new SourceUnavailable(host, 'body was cut short', cause);
  return new NetworkError(host, `no answer (${code})`, cause);
}

function failureOf(request: HttpRequest, answer: HttpAnswer, headers: IncomingHttpHeaders): PhoenixError | null {
  const { host } = new URL(request.url);
  if (answer.status === 429) return new RateLimited(host, pauseMs(request, headers), { told: true });
  const refusal = answer.status >= 400 ? request.refusalOf(answer) : (request.failureIn?.(answer) ?? null);
  return refusal ?? (isNotNow(answer.status) ? new SourceUnavailable(host, `status ${answer.status}`) : null);
}

/** Whether a status means that the same request may be answered later: 408 and 425 are gateways' (RFC 9110, 15.5.9; RFC 8470, 5.2). */
export function isNotNow(status: number): boolean {
  return status >= 500 || status === 408 || status === 425;
}

function pauseMs({ pauseOf }: HttpRequest, headers: IncomingHttpHeaders): number {
  const pause = named(headers) ?? pauseOf?.(headers) ?? UNNAMED_PAUSE_MS;
  return Math.min(Math.max(pause, 0), LONGEST_RETRY_AFTER_MS);
}

const named = (headers: IncomingHttpHeaders) => retryAfterMs(headers['retry-after'] ?? null, Date.now(), headers.date);

function easeMs({ easeOf }: HttpRequest, headers: IncomingHttpHeaders): number | null {
  const wait = easeOf?.(headers) ?? null;
  return wait === null ? null : Math.min(wait, LONGEST_RETRY_AFTER_MS);
}
