import type { Document } from 'mongodb';
import { LONGEST_RETRY_AFTER_MS } from './retry-after.js';

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

/** Lateness a sender is allowed, and the jitter of the way to the host: kept free beyond every window, at every scale. */
export const MARGIN_MS = 300;
/** Waiting longer than this would hold a worker's slot for nothing. */
export const LONGEST_WAIT_MS = 20_000;
const DEAD_WORKER_GRACE_MS = 5_000;
const CIRCUIT_FAILURES = 5;
const CIRCUIT_OPEN_MS = 30_000;
const CIRCUIT_OPEN_MAX_MS = 600_000;

/**
 * One update that decides and records. `$$NOW` is compared as a number: one of the supported servers compares it wrongly
 * with stored dates (SecantusDB 0.7.0b3: `$max` of it and a later date gives `$$NOW`).
 */
export function grantPipeline(limit: HostLimit, id: string): Document[] {
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

/** The host failed: counts it, and opens the circuit after five in a row. */
export function failurePipeline(): Document[] {
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
