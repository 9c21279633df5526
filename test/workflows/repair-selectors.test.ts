import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { repairWorkflowId } from '../../core/ids.js';
import type { FillDayInput } from '../../core/schemas/fill.js';
import type { ProposedSelectors, RepairDecision, RepairProgress } from '../../core/schemas/repair.js';
import type { SourcePlan } from '../../core/schemas/sequence.js';
import type { repairSelectors } from '../../workflows/repair-selectors.js';
import { type Activities, createFakes, final, LISTINGS, planOf } from '../support/fake-activities.js';
import {
  startDay,
  startFlowServer,
  startTimeServer,
  uniqueId,
  until,
  type WorkflowServer,
} from '../support/workflow-workers.js';

const DAY_MS = 86_400_000;
const PLAN: SourcePlan = { ...LISTINGS, repairs: true };
const ZIPS = ['85031', '85033'];
const YES: RepairDecision = { approved: true, by: 'Operator', reason: 'looked at it' };
const NO: RepairDecision = { approved: false, by: 'Operator', reason: 'the price is another' };
const USABLE: ProposedSelectors = { name: 'learned@1', usable: true, missing: [], found: 9, fields: 10 };

function startRepair({ client }: WorkflowServer): Promise<WorkflowHandle<typeof repairSelectors>> {
  const run = { market: 'phoenix', runDate: '2026-03-02', workflowId: 'daily', runKey: 'daily#1' };
  return client.workflow.start<typeof repairSelectors>('repairSelectors', {
    workflowId: uniqueId('repair'),
    taskQueue: 'pipeline',
    args: [
      {
        run,
        county: 'us-az-maricopa',
        plan: PLAN,
        lost: { market: uniqueId('market'), runDate: '2026-03-02', zips: ZIPS },
        remindAfterMs: DAY_MS,
      },
    ],
  });
}

const decide = (handle: WorkflowHandle, word: RepairDecision) =>
  handle.executeUpdate<string, [RepairDecision]>('decideRepair', { args: [word] });
const progress = (handle: WorkflowHandle) => handle.query<RepairProgress>('repair');

async function waiting(handle: WorkflowHandle): Promise<void> {
  while ((await progress(handle)).phase !== 'waiting') await new Promise((wake) => setTimeout(wake, 20));
}

/** Fakes that note what is filled and kept. */
function fakes(own: Partial<Activities> = {}) {
  const filled: FillDayInput[] = [];
  const kept: RepairDecision[] = [];
  const reminders: number[] = [];
  const { activities, calls } = createFakes(planOf({ sources: [PLAN] }), {
    planFill: async (input) => {
      filled.push(input);
      return { county: 'us-az-maricopa', complete: 0, missed: 0, missedBefore: 0, collect: [] };
    },
    decideSelectors: async ({ approved, by, reason }) => {
      kept.push({ approved, by, reason });
    },
    mailRepair: async ({ reminder }) => {
      reminders.push(reminder);
      return { sent: true, reason: null };
    },
    ...own,
  });
  return { activities, calls, filled, kept, reminders };
}

