import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CollectPageInput, DetailBatch, SourceResult, Window } from '../../core/schemas/collect.js';
import type { EnrichBatchInput } from '../../core/schemas/sequence.js';
import {
  type Activities,
  type Calls,
  COUNTY,
  createFakes,
  createLatch,
  final,
  LISTINGS,
  pageOf,
  planOf,
  windowName,
} from '../support/fake-activities.js';
import { runDay, startDay, startTimeServer, until, type WorkflowServer } from '../support/workflow-workers.js';

// The server that skips time: five times as fast as the dev server, which starts four children a second.
let server: WorkflowServer;
beforeAll(async () => {
  server = await startTimeServer();
}, 60_000);
afterAll(() => server?.stop(), 60_000);

function reported(calls: Calls, name: string): SourceResult {
  const found = calls.report?.sources.find(({ source }) => source === name);
  if (!found) throw new Error(`${name} is not in the report`);
  return found;
}

/** Pages of one ZIP fail; all others have two pages. */
function failingWalk(source: string, zips: readonly string[], type: string): Partial<Activities> {
  return {
    collectPage: async (input: CollectPageInput) => {
      if (input.window.source === source && zips.includes(input.window.zip)) throw final(type);
      return pageOf(input, 2);
    },
  };
}

function batchOf(window: Window, key: string): DetailBatch {
  return { window, keys: [key] };
}

describe('the model in a day', () => {
  it('is told what is still being collected, is asked beside it, and waits for nothing in the end', async () => {
    const details = createLatch();
    const asked: EnrichBatchInput[] = [];
    const { activities } = createFakes(planOf({ zips: ['85031'], model: 'small', llmBudgetMs: 600_000 }), {
      planDetails: async ({ windows: [window] }) => ({
        batches: window?.source === 'maricopa-assessor' ? [batchOf(window, 'a')] : [],
        leftForLater: 0,
      }),
      collectDetails: async () => {
        await details.wait();
        return { done: 1, missing: 0 };
      },
      enrichBatch: async (input) => {
        asked.push(input);
        return { claimed: 0, described: 0 };
      },
    });
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await details.reached;
      const beside = () =>
        asked.some(
          ({ waitFor }) =>
            waitFor?.stages['maricopa-assessor'] === 'details' && waitFor.stages['phoenix-mls'] === 'ended',
        );
      await until(beside);
      details.open();
      await day.result();
    });
    expect(asked[0]?.waitFor?.stages).toEqual({ 'maricopa-assessor': 'walking', 'phoenix-mls': 'walking' });
    expect(asked.at(-1)?.waitFor).toBeUndefined();
  });
});

