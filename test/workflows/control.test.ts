import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { sourceWorkflowId, zipWorkflowId } from '../../core/ids.js';
import type { SourceResult, ZipResult } from '../../core/schemas/collect.js';
import {
  type Activities,
  type Calls,
  COUNTY,
  createFakes,
  createLatch,
  final,
  type Latch,
  LISTINGS,
  pageOf,
  planOf,
  windowName,
} from '../support/fake-activities.js';
import { startDay, startFlowServer, uniqueId, until, type WorkflowServer } from '../support/workflow-workers.js';

let server: WorkflowServer;
beforeAll(async () => {
  server = await startFlowServer();
}, 60_000);
afterAll(() => server?.stop(), 60_000);

const SETTLE_MS = 700;

function sourceOf(calls: Calls, name: string): SourceResult | undefined {
  return calls.report?.sources.find(({ source }) => source === name);
}

function zipOf(calls: Calls, zip: string): ZipResult | undefined {
  return sourceOf(calls, 'maricopa-assessor')?.zips.find((result) => result.zip === zip);
}

/** Three pages a ZIP; the second page of 85031 of the county stands still until the latch is opened. */
function latched(latch: Latch): Partial<Activities> {
  return {
    collectPage: async (input) => {
      const { source, zip } = input.window;
      if (source === 'maricopa-assessor' && zip === '85031' && input.cursor === 2) await latch.wait();
      return pageOf(input, 3);
    },
  };
}

async function eventTypes(handle: WorkflowHandle): Promise<readonly number[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).map(({ eventType }) => eventType ?? 0);
}

/** `WorkflowExecutionUpdateAccepted` of `temporal.api.enums.v1.EventType`. */
const UPDATE_ACCEPTED = 41;

describe('pause', () => {
  it.each([
    ['sequence', (id: string) => id],
    ['source', (id: string) => sourceWorkflowId(id, 'maricopa-assessor')],
    ['ZIP', (id: string) => zipWorkflowId(id, 'maricopa-assessor', '85031')],
  ])('of a %s ends the page in flight and asks no further one until it is resumed', async (_what, idOf) => {
    const latch = createLatch();
    const { activities, calls } = createFakes(planOf({ zips: ['85031'], sources: [COUNTY] }), latched(latch));
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      const held = server.client.workflow.getHandle(idOf(day.workflowId));
      await held.executeUpdate('pause');
      latch.open();
      await server.pass(SETTLE_MS);
      expect(calls.pages.map(({ cursor }) => cursor)).toEqual([null, 2]);
      await held.executeUpdate('resume');
      expect((await day.result()).status).toBe('complete');
      expect(calls.pages.map(({ cursor }) => cursor)).toEqual([null, 2, 3]);
    });
  });

  it('of a ZIP leaves the others going', async () => {
    const latch = createLatch();
    const { activities, calls } = createFakes(planOf({ sources: [COUNTY] }), latched(latch));
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      const zip = server.client.workflow.getHandle(zipWorkflowId(day.workflowId, 'maricopa-assessor', '85031'));
      await zip.executeUpdate('pause');
      latch.open();
      await until(() => Object.keys(calls.closed).length === 2);
      expect(Object.keys(calls.closed).sort()).toEqual(['maricopa-assessor 85033', 'maricopa-assessor 85035']);
      await zip.executeUpdate('resume');
      expect((await day.result()).status).toBe('complete');
    });
  });

  it('of a sequence holds sources and ZIPs that begin later', async () => {
    const latch = createLatch();
    const plan = planOf();
    const { activities, calls } = createFakes(plan, {
      planRun: async () => {
        await latch.wait();
        return plan;
      },
    });
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await day.executeUpdate('pause');
      await expect(day.query('progress')).resolves.toMatchObject({ paused: true });
      latch.open();
      await server.pass(SETTLE_MS);
      expect(calls.pages).toEqual([]);
      await day.executeUpdate('resume');
      expect((await day.result()).status).toBe('complete');
    });
  });

  it('a second time is refused and not in the history', async () => {
    const latch = createLatch();
    const { activities } = createFakes(planOf({ sources: [COUNTY] }), latched(latch));
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await expect(day.executeUpdate('resume')).rejects.toMatchObject({ cause: { type: 'Refused' } });
      await day.executeUpdate('pause');
      await expect(day.executeUpdate('pause')).rejects.toMatchObject({ cause: { type: 'Refused' } });
      await day.executeUpdate('resume');
      latch.open();
      await day.result();
      expect((await eventTypes(day)).filter((type) => type === UPDATE_ACCEPTED)).toHaveLength(2);
    });
  });
});

