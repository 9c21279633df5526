import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { incidentWorkflowId } from '../../core/ids.js';
import type { IncidentState, WatchFault, WatchLook } from '../../core/schemas/incidents.js';
import { DEFAULT_RUN_OPTIONS } from '../../core/schemas/run.js';
import type { incident } from '../../workflows/incident.js';
import { incidentQuery } from '../../workflows/messages.js';
import type { watchdog } from '../../workflows/watchdog.js';
import { type Activities, createFakes, createLatch, planOf } from '../support/fake-activities.js';
import { startTimeServer, uniqueId, type WorkflowServer } from '../support/workflow-workers.js';

let server: WorkflowServer;
beforeEach(async () => {
  server = await startTimeServer();
}, 60_000);
afterEach(() => server?.stop(), 60_000);

/** A watchdog that sees one thing after the other, and remembers what it told. */
function watching(looks: readonly Pick<WatchLook, 'state' | 'verdicts'>[], own: Partial<Activities> = {}) {
  const memory: { faults: readonly WatchFault[]; round: number } = { faults: [], round: 0 };
  const { activities, calls } = createFakes(planOf({ sources: [] }), {
    lookAtDay: async () => ({ ...(looks[memory.round] ?? { state: 'closed', verdicts: [] }), faults: memory.faults }),
    keepRound: async ({ faults }) => {
      memory.faults = faults;
      memory.round += 1;
    },
    ...own,
  });
  return { activities, calls };
}

const round = () =>
  server.client.workflow.execute<typeof watchdog>('watchdog', {
    workflowId: uniqueId('watch'),
    taskQueue: 'pipeline',
    args: [{ market: 'phoenix' }],
  });
/** The incident of a cause, once it knows: a signal may still be on its way to it. Its clocks may have been skipped on by then. */
async function knowing(cause: string, over: boolean): Promise<IncidentState> {
  for (;;) {
    const state = await open(cause);
    if (state.faults.every((fault) => fault.over === over)) return state;
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

const open = (cause: string) =>
  server.client.workflow.getHandle<typeof incident>(incidentWorkflowId('phoenix', cause)).query(incidentQuery);

describe('the watchdog', () => {
  it('starts a day that was missed, once, and opens P1 where it still does not begin', async () => {
    const missed = { state: 'missed', verdicts: [] } as const;
    const latch = createLatch();
    const begun: unknown[] = [];
    const { activities, calls } = watching([missed, missed, missed], {
      missedDay: async () => ({ start: { runDate: '2026-03-02', options: DEFAULT_RUN_OPTIONS } }),
      planRun: async ({ startedBy }) => {
        begun.push(startedBy);
        await latch.wait(); // it is started and gets nowhere
        return planOf({ sources: [] });
      },
    });
    await server.withWorkers(activities, async () => {
      expect(await round()).toMatchObject({ acts: [expect.stringContaining('is started now')] });
      await expect(open('run/start')).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
      expect((await round()).acts).toEqual([]);
      await round();
      const state = await knowing('run/start', false);
      expect(state.faults.map(({ rule, seq, severity }) => `${rule} ${seq} ${severity}`)).toEqual([
        'watchdog-not-started 1 P1',
      ]);
      expect(calls.released).toBe(0);
      expect(begun).toEqual(['watchdog']);
      latch.open();
    });
  });

  it('says when alerts are not evaluated, and when they are again', async () => {
    const dead = { kind: 'evaluation', raise: true, text: 'no alert was evaluated for 7 min' } as const;
    const { activities } = watching([{ state: 'closed', verdicts: [dead] }]);
    await server.withWorkers(activities, async () => {
      await round();
      expect(await knowing('alerts/evaluation', false)).toMatchObject({ severity: 'P1' });
      await round();
      expect((await knowing('alerts/evaluation', true)).timeline.map(({ kind }) => kind)).toContain('recovered');
    });
  });

  it('knows what it told, however long the database is away then, and says when it is over', async () => {
    const dead = { kind: 'evaluation', raise: true, text: 'no alert was evaluated for 7 min' } as const;
    const { activities } = watching([{ state: 'closed', verdicts: [dead] }]);
    const { keepRound } = activities;
    const fromMs = await server.nowMs();
    const upAtMs = fromMs + 8 * 60_000;
    const away = async (input: Parameters<typeof keepRound>[0]) => {
      if ((await server.nowMs()) < upAtMs) throw ApplicationFailure.create({ type: 'StoreUnavailable' });
      return keepRound(input);
    };
    await server.withWorkers({ ...activities, keepRound: away }, async () => {
      await round();
      await knowing('alerts/evaluation', false);
      await round();
      expect((await knowing('alerts/evaluation', true)).faults).toMatchObject([{ over: true, seq: 2 }]);
    });
  }, 60_000);
});
