import type { Db } from 'mongodb';
import type { StoredMetric } from '../domain/monitoring/catalogue.js';
import type { AlertDocument } from './alerts/documents.js';
import type { CaptchaTaskDocument } from './captcha/tasks.js';
import { currentBudget } from './cost/budget-settings.js';
import { accountingDay, entriesOf } from './cost/entries.js';
import { createMonthTally, type ReadSums, type Sums } from './cost/month-tally.js';
import type { QueueDocument, RunDocument } from './documents.js';
import { HEALTHY_SCORE, type ProxyDocument } from './proxies.js';
import { lastQualityRun, type QualityRunDocument } from './quality.js';
import { databaseBytes } from './size.js';

/** One value of a metric, with its labels in the order of the catalogue. */
export interface Sample {
  readonly labels: readonly string[];
  readonly value: number;
}

/** Everything that is read from the database, by metric; `readAt` and `evaluated` are set with the measures. */
export type StoredFigures = Readonly<Record<Exclude<StoredMetric, 'readAt' | 'evaluated'>, readonly Sample[]>>;

const HOUR_MS = 3_600_000;
const USD_MICROS = 1_000_000;
const RECENT_MS = 14 * 24 * HOUR_MS;
/** Sizes change slowly, and some servers count every document to tell them (3 s for 30,000 with SecantusDB, 24 s for 800,000). */
const SIZE_MS = 300_000;
/** So many times longer than it took to read, a reading is kept: it never takes more than a hundredth of the time. */
const KEPT_TIMES = 100;
const SEP = '\n';

/** Reads the figures of `/metrics`. Reads alone; one call at a time. @returns all samples as of `nowMs` */
export function createMetricReader(db: Db): (nowMs: number) => Promise<StoredFigures> {
  const requests = createMonthTally(requestSums(db));
  const model = createMonthTally(modelSums(db));
  const size = remembered(SIZE_MS, async () => [{ labels: [], value: await databaseBytes(db) }]);
  return async (nowMs) => {
    const [month, llm] = [await requests(nowMs), await model(nowMs)];
    return {
      requests: samplesOf(month),
      ...hourOf(await requestSums(db)(new Date(nowMs - HOUR_MS), null)),
      proxyHealth: await proxyHealth(db, nowMs),
      captchas: await captchas(db, nowMs),
      llmRequests: samplesOf(llm),
      llmTokens: [...llm].flatMap(([name, [, prompt = 0, output = 0]]) => [
        { labels: [name, 'prompt'], value: prompt },
        { labels: [name, 'output'], value: output },
      ]),
      queue: await queue(db),
      quality: await quality(db, nowMs),
      ...(await money(db, nowMs)),
      ...(await runs(db, nowMs)),
      alerts: await alerts(db),
      databaseSize: await size(nowMs),
    };
  };
}

const samplesOf = (sums: Sums): readonly Sample[] =>
  [...sums].map(([key, [value = 0]]) => ({ labels: key.split(SEP), value }));

interface FetchGroup {
  readonly _id: { readonly source: string; readonly error?: string | null; readonly ended: boolean };
  readonly n: number;
}

/** Requests by source and outcome: `ok`, `unfinished`, or the code of the error. */
function requestSums(db: Db): ReadSums {
  return async (from, to) => {
    const grantedAt = to === null ? { $gte: from } : { $gte: from, $lt: to };
    const groups = await db
      .collection('fetches')
      .aggregate<FetchGroup>([
        { $match: { grantedAt } },
        {
          $group: {
            _id: { source: '$source', error: '$error', ended: { $gte: ['$durationMs', 0] } },
            n: { $sum: 1 },
          },
        },
      ])
      .toArray();
    const sums = new Map<string, readonly [number]>();
    for (const { _id, n } of groups) {
      const outcome = _id.ended ? (_id.error ?? 'ok') : 'unfinished';
      const key = `${_id.source}${SEP}${outcome}`;
      sums.set(key, [n + (sums.get(key)?.[0] ?? 0)]);
    }
    return sums;
  };
}

/** Shares of the requests of an hour that have ended. A source without one has no share. */
function hourOf(hour: Sums): Pick<StoredFigures, 'successRate' | 'errorRate'> {
  const ended = samplesOf(hour).filter(({ labels }) => labels[1] !== 'unfinished');
  const sources = [...new Set(ended.map(({ labels: [source = ''] }) => source))].sort();
  const total = (some: readonly Sample[]) => some.reduce((sum, { value }) => sum + value, 0);
  const good = (some: readonly Sample[]) => total(some.filter(({ labels }) => labels[1] === 'ok'));
  const successRate = sources.map((source) => {
    const own = ended.filter(({ labels }) => labels[0] === source);
    return { labels: [source], value: good(own) / total(own) };
  });
  const errorRate = ended.length === 0 ? [] : [{ labels: [], value: 1 - good(ended) / total(ended) }];
  return { successRate, errorRate };
}

function modelSums(db: Db): ReadSums {
  return async (from, to) => {
    const at = to === null ? { $gte: from } : { $gte: from, $lt: to };
    const groups = await db
      .collection('llm_calls')
      .aggregate<{ readonly _id: string; readonly n: number; readonly prompt: number; readonly output: number }>([
        { $match: { at } },
        {
          $group: {
            _id: '$model',
            n: { $sum: 1 },
            prompt: { $sum: '$promptTokens' },
            output: { $sum: '$outputTokens' },
          },
        },
      ])
      .toArray();
    return new Map(groups.map(({ _id, n, prompt, output }) => [_id, [n, prompt, output]]));
  };
}

