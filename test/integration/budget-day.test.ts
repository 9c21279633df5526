import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { currentBudget } from '../../store/cost/budget-settings.js';
import { obeyThresholds } from '../../store/cost/controls.js';
import { accountingDay, bookCost } from '../../store/cost/entries.js';
import { openIn, reserveCost } from '../../store/cost/reservations.js';
import type { RunDocument } from '../../store/documents.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const nobody = { market: null, source: null, zip: null, runKey: null };

describe('a month whose budget is spent', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld({ parcelsPerZip: 10, listings: 5 });
  }, 60_000);
  afterAll(() => world.stop(), 60_000);

  it('refuses every paid call, and the free day completes and says so', async () => {
    const { db } = world;
    const day = accountingDay(Date.now());
    const budget = await currentBudget(db);
    const bill = { line: 'database', item: 'database', costUsdMicros: budget.capUsdMicros, estimated: false } as const;
    await bookCost(db, { key: 'a bill', ...bill, ...nobody, day });
    await obeyThresholds(db, day.slice(0, 7), budget);
    for (const line of ['api', 'mail', 'data', 'captcha', 'proxies'] as const) {
      const call = { id: `call-${line}`, line, item: 'captcha-solution', expectedUsdMicros: 1, ...nobody } as const;
      expect(await reserveCost(db, call, budget)).toMatchObject({
        over: line === 'captcha' || line === 'proxies' ? 'control' : 'budget',
      });
    }
    expect(await openIn(db, day.slice(0, 7))).toEqual([]);

    await world.startWorker();
    const run = await world.startDay('2026-03-02', { sources: ['maricopa-assessor'], zips: ['85031'], limit: 5 });
    expect((await run.result()).status).toBe('complete');
    const [document] = await db.collection<RunDocument>('runs').find().toArray();
    expect(document?.summary?.warnings).toEqual([
      expect.stringMatching(/^CRITICAL: .* spent to 100\.\d % .*every paid call is refused, what is free goes on/),
      expect.stringContaining('phx budget release captcha'),
      expect.stringContaining('phx budget release proxies'),
    ]);
  }, 180_000);

  it('leaves out what is suspended above it, with the reason, and the county last', async () => {
    const { db } = world;
    const day = accountingDay(Date.now());
    const budget = await currentBudget(db);
    const bill = {
      line: 'database',
      item: 'database',
      costUsdMicros: budget.capUsdMicros / 4,
      estimated: false,
    } as const;
    await bookCost(db, { key: 'another bill', ...bill, ...nobody, day });
    const run = await world.startDay('2026-03-03', {
      sources: ['maricopa-assessor', 'reso'],
      zips: ['85031'],
      limit: 5,
    });
    const { runKey } = await run.result();
    const document = await db.collection<RunDocument>('runs').findOne({ _id: runKey });
    const sources = new Map(document?.summary?.sources.map(({ name, status, reason }) => [name, { status, reason }]));
    expect(sources.get('maricopa-assessor')).toMatchObject({ status: 'complete' });
    expect(sources.get('reso')).toMatchObject({
      status: 'skipped',
      reason: expect.stringMatching(/^reso is suspended: .* 120 % .*phx budget release reso/),
    });
  }, 180_000);
});
