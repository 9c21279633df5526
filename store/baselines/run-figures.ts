import type { Db } from 'mongodb';
import type { RunFigures } from '../../core/schemas/baselines.js';
import type { RunSummary } from '../../core/schemas/run.js';
import { median } from '../../domain/statistics.js';
import { accountingDay, type CostEntryDocument } from '../cost/entries.js';
import type { RunDocument, WindowPageDocument } from '../documents.js';
import { type MachinePart, machineBetween } from '../measures.js';

/** `measures`, kind `run`: the figures of one run as it ended. Kept, since what they are made of is removed one day. */
export interface RunFiguresRow {
  readonly _id: string;
  readonly kind: 'run';
  readonly runKey: string;
  readonly market: string;
  readonly runDate: string;
  /** True of the sequence of a whole day; narrower runs are no part of a baseline. */
  readonly daily: boolean;
  /** End of the run. */
  readonly at: Date;
  readonly figures: RunFigures;
}

/** A run that has ended, in the words of its summary. */
export type EndedRun = Pick<
  RunSummary,
  'runKey' | 'runId' | 'market' | 'runDate' | 'startedAt' | 'endedAt' | 'sources' | 'phases' | 'counts'
>;

/** Money of the month when the run ended, micro-dollars. */
export interface MonthMoney {
  readonly expectedUsdMicros: number;
  readonly capUsdMicros: number;
}

const rowsOf = (db: Db) => db.collection<RunFiguresRow>('measures');
const USD_MICROS = 1_000_000;
const MINUTE_MS = 60_000;

/** Measures a run that has ended. Every figure is a query of the database, or null where there is nothing to measure. */
export async function measureRun(db: Db, run: EndedRun, month: MonthMoney | null): Promise<RunFigures> {
  const requests = await requestsOf(db, run.runKey);
  const machine = await machineOf(db, Date.parse(run.startedAt), Date.parse(run.endedAt));
  const cost = await costOf(db, run);
  return {
    'success-rate': successOf(run),
    throughput: await throughputOf(db, run.runKey),
    'processing-time': collectMinutes(run),
    'error-rate': requests.errorShare,
    cpu: machine('cpu'),
    memory: machine('memory'),
    'disk-io': machine('diskBusy'),
    'network-latency': requests.latencyMs,
    ...cost,
    'monthly-projection': month === null ? null : month.expectedUsdMicros / USD_MICROS,
    'budget-used': month === null || month.capUsdMicros === 0 ? null : month.expectedUsdMicros / month.capUsdMicros,
  };
}

function successOf({ sources }: EndedRun): number | null {
  const zips = sources.filter(({ status }) => status !== 'skipped').flatMap((source) => source.zips);
  return zips.length === 0 ? null : zips.filter(({ status }) => status === 'complete').length / zips.length;
}

function collectMinutes({ phases }: EndedRun): number | null {
  const phase = phases.find(({ name }) => name === 'collect');
  return phase === undefined ? null : (Date.parse(phase.endedAt) - Date.parse(phase.startedAt)) / MINUTE_MS;
}

async function throughputOf(db: Db, runKey: string): Promise<number | null> {
  const pages = await db
    .collection<WindowPageDocument>('window_pages')
    .find({ runKey, step: { $regex: '^walk:' } }, { projection: { at: 1, keys: 1 } })
    .toArray();
  const minutes = new Set(pages.map(({ at }) => Math.floor(at.getTime() / MINUTE_MS))).size;
  const rows = pages.reduce((sum, { keys }) => sum + keys.length, 0);
  return minutes === 0 || rows === 0 ? null : (rows * 60) / minutes;
}

async function requestsOf(db: Db, runKey: string) {
  const ended = await db
    .collection<{ error?: string | null; durationMs: number; status?: number | null }>('fetches')
    .find({ runKey, durationMs: { $exists: true } }, { projection: { error: 1, durationMs: 1, status: 1 } })
    .toArray();
  const failed = ended.filter(({ error }) => (error ?? null) !== null).length;
  const answered = ended.filter(({ status }) => (status ?? null) !== null);
  return {
    errorShare: ended.length === 0 ? null : failed / ended.length,
    latencyMs: median(answered.map(({ durationMs }) => durationMs)),
  };
}

async function machineOf(db: Db, fromMs: number, toMs: number): Promise<(part: MachinePart) => number | null> {
  const rows = await machineBetween(db, fromMs, toMs);
  return (part) => {
    const tallies = rows.flatMap(({ parts }) => parts[part] ?? []);
    const n = tallies.reduce((sum, tally) => sum + tally.n, 0);
    return n === 0 ? null : tallies.reduce((sum, tally) => sum + tally.sum, 0) / n;
  };
}

async function costOf(db: Db, run: EndedRun): Promise<Pick<RunFigures, 'daily-cost' | 'property-cost'>> {
  const day = accountingDay(Date.parse(run.startedAt));
  const entries = await db
    .collection<CostEntryDocument>('cost_entries')
    .find({ $or: [{ day }, { runKey: run.runKey }] }, { projection: { day: 1, runKey: 1, costUsdMicros: 1 } })
    .toArray();
  const usd = (picks: (entry: CostEntryDocument) => boolean) =>
    entries.filter(picks).reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0) / USD_MICROS;
  const { seen } = run.counts;
  return {
    'daily-cost': usd((entry) => entry.day === day),
    'property-cost': seen === 0 ? null : usd((entry) => entry.runKey === run.runKey) / seen,
  };
}

/** Keeps the figures of a run. A repeat replaces them. */
export async function keepRunFigures(db: Db, run: EndedRun, figures: RunFigures): Promise<RunFiguresRow> {
  const { runKey, runId, market, runDate, endedAt } = run;
  const daily = runId.startsWith('daily/');
  const row: Omit<RunFiguresRow, '_id'> = {
    ...{ kind: 'run', runKey, market, runDate, daily, at: new Date(endedAt) },
    figures,
  };
  const _id = `run ${runKey}`;
  await rowsOf(db).replaceOne({ _id }, row, { upsert: true });
  return { _id, ...row };
}

/** Figures of the daily runs of a market that ended in a time, oldest first. */
export async function runFiguresBetween(
  db: Db,
  market: string,
  from: Date,
  to: Date,
): Promise<readonly RunFiguresRow[]> {
  return rowsOf(db)
    .find({ market, kind: 'run', daily: true, at: { $gte: from, $lte: to } })
    .sort({ at: 1 })
    .toArray();
}

/** Daily runs since a time that ended before their figures were kept: those of an earlier version. */
export async function runsWithoutFigures(db: Db, market: string, since: Date): Promise<readonly EndedRun[]> {
  const runs = await db
    .collection<RunDocument>('runs')
    .find({ market, endedAt: { $gte: since }, workflowId: { $regex: '^daily/' } }, { projection: { summary: 1 } })
    .toArray();
  const kept = new Set((await runFiguresBetween(db, market, since, new Date())).map(({ runKey }) => runKey));
  return runs.flatMap(({ _id, summary }) => (summary === null || kept.has(_id) ? [] : [summary]));
}