describe('a day', () => {
  it('is complete when both sources are, walks every page once and gives back what it held', async () => {
    const { activities, calls } = createFakes(planOf());
    const result = await runDay(server, activities);
    expect(result).toMatchObject({ status: 'complete', report: 'reports/run-summary.html' });
    expect(calls.pages).toHaveLength(12);
    expect(Object.values(calls.closed)).toEqual(Array(6).fill({ state: 'complete', reason: null }));
    expect(calls.report?.phases.map(({ name }) => name)).toEqual(['prepare', 'collect', 'enrich', 'validate']);
    expect(calls.notes.at(-1)).toEqual({ sent: true, reason: null });
    expect(calls.released).toBe(1);
  });

  it('keeps a ZIP that fails from sinking its source', async () => {
    const { activities, calls } = createFakes(planOf(), failingWalk('maricopa-assessor', ['85033'], 'ResponseInvalid'));
    const { status } = await runDay(server, activities);
    expect(status).toBe('partial');
    expect(reported(calls, 'maricopa-assessor')).toMatchObject({
      status: 'partial',
      zips: [
        { zip: '85031', status: 'complete' },
        { zip: '85033', status: 'failed', reason: expect.stringContaining('ResponseInvalid') },
        { zip: '85035', status: 'complete' },
      ],
    });
    expect(calls.closed[windowName('maricopa-assessor', '85033')]?.state).toBe('failed');
    expect(reported(calls, 'phoenix-mls').status).toBe('complete');
  });

  it('stops a source whose credential is refused, and fails the ZIPs it did not ask by name', async () => {
    const zips = ['85031', '85033', '85035', '85037', '85041'];
    const { activities, calls } = createFakes(
      planOf({ zips, sources: [{ ...COUNTY, lanes: 1 }, LISTINGS] }),
      failingWalk('maricopa-assessor', ['85033'], 'AuthRejected'),
    );
    expect((await runDay(server, activities)).status).toBe('partial');
    const county = reported(calls, 'maricopa-assessor');
    expect(county.zips.map(({ zip, status }) => `${zip} ${status}`)).toEqual([
      '85031 complete',
      '85033 failed',
      '85035 failed',
      '85037 failed',
      '85041 failed',
    ]);
    expect(county.zips.slice(1).every(({ reason }) => reason?.startsWith('AuthRejected'))).toBe(true);
    const asked = calls.pages.filter(({ window }) => window.source === 'maricopa-assessor');
    expect(new Set(asked.map(({ window }) => window.zip))).toEqual(new Set(['85031', '85033']));
    expect(calls.closed[windowName('maricopa-assessor', '85041')]?.state).toBe('failed');
    expect(reported(calls, 'phoenix-mls').status).toBe('complete');
  });

  it('is partial when one source fails and failed when all do', async () => {
    const all = ['85031', '85033', '85035'];
    const one = createFakes(planOf(), failingWalk('phoenix-mls', all, 'Blocked'));
    expect((await runDay(server, one.activities)).status).toBe('partial');
    expect(reported(one.calls, 'phoenix-mls')).toMatchObject({ status: 'failed' });
    expect(reported(one.calls, 'maricopa-assessor')).toMatchObject({ status: 'complete' });
    const both = createFakes(planOf(), {
      collectPage: async () => {
        throw final('Blocked');
      },
    });
    expect((await runDay(server, both.activities)).status).toBe('failed');
  });

  it('is partial when a source is left out, and says why', async () => {
    const { activities, calls } = createFakes(
      planOf({ sources: [COUNTY, { ...LISTINGS, skipReason: 'there is no browser' }] }),
    );
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(reported(calls, 'phoenix-mls')).toMatchObject({ status: 'skipped', reason: 'there is no browser' });
    expect(calls.pages.every(({ window }) => window.source === 'maricopa-assessor')).toBe(true);
  });

  it('reports a failed day when it could not be prepared', async () => {
    const { activities, calls } = createFakes(planOf(), {
      planRun: async () => {
        throw final('BadConfig');
      },
    });
    expect(await runDay(server, activities)).toMatchObject({ status: 'failed', report: 'reports/run-summary.html' });
    expect(calls.report?.problems).toEqual([expect.stringMatching(/^prepare: BadConfig/)]);
    expect(calls.pages).toEqual([]);
    expect(calls.released).toBe(1);
  });

  it('names what the check of its own data finds', async () => {
    const { activities, calls } = createFakes(planOf(), { checkRun: async () => ({ problems: ['a row hangs'] }) });
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(calls.report?.problems).toEqual(['a row hangs']);
  });

  it('gives back what it held and ends as failed when the report cannot be written', async () => {
    const { activities, calls } = createFakes(planOf(), {
      writeSummary: async () => {
        throw final('StoreUnavailable');
      },
    });
    expect(await runDay(server, activities)).toMatchObject({ status: 'failed', report: null });
    expect(calls.released).toBe(1);
  });

  it('stays what the report says when giving back fails', async () => {
    const { activities } = createFakes(planOf(), {
      releaseRun: async () => {
        throw final('StoreUnavailable');
      },
    });
    expect((await runDay(server, activities)).status).toBe('complete');
  });
});

describe('enrichment that fails', () => {
  it('is named with its own code and does not fail the day when the model gives up', async () => {
    const { activities, calls } = createFakes(planOf({ model: 'small', llmBudgetMs: 60_000 }), {
      enrichBatch: async () => {
        throw final('ModelBusy');
      },
    });
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(calls.report?.problems).toEqual([expect.stringMatching(/^model: ModelBusy/)]);
    expect(calls.report?.sources.map(({ status }) => status)).toEqual(['complete', 'complete']);
  });

  it('is named with its own code when it ended before collection did', async () => {
    const ended = createLatch();
    const { activities, calls } = createFakes(planOf(), {
      composeBatch: async () => {
        setTimeout(ended.open, 500);
        throw final('StoreUnavailable');
      },
      collectPage: async (input) => {
        await ended.wait();
        return pageOf(input, 2);
      },
    });
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(calls.report?.problems).toEqual([expect.stringMatching(/^enrich: StoreUnavailable/)]);
  });
});

describe('a window', () => {
  it('is partial because of the limit, and its source complete all the same', async () => {
    const { activities, calls } = createFakes(planOf(), {
      collectPage: async (input) => ({ ...pageOf(input, 9), limitReached: true }),
    });
    expect((await runDay(server, activities, { limit: 25 })).status).toBe('complete');
    expect(calls.closed[windowName('maricopa-assessor', '85031')]).toEqual({ state: 'partial', reason: 'limit' });
    expect(reported(calls, 'maricopa-assessor').status).toBe('complete');
    expect(calls.pages).toHaveLength(6);
  });

  it('is not asked again when it is complete', async () => {
    const { activities, calls } = createFakes(planOf(), { openWindow: async () => ({ alreadyComplete: true }) });
    expect((await runDay(server, activities)).status).toBe('complete');
    expect(calls.pages).toEqual([]);
  });

  it('is what the ledger makes of it, not what the walk believes', async () => {
    const { activities, calls } = createFakes(planOf(), {
      closeWindow: async () => ({ state: 'suspect', reason: '0 keys, and 200 on 2026-03-01' }),
    });
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(reported(calls, 'phoenix-mls').zips[0]).toMatchObject({ status: 'suspect' });
  });
});

