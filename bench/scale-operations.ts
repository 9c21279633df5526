import { join } from 'node:path';
import type { Db } from 'mongodb';
import { createAlertActivities } from '../activities/alerts.js';
import { checkQuality } from '../activities/check-quality.js';
import { type Config, secretValues } from '../core/config.js';
import { loadBaselines, loadRetention, marketOf } from '../core/product-settings.js';
import { MEASURES } from '../core/schemas/alerts.js';
import type { Window } from '../core/schemas/collect.js';
import { periodOf } from '../domain/periods.js';
import { createCleanText } from '../reports/clean-text.js';
import { buildReport } from '../reports/periodic/build.js';
import { createOfflineSources, kindOrders } from '../sources/offline.js';
import { createBackup } from '../store/backup/create.js';
import { updateBaselines } from '../store/baselines/baselines.js';
import type { Database } from '../store/database.js';
import { findFaults } from '../store/integrity.js';
import { createMetricReader } from '../store/metric-figures.js';
import { scoreMarket } from '../store/quality.js';
import { claimForModel, releaseClaims, waitingForComposition } from '../store/queue.js';
import { keepRetention } from '../store/retention/index.js';
import { measureCollections } from '../store/size.js';
import { verifyDatabase } from '../store/verify/verify.js';
import { planDetails } from '../store/windows/details.js';
import { countRun } from '../store/windows/windows.js';
import { daysUpTo, type FillSize, MARKET, UNMEASURED_DAYS } from './fill/plan.js';

/** What an operation works on. */
export interface StepContext {
  readonly config: Config;
  readonly database: Database;
  readonly size: FillSize;
  readonly nowMs: number;
}

/**
 * What the time of an operation may grow with: `nothing` where it looks at a fixed part, `properties` where it looks at one day or
 * at each property once, `documents` where it reads everything, `keys` where it counts every key of every night.
 */
export type GrowsWith = 'nothing' | 'properties' | 'documents' | 'keys';

export interface Operation {
  readonly name: string;
  readonly growsWith: GrowsWith;
  /** Arguments of `phx`; else the work is done in the process of the bench. */
  readonly phx?: readonly string[];
  run?(context: StepContext): Promise<unknown>;
}

/** In the order in which they are measured: what removes something comes last. */
export const OPERATIONS: readonly Operation[] = [
  { name: 'judge all properties, the first night', growsWith: 'properties', run: judgeAll },
  { name: 'check quality at the end of a run', growsWith: 'properties', run: checkRun },
  { name: 'phx quality report', growsWith: 'properties', phx: ['quality', 'report'] },
  { name: 'check what a run left', growsWith: 'properties', run: faultsOfRun },
  { name: 'count a run', growsWith: 'properties', run: countDay },
  { name: 'plan details of a source', growsWith: 'properties', run: planDay },
  { name: 'next batch to compose', growsWith: 'nothing', run: nextToCompose },
  { name: 'next batch for the model', growsWith: 'nothing', run: claimAndRelease },
  { name: 'alerts, a usual minute', growsWith: 'nothing', run: usualMinute },
  { name: 'alerts, all measures', growsWith: 'properties', run: allMeasures },
  { name: '/metrics, each later reading', growsWith: 'nothing', run: laterReading },
  { name: 'baselines, with 14 runs to measure', growsWith: 'properties', run: baselines },
  // These three tell the size of the database, for which some servers count every document.
  { name: '/metrics, the first reading', growsWith: 'documents', run: firstReading },
  { name: 'daily report', growsWith: 'documents', run: (context) => report(context, 'daily') },
  { name: 'weekly report', growsWith: 'documents', run: (context) => report(context, 'weekly') },
  { name: 'phx errors top', growsWith: 'nothing', phx: ['errors', 'top'] },
  { name: 'phx property show', growsWith: 'nothing', phx: ['property', 'show', 'us-az-maricopa:10000040'] },
  { name: 'phx export of a ZIP code', growsWith: 'properties', phx: ['export', '--zip', '85031', '--format', 'csv'] },
  { name: 'phx db size', growsWith: 'documents', run: sizes },
  { name: 'phx db verify, a sample of 100', growsWith: 'properties', run: (context) => verify(context, 100) },
  { name: 'phx db verify, everything', growsWith: 'keys', run: (context) => verify(context, null) },
  { name: 'backup create', growsWith: 'documents', run: backup },
  { name: 'retention, only shown', growsWith: 'keys', run: (context) => retention(context, false) },
  { name: 'retention, applied', growsWith: 'keys', run: (context) => retention(context, true) },
];

const latest = ({ nowMs, size }: StepContext) => {
  const day = daysUpTo(nowMs, size.days).at(-1);
  if (day === undefined) throw new Error('a database has at least one day');
  return { market: MARKET, runDate: day.runDate, runKey: day.runKey, workflowId: day.runId };
};
const kindOrderOf = ({ config }: StepContext) => kindOrders(createOfflineSources(config));
const dbOf = ({ database }: StepContext): Db => database.db;

