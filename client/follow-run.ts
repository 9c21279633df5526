import { setTimeout as pause } from 'node:timers/promises';
import { type Client, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure, TerminatedFailure } from '@temporalio/common';
import type { Db } from 'mongodb';
import type { RunSummary } from '../core/schemas/run.js';
import { asStoreError } from '../store/database.js';
import { findRun } from '../store/runs.js';
import type { dailySequence } from '../workflows/daily-sequence.js';
import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { createLiveView, type LiveView } from './live-view.js';
import { type RunName, readSnapshot, type Snapshot } from './snapshot.js';

const POLL_MS = 1_000;

export interface Followed {
  readonly client: Client;
  readonly db: Db;
  readonly run: RunName;
  readonly handle: WorkflowHandle<typeof dailySequence>;
  /** Gets every picture of the run beside the live view; for streams. */
  onSnapshot?(snapshot: Snapshot): void;
}

/**
 * Waits for a run, with live progress on stderr.
 * @throws CliError: Interrupted when the command is (the run goes on), RunFailed when there is no summary
 */
export async function followRun(context: CliContext, followed: Followed): Promise<RunSummary> {
  const { client, handle, db } = followed;
  const view = createLiveView(context.out);
  const ended = new AbortController();
  const watching = watch(context, followed, view, ended.signal);
  const result = client.connection.withAbortSignal(ended.signal, () => handle.result());
  try {
    const { runKey } = await orInterrupted(result, context.signal);
    const summary = (await findRun(db, runKey))?.summary;
    if (!summary) throw new CliError('RunFailed', `the run ended, but the database holds no summary of ${runKey}`);
    return summary;
  } catch (problem) {
    throw problem instanceof WorkflowFailedError ? failureOf(problem, followed.run) : problem;
  } finally {
    ended.abort();
    // The connection may be closed only when no call is under way on it.
    await Promise.allSettled([result, watching]);
    view.end();
  }
}

async function watch(context: CliContext, followed: Followed, view: LiveView, ended: AbortSignal): Promise<void> {
  const { client, db, run } = followed;
  while (!ended.aborted && !context.signal.aborted) {
    try {
      const snapshot = await readSnapshot(client, db, run);
      if (ended.aborted) return;
      view.show(snapshot);
      followed.onSnapshot?.(snapshot);
    } catch (problem) {
      // A database that restarts is the run's own trouble, which it gets over; the view shows the old picture meanwhile.
      if (asStoreError(problem) === null) throw problem;
    }
    await pause(POLL_MS, undefined, { signal: ended }).catch(() => undefined);
  }
}

function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function failureOf(failed: WorkflowFailedError, { workflowId }: RunName): CliError {
  const { cause } = failed;
  const options = { cause: failed };
  if (cause instanceof CancelledFailure)
    return new CliError('Interrupted', `${workflowId} was cancelled`, null, options);
  const why = cause instanceof TerminatedFailure ? 'was terminated' : `failed: ${cause?.message ?? failed.message}`;
  return new CliError('RunFailed', `${workflowId} ${why}`, `phx runs show ${workflowId} shows what it has`, options);
}
