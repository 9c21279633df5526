import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection, Db, Document } from 'mongodb';
import { RateLimited } from '../core/errors.js';
import { LONGEST_RETRY_AFTER_MS } from './retry-after.js';
import type { Stop } from './stops.js';

/** Ceiling of one host. A setting; no answer of a server can raise it. */
export interface HostLimit {
  /** Most requests in any window of `windowMs`. */
  readonly windowLimit: number;
  readonly windowMs: number;
  /** Most requests at one time. */
  readonly inFlight: number;
  /** Longest time one request may take; a dead worker's place is free 5 s after it. */
  readonly requestTimeoutMs: number;
}

/** Leave to send one request now. */
export interface Grant {
  readonly id: string;
  /** The database's clock, epoch milliseconds. */
  readonly grantedAtMs: number;
  /** Runs that are to ask nothing more of a source here, as of right before this time. Left out: none. */
  readonly stops?: readonly Stop[];
}

/** Who waits for a send time. */
export interface Asker {
  readonly signal: AbortSignal;
  /**
   * Makes ready what the request goes through, each time before it is asked for a send time: what takes long then comes before that
   * time and not after it, when the next request would follow too soon.
   */
  readonly prepare?: () => Promise<void>;
}

/**
 * Shares one ceiling per host among all workers, through the list of granted send times in `limits`. It grants times, not
 * tokens, so nothing bursts; the database's clock counts, so no worker's does.
 */
export interface Limiter {
  /**
   * Waits for the next free send time and returns at it.
   * @throws RateLimited when that time is more than 20 s away or the circuit is open: give the slot back to Temporal; what
   * `prepare` throws; the signal's reason
   */
  acquire(host: string, limit: HostLimit, asker: Asker): Promise<Grant>;
  /**
   * The request has ended. A repeat changes nothing.
   * @param answered true when the host gave a usable answer: closes the circuit
   */
  release(host: string, grant: Grant, answered: boolean): Promise<void>;
  /** The host asked for a pause. Only ever lengthens the wait. */
  defer(host: string, pauseMs: number): Promise<void>;
  /** The host did not answer, or with a 5xx. Five in a row open the circuit for 30 s, doubled up to 10 min. */
  reportFailure(host: string): Promise<void>;
}

interface LimitDocument {
  readonly _id: string;
  readonly sent?: readonly number[];
  /** There since the first request. */
  readonly inFlight: readonly { readonly id: string; readonly expiresAtMs: number }[];
  readonly notBeforeMs?: number;
  readonly failures?: number;
  readonly openUntilMs?: number;
  readonly stops?: readonly Stop[];
  readonly decision?: {
    readonly nowMs: number;
    readonly slotMs: number;
    readonly granted: boolean;
    readonly full: boolean;
  };
}

/** Lateness a sender is allowed, and the jitter of the way to the host: kept free beyond every window, at every scale. */
export const MARGIN_MS = 300;
/** A sender that wakes later than this after its time asks again, so that the margin holds. */
const LATEST_START_MS = 200;
/** Waiting longer than this would hold a worker's slot for nothing. */
const LONGEST_WAIT_MS = 20_000;
const DEAD_WORKER_GRACE_MS = 5_000;
const CIRCUIT_FAILURES = 5;
const CIRCUIT_OPEN_MS = 30_000;
const CIRCUIT_OPEN_MAX_MS = 600_000;
/**
 * So long before its time a sender asks whether the host has asked for a pause meanwhile: the answer is there in time, and what is
 * asked for later is known too late for any sender. After a shorter wait it does not ask.
 */
const RECHECK_BEFORE_MS = 50;
/** How often a full host is asked again for a place: often enough to be there before the next send time. */
const FULL_POLLS_A_SPACING = 10;
const SHORTEST_POLL_MS = 50;
const LONGEST_POLL_MS = 500;

/** @param db database of the mode; the ceilings of one mode are not those of another */
export function createLimiter(db: Db): Limiter {
  const limits = db.collection<LimitDocument>('limits');
  return {
    async acquire(host, limit, { signal, prepare }) {
      for (;;) {
        await prepare?.();
        const grant = await tryOnce(limits, host, limit, signal);
        if (grant) return grant;
      }
    },
    release: (host, grant, answered) => release(limits, host, grant, answered),
    async defer(host, pauseMs) {
      const until = { $add: [{ $toLong: '$$NOW' }, { $literal: Math.ceil(pauseMs) }] };
      await limits.updateOne({ _id: host }, [{ $set: { notBeforeMs: { $max: ['$notBeforeMs', until] } } }], {
        upsert: true,
      });
    },
    async reportFailure(host) {
      await limits.updateOne({ _id: host }, failurePipeline(), { upsert: true });
    },
  };
}

