import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadAlertRules } from '../../../core/product-settings.js';
import { MEASURES } from '../../../core/schemas/alerts.js';
import { changeBudget } from '../../../store/cost/budget-settings.js';
import { bookCost } from '../../../store/cost/entries.js';
import { latestMeasures } from '../../../store/measures.js';
import { noteReportSent } from '../../../store/reports/reports.js';
import { TRIGGERS } from '../../support/alert-triggers.js';
import { type AlertStage, type AlertWorld, NOW_MS, startAlertWorld } from '../../support/alert-world.js';

let world: AlertWorld;
beforeAll(async () => {
  world = await startAlertWorld();
}, 120_000);
afterAll(() => world?.stop());

const MINUTE_MS = 60_000;
const rules = loadAlertRules();

describe('rules of alerts', () => {
  it('have a trigger each that a test causes, and every measure has a rule', () => {
    expect(rules.map(({ name }) => name).filter((name) => TRIGGERS[name] === undefined)).toEqual([]);
    expect(MEASURES.filter((measure) => !rules.some((rule) => rule.measure === measure))).toEqual([]);
  });

  it.each(rules.map((rule) => [rule.name, rule] as const))(
    '%s fires once when its cause is there, and recovers when it has gone',
    async (name, rule) => {
      const trigger = TRIGGERS[name];
      if (trigger === undefined) throw new Error(`${name} has no trigger`);
      const { db, transitionsOf, ...stage } = await world.fresh(name, trigger);
      const evaluateAt = (atMs: number) => stage.evaluateAt(atMs, [rule.measure]);
      const at = (trigger.atMs ?? NOW_MS) - rule.forMinutes * MINUTE_MS;
      await trigger.cause(db);
      await evaluateAt(at);
      if (rule.forMinutes > 0) {
        expect(await transitionsOf(name)).toEqual([]);
        await evaluateAt(at + rule.forMinutes * MINUTE_MS);
      }
      await evaluateAt(at + (rule.forMinutes + 1) * MINUTE_MS);
      const [fired, ...more] = await transitionsOf(name);
      expect(more).toEqual([]);
      expect(fired).toMatchObject({ kind: rule.once ? 'told' : 'fired', subject: trigger.subject, quiet: false });
      expect(fired?.text).toMatch(trigger.says);
      expect(fired?.cause).not.toContain('{');
      if (rule.once) return;
      await trigger.heal(db);
      await evaluateAt(at + (rule.forMinutes + 2) * MINUTE_MS);
      const ended = await transitionsOf(name);
      expect(ended.map(({ kind }) => kind)).toEqual(['fired', 'recovered']);
      expect(ended[1]).toMatchObject({ quiet: false, text: expect.stringMatching(/^over after/) });
    },
  );
});

describe('a measure', () => {
  it('of a budget of nothing is a number, and fires as soon as anything is spent', async () => {
    const { db, evaluateAt, transitionsOf } = await world.fresh('no-budget');
    await changeBudget(db, { values: { cap: 0 }, by: 'test', note: 'nothing is to be paid' });
    await evaluateAt(NOW_MS, ['budget-share']);
    expect((await latestMeasures(db)).get('phoenix')?.measures['budget-share']?.highest).toBe(0);
    const where = { market: null, source: null, zip: null, runKey: null, estimated: false };
    const cost = { key: 'one', line: 'captcha', item: 'captcha-solution', costUsdMicros: 1, ...where } as const;
    await bookCost(db, { ...cost, day: '2026-03-02' });
    await evaluateAt(NOW_MS + MINUTE_MS, ['budget-share']);
    expect(await transitionsOf('budget-p0')).toMatchObject([{ kind: 'fired' }]);
    expect((await latestMeasures(db)).get('phoenix')?.measures['budget-share']?.highest).toBe(1_000);
  });

  it('that cannot be taken is told by an alert of its own, until it can', async () => {
    const { db, activities, evaluateAt, transitionsOf } = await world.fresh('untaken');
    const startedAt = new Date(NOW_MS - 3_600_000);
    const run = {
      workflowId: 'daily/phoenix/2026-03-02',
      market: 'phoenix',
      runDate: '2026-03-02',
      status: 'complete',
    };
    // A summary that says nothing of its phases, as no version of the product writes it.
    const broken = { ...run, startedAt, endedAt: startedAt, summary: { status: 'complete' } };
    const runs = db.collection<{ _id: string }>('runs');
    await runs.insertOne({ _id: `${run.workflowId}#r1`, ...broken });
    const measure = (atMs: number) =>
      activities.evaluateMarket({ market: 'phoenix', atMs, measures: ['collection-minutes'] });
    const { unknown } = await measure(NOW_MS);
    expect(unknown).toEqual([expect.stringMatching(/^collection-minutes: ./)]);
    for (const minutes of [1, 6]) await evaluateAt(NOW_MS + minutes * MINUTE_MS, ['measures-untaken']);
    expect(await transitionsOf('measure-untaken')).toMatchObject([{ kind: 'fired', subject: 'collection-minutes' }]);
    await runs.deleteMany({});
    expect((await measure(NOW_MS + 7 * MINUTE_MS)).unknown).toEqual([]);
    await evaluateAt(NOW_MS + 8 * MINUTE_MS, ['measures-untaken']);
    expect((await transitionsOf('measure-untaken')).map(({ kind }) => kind)).toEqual(['fired', 'recovered']);
  });
});

