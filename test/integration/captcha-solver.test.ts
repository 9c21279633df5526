import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../core/config.js';
import type { CaptchaTask } from '../../core/schemas/captcha.js';
import type { Window } from '../../core/schemas/collect.js';
import { createCaptchaClient } from '../../net/captcha/client.js';
import { type CaptchaSolver, createCaptchaSolver } from '../../net/captcha/solver.js';
import { startCaptcha } from '../../sandbox/captcha.js';
import { createFaults, type FaultEffect } from '../../sandbox/faults.js';
import { createRandom } from '../../sandbox/random.js';
import { createRequestLog } from '../../sandbox/request-log.js';
import { captchaFigures } from '../../store/captcha/figures.js';
import { type CaptchaTaskDocument, createCaptchaLedger } from '../../store/captcha/tasks.js';
import type { CostEntryDocument } from '../../store/cost/entries.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { decide } from '../../store/decisions.js';
import { createSolver } from '../../workers/captcha.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

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
const task: CaptchaTask = {
  source: 'phoenix-mls',
  pageUrl: 'https://site.example/mls/search/?pg=1',
  challenge: { kind: 'recaptcha-v2', siteKey: 'site-key', invisible: false, data: null },
};

describe('the solver of captchas', () => {
  const log = createRequestLog(null);
  const faults = createFaults(createRandom('captcha-solver'));
  const never = new AbortController().signal;
  let service: Awaited<ReturnType<typeof startCaptcha>>;
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    service = await startCaptcha({ log, faults, key: 'right-key', solveMs: 30 });
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'captcha_solver');
    await initDatabase(database.db);
  }, 60_000);
  beforeEach(async () => {
    for (const name of ['captcha_tasks', 'cost_entries', 'budget_months', 'decisions']) {
      await database.db.collection(name).deleteMany({});
    }
    log.clear();
    await permit();
  });
  afterEach(() => faults.clear());
  afterAll(async () => {
    await database.close();
    await Promise.all([server.stop(), service.stop()]);
  });

  /** As a worker has it. */
  function solver(more: Readonly<Record<string, string>> = {}): CaptchaSolver {
    const env = { CAPTCHA_BASE_URL: service.url, CAPTCHA_API_KEY: 'right-key', CAPTCHA_POLL_MS: '20', ...more };
    return createSolver(loadConfig({ env }), database);
  }

  const permit = (granted = true) =>
    decide(database.db, { kind: 'captcha', subject: 'phoenix-mls', granted, reference: 'test', by: 'test' });
  const strike = (effect: FaultEffect, path: string, times = 1) =>
    faults.add({ service: 'captcha', effect, times, path });
  const bought = () => log.entries().filter(({ path }) => path === '/createTask').length;
  const tasks = () => database.db.collection<CaptchaTaskDocument>('captcha_tasks').find().toArray();
  const costs = () => database.db.collection<CostEntryDocument>('cost_entries').find().toArray();

  /** A page of another lane. */
  const elsewhere: CaptchaTask = { ...task, pageUrl: 'https://site.example/mls/search/?pg=2' };
  async function solved(by: CaptchaSolver, what = task) {
    const solution = await by.solve(what, window, never);
    if (solution === null) throw new Error('not solved');
    return solution;
  }

  it('books a solution once that is given back, whoever goes on with it how often', async () => {
    const workers = [solver(), solver(), solver()];
    const tokens = new Set<string>();
    for (const one of workers) {
      const solution = await solved(one);
      tokens.add(solution.token);
      await one.giveBack(solution);
    }
    expect(tokens.size).toBe(1);
    expect(bought()).toBe(1);
    expect(await costs()).toMatchObject([
      { line: 'captcha', costUsdMicros: PRICE_USD_MICROS, estimated: false, market: 'phoenix', zip: '85031' },
    ]);
  });

  it('gives each of two lanes that meet a captcha at one time a token of its own, and both are used', async () => {
    const own = solver();
    const [one, other] = await Promise.all([solved(own), solved(solver(), elsewhere)]);
    expect(one.token).not.toBe(other.token);
    await own.take(one);
    await own.take(other);
    expect(bought()).toBe(2);
    expect(await costs()).toHaveLength(2);
    expect((await tasks()).map(({ state }) => state)).toEqual(['used', 'used']);
    await expect(own.take(one)).rejects.toMatchObject({ code: 'RateLimited' });
  });

  it('gives what was bought and not used to one of many who come at one time', async () => {
    const first = solver();
    const left = await solved(first);
    await first.giveBack(left);
    const pages = [2, 3, 4].map((page) => ({ ...task, pageUrl: `https://site.example/mls/search/?pg=${page}` }));
    const all = await Promise.all(pages.map((page) => solved(solver(), page)));
    expect(all.filter(({ token }) => token === left.token)).toHaveLength(1);
    expect(new Set(all.map(({ token }) => token)).size).toBe(3);
    expect(bought()).toBe(3);
  });

  it('waits for what was bought for the same page of the same run, and buys only when that is used', async () => {
    const late = solver();
    const held = await solved(late);
    const waiting = solved(solver());
    await late.giveBack(held);
    const gone = await waiting;
    expect(gone.token).toBe(held.token);
    expect(bought()).toBe(1);
    await expect(late.take(held)).rejects.toMatchObject({ code: 'RateLimited' });
    const next = solved(solver());
    await late.take(gone);
    expect((await next).token).not.toBe(held.token);
    expect(bought()).toBe(2);
  });

  it('goes on with what a dead worker held, and the dead one cannot use it when it wakes', async () => {
    const dead = solver();
    const held = await solved(dead);
    const longAgo = new Date(Date.now() - 1_000);
    await database.db.collection<CaptchaTaskDocument>('captcha_tasks').updateMany({}, { $set: { heldUntil: longAgo } });
    const next = await solved(dead, elsewhere);
    expect(next.token).toBe(held.token);
    await expect(dead.take(held)).rejects.toMatchObject({ code: 'RateLimited' });
    await dead.take(next);
    expect(bought()).toBe(1);
  });

  it('uses a token for the page alone whose one-time value it was bought with', async () => {
    const buyer = solver();
    const withData = (data: string) => ({ ...elsewhere, challenge: { ...task.challenge, data } });
    for (const [what, count] of [
      [withData('one'), 1],
      [withData('two'), 2],
      [task, 3],
      [withData('one'), 3],
    ] as const) {
      await buyer.giveBack(await solved(buyer, what));
      expect(bought()).toBe(count);
    }
  });

  it('keeps captchas of different sites apart', async () => {
    await solver().solve(task, window, never);
    await solver().solve({ ...task, challenge: { ...task.challenge, siteKey: 'other-key' } }, window, never);
    expect(bought()).toBe(2);
  });

  it.each<[string, Readonly<Record<string, string>>, boolean, object]>([
    ['where nothing is permitted', {}, false, { code: 'Blocked' }],
    ['without a key', { CAPTCHA_API_KEY: '' }, true, { code: 'BadConfig' }],
    ['in mode test', { PHOENIX_MODE: 'test', MARICOPA_API_KEY: 'token' }, true, { code: 'Blocked' }],
  ])('asks nobody %s', async (_name, variables, granted, expected) => {
    if (!granted) await permit(false);
    await expect(solver(variables).solve(task, window, never)).rejects.toMatchObject(expected);
    expect(log.entries()).toEqual([]);
    expect(await tasks()).toEqual([]);
  });

  it.each<[string, FaultEffect, object]>([
    ['the key is wrong', { kind: 'error-body', code: 1 }, { code: 'BadConfig' }],
    ['this machine is blocked', { kind: 'error-body', code: 21 }, { code: 'BadConfig' }],
    ['the account is suspended', { kind: 'error-body', code: 55 }, { code: 'BadConfig' }],
    ['the account is empty', { kind: 'error-body', code: 10 }, { code: 'BudgetExceeded' }],
    ['the queue is full', { kind: 'error-body', code: 2 }, { code: 'RateLimited', retryAfterMs: 20 }],
    ['the site key is not taken', { kind: 'error-body', code: 31 }, { code: 'Blocked' }],
    ['the code is new', { kind: 'error-body', code: 4_711 }, { code: 'Blocked' }],
    ['the service is down', { kind: 'status', status: 503 }, { code: 'SourceUnavailable' }],
  ])('books nothing when %s', async (_name, effect, expected) => {
    strike(effect, 'createTask');
    await expect(solver().solve(task, window, never)).rejects.toMatchObject(expected);
    expect(await tasks()).toEqual([]);
    expect(await costs()).toEqual([]);
    expect(await solver().solve(task, window, never)).not.toBeNull();
  });

  it.each<[string, FaultEffect]>([
    ['cuts its answer', { kind: 'cut-body' }],
    ['answers with a page', { kind: 'html' }],
    ['answers with nothing', { kind: 'empty' }],
  ])('books the expected price when the service %s and may have sold', async (_name, effect) => {
    strike(effect, 'createTask');
    await expect(solver().solve(task, window, never)).rejects.toMatchObject({ code: 'SourceUnavailable' });
    expect(await tasks()).toMatchObject([{ state: 'lost' }]);
    expect(await costs()).toMatchObject([{ costUsdMicros: PRICE_USD_MICROS, estimated: true }]);
  });

  it.each<[string, FaultEffect, string]>([
    ['cuts an answer', { kind: 'cut-body' }, 'SourceUnavailable'],
    ['fails', { kind: 'status', status: 500 }, 'SourceUnavailable'],
    ['has no place', { kind: 'error-body', code: 2 }, 'RateLimited'],
  ])('goes on with the same task when the service %s while it is awaited', async (_name, effect, code) => {
    strike(effect, 'getTaskResult');
    await expect(solver().solve(task, window, never)).rejects.toMatchObject({ code });
    expect(await solver().solve(task, window, never)).not.toBeNull();
    expect(bought()).toBe(1);
    expect(await costs()).toHaveLength(1);
  });

  it('ends what a worker left behind at the expected price, and buys anew', async () => {
    const ledger = createCaptchaLedger(database.db, { dayUsdMicros: 1_000_000, monthUsdMicros: 1_000_000 });
    const dead = await ledger.reserve(task, window);
    const old = await ledger.reserve(task, window);
    if (typeof dead !== 'string' || typeof old !== 'string') throw new Error('not reserved');
    await ledger.created(old, '4711');
    const longAgo = new Date(Date.now() - 300_000);
    await database.db.collection<CaptchaTaskDocument>('captcha_tasks').updateMany({}, { $set: { createdAt: longAgo } });
    expect(await solver().solve(task, window, never)).not.toBeNull();
    expect((await tasks()).map(({ state }) => state).sort()).toEqual(['expired', 'lost', 'open']);
    expect((await costs()).map(({ estimated }) => estimated).sort()).toEqual([false, true, true]);
  });

  it.each([
    ['CAPTCHA_DAY_CAP_USD', /cap of this day \(spent or held back 0\.003 of 0\.004 US dollars\).*CAPTCHA_DAY_CAP_USD/],
    ['CAPTCHA_MONTH_CAP_USD', /cap of this month .*CAPTCHA_MONTH_CAP_USD/],
  ])('buys nothing above %s', async (setting, words) => {
    const capped = solver({ [setting]: '0.004' });
    const solution = await capped.solve(task, window, never);
    if (solution === null) throw new Error('not solved');
    await capped.take(solution);
    const stop = capped.solve(task, window, never);
    await expect(stop).rejects.toMatchObject({ code: 'Blocked' });
    await expect(stop).rejects.toThrow(words);
    expect(bought()).toBe(1);
    expect(await tasks()).toHaveLength(1);
  });

  it('never passes a cap, however many buy at one time', async () => {
    const sites = Array.from({ length: 8 }, (_, at) => ({
      ...task,
      challenge: { ...task.challenge, siteKey: `k${at}` },
    }));
    const capped = solver({ CAPTCHA_DAY_CAP_USD: '0.009' }); // three of them
    const ends = await Promise.allSettled(sites.map((one) => capped.solve(one, window, never)));
    const refused = ends.filter(({ status }) => status === 'rejected').length;
    expect(refused).toBeGreaterThanOrEqual(5);
    expect(bought()).toBe(8 - refused);
  });

  it('waits as the service wants, and ends the step when it takes long', async () => {
    const waits: number[] = [];
    strike({ kind: 'late-solution', delayMs: 60_000 }, 'createTask');
    const slow = createCaptchaSolver({
      client: createCaptchaClient({ baseUrl: service.url, key: 'right-key' }),
      ledger: createCaptchaLedger(database.db, { dayUsdMicros: 1_000_000, monthUsdMicros: 1_000_000 }),
      permitted: async () => true,
      closed: null,
      host: 'service',
      pollMs: 5_000,
      wait: async (ms) => {
        waits.push(ms);
      },
    });
    await expect(slow.solve(task, window, never)).rejects.toMatchObject({ code: 'RateLimited', retryAfterMs: 5_000 });
    expect(waits).toEqual([10_000, ...Array(10).fill(5_000)]);
    waits.length = 0;
    await expect(slow.solve(task, window, never)).rejects.toMatchObject({ code: 'RateLimited' });
    expect(waits.slice(0, 2)).toEqual([0, 5_000]);
    expect(bought()).toBe(1);
  });

  it('counts how they ended', async () => {
    const buyer = solver();
    const next = async () => {
      const solution = await buyer.solve(task, window, never);
      if (solution === null) throw new Error('not solved');
      await buyer.take(solution);
      return solution;
    };
    await buyer.accepted(await next());
    await buyer.accepted(await next());
    strike({ kind: 'error-body', code: 16 }, 'reportIncorrect');
    await buyer.rejected(await next(), never);
    strike({ kind: 'error-body', code: 12 }, 'getTaskResult');
    expect(await buyer.solve(task, window, never)).toBeNull();
    const [figures] = await captchaFigures(database.db, null);
    expect(figures).toMatchObject({
      source: 'phoenix-mls',
      tasks: 4,
      solveRate: 0.5,
      notReported: 1,
      costUsdMicros: 3 * PRICE_USD_MICROS,
      states: { accepted: 2, rejected: 1, unsolvable: 1 },
    });
    expect(figures?.medianSolveMs).toBeGreaterThan(0);
    expect(await captchaFigures(database.db, new Date(Date.now() + 60_000))).toEqual([]);
  });
});
