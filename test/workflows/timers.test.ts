import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { mailWorkflowId } from '../../core/ids.js';
import { COUNTY, createFakes, LISTINGS, pageOf, planOf } from '../support/fake-activities.js';
import { runDay, startDay, startTimeServer, type WorkflowServer } from '../support/workflow-workers.js';

// A server for each case: this one may keep its clock locked after an activity that succeeded at a later attempt.
let server: WorkflowServer;
beforeEach(async () => {
  server = await startTimeServer();
}, 60_000);
afterEach(() => server?.stop(), 60_000);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function mailDown(): ApplicationFailure {
  return ApplicationFailure.create({ type: 'NetworkError', message: 'the mail server does not answer' });
}

describe('timers of a day', () => {
  it('start the listing site 30 minutes after the county', async () => {
    const startedAtMs: Record<string, number> = {};
    const { activities } = createFakes(planOf({ sources: [COUNTY, { ...LISTINGS, startDelayMs: 30 * MINUTE_MS }] }), {
      openWindow: async ({ window }) => {
        startedAtMs[window.source] ??= await server.nowMs();
        return { alreadyComplete: false };
      },
    });
    expect((await runDay(server, activities)).status).toBe('complete');
    const apartMs = (startedAtMs['phoenix-mls'] ?? 0) - (startedAtMs['maricopa-assessor'] ?? 0);
    expect(apartMs).toBeGreaterThanOrEqual(29.9 * MINUTE_MS);
    expect(apartMs).toBeLessThan(31 * MINUTE_MS);
  });

  it('wake enrichment every minute when nobody signals', async () => {
    const { activities, calls } = createFakes(planOf({ sources: [{ ...LISTINGS, startDelayMs: 10 * MINUTE_MS }] }));
    await runDay(server, activities);
    expect(calls.composed.length).toBeGreaterThanOrEqual(10);
    expect(calls.composed.length).toBeLessThanOrEqual(20);
  });

  it('end the batches of the model at its deadline, and rules go on', async () => {
    const askedAtMs: number[] = [];
    const { activities, calls } = createFakes(
      planOf({
        sources: [{ ...LISTINGS, startDelayMs: HOUR_MS }],
        model: 'small',
        llmBudgetMs: 5 * MINUTE_MS,
      }),
      {
        composeBatch: async () => ({ composed: 1, more: false }),
        enrichBatch: async () => {
          askedAtMs.push(await server.nowMs());
          return { claimed: 0, described: 0 };
        },
      },
    );
    expect((await runDay(server, activities)).status).toBe('complete');
    const [first = 0] = askedAtMs;
    const last = askedAtMs.at(-1) ?? 0;
    expect(askedAtMs.length).toBeGreaterThanOrEqual(4);
    expect(last - first).toBeLessThanOrEqual(5 * MINUTE_MS);
    expect(calls.composed.length).toBeGreaterThanOrEqual(60);
  });

  it('do not count the time in which the model waits for facts, where it has no fixed end', async () => {
    const askedAtMs: number[] = [];
    const { activities } = createFakes(
      planOf({
        sources: [{ ...LISTINGS, startDelayMs: HOUR_MS }],
        model: 'small',
        llmBudgetMs: 5 * MINUTE_MS,
        llmBudgetIsWork: true,
      }),
      {
        enrichBatch: async () => {
          askedAtMs.push(await server.nowMs());
          return { claimed: 0, described: 0 };
        },
      },
    );
    expect((await runDay(server, activities)).status).toBe('complete');
    expect((askedAtMs.at(-1) ?? 0) - (askedAtMs[0] ?? 0)).toBeGreaterThanOrEqual(HOUR_MS);
  });

  it('do not wait for a busy model longer than its time and a few minutes', async () => {
    const { activities, calls } = createFakes(planOf({ model: 'small', llmBudgetMs: 2 * MINUTE_MS }), {
      enrichBatch: async () => {
        throw ApplicationFailure.create({ type: 'ModelBusy', message: 'busy', nextRetryDelay: '20 minutes' });
      },
    });
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(calls.report?.problems).toEqual([expect.stringMatching(/^model: ModelBusy/)]);
    const enrich = calls.report?.phases.find(({ name }) => name === 'enrich');
    const tookMs = Date.parse(enrich?.endedAt ?? '') - Date.parse(enrich?.startedAt ?? '');
    expect(tookMs).toBeLessThan(6 * MINUTE_MS);
  });

  it('go on after 45 s when the mail server hangs; the mail arrives hours later and is noted', async () => {
    const up = { atMs: 0 };
    const { activities, calls } = createFakes(planOf(), {
      mailSummary: async () => {
        const now = await server.nowMs();
        up.atMs ||= now + 3 * HOUR_MS;
        if (now < up.atMs) throw mailDown();
        return { sent: true, reason: null };
      },
    });
    await server.withWorkers(activities, async () => {
      const beforeMs = await server.nowMs();
      const day = await startDay(server);
      const { status, runKey } = await day.result();
      const tookMs = (await server.nowMs()) - beforeMs;
      expect(status).toBe('complete');
      expect(tookMs).toBeGreaterThanOrEqual(45_000);
      expect(tookMs).toBeLessThan(3 * MINUTE_MS);
      expect(calls.notes.at(-1)).toEqual({ sent: false, reason: expect.stringContaining('waits') });
      await server.client.workflow.getHandle(mailWorkflowId(day.workflowId, runKey)).result();
      expect(calls.notes.at(-1)).toEqual({ sent: true, reason: null });
      expect((await server.nowMs()) - beforeMs).toBeGreaterThanOrEqual(3 * HOUR_MS);
    });
  });

  it('give up a mail after 6 hours and note why', async () => {
    const { activities, calls } = createFakes(planOf({ zips: ['85031'], sources: [COUNTY] }), {
      mailSummary: async () => {
        throw mailDown();
      },
    });
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      const { runKey } = await day.result();
      await server.client.workflow.getHandle(mailWorkflowId(day.workflowId, runKey)).result();
    });
    expect(calls.notes.at(-1)).toMatchObject({ sent: false });
    expect(calls.notes.at(-1)?.reason).not.toContain('waits');
  });

  it('end a ZIP that never gets an answer after 3 hours, failed and typed, while the others finish', async () => {
    const { activities, calls } = createFakes(planOf({ sources: [COUNTY] }), {
      collectPage: async (input) => {
        if (input.window.zip === '85033')
          throw ApplicationFailure.create({ type: 'SourceUnavailable', message: 'no answer' });
        return pageOf(input, 2);
      },
    });
    expect((await runDay(server, activities)).status).toBe('partial');
    const [county] = calls.report?.sources ?? [];
    expect(county?.zips.map(({ zip, status }) => `${zip} ${status}`)).toEqual([
      '85031 complete',
      '85033 failed',
      '85035 complete',
    ]);
    expect(county?.zips[1]?.reason).toMatch(/^(SourceUnavailable|TimedOut): /);
    const collect = calls.report?.phases.find(({ name }) => name === 'collect');
    const hours = (Date.parse(collect?.endedAt ?? '') - Date.parse(collect?.startedAt ?? '')) / HOUR_MS;
    expect(hours).toBeGreaterThan(2.9);
    expect(hours).toBeLessThan(3.1);
  }, 90_000); // hours of one-minute rounds, on a machine that has other work

  it('name the milliseconds that a phase took over its budget', async () => {
    const { activities, calls } = createFakes(
      planOf({ sources: [{ ...LISTINGS, startDelayMs: HOUR_MS }], phaseBudgetMs: { collect: 20 * MINUTE_MS } }),
    );
    await runDay(server, activities);
    const over = calls.report?.phases.find(({ name }) => name === 'collect')?.overBudgetMs ?? 0;
    expect(Math.round(over / MINUTE_MS)).toBe(40);
    expect(calls.report?.phases.find(({ name }) => name === 'prepare')?.overBudgetMs).toBe(0);
  });
});
