import type { NativeConnection } from '@temporalio/worker';
import type { Failure } from '../core/schemas/failures.js';
import { TIMED_OUT, WORKER_LOST } from '../domain/failures/actions.js';
import { type Attempt, type AttemptInfo, failureOf } from './attempt.js';

/** How the attempt before this one ended, as the server saw it. */
export interface EndSeen {
  readonly code: string;
  readonly message: string;
  /** Epoch milliseconds; null where the server does not say. */
  readonly endedAtMs: number | null;
}

/** Asks the server why there is a further attempt. @returns null when it does not say any more */
export type AskPreviousEnd = (info: AttemptInfo) => Promise<EndSeen | null>;

/** Types of time-out of the server's API (temporal/api/enums/v1/workflow.proto, TimeoutType). */
const START_TO_CLOSE = 1;
const HEARTBEAT = 4;
const DEADLINE_MS = 5_000;

export function createAskPreviousEnd(connection: NativeConnection, namespace: string): AskPreviousEnd {
  return async ({ workflowExecution, activityId }) => {
    if (workflowExecution === undefined) return null;
    const request = { namespace, execution: { ...workflowExecution } };
    const { pendingActivities } = await connection.withDeadline(Date.now() + DEADLINE_MS, () =>
      connection.workflowService.describeWorkflowExecution(request),
    );
    return endOf(pendingActivities?.find((one) => one.activityId === activityId));
  };
}

type Pending = NonNullable<
  Awaited<ReturnType<NativeConnection['workflowService']['describeWorkflowExecution']>>['pendingActivities']
>[number];

function endOf(pending: Pending | undefined): EndSeen | null {
  const failure = pending?.lastFailure;
  if (!failure) return null;
  const code = codeOf(failure);
  return code === null ? null : { code, message: failure.message ?? '', endedAtMs: completedAtMs(pending) };
}

function codeOf(failure: NonNullable<Pending['lastFailure']>): string | null {
  switch (failure.timeoutFailureInfo?.timeoutType) {
    case HEARTBEAT:
      return WORKER_LOST;
    case START_TO_CLOSE:
      return TIMED_OUT;
    default:
      return failure.applicationFailureInfo?.type || null;
  }
}

function completedAtMs({ lastAttemptCompleteTime }: Pending): number | null {
  const { seconds, nanos } = lastAttemptCompleteTime ?? {};
  return seconds ? Number(seconds) * 1_000 + Math.floor((nanos ?? 0) / 1_000_000) : null;
}

/** Waiting that another process met; which of it was to be expected is not known here. */
const WAITS: readonly string[] = ['RateLimited', 'Frozen', 'BudgetExceeded'];

/**
 * The failure of the attempt before, which nobody who is alive has noted.
 * @returns null where there was none, or only waiting
 */
export function lostFailure(attempt: Attempt, seen: EndSeen | null, scrub: (text: string) => string): Failure | null {
  if (seen === null || WAITS.includes(seen.code)) return null;
  const { info } = attempt;
  const endedAtMs = seen.endedAtMs ?? info.currentAttemptScheduledTimestampMs;
  // The worker may have died right after its last sign of life.
  const silentMs = seen.code === WORKER_LOST ? (info.heartbeatTimeoutMs ?? 0) : 0;
  const unseenMs = seen.code === TIMED_OUT ? info.startToCloseTimeoutMs : silentMs;
  const before = { ...attempt, info: { ...info, attempt: info.attempt - 1 }, beganAtMs: endedAtMs - unseenMs };
  const problem = { code: seen.code, message: scrub(seen.message), error: null, final: false, delayMs: null };
  return failureOf(before, problem, endedAtMs);
}