/** One attempt to get a send time; null when the host was full, asked for a pause, or this process woke too late. */
async function tryOnce(
  limits: Collection<LimitDocument>,
  host: string,
  limit: HostLimit,
  signal: AbortSignal,
): Promise<Grant | null> {
  signal.throwIfAborted();
  const id = randomUUID();
  const { decision, askedAtMs, stops } = await ask(limits, host, limit, id);
  const waitMs = decision.slotMs - decision.nowMs;
  if (!decision.granted) {
    if (waitMs > LONGEST_WAIT_MS) throw new RateLimited(host, waitMs);
    await sleep(decision.full ? pollMs(limit) : Math.max(SHORTEST_POLL_MS, waitMs), undefined, { signal });
    return null;
  }
  const grant: Grant = { id, grantedAtMs: decision.slotMs, stops };
  try {
    const answeredAtMs = performance.now();
    if (waitMs > RECHECK_BEFORE_MS) await sleep(waitMs - RECHECK_BEFORE_MS, undefined, { signal });
    const now = waitMs > RECHECK_BEFORE_MS ? await lookAgain(limits, host) : { notBeforeMs: 0, stops };
    // Who waits for its time obeys a pause that was asked for after the grant.
    const paused = now.notBeforeMs > grant.grantedAtMs;
    const leftMs = answeredAtMs + waitMs - performance.now();
    if (!paused && leftMs > 0) await sleep(leftMs, undefined, { signal });
    if (!paused && isInTime(waitMs, askedAtMs)) return { ...grant, stops: now.stops };
  } catch (problem) {
    await release(limits, host, grant, false);
    throw problem;
  }
  await release(limits, host, grant, false);
  return null;
}

function pollMs({ windowMs, windowLimit }: HostLimit): number {
  const pollMs = windowMs / windowLimit / FULL_POLLS_A_SPACING;
  return Math.min(Math.max(pollMs, SHORTEST_POLL_MS), LONGEST_POLL_MS);
}

/** What came up while a request waited for its time. */
async function lookAgain(limits: Collection<LimitDocument>, host: string) {
  const found = await limits.findOne({ _id: host }, { projection: { notBeforeMs: 1, stops: 1 } });
  return { notBeforeMs: found?.notBeforeMs ?? 0, stops: found?.stops ?? [] };
}

/** True when the wait ended in time to send; false when this process woke too late. */
function isInTime(waitMs: number, askedAtMs: number): boolean {
  return performance.now() - askedAtMs - Math.max(0, waitMs) <= LATEST_START_MS;
}

async function ask(limits: Collection<LimitDocument>, host: string, limit: HostLimit, id: string) {
  for (const isLast of [false, true]) {
    const askedAtMs = performance.now();
    const found = await limits.findOneAndUpdate({ _id: host }, grantPipeline(limit, id), {
      upsert: true,
      returnDocument: 'after',
    });
    if (found?.decision) return { decision: found.decision, askedAtMs, stops: found.stops ?? [] };
    if (isLast) break;
    // Of the first requests of a host, sent at one time, one may be written and told nothing (SecantusDB 0.7.0b3).
    await release(limits, host, { id }, false);
  }
  throw new Error(`limits of ${host}: the database gave no decision`);
}

/** One update, since it follows every request. */
async function release(
  limits: Collection<LimitDocument>,
  host: string,
  { id }: Pick<Grant, 'id'>,
  answered: boolean,
): Promise<void> {
  const closed = answered ? { $set: { failures: 0, openUntilMs: 0 } } : {};
  await limits.updateOne({ _id: host }, { $pull: { inFlight: { id } }, ...closed });
}

/**
 * One update that decides and records. `$$NOW` is compared as a number: one of the supported servers compares it wrongly
 * with stored dates (SecantusDB 0.7.0b3: `$max` of it and a later date gives `$$NOW`).
 */