/** A kept database has scores from before. */
async function judgeAll(context: StepContext) {
  await dbOf(context).collection('quality_scores').deleteMany({});
  const startedAt = performance.now();
  const { judged, left } = await scoreMarket(
    dbOf(context),
    latest(context),
    kindOrderOf(context),
    Number.POSITIVE_INFINITY,
  );
  return { judged, left, ms: performance.now() - startedAt };
}

function checkRun(context: StepContext) {
  return checkQuality(dbOf(context), { ...latest(context), runKey: 'bench' }, kindOrderOf(context));
}

function faultsOfRun(context: StepContext) {
  return findFaults(dbOf(context), latest(context));
}

function countDay(context: StepContext) {
  return countRun(dbOf(context), latest(context).runKey);
}

async function planDay(context: StepContext) {
  const sources = createOfflineSources(context.config);
  const source = sources.get('phoenix-mls');
  const { county, zips } = marketOf(MARKET);
  const windows = zips.map((zip): Window => ({ ...latest(context), source: 'phoenix-mls', county, zip, limit: null }));
  const { batches, leftForLater } = await planDetails(dbOf(context), source, windows, false);
  return { batches: batches.length, leftForLater };
}

/** What has no row that waits looks at all of them: the end of every night. */
async function nextToCompose(context: StepContext) {
  return (await waitingForComposition(dbOf(context), MARKET, 100)).length;
}

async function claimAndRelease(context: StepContext) {
  const claimed = await claimForModel(dbOf(context), MARKET, 'bench batch', 25);
  await releaseClaims(dbOf(context), 'bench');
  return claimed.length;
}

function alerts({ config, database }: StepContext) {
  const sources = createOfflineSources(config);
  return createAlertActivities({ config, database, sources, machine: NO_FIGURES });
}

/** How busy the machine is takes half a second to see, at every size. */
const NO_FIGURES = async () => ({ cpu: null, memory: null, disk: null });
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function usualMinute(context: StepContext) {
  const atMs = Math.floor(context.nowMs / HOUR_MS) * HOUR_MS + MINUTE_MS;
  return alerts(context).evaluateMarket({ market: MARKET, atMs });
}

function allMeasures(context: StepContext) {
  return alerts(context).evaluateMarket({ market: MARKET, atMs: context.nowMs, measures: [...MEASURES] });
}

function firstReading(context: StepContext) {
  return createMetricReader(dbOf(context))(context.nowMs);
}

/** @returns the time of the second reading alone */
async function laterReading(context: StepContext) {
  const read = createMetricReader(dbOf(context));
  await read(context.nowMs);
  const startedAt = performance.now();
  await read(context.nowMs + MINUTE_MS);
  return { ms: performance.now() - startedAt };
}

/** The last runs have no figures yet; in a kept database they have, from before. */
async function baselines(context: StepContext) {
  const since = new Date(context.nowMs - UNMEASURED_DAYS * DAY_MS);
  await dbOf(context)
    .collection('measures')
    .deleteMany({ kind: 'run', at: { $gte: since } });
  const startedAt = performance.now();
  const { runs, known } = await updateBaselines(dbOf(context), MARKET, loadBaselines(), new Date(context.nowMs));
  return { runs, known, ms: performance.now() - startedAt };
}

function report({ config, database, nowMs, size }: StepContext, kind: 'daily' | 'weekly') {
  const { timeZone } = marketOf(MARKET);
  const today = daysUpTo(nowMs, size.days).at(-1)?.runDate ?? '';
  const period = kind === 'daily' ? today : weekOf(today);
  if (periodOf(kind === 'daily' ? 'day' : 'week', period, timeZone) === null) throw new Error(period);
  return buildReport({
    ...{ db: database.db, name: { kind, market: MARKET, period }, mode: 'demo', nowMs, quotaBytes: null },
    ...{ machine: NO_FIGURES, clean: createCleanText(secretValues(config)) },
  });
}

/** ISO week of a day, `YYYY-Www`. */
function weekOf(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  const thursday = new Date(at.getTime() + (3 - ((at.getUTCDay() + 6) % 7)) * 24 * HOUR_MS);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 24 * HOUR_MS));
  return `${year}-W${String(week).padStart(2, '0')}`;
}

function sizes(context: StepContext) {
  return measureCollections(dbOf(context), new Date(context.nowMs));
}

/** @throws Error on a fault: what was filled is not what the product writes */
async function verify(context: StepContext, sample: number | null) {
  let documents = 0;
  for await (const finding of verifyDatabase(dbOf(context), { sample, kindOrder: kindOrderOf(context) })) {
    if (finding.kind === 'fault')
      throw new Error(`${finding.fault.collection} ${finding.fault.id}: ${finding.fault.wrong}`);
    documents += finding.documents;
  }
  return { documents };
}

async function backup(context: StepContext) {
  const folder = join(context.config.dataFolder, `backup-${process.pid}`);
  const options = { folder, mode: 'demo', withPersonal: false, signal: new AbortController().signal } as const;
  const { status } = await createBackup(dbOf(context), { ...options, onCollection: () => undefined });
  return { status };
}

function retention(context: StepContext, apply: boolean) {
  const { dataFolder } = context.config;
  const signal = new AbortController().signal;
  return keepRetention(dbOf(context), {
    policy: loadRetention(),
    dataFolder,
    apply,
    now: new Date(context.nowMs),
    signal,
  });
}
