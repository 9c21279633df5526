import type { Db } from 'mongodb';
import type { Mode } from '../core/schemas/names.js';
import type { RunOptions, RunStatus, RunSummary, StartedBy } from '../core/schemas/run.js';
import type { RunDocument } from './documents.js';

const runsOf = (db: Db) => db.collection<RunDocument>('runs');

export interface RunStart {
  readonly runKey: string;
  readonly workflowId: string;
  readonly market: string;
  readonly mode: Mode;
  readonly runDate: string;
  readonly options: RunOptions;
  readonly startedBy?: StartedBy;
}

/** Writes down that a run began. A repeat keeps the first start. @returns runs of the same day that began before */
export async function openRun(db: Db, { runKey, ...start }: RunStart): Promise<number> {
  await runsOf(db).updateOne(
    { _id: runKey },
    {
      $setOnInsert: { ...start, status: 'running', startedAt: new Date(), endedAt: null, counts: null, summary: null },
    },
    { upsert: true },
  );
  return runsOf(db).countDocuments({ market: start.market, runDate: start.runDate, _id: { $ne: runKey } });
}

/** Writes down how a run ended. A repeat replaces it. */
export async function closeRun(db: Db, runKey: string, status: RunStatus, summary: RunSummary): Promise<void> {
  await runsOf(db).updateOne(
    { _id: runKey },
    { $set: { status, endedAt: new Date(summary.endedAt), counts: summary.counts, summary } },
  );
}

/** One run; null when there is none. */
export async function findRun(db: Db, runKey: string): Promise<RunDocument | null> {
  return runsOf(db).findOne({ _id: runKey });
}

/** The latest execution of a workflow id; null when it never ran. */
export async function latestRunOf(db: Db, workflowId: string): Promise<RunDocument | null> {
  return runsOf(db).findOne({ workflowId }, { sort: { startedAt: -1 } });
}

/** Latest runs of a market, newest first. */
export async function listRuns(db: Db, market: string, limit: number): Promise<readonly RunDocument[]> {
  return runsOf(db).find({ market }).sort({ startedAt: -1 }).limit(limit).toArray();
}

/** Runs that have begun and not ended. One whose end was never written counts for a day. */
export async function runsUnderWay(db: Db): Promise<number> {
  const since = new Date(Date.now() - 86_400_000);
  return runsOf(db).countDocuments({ status: 'running', startedAt: { $gte: since } });
}

/** When the first run of a day of a market began; null when none did. */
export async function beganOn(db: Db, market: string, runDate: string): Promise<Date | null> {
  const first = await runsOf(db).findOne({ market, runDate }, { sort: { startedAt: 1 }, projection: { startedAt: 1 } });
  return first?.startedAt ?? null;
}

/** Daily runs of a market that ended since a time, oldest first. */
export async function dailyRunsSince(
  db: Db,
  market: string,
  since: Date,
): Promise<
  readonly Pick<RunDocument, '_id' | 'workflowId' | 'runDate' | 'status' | 'startedBy' | 'startedAt' | 'endedAt'>[]
> {
  return runsOf(db)
    .find(
      { market, workflowId: { $regex: '^daily/' }, endedAt: { $gte: since } },
      { projection: { workflowId: 1, runDate: 1, status: 1, startedBy: 1, startedAt: 1, endedAt: 1 } },
    )
    .sort({ endedAt: 1 })
    .toArray();
}