describe('reports', () => {
  const WITH_MAIL = TRIGGERS['report-undelivered']?.variables ?? {};
  const EIGHT_AM = Date.parse('2026-03-02T15:00:00Z');
  const TOLD_MS = EIGHT_AM + 70 * MINUTE_MS;
  const watch = async (stage: AlertStage, atMs: number) => {
    const measures = { 'run-success': { n: 1, sum: 1, max: 1, min: 1 } };
    await stage.db.collection<{ _id: string }>('measures').insertOne({
      _id: `readings phoenix ${atMs}`,
      ...{ kind: 'readings', market: 'phoenix', at: new Date(atMs), measures },
    });
  };
  const evaluate = (stage: AlertStage, atMs = TOLD_MS) => stage.evaluateAt(atMs, ['report-undelivered-minutes']);

  it('that were never made are told where somebody watched when they were due', async () => {
    const stage = await world.fresh('report-unmade', { variables: WITH_MAIL });
    await evaluate(stage);
    expect(await stage.transitionsOf('report-undelivered')).toEqual([]);
    await watch(stage, EIGHT_AM - 3_600_000);
    await evaluate(stage);
    expect(await stage.transitionsOf('report-undelivered')).toMatchObject([
      { subject: 'daily', text: 'the report 2026-03-02 was due 70 min ago and is not made' },
    ]);
  });

  it('of an earlier day are told until they are delivered too', async () => {
    const stage = await world.fresh('report-earlier', { variables: WITH_MAIL });
    const made = (period: string, sentAt: Date | null) =>
      stage.db.collection<{ _id: string }>('reports').insertOne({
        _id: `report/daily/phoenix/${period}`,
        ...{ kind: 'daily', market: 'phoenix', period, at: new Date(`${period}T15:01:00Z`), sentAt },
      });
    await made('2026-03-01', null);
    await made('2026-03-02', new Date(EIGHT_AM));
    await evaluate(stage);
    await noteReportSent(stage.db, 'report/daily/phoenix/2026-03-01', new Date(TOLD_MS));
    await evaluate(stage, TOLD_MS + 5 * MINUTE_MS);
    expect((await stage.transitionsOf('report-undelivered')).map(({ kind, text }) => [kind, text])).toEqual([
      ['fired', 'the report 2026-03-01 was due 1510 min ago and is not delivered'],
      ['recovered', 'over after 5 min: delivered: 2026-03-01, 2026-03-02'],
    ]);
  });

  it('are awaited by nobody where no mail is set up', async () => {
    const stage = await world.fresh('report-nomail', { variables: { EMAIL_ENABLED: 'false' } });
    await watch(stage, EIGHT_AM - 3_600_000);
    await evaluate(stage);
    expect(await stage.transitionsOf('report-undelivered')).toEqual([]);
  });
});

describe('a day that lacked windows', () => {
  it.each([
    ['day-failed', 'run-failed', 'one of them'],
    ['day-partial', 'run-partial', 'all of them'],
    ['success-critical', 'run-success', 'all of them'],
  ] as const)('%s is over once %s shows that %s were filled', async (name, measure, filled) => {
    const trigger = TRIGGERS[name];
    const { db, transitionsOf, ...stage } = await world.fresh(`filled_${measure}`);
    await trigger?.cause(db);
    const runs = db.collection<{ _id: string }>('runs');
    const zips = [0, 1, 2, 3, 4].map((n) => ({ zip: `8503${n}`, status: 'failed', reason: null, total: null }));
    const missing = zips.map(({ zip }) => `maricopa-assessor ${zip}: failed`);
    await runs.updateOne({}, { $set: { 'summary.sources.0.zips': zips, 'summary.missing': missing } });
    await stage.evaluateAt(NOW_MS, [measure]);
    const windows = db.collection<Record<string, unknown> & { _id: string }>('windows');
    const fill = async (zip: string) => {
      const key = { market: 'phoenix', source: 'maricopa-assessor', zip, runDate: '2026-03-02' };
      await windows.insertOne({ _id: zip, ...key, state: 'complete', reason: null, updatedAt: new Date(NOW_MS) });
    };
    await fill('85030');
    await stage.evaluateAt(NOW_MS + MINUTE_MS, [measure]);
    const kinds = async () => (await transitionsOf(name)).map(({ kind }) => kind);
    expect(await kinds()).toEqual(filled === 'one of them' ? ['fired', 'recovered'] : ['fired']);
    for (const zip of ['85031', '85032', '85033', '85034']) await fill(zip);
    await stage.evaluateAt(NOW_MS + 2 * MINUTE_MS, [measure]);
    expect(await kinds()).toEqual(['fired', 'recovered']);
  });
});
