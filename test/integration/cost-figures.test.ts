import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaptchaState } from '../../core/schemas/captcha.js';
import { breakDown } from '../../reports/cost/breakdown.js';
import { propertiesByZip, spreadCosts } from '../../reports/cost/property-costs.js';
import { recommend } from '../../reports/cost/recommend.js';
import { noteAdvice } from '../../store/advice.js';
import type { CaptchaTaskDocument } from '../../store/captcha/tasks.js';
import { changeBudget } from '../../store/cost/budget-settings.js';
import { accountingDay, bookCost, type Cost, entriesOf } from '../../store/cost/entries.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { decide } from '../../store/decisions.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const DAY_MS = 86_400_000;
const ADVICE = 'no-captchas-of-phoenix-mls';

describe('figures of costs', () => {
  const now = Date.now();
  const today = accountingDay(now);
  const month = today.slice(0, 7);
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'cost_figures');
    const { db } = database;
    await initDatabase(db);
    const states: readonly CaptchaState[] = [
      'accepted',
      'rejected',
      'rejected',
      'expired',
      'lost',
      'accepted',
      'rejected',
    ];
    for (const [at, state] of states.entries()) {
      const where = { source: 'phoenix-mls', zip: at % 2 === 0 ? '85031' : null, market: 'phoenix' } as const;
      await book(`captcha:t${at}`, { costUsdMicros: 2_990 + at, ...where, estimated: state === 'lost' });
      const page = { siteKey: 'k', pageUrl: 'https://site.example/', taskId: `${at}`, runKey: null, solveMs: 1 };
      await db
        .collection<CaptchaTaskDocument>('captcha_tasks')
        .insertOne({ _id: `t${at}`, state, ...where, ...page, createdAt: new Date() });
    }
    await book('plan', { costUsdMicros: 33_333, line: 'proxies', item: 'proxy-plan', termUsdMicros: 1_000_000 });
    await book('fix', { costUsdMicros: -700, item: 'reconciliation', evidence: { balance: 1, note: 'a|b' } });
    const property = (
      zip: string,
      at: number,
    ): { _id: string; normalized: object; quality_score: number; mode: string } => ({
      _id: `p${zip}${at}`,
      normalized: { address: { zip } },
      quality_score: 1,
      mode: 'demo',
    });
    await db
      .collection<ReturnType<typeof property>>('processed_properties')
      .insertMany([...[1, 2, 3].map((at) => property('85031', at)), property('85033', 1)]);
    await decide(db, { kind: 'captcha', subject: 'phoenix-mls', granted: true, reference: 'test', by: 'test' });
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
  }, 60_000);

  function book(key: string, more: Partial<Cost>, day = today) {
    const where = { market: null, source: null, zip: null, runKey: null };
    const what = { line: 'captcha', item: 'captcha-solution', costUsdMicros: 0, estimated: false } as const;
    return bookCost(database.db, { key, ...what, ...where, ...more, day });
  }
  const direct = async (match: object): Promise<number> => {
    const rows = await database.db.collection('cost_entries').find(match).toArray();
    return rows.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
  };

  it('are those of the ledger, in every part', async () => {
    const entries = await entriesOf(database.db, month);
    const whole = await direct({ day: { $regex: `^${month}` } });
    expect(entries.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0)).toBe(whole);
    for (const by of ['line', 'item', 'source', 'zip', 'day'] as const) {
      const parts = breakDown(entries, by);
      expect(parts.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0)).toBe(whole);
      for (const { name, costUsdMicros } of parts)
        expect(costUsdMicros).toBe(await direct({ [by]: name === '(all)' ? null : name }));
    }
    const costs = spreadCosts(entries, await propertiesByZip(database.db));
    expect(costs.perPropertyUsdMicros).toBe(whole / 4);
    const spread = costs.zips.reduce((sum, zip) => sum + zip.perPropertyUsdMicros * zip.properties, 0);
    expect(spread + costs.elsewhereUsdMicros).toBeCloseTo(whole, 6);
    expect(costs.zips[0]?.directUsdMicros).toBe(await direct({ zip: '85031' }));
  });

  it('lead to recommendations with their saving, which is measured again', async () => {
    const { db } = database;
    const { recommendations } = await recommend(db, now);
    const saving = await direct({ line: 'captcha', source: 'phoenix-mls' });
    expect(recommendations.map(({ id, savesUsdMicros }) => [id, savesUsdMicros])).toEqual([
      ['proxy-plan', 1_000_000],
      [ADVICE, saving],
      ['electricity', 0],
    ]);
    await db.collection('fetches').insertOne({
      source: 'phoenix-mls',
      host: 'h',
      url: 'u',
      grantedAt: new Date(now - DAY_MS),
      proxy: 'webshare:d-1',
    });
    await decide(db, { kind: 'captcha', subject: 'phoenix-mls', granted: false, reference: 'test', by: 'test' });
    await changeBudget(db, { values: { 'machine-watts': 1, 'electricity-usd-per-kwh': 0.1 }, by: 't', note: 't' });
    expect((await recommend(db, now)).recommendations.map(({ id, act }) => [id, act])).toEqual([
      ['captchas-of-phoenix-mls', null],
    ]);
    await noteAdvice(db, {
      id: ADVICE,
      line: 'captcha',
      source: 'phoenix-mls',
      values: { perDayUsdMicros: 5_000 },
      by: 'test',
      note: 'test',
    });
    const later = now + 3 * DAY_MS;
    await book('later', { costUsdMicros: 3_000, source: 'phoenix-mls' }, accountingDay(now + DAY_MS));
    expect((await recommend(db, now)).taken).toMatchObject([{ sinceUsdMicros: null, days: 0 }]);
    expect((await recommend(db, later)).taken).toMatchObject([
      { beforeUsdMicros: 5_000, sinceUsdMicros: 1_500, days: 2 },
    ]);
  });
});
