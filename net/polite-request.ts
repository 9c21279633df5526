import { randomUUID } from 'node:crypto';
import { PhoenixError, RateLimited } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import type { Window } from '../core/schemas/collect.js';
import type { AskerName } from '../core/schemas/names.js';
import type { Audit } from './audit.js';
import type { Asker, Grant, HostLimit, Limiter } from './limiter.js';
import { stopOf } from './stops.js';

/** Scheme, host and port a source may reach, and the ceiling there. */
export interface SourceTarget {
  /** For example `https://mcassessor.maricopa.gov`. */
  readonly origin: string;
  /** Further places it may ask over HTTP under the same ceiling, each host for itself: where it gets its tokens. */
  readonly moreOrigins?: readonly string[];
  readonly limit: HostLimit;
}

/** What one request is about, the same for HTTP and browser. */
export interface RequestAbout extends Asker {
  readonly source: AskerName;
  /** Short name of the endpoint for audit and statistics, for example `search-property`. */
  readonly endpoint: string;
  readonly url: string;
  /** Window the request is for; null for probes. */
  readonly window: Window | null;
  /** Leaves although its run has met a changed source: to learn the new layout, or for what is no page of it. Left out: false. */
  readonly evenIfStopped?: boolean;
}

/** An answer that arrived whole, and what it means. */
export interface Answered<T> {
  readonly value: T;
  readonly status: number;
  readonly body: Uint8Array;
  /** Of a body that was read as it came and not kept, in place of `body`. */
  readonly streamed?: { readonly bytes: number; readonly sha256: string };
  /** Error the answer stands for; null when it is usable. */
  readonly failure: PhoenixError | null;
  /** How long the host would have the next request wait, in milliseconds, told with an answer that is usable or with an outage. */
  readonly easeMs?: number | null;
}

export interface PoliteDeps {
  readonly limiter: Limiter;
  readonly audit: Audit;
  /** The error of an asker that is paused; null when it may ask. Asked while a request waits for its time. Left out: nobody is. */
  readonly pauseOf?: (asker: AskerName) => Promise<PhoenixError | null>;
}

/**
 * Sends one request within the host's ceiling, with its audit row written before and completed after. The only way out
 * of this system to a source.
 * @param send does the request; gives an answer, or throws a PhoenixError when none arrived whole. It says by `via` which proxy
 * it is about to go through, if any
 * @throws RateLimited from the limiter, SchemaDrift when the run has met it before, the error of a pause, `failure` of the answer, and whatever `send` throws
 */
export async function sendPolitely<T>(
  { limiter, audit, pauseOf }: PoliteDeps,
  about: RequestAbout,
  limit: HostLimit,
  send: (fetchId: string, via: (proxy: string) => Promise<void>) => Promise<Answered<T>>,
): Promise<T> {
  const { source, endpoint, url, window } = about;
  const { host } = new URL(url);
  const fetchId = randomUUID();
  const grant = await leaveFor({ limiter, pauseOf }, host, limit, about);
  const startedAtMs = performance.now();
  let answered = false;
  let booked: Promise<void> | null = null;
  try {
    await audit.sent({ fetchId, source, endpoint, url, window, host, grantedAtMs: grant.grantedAtMs });
    const ended = await settle(send(fetchId, (proxy) => audit.via(fetchId, proxy)));
    answered = ended.ok;
    booked = audit.ended(fetchId, {
      status: ended.status,
      bodyBytes: ended.streamed?.bytes ?? ended.body.length,
      bodySha256: ended.streamed?.sha256 ?? (ended.body.length > 0 ? sha256(ended.body) : null),
      durationMs: Math.round(performance.now() - startedAtMs),
      error: ended.ok ? null : ended.problem instanceof PhoenixError ? ended.problem.code : 'Cancelled',
      pauseMs: ended.ok ? null : (pauseAskedBy(host, ended.problem) ?? (ended.easeMs || null)),
    });
    // A wait that is shorter than our own is kept anyway, and costs no write.
    const eases = ended.easeMs > limit.windowMs / limit.windowLimit ? limiter.defer(host, ended.easeMs) : null;
    await Promise.all([eases, ended.ok ? null : Promise.all([booked, tellLimiter(limiter, host, ended.problem)])]);
    if (!ended.ok) throw ended.problem;
    return ended.value;
  } finally {
    // Side by side: every way to the database and back is felt where pages are small.
    await Promise.all([booked, limiter.release(host, grant, answered)]);
  }
}

/** @throws what `acquire` throws; when it has to wait, SchemaDrift (the run was stopped meanwhile) or the error of a pause */
async function leaveFor(
  { limiter, pauseOf }: { readonly limiter: Limiter; readonly pauseOf: PoliteDeps['pauseOf'] | undefined },
  host: string,
  limit: HostLimit,
  about: RequestAbout,
): Promise<Grant> {
  const recheck = async () => {
    const paused = await pauseOf?.(about.source);
    if (paused) throw paused;
  };
  const grant = await limiter.acquire(host, limit, { ...about, recheck });
  const stop = about.evenIfStopped ? null : stopOf(grant.stops ?? [], about);
  if (stop === null) return grant;
  await limiter.release(host, grant, false);
  throw stop;
}

type Ended<T> = Pick<Answered<T>, 'body' | 'streamed'> & {
  readonly status: number | null;
  readonly easeMs: number;
} & ({ readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: unknown });

async function settle<T>(sending: Promise<Answered<T>>): Promise<Ended<T>> {
  try {
    const { value, failure, easeMs, ...came } = await sending;
    const ended = { ...came, easeMs: easeMs ?? 0 };
    return failure === null ? { ok: true, value, ...ended } : { ok: false, problem: failure, ...ended };
  } catch (problem) {
    return { ok: false, problem, status: null, easeMs: 0, body: new Uint8Array() };
  }
}

/** Null for another host's: while a captcha is solved, its service may ask to wait, and the site does not. */
function pauseAskedBy(host: string, failure: unknown): number | null {
  return failure instanceof RateLimited && failure.host === host ? failure.retryAfterMs : null;
}

async function tellLimiter(limiter: Limiter, host: string, failure: unknown): Promise<void> {
  const pauseMs = pauseAskedBy(host, failure);
  if (pauseMs !== null) await limiter.defer(host, pauseMs);
  else if (failure instanceof RateLimited) return;
  else if (failure instanceof PhoenixError && failure.scope === 'host') await limiter.reportFailure(host);
}
