import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { phaseWorkflowId, zipWorkflowId } from '../../core/ids.js';
import { COUNTY, createFakes, createLatch, final, pageOf, planOf } from '../support/fake-activities.js';
import { startDay, startFlowServer, type WorkflowServer } from '../support/workflow-workers.js';

/** Events after which the server suggests to continue as new; 4,096 by default. */
const SUGGESTED_AFTER = 60;
const PAGES = 20;

let server: WorkflowServer;
beforeAll(async () => {
  server = await startFlowServer({ 'limit.historyCount.suggestContinueAsNew': SUGGESTED_AFTER });
}, 60_000);
afterAll(() => server?.stop(), 60_000);

describe('a long history', () => {
  it('is cut by a ZIP that keeps its cursor, its page count and its result', async () => {
    const { activities, calls } = createFakes(planOf({ zips: ['85031'], sources: [COUNTY] }), {
      collectPage: async (input) => pageOf(input, PAGES),
    });
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      expect((await day.result()).status).toBe('complete');
      const zip = server.client.workflow.getHandle(zipWorkflowId(day.workflowId, 'maricopa-assessor', '85031'));
      const { events } = await zip.fetchHistory();
      const started = events?.[0]?.workflowExecutionStartedEventAttributes;
      expect(started?.continuedExecutionRunId).toBeTruthy();
    });
    expect(calls.pages.map(({ cursor }) => cursor ?? 1)).toEqual(Array.from({ length: PAGES }, (_, i) => i + 1));
    expect(calls.opened).toHaveLength(1);
    expect(calls.report?.sources[0]).toMatchObject({ status: 'complete', zips: [{ status: 'complete' }] });
  }, 60_000);

  it('is cut by a ZIP that was paused in the page before, and stays paused', async () => {
    const latch = createLatch();
    const { activities, calls } = createFakes(planOf({ zips: ['85031'], sources: [COUNTY] }), {
      collectPage: async (input) => {
        if (input.cursor === 5) await latch.wait();
        return pageOf(input, PAGES);
      },
    });
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      const zip = server.client.workflow.getHandle(zipWorkflowId(day.workflowId, 'maricopa-assessor', '85031'));
      // Each command is a few events: together they pass the limit while the page is in flight.
      for (let times = 0; times < 6; times += 1) {
        await zip.executeUpdate('pause');
        if (times < 5) await zip.executeUpdate('resume');
      }
      latch.open();
      await server.pass(1_000);
      expect(calls.pages).toHaveLength(5);
      const { events } = await zip.fetchHistory();
      expect(events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toBeTruthy();
      await zip.executeUpdate('resume');
      expect((await day.result()).status).toBe('complete');
    });
    expect(calls.pages).toHaveLength(PAGES);
  }, 60_000);

  it('is cut by enrichment, which keeps batch numbers, counts and what comes after the end of collection', async () => {
    const waiting = { properties: 0, words: 30 };
    const { activities, calls } = createFakes(
      planOf({ zips: ['85031'], sources: [COUNTY], model: 'small', llmBudgetMs: 60_000 }),
      {
        collectPage: async (input) => {
          waiting.properties += 1;
          return pageOf(input, PAGES);
        },
        composeBatch: async () => {
          const composed = waiting.properties;
          waiting.properties = 0;
          return { composed, more: false };
        },
        enrichBatch: async () => {
          const claimed = Math.min(1, waiting.words);
          waiting.words -= claimed;
          return { claimed, described: claimed };
        },
      },
    );
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      expect((await day.result()).status).toBe('complete');
      const enrich = server.client.workflow.getHandle(phaseWorkflowId(day.workflowId, 'enrich'));
      const { events } = await enrich.fetchHistory();
      expect(events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toBeTruthy();
      expect(await enrich.result()).toEqual({ composed: PAGES, batches: 31, modelProblem: null });
    });
    expect(waiting).toEqual({ properties: 0, words: 0 });
    expect(calls.modelBatches.slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  }, 60_000);

  it('does not ask a model again that has given up', async () => {
    const { activities, calls } = createFakes(
      planOf({ zips: ['85031'], sources: [COUNTY], model: 'small', llmBudgetMs: 60_000 }),
      {
        collectPage: async (input) => pageOf(input, PAGES),
        enrichBatch: async () => {
          throw final('BadConfig');
        },
      },
    );
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      expect((await day.result()).status).toBe('partial');
    });
    expect(calls.modelBatches).toHaveLength(1);
    expect(calls.report?.problems).toEqual([expect.stringMatching(/^model: BadConfig/)]);
  }, 60_000);
});
