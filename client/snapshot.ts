import type { Client } from '@temporalio/client';
import type { Db } from 'mongodb';
import { type Counts, NO_COUNTS } from '../core/schemas/collect.js';
import type { SequenceProgress } from '../core/schemas/sequence.js';
import { queueStates } from '../store/queue.js';
import { addCounts, countDetails, countRun, windowsOfDay } from '../store/windows/windows.js';

/** A run in the database's and the workflow's words, while it goes on. */
export interface RunName {
  readonly workflowId: string;
  readonly runKey: string;
  readonly market: string;
  readonly runDate: string;
}

export interface ZipProgress extends Counts {
  readonly zip: string;
  /** State of the window; `open` while it is walked. */
  readonly status: string;
  readonly reason: string | null;
  /** What the source says it holds; null while unknown. */
  readonly total: number | null;
}

export interface SourceProgress {
  readonly name: string;
  readonly status: string;
  readonly zips: readonly ZipProgress[];
  /** Details asked by this run so far. */
  readonly details: number;
}

export interface Snapshot {
  /** Null while no worker answers. */
  readonly phase: string | null;
  readonly paused: boolean;
  readonly counts: Counts;
  readonly sources: readonly SourceProgress[];
  /** Properties whose words are ready, by the model or, where it has nothing to say, by the rules; and those that wait for the model. */
  readonly words: { readonly ready: number; readonly pending: number };
}

const QUERY_MS = 2_000;

/** Where a run stands: phase from the workflow, figures from the database. */
export async function readSnapshot(client: Client, db: Db, run: RunName): Promise<Snapshot> {
  const [progress, counted, details, windows, queue] = await Promise.all([
    askProgress(client, run.workflowId),
    countRun(db, run.runKey),
    countDetails(db, run.runKey),
    windowsOfDay(db, run.market, run.runDate),
    queueStates(db, run.market),
  ]);
  const named = progress?.sources.map(({ source }) => source) ?? [];
  const names = [...new Set([...named, ...counted.map(({ source }) => source)])];
  return {
    phase: progress?.phase ?? null,
    paused: progress?.paused ?? false,
    counts: addCounts(counted),
    words: { ready: queue.completed, pending: queue.pending + queue.processing },
    sources: names.map((name) => ({
      name,
      status: progress?.sources.find(({ source }) => source === name)?.status ?? 'running',
      details: details.find(({ source }) => source === name)?.details ?? 0,
      zips: windows
        .filter((window) => window.source === name)
        .map(({ zip, state, reason, total }) => {
          const own = counted.find((row) => row.source === name && row.zip === zip);
          const { seen, stored, unchanged, quarantined, excluded } = own ?? NO_COUNTS;
          const counts = { seen, stored, unchanged, quarantined, excluded };
          return { zip, status: state, reason, ...counts, total: own?.total ?? total };
        }),
    })),
  };
}

/** The progress query; null while no worker answers it, which is no error: the run waits for one. */
async function askProgress(client: Client, workflowId: string): Promise<SequenceProgress | null> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const deadline = Date.now() + QUERY_MS;
    return await client.connection.withDeadline(deadline, () => handle.query<SequenceProgress>('progress'));
  } catch {
    return null;
  }
}
