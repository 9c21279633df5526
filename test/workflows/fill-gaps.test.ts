import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dailyWorkflowId } from '../../core/ids.js';
import type { FillDayPlan, FillGapsInput, FillGapsResult } from '../../core/schemas/fill.js';
import type { SourcePlan } from '../../core/schemas/sequence.js';
import type { fillGaps } from '../../workflows/fill-gaps.js';
import {
  type Activities,
  COUNTY,
  createFakes,
  createLatch,
  final,
  LISTINGS,
  pageOf,
  planOf,
} from '../support/fake-activities.js';
import { startDay, startFlowServer, uniqueId, type WorkflowServer } from '../support/workflow-workers.js';

let server: WorkflowServer;
beforeAll(async () => {
  server = await startFlowServer();
}, 60_000);
afterAll(() => server?.stop(), 60_000);

const ZIPS = ['85031', '85033'];

/** Each case has a market of its own, so that no two share the ids of a day. */
const input = (market: string): FillGapsInput => ({
  market,
  from: '2026-03-01',
  to: '2026-03-03',
  sources: null,
  zips: null,
});

function fill(market: string, activities: Partial<Activities>): Promise<FillGapsResult> {
  return server.withWorkers(activities, () =>
    server.client.workflow.execute<typeof fillGaps>('fillGaps', {
      workflowId: uniqueId('fill'),
      taskQueue: 'pipeline',
      args: [input(market)],
    }),
  );
}

/** The first two days have three windows that nobody can fill; the last one lacks what `plans` say. */
const planFill =
  (...plans: readonly SourcePlan[]): Activities['planFill'] =>
  async ({ runDate }): Promise<FillDayPlan> => ({
    county: 'us-az-maricopa',
    complete: 1,
    missedBefore: 0,
    missed: runDate === '2026-03-03' ? 0 : 3,
    collect: runDate === '2026-03-03' ? plans.map((plan) => ({ plan, zips: ZIPS, past: false })) : [],
  });

describe('filling of gaps', () => {
  it('goes day by day, collects under the day that lacked it, and composes once at the end', async () => {
    const { calls, activities } = createFakes(planOf(), { planFill: planFill(COUNTY) });
    const result = await fill('gaps-1', activities);
    expect(result).toMatchObject({ days: 3, complete: 3, missed: 6, missedBefore: 0 });
    expect(result.filled).toMatchObject([{ runDate: '2026-03-03', result: { status: 'complete' } }]);
    expect(calls.opened.map(({ zip, runDate, runKey }) => [zip, runDate, runKey.startsWith('fill/')])).toEqual(
      expect.arrayContaining(ZIPS.map((zip) => [zip, '2026-03-03', true])),
    );
    expect(calls.opened.length).toBe(ZIPS.length);
    expect(calls.composed.length).toBe(1);
  }, 60_000);

  it('asks and composes nothing where nothing can be collected', async () => {
    const { calls, activities } = createFakes(planOf(), { planFill: planFill() });
    expect((await fill('gaps-2', activities)).filled).toEqual([]);
    expect(calls.opened).toEqual([]);
    expect(calls.composed).toEqual([]);
  }, 60_000);

  it('leaves a source out that may not be asked, and goes on with the others', async () => {
    const refused = { ...LISTINGS, skipReason: 'no permission for it is recorded' };
    const { calls, activities } = createFakes(planOf(), { planFill: planFill(refused, COUNTY) });
    const { filled } = await fill('gaps-3', activities);
    expect(filled.map(({ result: { source, status, reason } }) => [source, status, reason])).toEqual([
      ['phoenix-mls', 'skipped', 'no permission for it is recorded'],
      ['maricopa-assessor', 'complete', null],
    ]);
    expect(new Set(calls.opened.map(({ source }) => source))).toEqual(new Set(['maricopa-assessor']));
  }, 60_000);

  it('says what failed, and goes on', async () => {
    const { activities } = createFakes(planOf(), {
      planFill: planFill(COUNTY, LISTINGS),
      collectPage: async (page) => {
        if (page.window.source === 'maricopa-assessor') throw final('AuthRejected', 'the token was refused');
        return pageOf(page, 1);
      },
    });
    const { filled } = await fill('gaps-4', activities);
    expect(filled.map(({ result: { status } }) => status)).toEqual(['failed', 'complete']);
    expect(filled[0]?.result.reason).toContain('the token was refused');
  }, 60_000);

  it('leaves a day alone that is being collected', async () => {
    const latch = createLatch();
    const { activities } = createFakes(planOf({ sources: [COUNTY], zips: ['85031'] }), {
      planFill: planFill(COUNTY),
      collectPage: async (page) => {
        await latch.wait();
        return pageOf(page, 1);
      },
    });
    await server.withWorkers(activities, async () => {
      const day = await startDay(server, { workflowId: dailyWorkflowId('gaps-5', '2026-03-03') });
      await latch.reached;
      const { filled } = await server.client.workflow.execute<typeof fillGaps>('fillGaps', {
        workflowId: uniqueId('fill'),
        taskQueue: 'pipeline',
        args: [input('gaps-5')],
      });
      expect(filled).toMatchObject([
        { result: { status: 'skipped', reason: 'the day is being collected already', zips: [] } },
      ]);
      latch.open();
      expect((await day.result()).status).toBe('complete');
    });
  }, 60_000);
});
