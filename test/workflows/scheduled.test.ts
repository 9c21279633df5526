import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dailyWorkflowId } from '../../core/ids.js';
import { DEFAULT_RUN_OPTIONS } from '../../core/schemas/run.js';
import type { scheduled } from '../../workflows/scheduled.js';
import { COUNTY, createFakes, createLatch, planOf } from '../support/fake-activities.js';
import { startFlowServer, uniqueId, until, type WorkflowServer } from '../support/workflow-workers.js';

let server: WorkflowServer;
beforeAll(async () => {
  server = await startFlowServer();
}, 60_000);
afterAll(() => server?.stop(), 60_000);

const PLAN = planOf({ zips: ['85031'], sources: [COUNTY] });

function startArguments(market: string, workflowId = uniqueId('schedule')) {
  return {
    workflowId,
    taskQueue: 'pipeline',
    args: [{ market, timeZone: 'America/Phoenix', options: DEFAULT_RUN_OPTIONS }] satisfies Parameters<
      typeof scheduled
    >,
  };
}

describe('a scheduled start', () => {
  it.each([
    ['at the hour of the schedule', { hour: 3, minute: 0 }, 'schedule'],
    ['at another time, as a person lets it run', { hour: 4, minute: 0 }, 'person'],
    ['of a schedule that does not say its hour', undefined, 'schedule'],
  ] as const)('%s says who began the day', async (_name, due, startedBy) => {
    const market = uniqueId('who');
    const begun: unknown[] = [];
    const { activities, calls } = createFakes(PLAN, {
      planRun: async (input) => {
        begun.push(input.startedBy);
        return PLAN;
      },
    });
    const plain = startArguments(market);
    const args = plain.args.map((input) => ({ ...input, ...(due === undefined ? {} : { due }) }));
    await server.withWorkers(activities, async () => {
      const schedule = await server.client.schedule.create({
        scheduleId: market,
        spec: { calendars: [{ hour: 3, minute: 0 }], timezone: 'America/Phoenix' },
        state: { paused: true },
        action: { type: 'startWorkflow', workflowType: 'scheduled', ...plain, args },
      });
      const [start, end] = [new Date('2026-02-27T09:30:00Z'), new Date('2026-02-27T10:30:00Z')];
      await schedule.backfill({ start, end, overlap: 'ALLOW_ALL' });
      await until(() => calls.report !== null);
      await schedule.delete();
    });
    expect(begun).toEqual([startedBy]);
  });

  it('runs the day for which it was due, not the day on which it starts', async () => {
    const market = uniqueId('late');
    const { activities, calls } = createFakes(PLAN);
    await server.withWorkers(activities, async () => {
      const schedule = await server.client.schedule.create({
        scheduleId: market,
        spec: { calendars: [{ hour: 3, minute: 0 }], timezone: 'America/Phoenix' },
        state: { paused: true },
        action: { type: 'startWorkflow', workflowType: 'scheduled', ...startArguments(market) },
      });
      await schedule.backfill({
        start: new Date('2026-02-27T09:30:00Z'),
        end: new Date('2026-02-27T10:30:00Z'),
        overlap: 'ALLOW_ALL',
      });
      await until(() => calls.report !== null);
      await schedule.delete();
    });
    expect(calls.report?.run).toMatchObject({
      market,
      runDate: '2026-02-27',
      workflowId: dailyWorkflowId(market, '2026-02-27'),
    });
  });

  it.each([
    ['when the clocks go forward', '2026-03-08T08:30:00Z', '2026-03-08T09:30:00Z', '2026-03-08'],
    ['when they go back', '2026-11-01T09:30:00Z', '2026-11-01T10:30:00Z', '2026-11-01'],
  ])('is at 03:00 of the market, %s', async (_name, start, end, runDate) => {
    const market = uniqueId('denver');
    const { activities, calls } = createFakes(PLAN);
    const args = [{ market, timeZone: 'America/Denver', options: DEFAULT_RUN_OPTIONS }];
    await server.withWorkers(activities, async () => {
      const schedule = await server.client.schedule.create({
        scheduleId: market,
        spec: { calendars: [{ hour: 3, minute: 0 }], timezone: 'America/Denver' },
        state: { paused: true },
        action: { type: 'startWorkflow', workflowType: 'scheduled', ...startArguments(market), args },
      });
      // One hour around the time that is due: at the other offset nothing would be.
      await schedule.backfill({ start: new Date(start), end: new Date(end), overlap: 'ALLOW_ALL' });
      await until(() => calls.report !== null);
      await schedule.delete();
    });
    expect(calls.report?.run).toMatchObject({ market, runDate });
  });

  it('gives the result of the day it ran', async () => {
    const { activities, calls } = createFakes(PLAN);
    const result = await server.withWorkers(activities, () =>
      server.client.workflow.execute<typeof scheduled>('scheduled', startArguments(uniqueId('plain'))),
    );
    expect(result).toMatchObject({ status: 'complete' });
    expect(calls.report?.run.workflowId).toMatch(/^daily\/plain\/.*\/\d{4}-\d\d-\d\d$/);
  });

  it('is counted as skipped while the same day is running', async () => {
    const market = uniqueId('twice');
    const latch = createLatch();
    const { activities, calls } = createFakes(PLAN, {
      planRun: async () => {
        await latch.wait();
        return PLAN;
      },
    });
    await server.withWorkers(activities, async () => {
      const first = await server.client.workflow.start<typeof scheduled>('scheduled', startArguments(market));
      await latch.reached;
      const second = await server.client.workflow.execute<typeof scheduled>('scheduled', startArguments(market));
      expect(second).toEqual({ skipped: expect.stringMatching(/^daily\/twice\/.* is running already$/) });
      latch.open();
      expect(await first.result()).toMatchObject({ status: 'complete' });
    });
    expect(calls.released).toBe(1);
  });
});
