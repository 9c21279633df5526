import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BatchMeasure } from '../../core/schemas/model.js';
import type { CareInput, EnrichBatchInput, EnrichBatchResult } from '../../core/schemas/sequence.js';
import { type Activities, COUNTY, createFakes, planOf } from '../support/fake-activities.js';
import { runDay, startTimeServer, type WorkflowServer } from '../support/workflow-workers.js';

let server: WorkflowServer;
beforeAll(async () => {
  server = await startTimeServer();
}, 60_000);
afterAll(() => server?.stop(), 60_000);

const CLEAN: BatchMeasure = {
  claimed: 10,
  asked: 10,
  milliseconds: 10_000,
  timeouts: 0,
  refused: 0,
  lanesAtMost: 1,
  memoryLow: false,
};
const GOOD: EnrichBatchResult = { claimed: 10, described: 10, measure: CLEAN };
const TROUBLED: EnrichBatchResult = {
  claimed: 10,
  described: 0,
  measure: { ...CLEAN, asked: 0, timeouts: 2 },
  trouble: { code: 'ModelBusy', message: 'no answer' },
};
const NOTHING: EnrichBatchResult = { claimed: 0, described: 0 };

/** Runs a day whose batches end like this, one after the other; then the list is empty. */
async function dayOf(results: readonly EnrichBatchResult[], care: Activities['careForModel']) {
  const asked: EnrichBatchInput[] = [];
  const cared: CareInput[] = [];
  const { activities, calls } = createFakes(
    planOf({ zips: ['85031'], sources: [COUNTY], model: 'small', llmBudgetMs: 600_000 }),
    {
      enrichBatch: async (input) => {
        asked.push(input);
        return results[asked.length - 1] ?? NOTHING;
      },
      careForModel: async (input) => {
        cared.push(input);
        return care(input);
      },
    },
  );
  await runDay(server, activities);
  return { asked, steps: cared.map(({ step }) => step), problems: calls.report?.problems };
}

const ready = async () => ({ ready: true, what: 'done' });

describe('a model in trouble', () => {
  it('is given a pause, loaded anew, started anew; then the words of the rules have to do, and the day says so', async () => {
    const { asked, steps, problems } = await dayOf(Array(9).fill(TROUBLED), ready);
    expect(steps).toEqual(['wait', 'reload', 'restart']);
    expect(asked).toHaveLength(4);
    expect(problems).toEqual(['model: ModelBusy: no answer']);
  });

  it('is trusted again after a good batch', async () => {
    const { steps, problems } = await dayOf([TROUBLED, TROUBLED, GOOD, TROUBLED, GOOD], ready);
    expect(steps).toEqual(['wait', 'reload', 'wait']);
    expect(problems).toEqual([]);
  });

  it('is given up when its server does not come back', async () => {
    const { asked, problems } = await dayOf(Array(9).fill(TROUBLED), async ({ step }) => ({
      ready: step !== 'restart',
      what: 'it stays away',
    }));
    expect(asked).toHaveLength(3);
    expect(problems).toEqual(['model: ModelBusy: no answer; it stays away']);
  });

  it('gets batches of half the size, which grow again with what is measured', async () => {
    const { asked } = await dayOf([GOOD, GOOD, GOOD, TROUBLED, GOOD, GOOD], ready);
    expect(asked.slice(0, 7).map(({ size }) => size)).toEqual([10, 10, 20, 40, 20, 20, 40]);
    expect(asked[4]?.why).toMatch(/without an answer/);
  });
});