function grantPipeline(limit: HostLimit, id: string): Document[] {
  const spacingMs = Math.ceil((limit.windowMs + MARGIN_MS) / limit.windowLimit);
  const longestMs = LONGEST_WAIT_MS + limit.requestTimeoutMs + DEAD_WORKER_GRACE_MS;
  const sent = '$sent';
  const oldest = { $arrayElemAt: [sent, -limit.windowLimit] };
  const windowFree = {
    $cond: [{ $gte: [{ $size: sent }, limit.windowLimit] }, { $add: [oldest, limit.windowMs + MARGIN_MS] }, 0],
  };
  const circuitOpen = {
    $cond: [{ $gte: [{ $ifNull: ['$failures', 0] }, CIRCUIT_FAILURES] }, { $ifNull: ['$openUntilMs', 0] }, 0],
  };
  const expiresAtMs = { $add: ['$decision.slotMs', limit.requestTimeoutMs + DEAD_WORKER_GRACE_MS] };
  return [
    { $set: { decision: { nowMs: { $toLong: '$$NOW' } } } },
    { $set: afterClockStep(longestMs) },
    {
      $set: {
        inFlight: { $filter: { input: '$inFlight', cond: { $gt: ['$$this.expiresAtMs', '$decision.nowMs'] } } },
        'decision.slotMs': {
          $max: [
            '$decision.nowMs',
            { $add: [{ $ifNull: [{ $last: sent }, 0] }, spacingMs] },
            windowFree,
            { $ifNull: ['$notBeforeMs', 0] },
            circuitOpen,
          ],
        },
      },
    },
    { $set: { 'decision.full': { $gte: [{ $size: '$inFlight' }, limit.inFlight] } } },
    {
      $set: {
        'decision.granted': {
          $and: [
            { $not: ['$decision.full'] },
            { $lte: [{ $subtract: ['$decision.slotMs', '$decision.nowMs'] }, LONGEST_WAIT_MS] },
            // An open circuit is waited for by Temporal, never here; when its time is over one request goes as the probe.
            { $lte: [circuitOpen, '$decision.nowMs'] },
          ],
        },
      },
    },
    {
      $set: {
        sent: {
          $cond: [
            '$decision.granted',
            { $slice: [{ $concatArrays: [sent, ['$decision.slotMs']] }, -limit.windowLimit] },
            sent,
          ],
        },
        inFlight: {
          $cond: [
            '$decision.granted',
            { $concatArrays: ['$inFlight', [{ id: { $literal: id }, expiresAtMs }]] },
            '$inFlight',
          ],
        },
        openUntilMs: {
          $cond: [
            { $and: ['$decision.granted', { $gte: [{ $ifNull: ['$failures', 0] }, CIRCUIT_FAILURES] }] },
            expiresAtMs,
            { $ifNull: ['$openUntilMs', 0] },
          ],
        },
      },
    },
  ];
}

/**
 * Times that lie further ahead than any that is written are from before the database's clock was set back. They are drawn in to the
 * furthest that can be, for good, so that they pass: else the host would not be asked before the clock is there again.
 * @param longestMs longest time ahead of a request's expiry
 */
function afterClockStep(longestMs: number): Document {
  const sent = { $ifNull: ['$sent', []] };
  const inFlight = { $ifNull: ['$inFlight', []] };
  const furthest = (ms: number) => ({ $add: ['$decision.nowMs', ms] });
  const drawnIn = (time: string, ms: number) => ({ $min: [{ $ifNull: [time, 0] }, furthest(ms)] });
  const each = { $map: { input: sent, in: { $min: ['$$this', furthest(LONGEST_WAIT_MS)] } } };
  return {
    // In their order, so the last one tells. Without the question every request would go through the whole list.
    sent: { $cond: [{ $gt: [{ $last: sent }, furthest(LONGEST_WAIT_MS)] }, each, sent] },
    inFlight: {
      $map: {
        input: inFlight,
        in: { id: '$$this.id', expiresAtMs: { $min: ['$$this.expiresAtMs', furthest(longestMs)] } },
      },
    },
    notBeforeMs: drawnIn('$notBeforeMs', LONGEST_RETRY_AFTER_MS),
    openUntilMs: drawnIn('$openUntilMs', Math.max(CIRCUIT_OPEN_MAX_MS, longestMs)),
  };
}

function failurePipeline(): Document[] {
  const past = { $subtract: ['$failures', CIRCUIT_FAILURES] };
  const pauseMs = { $min: [CIRCUIT_OPEN_MAX_MS, { $multiply: [CIRCUIT_OPEN_MS, { $pow: [2, { $max: [0, past] }] }] }] };
  return [
    { $set: { failures: { $add: [{ $ifNull: ['$failures', 0] }, 1] } } },
    {
      $set: {
        openUntilMs: {
          $cond: [
            { $gte: ['$failures', CIRCUIT_FAILURES] },
            { $add: [{ $toLong: '$$NOW' }, { $toLong: pauseMs }] },
            { $ifNull: ['$openUntilMs', 0] },
          ],
        },
      },
    },
  ];
}
