import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { SOURCE_STOPPING_CODES } from '../core/errors.js';

/** Why something below did not end well: the code of `docs/errors.md`, and a sentence. */
export interface FailureReason {
  readonly code: string;
  readonly message: string;
}

/** Digs the typed failure out of what an activity or child raised. */
export function reasonOf(problem: unknown): FailureReason {
  let at: unknown = problem;
  while ((at instanceof ActivityFailure || at instanceof ChildWorkflowFailure) && at.cause) at = at.cause;
  if (at instanceof ApplicationFailure) return { code: at.type ?? 'Unknown', message: at.message };
  if (at instanceof TimeoutFailure) return { code: 'TimedOut', message: `time budget used up: ${lastCause(at)}` };
  return { code: 'Unknown', message: at instanceof Error ? at.message : String(at) };
}

function lastCause(failure: TimeoutFailure): string {
  return failure.cause instanceof Error ? failure.cause.message : failure.message;
}

/**
 * True when this workflow was asked to end. A cancelled failure alone does not say so: it may come from a child that an
 * operator cancelled by itself.
 */
export function cancelRequested(): boolean {
  return CancellationScope.current().consideredCancelled;
}

/** Reason of a window or source that a cancelled run left unfinished. */
export const CANCELLED = 'cancelled';

/** True when the whole source has to stop, not only the page or ZIP it came from. */
export function stopsSource({ code }: FailureReason): boolean {
  return SOURCE_STOPPING_CODES.includes(code);
}
