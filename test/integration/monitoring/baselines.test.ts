import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Document } from 'mongodb';
import { loadBaselines } from '../../../core/product-settings.js';
import { compareFigures, compareRun, worseInWords } from '../../../reports/baselines/compare-run.js';
import { composites } from '../../../reports/baselines/composite.js';
import { standingBaselines, updateBaselines } from '../../../store/baselines/baselines.js';
import { type EndedRun, runFiguresBetween } from '../../../store/baselines/run-figures.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { noteCommand, noteMachine, noteReadings } from '../../../store/measures.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';

const DAY_MS = 86_400_000;
const NOW_MS = Date.now();
const zip = {
  zip: '85031',
  reason: null,
  total: 100,
  seen: 100,
  stored: 90,
  unchanged: 10,
  quarantined: 0,
  excluded: 0,
};

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'phoenix_demo');
  await initDatabase(database.db);
}, 120_000);
afterAll(async () => {
  await database.close();
  await server.stop();
}, 60_000);

/** A day that ended so many days ago: 30 minutes of collection, 100 rows on two pages, ten requests. */
async function keepDay(daysAgo: number, failed: number): Promise<EndedRun> {
  const startedMs = NOW_MS - daysAgo * DAY_MS - 3_600_000;
  const at = (minutes: number) => new Date(startedMs + minutes * 60_000);
  const runDate = at(0).toISOString().slice(0, 10);
  const runKey = `daily/phoenix/${runDate}#${daysAgo}`;
  const run: EndedRun = {
    ...{ runKey, runId: `daily/phoenix/${runDate}`, market: 'phoenix', runDate },
    ...{ startedAt: at(0).toISOString(), endedAt: at(45).toISOString() },
    phases: [{ name: 'collect', startedAt: at(1).toISOString(), endedAt: at(31).toISOString(), overBudgetMs: 0 }],
    sources: [
      {
        ...{ name: 'maricopa-assessor', status: 'complete', reason: null, requests: 10 },
        zips: [{ ...zip, status: 'complete' }],
        details: { done: 0, missing: 0, leftForLater: 0 },
      },
    ],
    counts: { seen: 100, stored: 90, unchanged: 10, quarantined: 0, excluded: 0 },
  };
  const { db } = database;
  await db.collection('runs').insertOne({
    ...{ workflowId: run.runId, market: 'phoenix', runDate, status: 'complete', mode: 'demo', options: {} },
    ...{ startedBy: 'schedule', startedAt: at(0), endedAt: at(45), counts: run.counts, summary: run, runKey },
  });
  await db.collection('fetches').insertMany(
    Array.from({ length: 10 }, (_, n) => ({
      ...{ source: 'maricopa-assessor', host: 'h', endpoint: 'e', url: 'u', runKey, grantedAt: at(n), sentAt: at(n) },
      ...{ status: 200, durationMs: 100 + n, error: n < failed ? 'SourceUnavailable' : null },
    })),
  );
  await db.collection('window_pages').insertMany(
    [2, 3].map((minute) => ({
      ...{
        windowId: 'w',
        market: 'phoenix',
        source: 'maricopa-assessor',
        zip: '85031',
        runKey,
        step: `walk:${minute}`,
      },
      ...{
        keys: Array.from({ length: 50 }, (_, n) => ({ key: `${n}`, outcome: 'stored' })),
        total: 100,
        at: at(minute),
      },
    })),
  );
  await db.collection('cost_entries').insertOne({
    ...{ line: 'captcha', item: 'captcha-solution', costUsdMicros: 20_000, estimated: false, market: 'phoenix' },
    ...{ source: null, zip: null, runKey, day: runDate, at: at(5) },
  });
  await noteMachine(db, hostname(), { cpu: 0.2, memory: 0.4, disk: 0.5, diskBusy: null }, at(10).getTime());
  await noteMachine(db, hostname(), { cpu: 0.4, memory: 0.4, disk: 0.5, diskBusy: null }, at(11).getTime());
  return run;
}

