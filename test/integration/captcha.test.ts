import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { loadConfig } from '../../core/config.js';
import type { Window } from '../../core/schemas/collect.js';
import type { Source } from '../../core/source.js';
import type { FetchDocument } from '../../net/audit.js';
import type { FaultEffect } from '../../sandbox/faults.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type CaptchaFigures, captchaFigures } from '../../store/captcha/figures.js';
import type { CaptchaTaskDocument } from '../../store/captcha/tasks.js';
import type { CostEntryDocument } from '../../store/cost/entries.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { decide } from '../../store/decisions.js';
import { createReach, type Reach } from '../../workers/reach.js';
import { browserProcesses, testBrowser } from '../support/browser.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const chromium = await testBrowser();

const PRICE_USD_MICROS = 2_990;
const window: Window = {
  market: 'phoenix',
  county: 'us-az-maricopa',
  source: 'phoenix-mls',
  zip: '85031',
  runDate: '2025-11-20',
  runKey: 'daily/phoenix/2025-11-20#captcha',
  limit: null,
};

jest.setTimeout(90_000); // real pages, on a machine that other suites use as well

describe('captchas of the listing site', () => {
  let sandbox: Sandbox;
  let server: TestDatabase;
  let database: Database;
  let dataFolder: string;
  const reaches: Reach[] = [];
  /** A worker that lives through all cases, so that not every one starts a browser. */
  let source: Source;
  const never = new AbortController().signal;

  beforeAll(async () => {
    sandbox = await startSandbox({ parcelsPerZip: 30, listings: 140 });
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'phoenix_demo');
    await initDatabase(database.db);
    dataFolder = await mkdtemp(join(tmpdir(), 'captcha-'));
    source = worker();
  }, 60_000);
  beforeEach(async () => {
    for (const name of ['captcha_tasks', 'cost_entries', 'decisions', 'fetches', 'limits']) {
      await database.db.collection(name).deleteMany({});
    }
    sandbox.log.clear();
  });
  afterEach(async () => {
    sandbox.faults.clear();
    for (const reach of reaches.splice(1)) await reach.close();
  });
  afterAll(async () => {
    for (const reach of reaches) await reach.close();
    await database.close();
    await Promise.all([sandbox.stop(), server.stop()]);
    await rm(dataFolder, { recursive: true, force: true });
    expect(browserProcesses()).toEqual([]);
  });

  /** The listing site as a worker of its own reads it. */
  function worker(): Source {
    const env = { ...sandbox.variables, CHROMIUM_PATH: chromium, PHOENIX_DATA: dataFolder };
    const times = { navigationTimeoutMs: 10_000, settleTimeoutMs: 500 };
    const reach = createReach(loadConfig({ env: { PHOENIX_MLS_PACE_MS: '10', ...env } }), database, times);
    reaches.push(reach);
    return reach.sources.get('phoenix-mls');
  }

  async function permit(): Promise<void> {
    await decide(database.db, {
      kind: 'captcha',
      subject: 'phoenix-mls',
      granted: true,
      reference: 'test',
      by: 'test',
    });
  }

  function strike(effect: FaultEffect, times: number, path = '/mls/search/'): void {
    sandbox.faults.add({ service: 'listing-site', effect, times, path });
  }
  const onService = (effect: FaultEffect, path: string, times = 1) =>
    sandbox.faults.add({ service: 'captcha', effect, times, path });
  const calls = () => sandbox.captcha.log.map(({ path }) => path.slice(1));
  const bought = () => calls().filter((call) => call === 'createTask').length;
  const tasks = () => database.db.collection<CaptchaTaskDocument>('captcha_tasks').find().toArray();
  const costs = () => database.db.collection<CostEntryDocument>('cost_entries').find().toArray();
  const figures = async (): Promise<CaptchaFigures | undefined> => (await captchaFigures(database.db, null))[0];

  it('stop the source with one clear message where nothing is permitted, and nobody is asked to solve them', async () => {
    strike({ kind: 'captcha' }, 1);
    const stop = source.readPage(window, null, never);
    await expect(stop).rejects.toMatchObject({ code: 'Blocked', scope: 'source' });
    await expect(stop).rejects.toThrow(/shows a captcha.*phx sources permit phoenix-mls --for captcha.*page kept as/);
    expect(sandbox.captcha.log).toEqual([]);
    expect(await tasks()).toEqual([]);
  });

  it('are solved where it is permitted, and the page goes on at its place', async () => {
    await permit();
    strike({ kind: 'captcha' }, 1, 'pg=2');
    const first = await source.readPage(window, null, never);
    const second = await source.readPage(window, first.nextCursor, never);
    expect(second.total).toBe(first.total);
    expect(second.payloads[0]?.url).toContain('pg=2');
    const asked = sandbox.listingSite.log.filter(({ query }) => query.pg === '2');
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(bought()).toBe(1);
    expect(await costs()).toMatchObject([
      { line: 'captcha', costUsdMicros: PRICE_USD_MICROS, estimated: false, zip: '85031', runKey: window.runKey },
    ]);
    expect(await figures()).toMatchObject({ tasks: 1, solveRate: 1, states: { accepted: 1 } });
    const rows = await database.db.collection<FetchDocument>('fetches').find({ endpoint: 'captcha' }).toArray();
    expect(rows).toMatchObject([{ status: 200, error: null }]);
  });

  it('cost a complaint and one more solution when the site does not take the first', async () => {
    await permit();
    strike({ kind: 'captcha' }, 1);
    onService({ kind: 'wrong-solution' }, 'createTask');
    const page = await source.readPage(window, null, never);
    expect(page.payloads).toHaveLength(1);
    expect(calls().filter((call) => call === 'reportIncorrect')).toHaveLength(1);
    expect(sandbox.captcha.desk.tasks.slice(-2).map(({ reported, spent }) => [reported, spent])).toEqual([
      [true, false],
      [false, true],
    ]);
    expect((await costs()).map(({ costUsdMicros }) => costUsdMicros)).toEqual([PRICE_USD_MICROS, PRICE_USD_MICROS]);
    expect(await figures()).toMatchObject({ tasks: 2, solveRate: 0.5, states: { accepted: 1, rejected: 1 } });
  });

  it.each<[string, FaultEffect, string, object]>([
    ['the site takes no solution', { kind: 'wrong-solution' }, 'createTask', { rejected: 2 }],
    ['nobody can solve them', { kind: 'error-body', code: 12 }, 'getTaskResult', { unsolvable: 2 }],
  ])('stop the source after two tries when %s', async (_name, effect, path, states) => {
    await permit();
    strike({ kind: 'captcha' }, 1);
    onService(effect, path, 2);
    const stop = source.readPage(window, null, never);
    await expect(stop).rejects.toMatchObject({ code: 'Blocked' });
    await expect(stop).rejects.toThrow(/2 solutions did not help; phx captcha status/);
    expect(bought()).toBe(2);
    expect(await figures()).toMatchObject({ tasks: 2, solveRate: 0, states });
  });

  it('are paid once when the step is cancelled in the middle and another worker goes on', async () => {
    await permit();
    strike({ kind: 'captcha' }, 2);
    onService({ kind: 'late-solution', delayMs: 1_500 }, 'createTask');
    const stop = new AbortController();
    const broken = expect(source.readPage(window, null, stop.signal)).rejects.toThrow('worker stops');
    while (bought() === 0) await sleep(20);
    stop.abort(new Error('worker stops'));
    await broken;
    expect(await tasks()).toMatchObject([{ state: 'open' }]);
    expect((await worker().readPage(window, null, never)).payloads).toHaveLength(1);
    expect(bought()).toBe(1);
    expect(await figures()).toMatchObject({ tasks: 1, states: { accepted: 1 }, costUsdMicros: PRICE_USD_MICROS });
  });

  it('on many pages are all passed, one solution each, and no listing is lost', async () => {
    await permit();
    sandbox.faults.add({ service: 'listing-site', effect: { kind: 'captcha' }, rate: 0.2, path: '^/mls/' });
    const { payloads } = await source.readPage(window, null, never);
    const cards = payloads.flatMap(
      (payload) => source.parse({ ...payload, body: source.redact(payload.body) }).records,
    );
    for (const { key } of cards.slice(0, 12))
      expect(await source.readDetail(window, key, never)).toMatchObject({ status: 'found' });
    const walls = sandbox.listingSite.log.filter(({ fault, method }) => fault === 'captcha' && method === 'GET').length;
    expect(walls).toBeGreaterThan(0);
    expect(sandbox.listingSite.log.filter(({ method }) => method === 'POST')).toHaveLength(walls);
    expect(bought()).toBe(walls);
    expect((await costs()).map(({ costUsdMicros }) => costUsdMicros)).toEqual(Array(walls).fill(PRICE_USD_MICROS));
  });
});