describe('cancel', () => {
  it('of a sequence ends the pages in flight, closes every window by name, reports and cleans up', async () => {
    const latch = createLatch();
    const other = createLatch();
    const { activities, calls } = createFakes(
      planOf({ zips: ['85031', '85033', '85035'], sources: [COUNTY, LISTINGS] }),
      {
        collectPage: async (input) => {
          const { source, zip } = input.window;
          if (source === 'maricopa-assessor' && zip === '85031') await latch.wait();
          if (source === 'maricopa-assessor' && zip === '85033') await other.wait();
          if (source === 'phoenix-mls' && zip === '85033') await other.wait();
          return pageOf(input, 2);
        },
      },
    );
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await Promise.all([latch.reached, other.reached]);
      await server.pass(SETTLE_MS);
      await day.cancel();
      await server.pass(200);
      latch.open();
      await server.pass(SETTLE_MS); // the second lane ends later than the first
      other.open();
      expect((await day.result()).status).toBe('cancelled');
    });
    expect(calls.closed).toEqual({
      [windowName('maricopa-assessor', '85031')]: { state: 'partial', reason: 'cancelled' },
      [windowName('maricopa-assessor', '85033')]: { state: 'partial', reason: 'cancelled' },
      [windowName('maricopa-assessor', '85035')]: { state: 'skipped', reason: 'cancelled' },
      [windowName('phoenix-mls', '85031')]: { state: 'partial', reason: 'cancelled' }, // walked, its details not asked
      [windowName('phoenix-mls', '85033')]: { state: 'partial', reason: 'cancelled' },
      [windowName('phoenix-mls', '85035')]: { state: 'skipped', reason: 'cancelled' },
    });
    expect(calls.report?.sources.map(({ status, zips }) => [status, zips.length])).toEqual([
      ['partial', 3],
      ['partial', 3],
    ]);
    expect(calls.report?.cancelled).toBe(true);
    expect(calls.released).toBe(1);
  });

  it('of a sequence among its details keeps what is complete and closes the rest', async () => {
    const latch = createLatch();
    const { activities, calls } = createFakes(planOf({ sources: [LISTINGS] }), {
      planDetails: async ({ windows }) => ({
        batches: windows.map((window) => ({ window, keys: ['a'] })),
        leftForLater: 0,
      }),
      collectDetails: async ({ window }) => {
        if (window.zip === '85033') await latch.wait();
        return { done: 1, missing: 0 };
      },
    });
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await day.cancel();
      await server.pass(200);
      latch.open();
      expect((await day.result()).status).toBe('cancelled');
    });
    expect(Object.values(calls.closed).map(({ state }) => state)).toEqual(['complete', 'partial', 'partial']);
  });

  it('of a paused sequence does not wait for a resume', async () => {
    const latch = createLatch();
    const { activities, calls } = createFakes(planOf({ zips: ['85031'], sources: [COUNTY] }), latched(latch));
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await day.executeUpdate('pause');
      latch.open();
      await server.pass(SETTLE_MS);
      await day.cancel();
      expect((await day.result()).status).toBe('cancelled');
    });
    expect(calls.closed[windowName('maricopa-assessor', '85031')]).toEqual({ state: 'partial', reason: 'cancelled' });
  });

  it('of one ZIP leaves its source and the day going', async () => {
    const latch = createLatch();
    const { activities, calls } = createFakes(planOf(), latched(latch));
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await server.client.workflow.getHandle(zipWorkflowId(day.workflowId, 'maricopa-assessor', '85031')).cancel();
      await server.pass(200);
      latch.open();
      expect((await day.result()).status).toBe('partial');
    });
    expect(zipOf(calls, '85031')).toEqual({ zip: '85031', status: 'partial', reason: 'cancelled' });
    expect(zipOf(calls, '85035')?.status).toBe('complete');
    expect(sourceOf(calls, 'phoenix-mls')?.status).toBe('complete');
  });

  it('of one source leaves the day going', async () => {
    const latch = createLatch();
    const { activities, calls } = createFakes(planOf(), latched(latch));
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await server.client.workflow.getHandle(sourceWorkflowId(day.workflowId, 'maricopa-assessor')).cancel();
      await server.pass(200);
      latch.open();
      expect((await day.result()).status).toBe('partial');
    });
    expect(sourceOf(calls, 'maricopa-assessor')).toMatchObject({ status: 'partial', reason: 'cancelled' });
    expect(sourceOf(calls, 'phoenix-mls')?.status).toBe('complete');
  });

  it('of the enrichment alone does not cancel the day', async () => {
    const latch = createLatch();
    const { activities, calls } = createFakes(planOf(), latched(latch));
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await server.client.workflow.getHandle(`${day.workflowId}/enrich`).cancel();
      await server.pass(200);
      latch.open();
      expect((await day.result()).status).toBe('partial');
    });
    expect(calls.report).toMatchObject({ cancelled: false, problems: [expect.stringMatching(/^enrich: /)] });
  });
});

