import { describe, expect, it } from '@jest/globals';
import { planModel } from '../../../activities/plan-model.js';

const ZONE = 'America/Phoenix';
const SERVED = { model: 'llama3.2:latest', reason: null };
/** 03:00 in Phoenix. */
const NIGHT = Date.parse('2026-03-02T10:00:00Z');

describe('the time a run may spend on the model', () => {
  it.each([
    ['in production until 04:15', 'production', null, null, true, NIGHT, 75 * 60_000],
    [
      'in production in the afternoon ten minutes',
      'production',
      null,
      null,
      true,
      Date.parse('2026-03-02T22:00:00Z'),
      600_000,
    ],
    ['in demo 120 s on the first run of a day', 'demo', null, null, true, NIGHT, 120_000],
    ['in demo 20 s later', 'demo', null, null, false, NIGHT, 20_000],
    ['as the setting says', 'production', 30, null, true, NIGHT, 30_000],
    ['as the flag says, before the setting', 'production', 30, 5, true, NIGHT, 5_000],
    ['none when the flag says so', 'demo', null, 0, true, NIGHT, 0],
  ] as const)('is %s', (_name, mode, setting, flag, first, now, expected) => {
    const plan = planModel({ mode, llmSeconds: setting }, { llmSeconds: flag }, SERVED, first, ZONE, now);
    const { llmBudgetIsWork, ...rest } = plan;
    expect(rest).toEqual({ model: 'llama3.2:latest', modelReason: null, llmBudgetMs: expected });
    // Only the end of the night is an hour; everything else is time to work in.
    expect(llmBudgetIsWork).toBe(expected === 75 * 60_000 ? undefined : true);
  });

  it('is none without a model, and the reason is kept', () => {
    const none = { model: null, reason: 'no model server at http://127.0.0.1:11434' };
    const plan = planModel({ mode: 'production', llmSeconds: 60 }, { llmSeconds: 60 }, none, true, ZONE, NIGHT);
    expect(plan).toMatchObject({ model: null, modelReason: none.reason, llmBudgetMs: 0 });
  });
});