describe('figures of runs', () => {
  it('are what direct queries give, and no data where nothing was measured', async () => {
    const run = await keepDay(8, 1);
    await compareRun(database.db, run);
    const [kept] = await runFiguresBetween(database.db, 'phoenix', new Date(0), new Date());
    expect(kept?.figures).toMatchObject({
      ...{ 'success-rate': 1, throughput: 3_000, 'processing-time': 30, 'error-rate': 0.1, 'network-latency': 104.5 },
      ...{ memory: 0.4, 'disk-io': null, 'daily-cost': 0.02, 'property-cost': 0.0002 },
    });
    expect(kept?.figures.cpu).toBeCloseTo(0.3, 9);
  });

  it('make baselines once there are five, also of runs that ended without them; a repeat gives the same', async () => {
    for (const daysAgo of [7, 6, 5]) await keepDay(daysAgo, 0);
    const settings = loadBaselines();
    expect(await updateBaselines(database.db, 'phoenix', settings, new Date())).toEqual({ runs: 4, known: 0 });
    await keepDay(4, 0);
    const first = await updateBaselines(database.db, 'phoenix', settings, new Date());
    expect(first.runs).toBe(5);
    const usual = (await standingBaselines(database.db, 'phoenix')).get('processing-time');
    expect(usual).toMatchObject({ unit: 'minutes', target: 50, usual: { runs: 5, median: 30, spread: 0 } });
    expect(usual?.earlier).toMatchObject([{ median: null, runs: 0 }]);
    await updateBaselines(database.db, 'phoenix', settings, new Date());
    expect((await standingBaselines(database.db, 'phoenix')).get('processing-time')?.usual).toEqual(usual?.usual);
  });

  it('tell a run that is worse than usual', async () => {
    const rows = await compareRun(database.db, await keepDay(1, 6));
    expect(rows.find(({ row }) => row.name === 'error-rate')).toMatchObject({ verdict: 'worse', pastWarning: true });
    expect(rows.find(({ row }) => row.name === 'disk-io')?.verdict).toBe('no data');
    expect(worseInWords(rows)).toEqual([expect.stringContaining('Error rate is worse than usual: 60.0 %; 0.0 %')]);
    const again = await compareFigures(database.db, 'phoenix', (await latest()).figures);
    expect(again).toHaveLength(12);
  });
});

async function latest() {
  const found = (await runFiguresBetween(database.db, 'phoenix', new Date(0), new Date())).at(-1);
  if (!found) throw new Error('no figures');
  return found;
}

describe('composite figures', () => {
  it('say that there is no data where there is none', async () => {
    const figures = await composites(database.db, 'tucson', NOW_MS);
    expect(figures.map(({ name, value }) => [name, value])).toEqual([
      ['uptime', null],
      ['autonomy', null],
      ['excellence', null],
    ]);
  });

  it('count scheduled days alone, and what a person did while they ran', async () => {
    const { db } = database;
    const startedMs = NOW_MS - 2 * DAY_MS;
    const day = async (n: number, row: Document, market = 'scottsdale') => {
      const startedAt = new Date(startedMs + n * 3_600_000);
      const [runDate, workflowId] = ['2026-02-27', `daily/${market}/${n}`];
      const about = { workflowId, market, runDate, status: 'complete', mode: 'demo', options: {}, counts: null };
      await db
        .collection('runs')
        .insertOne({ ...about, summary: null, startedAt, endedAt: new Date(startedAt.getTime() + 1_800_000), ...row });
      return startedAt.getTime();
    };
    await day(0, { startedBy: 'schedule' });
    await day(1, { startedBy: 'watchdog' });
    await day(2, { startedBy: 'person' });
    await day(3, {}); // of a version that did not keep it
    const later = await day(4, { startedBy: 'schedule' });
    const held = await day(5, { startedBy: 'schedule' });
    const frozen = await day(6, { startedBy: 'schedule' });
    // A person began the same day again, and cancelled that one: nobody touched the scheduled one.
    await noteCommand(db, 'daily/scottsdale/4', 'cancel', new Date(later + 7_200_000));
    await noteCommand(db, 'daily/scottsdale/5/phoenix-mls', 'pause', new Date(held + 60_000));
    const words = { kind: 'freeze', subject: 'everything', reference: 'test', by: 'test' };
    await db.collection('decisions').insertMany([
      { ...words, granted: true, at: new Date(frozen - 60_000) },
      { ...words, granted: false, at: new Date(frozen + 60_000) },
    ]);
    const [, autonomy] = await composites(db, 'scottsdale', NOW_MS);
    expect(autonomy).toMatchObject({ good: 3, of: 5, value: 0.6 });
    await db.collection('decisions').deleteMany({});
  });

  it('count a day on which a person stepped in, and measures outside their target', async () => {
    const run = await latest();
    await noteCommand(
      database.db,
      `daily/phoenix/${run.runDate}/maricopa-assessor`,
      'pause',
      new Date(run.at.getTime() - 60_000),
    );
    await noteReadings(
      database.db,
      'phoenix',
      [
        { measure: 'run-success', readings: [{ subject: 'daily', value: 1, text: '' }] },
        { measure: 'cpu-share', readings: [{ subject: 'machine', value: 0.9, text: '' }] },
        { measure: 'completeness', readings: [] },
      ],
      NOW_MS,
    );
    const [, autonomy, excellence] = await composites(database.db, 'phoenix', NOW_MS);
    expect(autonomy).toMatchObject({ good: 5, of: 6, because: [`${run.runDate}: a person stepped in`] });
    expect(excellence).toMatchObject({
      value: 0.5,
      good: 1,
      of: 2,
      because: ['cpu-share: outside its target on 1 days'],
    });
  });
});
