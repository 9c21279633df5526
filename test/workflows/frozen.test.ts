import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import type { restoreDrill } from '../../workflows/maintenance.js';
import { createFakes, planOf } from '../support/fake-activities.js';
import { startTimeServer, uniqueId, type WorkflowServer } from '../support/workflow-workers.js';

let server: WorkflowServer;
beforeAll(async () => {
  server = await startTimeServer();
}, 60_000);
afterAll(() => server?.stop(), 60_000);

// A workflow without other timers: this server goes through each of them.
it('waits out a freeze that is longer than the time and the attempts of any step', async () => {
  const endsAtMs = (await server.nowMs()) + 30 * 3_600_000;
  let refused = 0;
  const { activities } = createFakes(planOf(), {
    rehearseRestore: async () => {
      if ((await server.nowMs()) >= endsAtMs) return { kind: 'restore-drill', ok: true, problems: [], figures: {} };
      refused += 1;
      const about = { type: 'Frozen', message: 'everything is frozen', nextRetryDelay: '50 minutes' } as const;
      throw ApplicationFailure.create(about);
    },
  });
  const result = await server.withWorkers(activities, () =>
    server.client.workflow.execute<typeof restoreDrill>('restoreDrill', {
      workflowId: uniqueId('drill'),
      taskQueue: 'pipeline',
    }),
  );
  expect(result).toMatchObject({ ok: true, problems: [] });
  expect(refused).toBeGreaterThan(10);
}, 120_000);
