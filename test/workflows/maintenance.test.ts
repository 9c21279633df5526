import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { UpkeepResult } from '../../core/schemas/upkeep.js';
import type { maintenance, restoreDrill } from '../../workflows/maintenance.js';
import { type Activities, createFakes, final, planOf } from '../support/fake-activities.js';
import { startTimeServer, uniqueId, type WorkflowServer } from '../support/workflow-workers.js';

let server: WorkflowServer;
beforeEach(async () => {
  server = await startTimeServer();
}, 60_000);
afterEach(() => server?.stop(), 60_000);

/** What was kept, in order, when a maintenance of all has ended. */
async function maintain(own: Partial<Activities>): Promise<readonly UpkeepResult[]> {
  const kept: UpkeepResult[] = [];
  const keepUpkeep: Activities['keepUpkeep'] = async ({ result }) => {
    kept.push(result);
  };
  await server.withWorkers(createFakes(planOf(), { keepUpkeep, ...own }).activities, () =>
    server.client.workflow.execute<typeof maintenance>('maintenance', {
      workflowId: uniqueId('maintenance'),
      taskQueue: 'pipeline',
      args: [{ retention: true, sample: null }],
    }),
  );
  return kept;
}

describe('maintenance', () => {
  it('waits for the run that is under way, then removes, then verifies', async () => {
    const fromMs = await server.nowMs();
    let running = 3;
    const kept = await maintain({
      countRunsUnderWay: async () => {
        running -= 1;
        return Math.max(0, running);
      },
    });
    expect(kept.map(({ kind, ok }) => [kind, ok])).toEqual([
      ['retention', true],
      ['verify', true],
    ]);
    expect((await server.nowMs()) - fromMs).toBeGreaterThanOrEqual(3_600_000);
  }, 60_000);

  it('keeps what could not be done, and does the other part', async () => {
    const kept = await maintain({ applyRetention: () => Promise.reject(final('BadConfig', 'no days')) });
    expect(kept).toMatchObject([
      { kind: 'retention', ok: false, problems: ['BadConfig: no days'] },
      { kind: 'verify', ok: true },
    ]);
  }, 60_000);

  it('verifies nothing beside a run that does not end', async () => {
    const kept = await maintain({ countRunsUnderWay: async () => 1 });
    expect(kept).toMatchObject([
      { kind: 'retention', ok: true },
      { kind: 'verify', ok: false },
    ]);
  }, 60_000);

  it('keeps the outcome of a rehearsal', async () => {
    const bad: UpkeepResult = { kind: 'restore-drill', ok: false, problems: ['another hash'], figures: {} };
    const { activities } = createFakes(planOf(), { rehearseRestore: async () => bad });
    const result = await server.withWorkers(activities, () =>
      server.client.workflow.execute<typeof restoreDrill>('restoreDrill', {
        workflowId: uniqueId('drill'),
        taskQueue: 'pipeline',
      }),
    );
    expect(result).toEqual(bad);
  }, 60_000);
});
