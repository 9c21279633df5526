import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { IncidentFault } from '../../core/schemas/alerts.js';
import type { IncidentState } from '../../core/schemas/incidents.js';
import type { incident } from '../../workflows/incident.js';
import { ackIncidentUpdate, incidentFaultSignal, incidentQuery, noteIncidentUpdate } from '../../workflows/messages.js';
import type { Activities } from '../support/fake-activities.js';
import { createFakes, createLatch, incidentPlan, planOf } from '../support/fake-activities.js';
import { startFlowServer, uniqueId, type WorkflowServer } from '../support/workflow-workers.js';

/** Events after which the server suggests to continue as new; 4,096 by default. */
const SUGGESTED_AFTER = 60;

let server: WorkflowServer;
beforeAll(async () => {
  server = await startFlowServer({ 'limit.historyCount.suggestContinueAsNew': SUGGESTED_AFTER });
}, 60_000);
afterAll(() => server?.stop(), 60_000);

const BY = 'A. Operator';
const faultOf = (rule: string, part: Partial<IncidentFault> = {}): IncidentFault => ({
  ...{ alertId: `phoenix/${rule}/daily`, seq: 1, rule, severity: 'P1', kind: 'fired', text: 'it is so', by: null },
  ...{ at: '2026-03-02T10:00:00.000Z', ...part },
});

type Handle = WorkflowHandle<typeof incident>;

/** Opens an incident of a cause about the rule `a`, and does `work` while workers serve it. */
async function running(cause: string, work: (handle: Handle) => Promise<void>, own: Partial<Activities>) {
  const { activities } = createFakes(planOf(), own);
  await server.withWorkers(activities, async () => {
    const workflowId = uniqueId('incident');
    await server.client.workflow.start<typeof incident>('incident', {
      ...{ workflowId, taskQueue: 'pipeline' },
      args: [{ market: 'phoenix', cause, fault: faultOf('a') }],
    });
    await work(server.client.workflow.getHandle<typeof incident>(workflowId));
  });
}

async function becomes(handle: Handle, holds: (state: IncidentState) => boolean): Promise<IncidentState> {
  for (;;) {
    const state = await handle.query(incidentQuery);
    if (holds(state)) return state;
    await server.pass(50);
  }
}

/** Fills its history with notes until it has continued as new. */
async function continued(handle: Handle): Promise<void> {
  const first = (await handle.describe()).runId;
  while ((await handle.describe()).runId === first) {
    await handle.executeUpdate(noteIncidentUpdate, { args: [{ by: BY, text: 'still at it', keepOpen: false }] });
    await server.pass(50);
  }
}

describe('an incident that continues as new', () => {
  it('still tries what it was not to try yet', async () => {
    const plan = incidentPlan({ steps: ['probe-components'], unless: ['a'] });
    await running(
      'unless',
      async (handle) => {
        await handle.signal(incidentFaultSignal, faultOf('b'));
        await continued(handle);
        expect((await handle.query(incidentQuery)).tried).toEqual([]);
        await handle.signal(incidentFaultSignal, faultOf('a', { kind: 'recovered', seq: 2 }));
        const { tried } = await becomes(handle, ({ tried: all }) => all.length > 0);
        expect(tried.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual(['probe-components done']);
      },
      { planIncident: async () => plan },
    );
  }, 30_000);

  it('knows when it tried, and that it was counted', async () => {
    const counted: string[] = [];
    await running(
      'tried',
      async (handle) => {
        await becomes(handle, ({ tried }) => tried.length > 0);
        await handle.executeUpdate(ackIncidentUpdate, { args: [{ by: BY, note: null }] });
        await continued(handle);
        await handle.signal(incidentFaultSignal, faultOf('b'));
        await continued(handle);
        expect((await handle.query(incidentQuery)).tried).toHaveLength(1);
        expect(counted).toEqual(['failed']);
      },
      {
        planIncident: async () => incidentPlan({ steps: ['probe-components'] }),
        countRecovery: async ({ outcome }) => void counted.push(outcome),
      },
    );
  }, 30_000);

  it('writes down what came while it wrote for the last time', async () => {
    const kept = new Set<number>();
    const latch = createLatch();
    await running(
      'kept',
      async (handle) => {
        const first = (await handle.describe()).runId;
        await becomes(handle, ({ seq }) => kept.has(seq));
        // Known already: they make its history long, and it goes on waiting.
        for (let times = 0; times < 25; times += 1) {
          await handle.signal(incidentFaultSignal, faultOf('a'));
          await handle.query(incidentQuery);
        }
        await handle.executeUpdate(ackIncidentUpdate, { args: [{ by: BY, note: null }] });
        await latch.reached;
        await handle.signal(incidentFaultSignal, faultOf('b'));
        await becomes(handle, ({ faults }) => faults.length === 2);
        latch.open();
        while ((await handle.describe()).runId === first) await server.pass(50);
        const { seq } = await becomes(handle, (state) => kept.has(state.seq));
        expect([...kept].sort((a, b) => a - b)).toEqual(Array.from({ length: seq }, (_, at) => at + 1));
      },
      {
        keepIncident: async ({ state, afterSeq }) => {
          const own = state.cause === 'kept' ? state.timeline : []; // the others go on
          for (const { seq } of own) if (seq > afterSeq) kept.add(seq);
        },
        takeAlerts: async ({ state }) => (state.cause === 'kept' ? latch.wait() : undefined),
      },
    );
  }, 30_000);
});
