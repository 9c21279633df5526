import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection, Db } from 'mongodb';
import { RateLimited } from '../core/errors.js';
import { failurePipeline, grantPipeline, type HostLimit, LONGEST_WAIT_MS } from './limit-updates.js';
import type { Stop } from './stops.js';

export type { HostLimit } from './limit-updates.js';

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
  /** Throws when the request is not to be sent any more; asked when it has waited, right before its time or before it asks anew. */
  readonly recheck?: () => Promise<void>;
}

/**
 * Shares one ceiling per host among all workers, through the list of granted send times in `limits`. It grants times, not
 * tokens, so nothing bursts; the database's clock counts, so no worker's does.
 */
export interface Limiter {
  /**
   * Waits for the next free send time and returns at it.
   * @throws RateLimited when that time is more than 20 s away or the circuit is open: give the slot back to Temporal; what
   * `prepare` and `recheck` throw; the signal's reason
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

/** A sender that wakes later than this after its time asks again, so that the margin holds. */
const LATEST_START_MS = 200;
/**
 * So long before its time a sender asks whether the host has asked for a pause meanwhile: the answer is there in time, and what is
 * asked for later is known too late for any sender. After a shorter wait it does not ask.
 */
const RECHECK_BEFORE_MS = 100;
/** How often a full host is asked again for a place: often enough to be there before the next send time. */
const FULL_POLLS_A_SPACING = 10;
const SHORTEST_POLL_MS = 50;
const LONGEST_POLL_MS = 500;

/** @param db database of the mode; the ceilings of one mode are not those of another */
export function createLimiter(db: Db): Limiter {
  const limits = db.collection<LimitDocument>('limits');
  return {
    async acquire(host, limit, asker) {
      for (;;) {
        await asker.prepare?.();
        const grant = await tryOnce(limits, host, limit, asker);
        if (grant) return grant;
        await asker.recheck?.();
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
  { signal, recheck }: Asker,
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
    const now = waitMs > RECHECK_BEFORE_MS ? await lookAgain(limits, host, recheck) : { notBeforeMs: 0, stops };
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
async function lookAgain(limits: Collection<LimitDocument>, host: string, recheck: Asker['recheck']) {
  const look = limits.findOne({ _id: host }, { projection: { notBeforeMs: 1, stops: 1 } });
  const [found] = await Promise.all([look, recheck?.()]);
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
