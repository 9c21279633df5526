import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../../client/cli.js';
import { changeBudget, currentBudget } from '../../../store/cost/budget-settings.js';
import { obeyThresholds } from '../../../store/cost/controls.js';
import { accountingDay, bookCost, type Cost } from '../../../store/cost/entries.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { keepingIo } from '../../support/phx.js';

const WHO = ['--by', 'A. Operator', '--note', 'a test'];

describe('phx cost and phx budget', () => {
  const today = accountingDay(Date.now());
  const month = today.slice(0, 7);
  let server: TestDatabase;
  let database: Database;
  let folder: string;

  beforeAll(async () => {
    server = await startTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'cost-'));
    await writeFile(join(folder, 'settings'), `MONGODB_URL=${server.url}\nPHOENIX_DATA=${folder}\n`);
    database = await openDatabase(server.url, 'phoenix_demo');
    await initDatabase(database.db);
    await book('a', {
      costUsdMicros: 600_000,
      source: 'phoenix-mls',
      zip: '85031',
      market: 'phoenix',
      runKey: 'run-1',
    });
    await book('b', { costUsdMicros: 2_990, source: 'phoenix-mls', zip: '85033', market: 'phoenix', estimated: true });
    await book('c', { costUsdMicros: 33_333, line: 'proxies', item: 'proxy-plan', termUsdMicros: 1_000_000 });
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  async function book(key: string, more: Partial<Cost>): Promise<void> {
    const where = { market: null, source: null, zip: null, runKey: null };
    const what = { line: 'captcha', item: 'captcha-solution', costUsdMicros: 0, estimated: false } as const;
    await bookCost(database.db, { key, ...what, ...where, ...more, day: today });
  }
  const run = async (...args: string[]) => {
    const io = keepingIo();
    const code = await runCli(['--config', join(folder, 'settings'), ...args], io, new AbortController().signal);
    return { code, ...io.written };
  };
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);
  const direct = async (match: object): Promise<number> => {
    const [row] = await database.db
      .collection('cost_entries')
      .aggregate<{ sum: number }>([{ $match: match }, { $group: { _id: null, sum: { $sum: '$costUsdMicros' } } }])
      .toArray();
    return row?.sum ?? 0;
  };

  it('tell the same as a query of the ledger', async () => {
    const state = await json('cost', 'status');
    expect(state).toMatchObject({ month, mode: 'demo', level: null, todayUsdMicros: await direct({ day: today }) });
    expect(state.bookedUsdMicros).toBe(await direct({}));
    expect(state.lines).toHaveLength(13);
    for (const { line, bookedUsdMicros } of state.lines) expect(bookedUsdMicros).toBe(await direct({ line }));
    for (const by of ['line', 'zip', 'day'] as const) {
      const { parts, costUsdMicros } = await json('cost', 'breakdown', '--by', by);
      expect(costUsdMicros).toBe(await direct({}));
      for (const part of parts)
        expect(part.costUsdMicros).toBe(await direct({ [by]: part.name === '(all)' ? null : part.name }));
    }
    const { stdout } = await run('cost', 'status');
    expect(stdout).toMatch(/^OK: 0\.6363 of 25\.00 USD spent in/);
    expect(stdout).toMatch(/captcha +0\.6030 +0\.00 +0\.00 +1\.00 +0\.3970/);
  }, 120_000);

  it('set, move and show, with who and why, and keep the lines under the cap', async () => {
    expect((await run('budget', 'move', 'overruns', 'captcha', '0.5', ...WHO)).stdout).toBe(
      'overruns has 0.50 USD now, captcha has 1.50 USD now\n',
    );
    expect((await run('budget', 'set', 'cap', '20', ...WHO)).code).not.toBe(0);
    expect((await run('budget', 'set', 'captcha', '2', ...WHO)).stderr).toContain('above the cap');
    expect((await run('budget', 'set', 'api', '1.999999', ...WHO)).code).toBe(0);
    expect((await run('budget', 'set', 'machine-watts', '40', ...WHO)).code).toBe(0);
    const { budget, changes } = await json('budget', 'show');
    expect(budget).toMatchObject({
      capUsdMicros: 25_000_000,
      lines: { captcha: { usdMicros: 1_500_000 }, overruns: { usdMicros: 500_000 }, api: { usdMicros: 1_999_999 } },
      assumptions: { 'machine-watts': 40 },
    });
    expect(changes).toMatchObject([{ by: 'A. Operator', note: 'a test', values: { captcha: 1_500_000 } }, {}, {}]);
    expect(budget).toEqual(JSON.parse(JSON.stringify(await currentBudget(database.db))));
  }, 120_000);

  it.each([
    [['budget', 'set', 'captchas', '1', ...WHO], 'captchas is no setting'],
    [['budget', 'set', 'captcha', '1.1234567', ...WHO], 'US dollars like 2.50'],
    [['budget', 'set', 'captcha', '1'], '--by is needed'],
    [['budget', 'move', 'mail', 'api', '9', ...WHO], 'has less than that'],
    [['budget', 'release', ...WHO], 'nothing is suspended'],
    [['cost', 'breakdown', '--month', '2026-13'], '--month must be'],
  ])('refuse %j', async (args, words) => {
    const { code, stderr } = await run(...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
  });

  it('tell what is suspended and why, and let it go on', async () => {
    const { db } = database;
    await changeBudget(db, { values: { cap: 660_000 }, by: 'test', note: 'a small cap' });
    await obeyThresholds(db, month, await currentBudget(db));
    const { stdout } = await run('cost', 'status');
    expect(stdout).toMatch(/^CRITICAL: 0\.6363 of 0\.66 USD spent .*96\.4 %/);
    expect(stdout).toContain('suspended: captcha is suspended: the month');
    expect((await run('budget', 'release', 'captcha', ...WHO)).stdout).toMatch(/^captcha: may go on/);
    expect((await json('cost', 'status')).controls).toMatchObject([{ what: 'proxies', percent: 95 }]);
  }, 60_000);

  it('forecast, and say how well', async () => {
    expect(await json('cost', 'forecast')).toMatchObject({ month, bookedUsdMicros: await direct({}) });
    const { meanError, months } = await json('cost', 'forecast', '--backtest');
    expect(meanError).toBeLessThanOrEqual(0.05);
    expect(months).toHaveLength(12);
  }, 60_000);

  it('recommend room for a line that its forecast passes, and make it', async () => {
    const { db } = database;
    await changeBudget(db, { values: { cap: 25_000_000, captcha: 500_000 }, by: 'test', note: 'a narrow line' });
    const { recommendations } = await json('cost', 'recommend');
    const [room] = recommendations.filter(({ id }: { readonly id: string }) => id === 'room-for-captcha');
    expect(room).toMatchObject({ act: { kind: 'move', to: 'captcha' }, savesUsdMicros: 0 });
    expect((await run('cost', 'apply', 'room-for-captcha', ...WHO)).code).toBe(0);
    const { lines } = await currentBudget(db);
    expect(lines.captcha.usdMicros).toBe(500_000 + room.act.usdMicros);
    expect((await run('cost', 'apply', 'electricity', ...WHO)).stderr).toContain('only a person');
    expect((await run('cost', 'apply', 'room-for-captcha', ...WHO)).stderr).toContain('there is no recommendation');
  }, 60_000);

  it('report, check, and tell what a property costs', async () => {
    expect((await run('cost', 'report')).stdout).toContain('Monthly cost report');
    const check = await run('cost', 'check', '--json');
    expect(JSON.parse(check.stdout)).toMatchObject({ ok: false, mode: 'demo' });
    expect(check.code).toBe(3);
    expect((await run('cost', 'property')).stdout).toBe('there is no property yet\n');
  }, 60_000);
});
