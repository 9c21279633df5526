import { Context } from '@temporalio/activity';

const BEAT_MS = 5_000;

/**
 * Runs work with a heartbeat every 5 s, so that a dead worker is noticed in 20 s. Beats say only "alive": cursors live in
 * the workflow.
 * @param work gets the signal that is aborted when the activity is cancelled
 */
export async function withHeartbeat<R>(work: (signal: AbortSignal) => Promise<R>): Promise<R> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), BEAT_MS);
  try {
    context.heartbeat();
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