describe('terminate', () => {
  it('of one ZIP fails it by name and leaves its source going', async () => {
    const latch = createLatch();
    const { activities, calls } = createFakes(planOf({ sources: [COUNTY] }), latched(latch));
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await server.client.workflow
        .getHandle(zipWorkflowId(day.workflowId, 'maricopa-assessor', '85031'))
        .terminate('the test wants it');
      latch.open();
      expect((await day.result()).status).toBe('partial');
    });
    expect(zipOf(calls, '85031')).toMatchObject({ status: 'failed' });
    expect(zipOf(calls, '85035')?.status).toBe('complete');
  });
});

describe('a source that stops', () => {
  it('lets the walk of its other lane end at its own page', async () => {
    const latch = createLatch();
    const { activities, calls } = createFakes(planOf({ sources: [COUNTY] }), {
      collectPage: async (input) => {
        if (input.window.zip === '85033') throw final('AuthRejected');
        if (input.window.zip === '85031') await latch.wait();
        return pageOf(input, 1);
      },
    });
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await server.pass(SETTLE_MS);
      latch.open();
      await day.result();
    });
    expect(zipOf(calls, '85031')?.status).toBe('complete');
    expect(zipOf(calls, '85035')).toMatchObject({ status: 'failed', reason: expect.stringContaining('AuthRejected') });
    expect(calls.pages.every(({ window }) => window.zip !== '85035')).toBe(true);
  });
});

describe('a mail', () => {
  it('that still waits does not keep the same day from running again', async () => {
    const latch = createLatch();
    const asked: string[] = [];
    const { activities, calls } = createFakes(planOf({ zips: ['85031'], sources: [COUNTY] }), {
      mailSummary: async ({ runKey }) => {
        asked.push(runKey);
        if (asked.length === 1) await latch.wait();
        return { sent: true, reason: null };
      },
    });
    const workflowId = uniqueId('daily');
    await server.withWorkers(activities, async () => {
      const first = await startDay(server, { workflowId });
      await latch.reached;
      await first.terminate('the test wants the next one');
      const second = await startDay(server, { workflowId });
      expect((await second.result()).status).toBe('complete');
      latch.open();
    });
    expect(new Set(calls.mails).size).toBe(2);
  });
});
