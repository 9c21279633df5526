import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AlternativePlan, SourcePlan } from '../../core/schemas/sequence.js';
import {
  type Activities,
  type Calls,
  COUNTY,
  createFakes,
  final,
  LISTINGS,
  pageOf,
  planOf,
} from '../support/fake-activities.js';
import { runDay, startTimeServer, type WorkflowServer } from '../support/workflow-workers.js';

let server: WorkflowServer;
beforeAll(async () => {
  server = await startTimeServer();
}, 60_000);
afterAll(() => server?.stop(), 60_000);

const RESO: SourcePlan = { ...COUNTY, source: 'reso', taskQueue: 'http-reso' };
const alternatives = (plan: SourcePlan): readonly AlternativePlan[] => [{ of: 'phoenix-mls', by: 'reso', plan }];
const failing = (zips: readonly string[], type: string): Partial<Activities> => ({
  collectPage: async (input) => {
    const { source, zip } = input.window;
    if (source === 'phoenix-mls' && zips.includes(zip)) throw final(type, 'as it is');
    return pageOf(input, 2);
  },
});
const opened = ({ opened: windows }: Calls, name: string) =>
  windows.flatMap(({ source, zip }) => (source === name ? [zip] : []));

describe('a day whose source fails', () => {
  it('asks the alternative for the ZIPs that failed alone, under its own name, and stays partial', async () => {
    const plan = planOf({ alternatives: alternatives(RESO) });
    const { activities, calls } = createFakes(plan, failing(['85033'], 'ResponseInvalid'));
    const { status } = await runDay(server, activities);
    expect(status).toBe('partial');
    expect(opened(calls, 'reso')).toEqual(['85033']);
    expect(calls.closed['phoenix-mls 85033']).toMatchObject({ state: 'failed' });
    expect(calls.closed['reso 85033']).toEqual({ state: 'complete', reason: null });
    expect(calls.report?.standIns).toEqual([
      { zip: '85033', of: 'phoenix-mls', by: 'reso', because: 'ResponseInvalid: as it is', problem: null },
    ]);
    expect(calls.report?.sources.map(({ source, status: ended }) => [source, ended])).toEqual([
      ['maricopa-assessor', 'complete'],
      ['phoenix-mls', 'partial'],
      ['reso', 'complete'],
    ]);
  });

  it('asks it for all ZIPs of a source that is blocked', async () => {
    const plan = planOf({ alternatives: alternatives(RESO) });
    const { activities, calls } = createFakes(plan, failing(plan.zips, 'Blocked'));
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(opened(calls, 'reso').sort()).toEqual(plan.zips);
    expect(calls.report?.standIns?.map(({ problem }) => problem)).toEqual([null, null, null]);
  });

  it('asks it for all ZIPs of a source that is paused', async () => {
    const paused = { ...LISTINGS, skipReason: 'paused by a person' };
    const plan = planOf({ sources: [COUNTY, paused], alternatives: alternatives(RESO) });
    const { activities, calls } = createFakes(plan);
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(opened(calls, 'reso').sort()).toEqual(plan.zips);
    expect(opened(calls, 'phoenix-mls')).toEqual([]);
  });

  it('steps in after the time budget of a host whose circuit stays open', async () => {
    const plan = planOf({ zips: ['85031'], alternatives: alternatives(RESO) });
    const { activities, calls } = createFakes(plan, {
      collectPage: async (input) => {
        if (input.window.source === 'phoenix-mls') throw new Error('the circuit is open');
        return pageOf(input, 2);
      },
    });
    expect((await runDay(server, activities)).status).toBe('partial');
    expect(opened(calls, 'reso')).toEqual(['85031']);
    expect(calls.report?.standIns?.[0]?.because).toContain('the circuit is open');
  }, 60_000);

  it('names what the run collected anyway, and asks for it once', async () => {
    const gis: SourcePlan = { ...COUNTY, source: 'maricopa-gis', taskQueue: 'http-reso' };
    const plan = planOf({
      sources: [COUNTY, gis],
      alternatives: [{ of: 'maricopa-assessor', by: 'maricopa-gis', plan: null }],
    });
    const { activities, calls } = createFakes(plan, {
      collectPage: async (input) => {
        if (input.window.source === 'maricopa-assessor') throw final('AuthRejected', 'the token was refused');
        return pageOf(input, 1);
      },
    });
    await runDay(server, activities);
    expect(opened(calls, 'maricopa-gis').sort()).toEqual(plan.zips);
    expect(calls.report?.standIns?.map(({ zip, by, problem }) => [zip, by, problem])).toEqual(
      plan.zips.map((zip) => [zip, 'maricopa-gis', null]),
    );
  });

  it('says why nothing stood in where the alternative cannot be asked', async () => {
    const useless = { ...RESO, skipReason: 'it has no credentials' };
    const { activities, calls } = createFakes(
      planOf({ alternatives: alternatives(useless) }),
      failing(['85031'], 'ResponseInvalid'),
    );
    await runDay(server, activities);
    expect(opened(calls, 'reso')).toEqual([]);
    expect(calls.report?.standIns).toMatchObject([{ zip: '85031', by: 'reso', problem: 'it has no credentials' }]);
    expect(calls.report?.sources.map(({ source }) => source)).not.toContain('reso');
  });

  it('of a scope of its own asks nothing instead', async () => {
    const { activities, calls } = createFakes(planOf(), failing(['85031'], 'ResponseInvalid'));
    await runDay(server, activities);
    expect(opened(calls, 'reso')).toEqual([]);
    expect(calls.report?.standIns).toEqual([]);
  });
});
