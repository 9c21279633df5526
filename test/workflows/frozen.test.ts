import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { COUNTY, createFakes, pageOf, planOf } from '../support/fake-activities.js';
import { runDay, startTimeServer, type WorkflowServer } from '../support/workflow-workers.js';

let server: WorkflowServer;
beforeAll(async () => {
  server = await startTimeServer();
}, 60_000);
afterAll(() => server?.stop(), 60_000);

it('waits out a freeze that is longer than the time of any step', async () => {
  const endsAtMs = (await server.nowMs()) + 30 * 3_600_000;
  let refused = 0;
  const { activities, calls } = createFakes(planOf({ zips: ['85031'], sources: [COUNTY] }), {
    collectPage: async (input) => {
      if ((await server.nowMs()) >= endsAtMs) return pageOf(input, 2);
      refused += 1;
      throw ApplicationFailure.create({
        type: 'Frozen',
        message: 'everything is frozen',
        nextRetryDelay: '50 minutes',
      });
    },
  });
  expect((await runDay(server, activities)).status).toBe('complete');
  expect(refused).toBeGreaterThan(10);
  expect(calls.closed).toMatchObject({ 'maricopa-assessor 85031': { state: 'complete' } });
}, 60_000);
