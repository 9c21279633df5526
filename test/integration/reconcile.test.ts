import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settleMoney } from '../../activities/money.js';
import { loadConfig } from '../../core/config.js';
import type { CaptchaTask } from '../../core/schemas/captcha.js';
import { costOfDay } from '../../domain/accrual.js';
import { createCaptchaClient } from '../../net/captcha/client.js';
import { accountWarnings } from '../../reports/cost/account-words.js';
import { accountsOf } from '../../reports/cost/accounts.js';
import { reconcile } from '../../reports/cost/reconcile.js';
import { startCaptcha } from '../../sandbox/captcha.js';
import { createFaults } from '../../sandbox/faults.js';
import { createRandom } from '../../sandbox/random.js';
import { createRequestLog } from '../../sandbox/request-log.js';
import { startWebshare } from '../../sandbox/webshare.js';
import { changeBudget } from '../../store/cost/budget-settings.js';
import { controlsInForce } from '../../store/cost/controls.js';
import { accountingDay, type CostEntryDocument, spentOn } from '../../store/cost/entries.js';
import { openReservations } from '../../store/cost/reservations.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { decide } from '../../store/decisions.js';
import { createSolver } from '../../workers/captcha.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const PRICE = 2_990;
const task = (siteKey: string): CaptchaTask => ({
  source: 'phoenix-mls',
  pageUrl: 'https://site.example/search',
  challenge: { kind: 'recaptcha-v2', siteKey, invisible: false, data: null },
});

