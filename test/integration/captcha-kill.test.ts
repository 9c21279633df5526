import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaptchaTaskDocument } from '../../store/captcha/tasks.js';
import type { CostEntryDocument } from '../../store/cost/entries.js';
import { decide } from '../../store/decisions.js';
import type { RunDocument } from '../../store/documents.js';
import { testBrowser } from '../support/browser.js';
import { phx } from '../support/phx.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const chromium = await testBrowser();

const RUN_DATE = '2026-03-02';
const ZIP = '85031';
/** Long enough to be killed while it is awaited, short enough to be used after the restart. */
const SOLVED_AFTER_MS = 5_000;

describe('a captcha that was bought by a worker that dies', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld({
      parcelsPerZip: 10,
      listings: 20,
      variables: { CHROMIUM_PATH: chromium, PHOENIX_MLS_PACE_MS: '50' },
    });
  }, 60_000);
  afterAll(() => world.stop(), 60_000);

  const tasks = () => world.db.collection<CaptchaTaskDocument>('captcha_tasks').find().toArray();
  const bought = () => world.sandbox.captcha.log.filter(({ path }) => path === '/createTask').length;

  it('is paid once: the next worker goes on with it', async () => {
    const { faults } = world.sandbox;
    faults.add({ service: 'listing-site', effect: { kind: 'captcha' }, times: 2, path: `PostalCode=${ZIP}` });
    const late = { kind: 'late-solution', delayMs: SOLVED_AFTER_MS } as const;
    faults.add({ service: 'captcha', effect: late, times: 1, path: 'createTask' });
    const first = await world.startWorker();
    await decide(world.db, { kind: 'captcha', subject: 'phoenix-mls', granted: true, reference: 'test', by: 'test' });
    const day = await world.startDay(RUN_DATE, { sources: ['phoenix-mls'], zips: [ZIP], limit: 2 });
    while (!(await tasks()).some(({ state }) => state === 'open')) await sleep(50);
    first.kill('SIGKILL');
    await world.startWorker();
    const { status } = await day.result();
    expect(status).toBe('complete');
    expect(bought()).toBe(1);
    expect(await tasks()).toMatchObject([{ state: 'accepted', zip: ZIP }]);
    const costs = await world.db.collection<CostEntryDocument>('cost_entries').find({ line: 'captcha' }).toArray();
    expect(costs).toMatchObject([{ costUsdMicros: 2_990, estimated: false }]);
  }, 300_000);

  it('is in the figures of phx captcha status, and missing from the balance', async () => {
    const settings = { ...world.sandbox.variables, MONGODB_URL: world.database.url, PHOENIX_DATA: world.dataFolder };
    const status = await phx(['captcha', 'status', '--json'], settings);
    expect(JSON.parse(status.stdout)).toMatchObject({
      permitted: ['phoenix-mls'],
      caps: { day: { spentUsdMicros: 2_990, capUsdMicros: 1_000_000 }, month: { capUsdMicros: 5_000_000 } },
      sources: [{ source: 'phoenix-mls', tasks: 1, solveRate: 1, costUsdMicros: 2_990 }],
    });
    expect((await phx(['captcha', 'status'], settings)).stdout).toMatch(/phoenix-mls +1 +1 +0 +0 +0 +100\.0 %/);
    const balance = await phx(['captcha', 'balance', '--json'], settings);
    expect(JSON.parse(balance.stdout)).toMatchObject({ balanceUsdMicros: 9_997_010 });
    expect((await phx(['captcha', 'balance'], settings)).stdout).toMatch(/9\.997 USD left/);
    const wrong = await phx(['captcha', 'balance'], { ...settings, CAPTCHA_API_KEY: 'canary-wrong-key' });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/CAPTCHA_API_KEY is refused/) });
    expect(wrong.stderr).not.toContain('canary-wrong-key');
  }, 60_000);

  it('is not bought once the permission is taken back: the source stops with one clear message', async () => {
    await decide(world.db, { kind: 'captcha', subject: 'phoenix-mls', granted: false, reference: 'test', by: 'test' });
    world.sandbox.log.clear();
    world.sandbox.faults.add({ service: 'listing-site', effect: { kind: 'captcha' }, path: '^/mls/' });
    const { runKey, status } = await world.runDay('2026-03-03', { sources: ['phoenix-mls'], limit: 2 });
    expect(status).not.toBe('complete');
    const run = await world.db.collection<RunDocument>('runs').findOne({ _id: runKey });
    const told = run?.summary?.missing.filter((line) => line.includes('shows a captcha')) ?? [];
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      /no permission to have it solved is recorded.*phx sources permit phoenix-mls --for captcha/,
    );
    expect(world.sandbox.listingSite.log.filter(({ fault }) => fault === 'captcha')).toHaveLength(1);
    expect(world.sandbox.captcha.log).toEqual([]);
  }, 180_000);
});