describe('details', () => {
  const plan = planOf({ sources: [LISTINGS], zips: ['85031', '85033', '85035'] });
  const planDetails: Activities['planDetails'] = async ({ windows }) => ({
    batches: windows.map((window) => batchOf(window, `key of ${window.zip}`)),
    leftForLater: 4,
  });

  it('keep the windows open until they are in, and say what is left for another day', async () => {
    const { activities, calls } = createFakes(plan, { planDetails });
    expect((await runDay(server, activities)).status).toBe('complete');
    expect(calls.details).toHaveLength(3);
    expect(Object.values(calls.closed)).toEqual(Array(3).fill({ state: 'complete', reason: null }));
    expect(reported(calls, 'phoenix-mls').detailsLeft).toBe(4);
  });

  it('that fail make their own window partial, by name', async () => {
    const { activities, calls } = createFakes(plan, {
      planDetails,
      collectDetails: async ({ window, keys }) => {
        if (window.zip === '85033') throw final('ResponseInvalid');
        return { done: keys.length, missing: 0 };
      },
    });
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(reported(calls, 'phoenix-mls').zips).toEqual([
      { zip: '85031', status: 'complete', reason: null },
      { zip: '85033', status: 'partial', reason: expect.stringContaining('ResponseInvalid') },
      { zip: '85035', status: 'complete', reason: null },
    ]);
  });

  it('leave a window complete whose details were in before the source had to stop', async () => {
    const { activities, calls } = createFakes(plan, {
      planDetails,
      collectDetails: async ({ window, keys }) => {
        if (window.zip === '85033') throw final('Blocked');
        return { done: keys.length, missing: 0 };
      },
    });
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(reported(calls, 'phoenix-mls').zips).toEqual([
      { zip: '85031', status: 'complete', reason: null },
      { zip: '85033', status: 'partial', reason: expect.stringContaining('Blocked') },
      { zip: '85035', status: 'partial', reason: expect.stringContaining('not asked') },
    ]);
  });

  it('that were never asked, because the walk of another ZIP stopped the source, leave no window open', async () => {
    const { activities, calls } = createFakes(plan, failingWalk('phoenix-mls', ['85033'], 'Blocked'));
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(reported(calls, 'phoenix-mls').zips).toEqual([
      { zip: '85031', status: 'partial', reason: expect.stringContaining('not asked') },
      { zip: '85033', status: 'failed', reason: expect.stringContaining('Blocked') },
      { zip: '85035', status: 'failed', reason: expect.stringContaining('not asked') },
    ]);
    expect(calls.closed[windowName('phoenix-mls', '85031')]?.state).toBe('partial');
  });

  it('that fail are named by the source where the windows do not wait for them', async () => {
    const { activities, calls } = createFakes(planOf({ sources: [COUNTY] }), {
      ...failingWalk('maricopa-assessor', ['85031'], 'ResponseInvalid'),
      planDetails,
      collectDetails: async ({ window, keys }) => {
        if (window.zip === '85033') throw final('ResponseInvalid');
        return { done: keys.length, missing: 0 };
      },
    });
    expect((await runDay(server, activities)).status).toBe('partial');
    const county = reported(calls, 'maricopa-assessor');
    expect(county.zips.map(({ status }) => status)).toEqual(['failed', 'complete', 'complete']);
    expect(county.reason).toMatch(/^85033 details: ResponseInvalid/);
  });

  it('that cannot be planned do not lose how the walks ended', async () => {
    const { activities, calls } = createFakes(plan, {
      planDetails: async () => {
        throw final('StoreUnavailable');
      },
    });
    expect((await runDay(server, activities)).status).toBe('partial');
    const zips = reported(calls, 'phoenix-mls').zips;
    expect(zips.map(({ status }) => status)).toEqual(['partial', 'partial', 'partial']);
    expect(zips[0]?.reason).toContain('StoreUnavailable');
  });
});

describe('the mail of a day', () => {
  it('that is refused for good is noted at once with the reason', async () => {
    const { activities, calls } = createFakes(planOf(), {
      mailSummary: async () => {
        throw final('BadConfig', 'no such user');
      },
    });
    expect((await runDay(server, activities)).status).toBe('complete');
    expect(calls.notes.at(-1)).toEqual({ sent: false, reason: expect.stringContaining('no such user') });
  }, 20_000);
});

describe('progress', () => {
  it('shows the phase and every source', async () => {
    const latch = createLatch();
    const { activities } = createFakes(planOf({ sources: [COUNTY, LISTINGS] }), {
      collectPage: async (input) => {
        if (input.window.source === 'phoenix-mls') await latch.wait();
        return pageOf(input, 1);
      },
    });
    await server.withWorkers(activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await expect(day.query('progress')).resolves.toMatchObject({
        phase: 'collect',
        paused: false,
        sources: [
          { source: 'maricopa-assessor', status: expect.stringMatching(/running|complete/) },
          { source: 'phoenix-mls', status: 'running' },
        ],
      });
      latch.open();
      await day.result();
      await expect(day.query('progress')).resolves.toMatchObject({
        phase: 'ended',
        sources: [{ status: 'complete' }, { status: 'complete' }],
      });
    });
  });
});