describe('accounts at providers', () => {
  const log = createRequestLog(null);
  const faults = createFaults(createRandom('reconcile'));
  const signal = new AbortController().signal;
  const today = accountingDay(Date.now());
  let captcha: Awaited<ReturnType<typeof startCaptcha>>;
  let webshare: Awaited<ReturnType<typeof startWebshare>>;
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    captcha = await startCaptcha({ log, faults, key: 'captcha-key', solveMs: 20 });
    webshare = await startWebshare({ log, faults, key: 'webshare-key', proxies: 1 });
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'reconcile');
    await initDatabase(database.db);
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await Promise.all([server.stop(), captcha.stop(), webshare.stop()]);
  }, 60_000);

  const config = () =>
    loadConfig({
      env: {
        CAPTCHA_BASE_URL: captcha.url,
        CAPTCHA_API_KEY: 'captcha-key',
        CAPTCHA_POLL_MS: '20',
        WEBSHARE_BASE_URL: webshare.url,
        WEBSHARE_API_KEY: 'webshare-key',
      },
    });
  const permit = (kind: 'captcha' | 'proxies') =>
    decide(database.db, { kind, subject: 'phoenix-mls', granted: true, reference: 'test', by: 'test' });
  const look = async () => {
    const [first] = await reconcile(database.db, { ...accountsOf(config()), proxies: null }, false, signal);
    return first;
  };
  const buy = (siteKey: string) => createSolver(config(), database).solve(task(siteKey), null, signal);
  const taken = () => Math.round((10 - captcha.desk.balance) * 1_000_000);
  /** Somebody else pays with our key. */
  const strange = async (siteKey: string) => {
    const before = taken();
    const stranger = createCaptchaClient({ baseUrl: captcha.url, key: 'captcha-key' });
    const made = await stranger.createTask(task(siteKey), signal);
    if ('refused' in made) throw new Error(made.code);
    while (taken() === before) await stranger.result(made.taskId, signal);
  };
  const booked = () => spentOn(database.db, 'captcha', today.slice(0, 7));

  it('are not asked where nothing is permitted', async () => {
    expect(await reconcile(database.db, accountsOf(config()), false, signal)).toEqual([]);
    expect(log.entries()).toEqual([]);
  });

  it('say the same as the ledger, and are corrected where they do not', async () => {
    await permit('captcha');
    expect(await look()).toMatchObject({ verdict: null, quiet: true, balanceUsdMicros: 10_000_000 });
    await buy('one');
    await buy('two');
    expect(await look()).toMatchObject({ verdict: 'equal', bookedUsdMicros: 2 * PRICE });

    faults.add({ service: 'captcha', effect: { kind: 'cut-body' }, times: 1, path: 'createTask' });
    await expect(buy('lost')).rejects.toMatchObject({ code: 'SourceUnavailable' });
    expect(await booked()).toBe(3 * PRICE);
    expect(await look()).toMatchObject({ verdict: 'credit', differenceUsdMicros: -PRICE });
    expect(await booked()).toBe(taken());

    await strange('elsewhere');
    const found = await look();
    expect(found).toMatchObject({ verdict: 'unbooked', differenceUsdMicros: PRICE });
    expect(accountWarnings(found === undefined ? [] : [found])).toEqual([
      expect.stringMatching(/^ALARM: .*unexplained/),
    ]);
    expect(await booked()).toBe(taken());
    expect(await look()).toMatchObject({ verdict: 'equal', differenceUsdMicros: 0 });
    const corrections = await database.db
      .collection<CostEntryDocument>('cost_entries')
      .find({ item: 'reconciliation' })
      .toArray();
    expect(corrections.map(({ evidence }) => evidence)).toEqual([
      expect.objectContaining({ bookedUsdMicros: PRICE }),
      expect.objectContaining({ bookedUsdMicros: 0 }),
    ]);
  }, 60_000);

  it('are not compared while a call is under way that was held back in the month before', async () => {
    const day = '2026-02-28';
    const at = new Date();
    const call = { id: 'captcha:over-midnight', line: 'captcha', item: 'captcha-solution', expectedUsdMicros: PRICE };
    const months = database.db.collection<{ _id: string }>('budget_months');
    await months.insertOne({ _id: '2026-02', ...{ turn: 1, open: [{ ...call, day, at }] } });
    expect(await look()).toMatchObject({ quiet: false, verdict: null });
    await months.deleteOne({ _id: '2026-02' });
    expect(await look()).toMatchObject({ quiet: true, verdict: 'equal' });
  });

  it('say the same as the ledger where the clock of who booked was behind', async () => {
    await buy('three');
    const entries = database.db.collection<CostEntryDocument>('cost_entries');
    const latest = await entries.findOne({ item: 'captcha-solution' }, { sort: { at: -1 } });
    await entries.updateOne({ _id: latest?._id ?? '' }, { $set: { at: new Date(Date.now() - 3_600_000) } });
    expect(await look()).toMatchObject({ verdict: 'equal', bookedUsdMicros: PRICE });
    expect(await booked()).toBe(taken());
  });

  it('are corrected in full where a worker died between its correction and its reading', async () => {
    await strange('first');
    expect(await look()).toMatchObject({ verdict: 'unbooked', differenceUsdMicros: PRICE });
    const readings = database.db.collection<{ _id: string }>('provider_readings');
    const latest = await readings.findOne({ provider: '2captcha' }, { sort: { at: -1 } });
    await readings.deleteOne({ _id: latest?._id ?? '' });
    await strange('second');
    expect(await look()).toMatchObject({ verdict: 'unbooked', differenceUsdMicros: PRICE });
    expect(await booked()).toBe(taken());
    expect(await look()).toMatchObject({ verdict: 'equal' });
  });

  it('have nothing held back for a task that could not be written down, and was never asked for', async () => {
    const { db } = database;
    const validate = (required: readonly string[]) =>
      db.command({ collMod: 'captcha_tasks', validator: { $jsonSchema: { required } } });
    await validate(['never']);
    await expect(buy('unwritten')).rejects.toThrow();
    await validate(['source']);
    expect(await openReservations(db)).toEqual([]);
  });

  it('whose correction passes a threshold suspend what follows from it', async () => {
    const { db } = database;
    const cap = Math.round((await booked()) * 1.06) + PRICE;
    await changeBudget(db, { values: { cap }, by: 'test', note: 'a small budget' });
    expect(await controlsInForce(db, today.slice(0, 7))).toEqual([]);
    await strange('third');
    expect(await look()).toMatchObject({ verdict: 'unbooked', differenceUsdMicros: PRICE });
    expect((await controlsInForce(db, today.slice(0, 7))).map(({ subject }) => subject)).toContain('captcha');
    await changeBudget(db, { values: { cap: 25_000_000 }, by: 'test', note: 'as before' });
  });

  it('that are not read are told, and stop nothing', async () => {
    faults.add({ service: 'captcha', effect: { kind: 'error-body', code: 1 }, times: 1, path: 'getBalance' });
    const reading = await look();
    expect(reading).toMatchObject({ problem: expect.stringContaining('refused'), verdict: null });
    expect(accountWarnings(reading === undefined ? [] : [reading])).toHaveLength(1);
  });

  it('with a plan are booked by the day at the price that the provider tells', async () => {
    const { db } = database;
    await settleMoney(config(), db, Date.now());
    await settleMoney(config(), db, Date.now());
    expect(await spentOn(db, 'proxies', today)).toBe(costOfDay(1_000_000, today));
    await permit('proxies');
    webshare.plan.monthlyUsd = 2.99;
    await Promise.all([settleMoney(config(), db, Date.now()), settleMoney(config(), db, Date.now())]);
    expect(await spentOn(db, 'proxies', today)).toBe(costOfDay(2_990_000, today));
    const tomorrow = Date.now() + 86_400_000;
    await settleMoney(config(), db, tomorrow);
    expect(await spentOn(db, 'proxies', accountingDay(tomorrow))).toBe(costOfDay(2_990_000, accountingDay(tomorrow)));
  }, 60_000);
});
