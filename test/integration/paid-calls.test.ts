import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../core/errors.js';
import { daysOf, restOfMonth } from '../../domain/accrual.js';
import { sumOf } from '../../domain/budget.js';
import { startCaptcha } from '../../sandbox/captcha.js';
import { createFaults } from '../../sandbox/faults.js';
import { createRandom } from '../../sandbox/random.js';
import { createRequestLog } from '../../sandbox/request-log.js';
import { changeBudget, currentBudget } from '../../store/cost/budget-settings.js';
import { controlsInForce, liftControls, obeyThresholds } from '../../store/cost/controls.js';
import { accountingDay, bookCost, type CostEntryDocument } from '../../store/cost/entries.js';
import {
  monthFigures,
  openIn,
  releaseCost,
  reserveCost,
  settleCost,
  settleStale,
} from '../../store/cost/reservations.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { decide } from '../../store/decisions.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const WORKER = fileURLToPath(new URL('../support/paying-worker.mjs', import.meta.url));
const PRICE = 2_990;
/** Room for 33 solutions and 1,330 micro-dollars that no solution fits into. */
const CAP = 100_000;
const NAME = 'paid_calls';

describe('paid calls next to the cap', () => {
  const random = createRandom('paid-calls');
  const month = accountingDay(Date.now()).slice(0, 7);
  const monthBefore = accountingDay(Date.parse(`${month}-01`) - 86_400_000).slice(0, 7);
  let service: Awaited<ReturnType<typeof startCaptcha>>;
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    const faults = createFaults(createRandom('paid-calls-faults'));
    service = await startCaptcha({ log: createRequestLog(null), faults, key: 'right-key', solveMs: 30 });
    server = await startTestDatabase();
    database = await openDatabase(server.url, NAME);
    await initDatabase(database.db);
    await decide(database.db, {
      kind: 'captcha',
      subject: 'phoenix-mls',
      granted: true,
      reference: 'test',
      by: 'test',
    });
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await Promise.all([server.stop(), service.stop()]);
  }, 60_000);

  const held = async () => {
    const { booked, reserved } = await monthFigures(database.db, month);
    return { booked: sumOf(booked), reserved: sumOf(reserved) };
  };
  const charged = () => service.desk.tasks.filter((task) => task.charged).length * PRICE;

  it('never pass it: 16 at one time in four processes, some killed in the middle', async () => {
    const { db } = database;
    await changeBudget(db, { values: { cap: CAP, captcha: CAP }, by: 'test', note: 'a small budget' });
    const rules = { capUsdMicros: 1, suspensions: [{ percent: 95, what: 'captcha' as const }] };
    await bookCost(db, { ...entry('first'), costUsdMicros: 1 });
    await obeyThresholds(db, month, rules);
    await liftControls(db, month, { by: 'test', reference: 'the cap itself is looked at' }, null);

    const workers: ChildProcess[] = [];
    const start = () =>
      workers.push(
        spawn(process.execPath, [WORKER, server.url, NAME, service.url, `w${workers.length}`], {
          stdio: ['ignore', 'pipe', 'inherit'],
        }),
      );
    for (let n = 0; n < 4; n += 1) start();
    for (const bought of [6, 13, 20]) {
      while (service.desk.tasks.length < bought) await sleep(2);
      const alive = workers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      const victim = alive[Math.floor(random.next() * alive.length)];
      victim?.kill('SIGKILL');
      start();
      const { booked, reserved } = await held();
      expect(booked + reserved).toBeLessThanOrEqual(CAP);
    }
    const ends = await Promise.all(
      workers.map((worker) => ((worker.exitCode ?? worker.signalCode) === null ? once(worker, 'exit') : [])),
    );
    expect(ends.flat().filter((end) => typeof end === 'number' && end !== 0)).toEqual([]);

    const before = await held();
    expect(before.booked + before.reserved).toBeLessThanOrEqual(CAP);
    expect(before.booked + before.reserved).toBeGreaterThan(CAP - PRICE);
    expect(charged()).toBeLessThanOrEqual(before.booked + before.reserved);
    await settleStale(db, await currentBudget(db), Date.now() + 3_600_000);
    expect(await held()).toEqual({ booked: before.booked + before.reserved, reserved: 0 });
    expect(charged()).toBeLessThanOrEqual(CAP);
  }, 240_000);

  function entry(key: string) {
    const where = { market: null, source: null, zip: null, runKey: null };
    const what = { line: 'captcha', item: 'captcha-solution', estimated: false } as const;
    return { key, ...what, ...where, day: accountingDay(Date.now()) };
  }

  it('count what they cost once, whatever is told of them twice', async () => {
    const { db } = database;
    await changeBudget(db, { values: { cap: 1_000_000, api: 10_000 }, by: 'test', note: 'another line' });
    const rules = await currentBudget(db);
    const call = { line: 'api', item: 'captcha-solution', expectedUsdMicros: 5_000, ...nobody } as const;
    expect(await reserveCost(db, { id: 'one', ...call }, rules)).toBeNull();
    expect(await reserveCost(db, { id: 'two', ...call }, rules)).toBeNull();
    expect(await reserveCost(db, { id: 'three', ...call }, rules)).toEqual({
      over: 'line',
      spentUsdMicros: 10_000,
      capUsdMicros: 10_000,
    });
    await Promise.all([
      settleCost(db, 'one', 4_000, rules),
      settleCost(db, 'one', 4_500, rules),
      releaseCost(db, 'two'),
    ]);
    await releaseCost(db, 'one');
    await settleCost(db, 'two', 1, rules);
    const booked = await db.collection<CostEntryDocument>('cost_entries').find({ line: 'api' }).toArray();
    expect(booked).toHaveLength(1);
    expect([4_000, 4_500]).toContain(booked[0]?.costUsdMicros);
  });

  it('count once where a worker died after its entry and before the money was free again', async () => {
    const { db } = database;
    await changeBudget(db, { values: { cap: 1_000_000, data: 250 }, by: 'test', note: 'room for two' });
    const rules = await currentBudget(db);
    const call = { line: 'data', item: 'hosted-model', expectedUsdMicros: 100, ...nobody } as const;
    await reserveCost(db, { id: 'd1', ...call }, rules);
    await bookCost(db, { ...entry('d1'), line: 'data', item: 'hosted-model', costUsdMicros: 100 });
    const { booked, reserved } = await monthFigures(db, month);
    expect({ booked: booked.data, reserved: reserved.data }).toEqual({ booked: 100, reserved: 0 });
    expect(await reserveCost(db, { id: 'd2', ...call }, rules, [{ over: 'day', capUsdMicros: 250 }])).toBeNull();
    await releaseCost(db, 'd1');
    await releaseCost(db, 'd2');
  });

  it('hold back what was charged once, where that is more than the price list says', async () => {
    const { db } = database;
    const rules = await currentBudget(db);
    const call = { line: 'mail', item: 'hosted-model', expectedUsdMicros: 100, ...nobody } as const;
    await reserveCost(db, { id: 'm1', ...call }, rules);
    await settleCost(db, 'm1', 400, rules);
    await reserveCost(db, { id: 'm2', ...call }, rules);
    expect(await openIn(db, month)).toMatchObject([{ id: 'm2', expectedUsdMicros: 400 }]);
    await releaseCost(db, 'm2');
  });

  it('hold back what was charged in the month before, and what subscriptions cost before they are booked', async () => {
    const { db } = database;
    const [last] = daysOf(monthBefore).slice(-1);
    const [before, today] = [last ?? '', accountingDay(Date.now())];
    const what = { line: 'growth', item: 'hosted-model', estimated: false, ...nobody } as const;
    await bookCost(db, { key: 'charged-before', ...what, costUsdMicros: 700, day: before });
    const rules = await currentBudget(db);
    const call = { line: 'growth', item: 'hosted-model', expectedUsdMicros: 10, ...nobody } as const;
    await reserveCost(db, { id: 'b1', ...call }, rules);
    expect(await openIn(db, month)).toMatchObject([{ id: 'b1', expectedUsdMicros: 700 }]);
    await releaseCost(db, 'b1');

    const plan = { line: 'database', item: 'database', estimated: false, termUsdMicros: 3_000_000, ...nobody } as const;
    await bookCost(db, { key: 'plan-before', ...plan, costUsdMicros: 100_000, day: before });
    const all = daysOf(month).length * 100_000;
    const committed = async (day: string) => (await monthFigures(db, month, day)).committed.database;
    expect(await committed(`${month}-01`)).toBe(all); // of its first hours: no run has booked a day yet
    expect(await committed(`${month}-04`)).toBe(0); // it was not booked any more: it has ended
    await bookCost(db, { key: 'plan-now', ...plan, costUsdMicros: 100_000, day: today });
    expect(await committed(today)).toBe(restOfMonth(3_000_000, today));
    await db.collection('cost_entries').deleteMany({ item: 'database' }); // how much it leaves depends on the day of this test
  });

  it('are suspended by what was booked, also where a worker died before it looked at the thresholds', async () => {
    const { db } = database;
    const rules = { ...(await currentBudget(db)), suspensions: [{ percent: 1, what: 'reso' as const }] };
    const call = { line: 'growth', item: 'hosted-model', expectedUsdMicros: 10_000, ...nobody } as const;
    await reserveCost(db, { id: 'g1', ...call }, rules);
    const away = {
      ...rules,
      get suspensions(): typeof rules.suspensions {
        throw new StoreUnavailable('the database went away');
      },
    };
    await expect(settleCost(db, 'g1', 10_000, away)).rejects.toMatchObject({ code: 'StoreUnavailable' });
    expect((await controlsInForce(db, month)).map(({ subject }) => subject)).not.toContain('reso');
    await settleCost(db, 'g1', 10_000, rules); // the step is tried again
    expect((await controlsInForce(db, month)).map(({ subject }) => subject)).toContain('reso');
    expect(await openIn(db, month)).toEqual([]);
  });

  it('follow the change of the budget that was made last, also by a clock that was behind', async () => {
    const { db } = database;
    await changeBudget(db, { values: { emergency: 111 }, by: 'test', note: 'first' });
    await db.collection('settings').updateOne({ note: 'first' }, { $set: { at: new Date(Date.now() + 3_600_000) } });
    await changeBudget(db, { values: { emergency: 222 }, by: 'test', note: 'second' });
    expect((await currentBudget(db)).lines.emergency.usdMicros).toBe(222);
  });

  it('have as much on their lines as before, however many move money at one time', async () => {
    const { db } = database;
    await changeBudget(db, { values: { overruns: 1_000, security: 0, backup: 0 }, by: 'test', note: 'to be moved' });
    const moved = await Promise.allSettled(
      (['security', 'backup', 'security', 'backup'] as const).map((to) =>
        changeBudget(db, {
          values: ({ lines }) => {
            const left = lines.overruns.usdMicros - 300;
            if (left < 0) throw new RangeError('not so much');
            return { overruns: left, [to]: lines[to].usdMicros + 300 };
          },
          ...{ by: 'test', note: 'moved' },
        }),
      ),
    );
    expect(moved.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    const { overruns, security, backup } = (await currentBudget(db)).lines;
    expect(overruns.usdMicros).toBe(100);
    expect(security.usdMicros + backup.usdMicros).toBe(900);
  });

  it('are suspended at once where the budget is lowered under what is spent', async () => {
    const { db } = database;
    const { suspended } = await changeBudget(db, { values: { cap: 50_000 }, by: 'test', note: 'lower' });
    expect(suspended).toContain('model');
    expect((await controlsInForce(db, month)).map(({ subject }) => subject)).toContain('model');
    await changeBudget(db, { values: { cap: 1_000_000 }, by: 'test', note: 'as before' });
    await db.collection('decisions').deleteMany({ kind: 'budget-control', subject: { $in: ['model', 'proxies'] } });
  });

  const nobody = { market: null, source: null, zip: null, runKey: null };

  it('are refused when what they are for is suspended, once a month, until a person lifts it', async () => {
    const { db } = database;
    const rules = { ...(await currentBudget(db)), capUsdMicros: 4_200 };
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => obeyThresholds(db, month, rules)));
    expect([...(first ?? []), ...others.flat()].filter((what) => what === 'model')).toHaveLength(1);
    expect((await controlsInForce(db, month)).map(({ subject }) => subject)).toContain('proxies');
    const call = { line: 'proxies', item: 'proxy-plan', expectedUsdMicros: 1, ...nobody } as const;
    expect(await reserveCost(db, { id: 'p1', ...call }, await currentBudget(db))).toMatchObject({
      over: 'control',
      reason: expect.stringContaining('phx budget release proxies'),
    });
    expect(await liftControls(db, month, { by: 'test', reference: 'enough' }, 'proxies')).toEqual(['proxies']);
    await obeyThresholds(db, month, rules);
    // Whoever lifted it had a clock that was behind.
    await db
      .collection<{ _id: string }>('decisions')
      .updateOne({ _id: `budget-control/${month}/proxies/lifted` }, { $set: { at: new Date(0) } });
    expect(await reserveCost(db, { id: 'p2', ...call }, await currentBudget(db))).toBeNull();
    expect(await controlsInForce(db, '2026-01')).toEqual([]);
  });
});
