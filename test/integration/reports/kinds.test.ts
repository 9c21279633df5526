import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadBudget } from '../../../core/product-settings.js';
import type { ReportKind } from '../../../core/schemas/periodic.js';
import { createCleanText } from '../../../reports/clean-text.js';
import { buildReport } from '../../../reports/periodic/build.js';
import type { Cell, ReportModel, ReportTable } from '../../../reports/periodic/model.js';
import { renderReportPage } from '../../../reports/periodic/render.js';
import { bookCost, type Cost } from '../../../store/cost/entries.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { fillReportWorld, REPORT_DAY, REPORT_NOW_MS } from '../../support/report-world.js';

const FEBRUARY = { $regex: '^2026-02' };

describe('reports about money and quarters', () => {
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'report_kinds');
    await initDatabase(database.db);
    await fillReportWorld(database.db);
    await book('in-january', '2026-01-15', { costUsdMicros: 1_234_567 });
    await book('of-a-zip', '2026-02-26', { zip: '85031', source: 'phoenix-mls', costUsdMicros: 70_001 });
    await book('dear', '2026-02-27', { line: 'data', item: 'reconciliation', costUsdMicros: 16_000_000 });
    await book('own', '2026-02-27', { market: 'phoenix', zip: '85031', costUsdMicros: 400_000 });
    await book('of-another-market', '2026-02-27', { market: 'scottsdale', zip: '85250', costUsdMicros: 900_000 });
    const elsewhere = { market: 'scottsdale', quality_score: 0.9, mode: 'demo' };
    const address = { zip: '85250', street: 'one' };
    const pricing = { list_price: null, price_per_sqft: null };
    await database.db
      .collection('processed_properties')
      .insertMany([1, 2, 3, 4, 5].map(() => ({ ...elsewhere, normalized: { address, pricing } })));
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
  }, 60_000);

  function book(key: string, day: string, more: Partial<Cost>) {
    const what = { line: 'captcha', item: 'captcha-solution', estimated: true, evidence: { balance: 1 } } as const;
    const where = { market: null, source: null, zip: null, runKey: null, costUsdMicros: 0 };
    return bookCost(database.db, { key, ...what, ...where, ...more, day });
  }
  const build = (kind: ReportKind, period: string): Promise<ReportModel> =>
    buildReport({
      ...{ db: database.db, name: { kind, market: 'phoenix', period }, mode: 'demo', nowMs: REPORT_NOW_MS },
      ...{ quotaBytes: null, machine: null, clean: createCleanText([]) },
    });
  function rowsOf({ sections }: ReportModel, formula: string): ReportTable['rows'] {
    const found = sections.flatMap(({ blocks }) => blocks).find((block) => block.formula === formula);
    if (found?.type !== 'table') throw new Error(`there is no table ${formula}`);
    return found.rows;
  }
  /** Dollars of the ledger, asked of the database. */
  async function direct(match: object): Promise<number> {
    const sum = { $group: { _id: null, micros: { $sum: '$costUsdMicros' } } };
    const [row] = await database.db
      .collection('cost_entries')
      .aggregate([{ $match: match }, sum])
      .toArray();
    return Number(row?.micros ?? 0) / 1_000_000;
  }
  /** What counts for the first market: its own, and three quarters of what serves all, as 15 of 20 properties are in it. */
  const ofPhoenix = async (day: object) =>
    (await direct({ day, market: 'phoenix' })) + (await direct({ day, market: null })) * 0.75;
  const cellOf = (rows: ReportTable['rows'], name: string, at: number): Cell =>
    rows.find(([first]) => first === name)?.[at] ?? null;

  it('tell the month in sum, by line, item, source, ZIP code, week and day as the ledger has it', async () => {
    const report = await build('cost', '2026-02');
    const { capUsdMicros, lines } = loadBudget();
    const [whole, cap] = [await direct({ day: FEBRUARY }), capUsdMicros / 1_000_000];
    const total = rowsOf(report, 'cost-total');
    expect(cellOf(total, 'Spent in the period', 1)).toBeCloseTo(whole, 9);
    expect(cellOf(total, 'Spent in the period', 2)).toBeCloseTo(whole / cap, 9);
    expect(cellOf(total, 'Left under the cap', 1)).toBeCloseTo(cap - whole, 9);
    expect(cellOf(total, 'Spent in the period before', 1)).toBeCloseTo(1.234567, 9);
    expect(rowsOf(report, 'cost-review')).toHaveLength(13);
    for (const [line, group, budget, spent, used, left, before] of rowsOf(report, 'cost-review')) {
      const sum = await direct({ day: FEBRUARY, line });
      const planned = Object.entries(lines).find(([name]) => name === line)?.[1];
      expect([line, group, budget]).toEqual([
        line,
        planned?.group,
        planned?.usdMicros === undefined ? budget : planned.usdMicros / 1_000_000,
      ]);
      expect(spent).toBeCloseTo(sum, 9);
      expect(used).toBeCloseTo(sum / Number(budget), 9);
      expect(left).toBeCloseTo(Number(budget) - sum, 9);
      expect(before).toBeCloseTo(await direct({ day: { $regex: '^2026-01' }, line }), 9);
    }
    for (const by of ['item', 'source', 'zip', 'day'] as const) {
      const rows = rowsOf(report, `cost-by-${by}`);
      expect(rows.length).toBeGreaterThan(1);
      for (const [name, spent] of rows) {
        expect(spent).toBeCloseTo(
          await direct({ $and: [{ day: FEBRUARY }, { [by]: name === '(all)' ? null : name }] }),
          9,
        );
      }
    }
    const [first, second] = rowsOf(report, 'cost-weeks').filter(([, , sum]) => sum !== 0);
    expect(first).toEqual(['2026-W09', 6, expect.closeTo(whole, 9), expect.closeTo(whole, 9)]);
    expect(second).toBeUndefined();
  });

  it('tell when each threshold was reached, what accounts corrected and what a property cost', async () => {
    const report = await build('cost', '2026-02');
    const levels = rowsOf(report, 'cost-levels');
    expect(levels).toHaveLength(loadBudget().levels.length);
    expect(levels[0]).toEqual(['INFO', 0.6, 15, '2026-02-27']);
    expect(levels.slice(1).map(([, , , on]) => on)).toEqual(levels.slice(1).map(() => 'not reached'));
    const corrections = rowsOf(report, 'cost-corrections');
    const kept = await database.db.collection('cost_entries').countDocuments({ day: FEBRUARY, item: 'reconciliation' });
    expect(corrections).toHaveLength(kept);
    expect(corrections).toContainEqual(['2026-02-27', 'data', 16, 'balance 1']);
    const zips = rowsOf(report, 'property-costs');
    const properties = await database.db.collection('processed_properties').countDocuments();
    expect(zips.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(properties);
    const spread = zips.reduce((sum, [, count, , , each]) => sum + Number(count) * Number(each), 0);
    expect(spread).toBeCloseTo(await direct({ day: FEBRUARY }), 9);
    expect(cellOf(zips, '85031', 2)).toBeCloseTo(await direct({ day: FEBRUARY, zip: '85031' }), 9);
  });

  it('say what the data may be worth by the assumptions alone, beside what it cost', async () => {
    const report = await build('value', '2026-02');
    const { 'property-value-low-usd': low } = loadBudget().assumptions;
    const properties = await database.db.collection('processed_properties').countDocuments({ market: 'phoenix' });
    const cost = await ofPhoenix(FEBRUARY);
    expect(cost).toBeLessThan(await direct({ day: FEBRUARY }));
    const value = properties * low;
    expect(rowsOf(report, 'value-case')[0]).toEqual([
      ...['low', properties, low, expect.closeTo(value, 6), expect.closeTo(cost, 9)],
      ...[expect.closeTo((value - cost) / cost, 6), expect.closeTo(value * 12, 6)],
      expect.closeTo((cost / value) * 30 * 24, 6),
    ]);
    expect(rowsOf(report, 'assumptions')).toContainEqual(['property-value-low-usd', `$${low?.toFixed(2)}`]);
    expect(await renderReportPage(report)).toContain('assumed, not measured');
  });

  it('divide what a market cost by what is of the market, by the rule that is stated', async () => {
    const report = await build('value', '2026-02');
    const lineOf = (formula: string, { headline, sections } = report) =>
      [
        ...headline,
        ...sections.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'line' ? [block] : []))),
      ].find((line) => line.formula === formula)?.value;
    const windows = await database.db.collection('windows').find({ market: 'phoenix', runDate: FEBRUARY }).toArray();
    const seen = windows.reduce((sum, window) => sum + Number(window.seen), 0);
    const cost = await ofPhoenix(FEBRUARY);
    expect(lineOf('cost-market')).toBeCloseTo(cost, 9);
    expect(lineOf('cost-property')).toBeCloseTo(cost / seen, 9);
    expect(lineOf('cost')).toBeCloseTo(await direct({ day: FEBRUARY }), 9);
    // The return of now: the last 30 days beside the value of a month.
    const month = await ofPhoenix({ $gte: '2026-01-31', $lte: '2026-03-01' });
    const { 'property-value-low-usd': low } = loadBudget().assumptions;
    expect(lineOf('return-low', await build('monthly', '2026-02'))).toBeCloseTo((15 * low - month) / month, 9);
  });

  it('hold the months of a quarter beside each other', async () => {
    const months = rowsOf(await build('quarter', '2026-Q1'), 'months');
    expect(months.map(([name]) => name)).toEqual(['2026-01', '2026-02', '2026-03']);
    for (const [name, records, complete, cost] of months) {
      const windows = await database.db
        .collection('windows')
        .find({ market: 'phoenix', runDate: { $regex: `^${name}` } })
        .toArray();
      const seen = windows.reduce((sum, window) => sum + Number(window.seen), 0);
      expect(records).toBe(windows.length === 0 ? null : seen);
      const done = windows.filter(({ state }) => state === 'complete').length;
      expect(complete).toBe(windows.length === 0 ? null : done / windows.length);
      expect(cost).toBeCloseTo(await direct({ day: { $regex: `^${name}` } }), 9);
    }
  });

  it('hold a first run beside what it must reach', async () => {
    const criteria = rowsOf(await build('first-run', REPORT_DAY), 'first-run-criteria');
    const done = await database.db.collection('windows').countDocuments({ runDate: REPORT_DAY, state: 'complete' });
    const share = done / (await database.db.collection('windows').countDocuments({ runDate: REPORT_DAY }));
    expect(criteria).toContainEqual(['Collection success', `${(share * 100).toFixed(1)} %`, '≥ 90.0 %', 'missed']);
    expect(criteria).toContainEqual(['Mails delivered', '100.0 %', '≥ 100.0 %', 'reached']);
    expect(cellOf(criteria, 'Memory in use', 3)).toBe('no data');
    expect(criteria.every(([, , wanted]) => wanted !== null)).toBe(true);
  });

  it('are of the days that a person asks for', async () => {
    const report = await build('custom', '2026-02-26:2026-02-27');
    expect(report).toMatchObject({ from: '2026-02-26', to: '2026-02-27', before: '2026-02-24:2026-02-25' });
    const cost = report.headline.find(({ formula }) => formula === 'cost-day');
    expect(cost?.value).toBeCloseTo((await direct({ day: { $gte: '2026-02-26', $lt: '2026-02-28' } })) / 2, 9);
  });
});