describe('a repair', () => {
  let server: WorkflowServer;
  beforeAll(async () => {
    server = await startFlowServer();
  }, 60_000);
  afterAll(() => server?.stop(), 60_000);

  it('keeps the word of a person, and asks again for the days and ZIPs that were lost', async () => {
    const { activities, filled, kept } = fakes();
    const result = await server.withWorkers(activities, async () => {
      const handle = await startRepair(server);
      await waiting(handle);
      await handle.signal('layoutChanged', { market: 'other', runDate: '2026-03-04', zips: ['85035'] });
      expect(await decide(handle, YES)).toMatch(/learned@1 approved/);
      return handle.result();
    });
    expect(result).toMatchObject({ status: 'approved', name: 'learned@1', reason: 'looked at it' });
    expect(kept).toEqual([YES]);
    expect(filled).toMatchObject([
      { runDate: '2026-03-02', sources: ['phoenix-mls'], zips: ZIPS },
      { market: 'other', runDate: '2026-03-04', zips: ['85035'] },
    ]);
  });

  it('ends without asking anything when it is rejected', async () => {
    const { activities, filled, kept } = fakes();
    const result = await server.withWorkers(activities, async () => {
      const handle = await startRepair(server);
      await waiting(handle);
      await decide(handle, NO);
      return handle.result();
    });
    expect(result).toEqual({ status: 'rejected', name: 'learned@1', reason: NO.reason, filled: [] });
    expect({ filled, kept }).toEqual({ filled: [], kept: [NO] });
  });

  it.each<[string, Partial<ProposedSelectors>, RepairDecision, RegExp]>([
    ['an approval of nothing', { usable: false, missing: ['results price'] }, YES, /results price/],
    ['a word without a name', {}, { ...YES, by: ' ' }, /name and a reason/],
    ['a word without a reason', {}, { ...NO, reason: '' }, /name and a reason/],
  ])('refuses %s, and goes on waiting', async (_name, part, word, message) => {
    const { activities, kept } = fakes({ proposeSelectors: async () => ({ ...USABLE, ...part }) });
    await server.withWorkers(activities, async () => {
      const handle = await startRepair(server);
      await waiting(handle);
      const refused = await decide(handle, word).catch((problem: unknown) => problem);
      expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
      expect(refused instanceof Error ? String(refused.cause) : '').toMatch(message);
      await decide(handle, NO);
      expect((await handle.result()).status).toBe('rejected');
    });
    expect(kept).toEqual([NO]);
  });

  it('waits on when a word could not be kept', async () => {
    let broken = true;
    const { activities } = fakes({
      decideSelectors: async () => {
        if (broken) throw final('ResponseInvalid');
      },
    });
    await server.withWorkers(activities, async () => {
      const handle = await startRepair(server);
      await waiting(handle);
      await expect(decide(handle, YES)).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
      expect((await progress(handle)).phase).toBe('waiting');
      broken = false;
      await decide(handle, NO);
      expect((await handle.result()).status).toBe('rejected');
    });
  });

  it('says why when no pages can be had, so that the next run begins another', async () => {
    const { activities } = fakes({
      sampleLayout: async () => {
        throw final('Blocked');
      },
    });
    const result = await server.withWorkers(activities, async () => (await startRepair(server)).result());
    expect(result).toMatchObject({ status: 'failed', name: null, reason: expect.stringMatching(/^Blocked/) });
  });

  it('is begun by a run whose known pages look otherwise, before anything is walked; a second run joins it', async () => {
    const { activities, calls, filled } = fakes({
      checkKnown: async () => {
        throw final('SchemaDrift');
      },
    });
    await server.withWorkers(activities, async () => {
      expect((await (await startDay(server)).result()).status).toBe('failed');
      expect(calls.pages).toEqual([]);
      expect(Object.values(calls.closed).map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
      const handle = server.client.workflow.getHandle<typeof repairSelectors>(repairWorkflowId('phoenix-mls'));
      await waiting(handle);
      await (await startDay(server)).result();
      await decide(handle, YES);
      expect((await handle.result()).status).toBe('approved');
    });
    expect(filled).toMatchObject([{ zips: ['85031', '85033', '85035'] }]);
  });

  it('is not begun when the look itself fails: the walk goes on', async () => {
    const { activities, calls } = fakes({
      checkKnown: async () => {
        throw final('ResponseInvalid');
      },
    });
    const result = await server.withWorkers(activities, async () => (await startDay(server)).result());
    expect(result.status).toBe('complete');
    expect(calls.pages.length).toBeGreaterThan(0);
  });

  it('is begun when details meet the new layout', async () => {
    const { activities } = fakes({
      planDetails: async ({ windows }) => ({
        batches: windows.map((window) => ({ window, keys: ['1'] })),
        leftForLater: 0,
      }),
      collectDetails: async () => {
        throw final('SchemaDrift');
      },
    });
    await server.withWorkers(activities, async () => {
      expect((await (await startDay(server)).result()).status).toBe('partial');
      const handle = server.client.workflow.getHandle<typeof repairSelectors>(repairWorkflowId('phoenix-mls'));
      await waiting(handle);
      await decide(handle, NO);
      expect((await handle.result()).status).toBe('rejected');
    });
  });
});

describe('a repair that nobody looks at', () => {
  let server: WorkflowServer;
  beforeAll(async () => {
    server = await startTimeServer();
  }, 60_000);
  afterAll(() => server?.stop(), 60_000);

  it('tells at once, and again every day', async () => {
    const { activities, reminders } = fakes();
    await server.withWorkers(activities, async () => {
      const handle = await startRepair(server);
      await waiting(handle);
      await until(() => reminders.length === 1);
      await server.pass(3.5 * DAY_MS);
      await until(() => reminders.length === 4);
      expect((await progress(handle)).reminders).toBe(3);
      await decide(handle, NO);
      await handle.result();
    });
    expect(reminders).toEqual([0, 1, 2, 3]);
  });
});