async function proxyHealth(db: Db, nowMs: number): Promise<readonly Sample[]> {
  const listed = await db.collection<ProxyDocument>('proxies').find({ listed: true }).toArray();
  if (listed.length === 0) return [];
  const well = listed.filter(({ score, notBeforeMs }) => score >= HEALTHY_SCORE && notBeforeMs <= nowMs);
  return [{ labels: [], value: well.length / listed.length }];
}

const monthStart = (nowMs: number) => new Date(`${accountingDay(nowMs).slice(0, 7)}-01T00:00:00Z`);

async function captchas(db: Db, nowMs: number): Promise<readonly Sample[]> {
  const tasks = await db
    .collection<CaptchaTaskDocument>('captcha_tasks')
    .find({ createdAt: { $gte: monthStart(nowMs) } }, { projection: { source: 1, state: 1 } })
    .toArray();
  return counted(tasks.map(({ source, state }) => [source, state]));
}

async function queue(db: Db): Promise<readonly Sample[]> {
  const groups = await db
    .collection<QueueDocument>('processing_queue')
    .aggregate<{ readonly _id: { readonly market: string; readonly state: string }; readonly n: number }>([
      { $group: { _id: { market: '$market', state: '$state' }, n: { $sum: 1 } } },
    ])
    .toArray();
  return groups.map(({ _id: { market, state }, n }) => ({ labels: [market, state], value: n }));
}

/** Parts of quality that are shown; a part that could not be counted has no sample. */
async function quality(db: Db, nowMs: number): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (const market of await db.collection<QualityRunDocument>('quality_runs').distinct('market')) {
    const run = await lastQualityRun(db, market, nowMs);
    if (run === null) continue;
    const { score, completenessOfAsked, validity, agreement, freshness, duplicates } = run.gathered;
    const parts = { score, completeness: completenessOfAsked, validity, accuracy: agreement, freshness, duplicates };
    for (const [part, value] of Object.entries(parts))
      if (value !== null && value !== undefined) samples.push({ labels: [market, part], value });
  }
  return samples;
}

async function money(db: Db, nowMs: number): Promise<Pick<StoredFigures, 'dayCost' | 'monthCost' | 'budget'>> {
  const today = accountingDay(nowMs);
  const entries = await entriesOf(db, today.slice(0, 7));
  const usd = (some: typeof entries) => some.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0) / USD_MICROS;
  const lines = [...new Set(entries.map(({ line }) => line))].sort();
  return {
    dayCost: [{ labels: [], value: usd(entries.filter(({ day }) => day === today)) }],
    monthCost: lines.map((line) => ({ labels: [line], value: usd(entries.filter((one) => one.line === line)) })),
    budget: [{ labels: [], value: (await currentBudget(db)).capUsdMicros / USD_MICROS }],
  };
}

type RunRow = Pick<RunDocument, 'market' | 'status' | 'startedAt' | 'endedAt' | 'counts'>;

async function runs(
  db: Db,
  nowMs: number,
): Promise<Pick<StoredFigures, 'runs' | 'runDuration' | 'runEnded' | 'runRows'>> {
  const rows = db.collection<RunDocument>('runs');
  const fields = { projection: { market: 1, status: 1, startedAt: 1, endedAt: 1, counts: 1 } };
  const month: RunRow[] = await rows.find({ startedAt: { $gte: monthStart(nowMs) } }, fields).toArray();
  const latest: RunRow[] = [];
  const latestSince = (market: string, since: number) =>
    rows.findOne({ market, endedAt: { $gte: new Date(since) } }, { ...fields, sort: { endedAt: -1 } });
  for (const market of await rows.distinct('market')) {
    // Among the last runs first: years of them cost nothing.
    const run = (await latestSince(market, nowMs - RECENT_MS)) ?? (await latestSince(market, 0));
    if (run !== null) latest.push(run);
  }
  return {
    runs: counted(month.map(({ market, status }) => [market, status])),
    runDuration: latest.map(({ market, startedAt, endedAt }) => ({
      labels: [market],
      value: ((endedAt?.getTime() ?? nowMs) - startedAt.getTime()) / 1_000,
    })),
    runEnded: latest.map(({ market, endedAt }) => ({ labels: [market], value: (endedAt?.getTime() ?? nowMs) / 1_000 })),
    runRows: latest.flatMap(({ market, counts }) =>
      counts === null
        ? []
        : (['stored', 'unchanged', 'quarantined', 'excluded'] as const).map((outcome) => ({
            labels: [market, outcome],
            value: counts[outcome],
          })),
    ),
  };
}

async function alerts(db: Db): Promise<readonly Sample[]> {
  const held = await db
    .collection<AlertDocument>('alerts')
    .find({ state: { $in: ['firing', 'acknowledged'] } }, { projection: { market: 1, tier: 1 } })
    .toArray();
  return counted(held.map(({ market, tier }) => [market, tier]));
}

function counted(rows: readonly (readonly string[])[]): readonly Sample[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.join(SEP), (counts.get(row.join(SEP)) ?? 0) + 1);
  return [...counts].map(([key, value]) => ({ labels: key.split(SEP), value }));
}

/** A reading that is done again only when it is so old, or older where it takes long. */
function remembered<T>(forMs: number, read: () => Promise<T>): (nowMs: number) => Promise<T> {
  let kept: { readonly value: T; readonly untilMs: number } | null = null;
  return async (nowMs) => {
    if (kept === null || nowMs >= kept.untilMs) {
      const startedAt = performance.now();
      const value = await read();
      kept = { value, untilMs: nowMs + Math.max(forMs, KEPT_TIMES * (performance.now() - startedAt)) };
    }
    return kept.value;
  };
}
