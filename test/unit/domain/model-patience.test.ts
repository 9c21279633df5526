import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { careAfter } from '../../../domain/model-care.js';
import {
  answered,
  FIRST_PATIENCE,
  PATIENCE_BOUNDS,
  type Patience,
  patienceMs,
  timedOut,
} from '../../../domain/model-patience.js';

const afterAnswers = (...tookMs: readonly number[]) => tookMs.reduce(answered, FIRST_PATIENCE);

describe('patience with the model', () => {
  it.each<[string, Patience, number]>([
    ['nothing is known', FIRST_PATIENCE, 60_000],
    ['one answer in 4 s', afterAnswers(4_000), 24_000],
    ['many quick answers', afterAnswers(...Array(30).fill(500)), 15_000],
    ['many answers in 10 s', afterAnswers(...Array(60).fill(10_000)), 20_000],
    ['a time-out after one answer in 4 s', timedOut(afterAnswers(4_000)), 48_000],
    ['time-outs without end', Array(50).fill(null).reduce(timedOut, FIRST_PATIENCE), 180_000],
    ['an answer after time-outs', answered(timedOut(timedOut(afterAnswers(4_000))), 4_000), 20_000],
  ])('when %s', (_name, patience, expected) => {
    expect(Math.round(patienceMs(patience) / 1_000)).toBe(Math.round(expected / 1_000));
  });

  it('stays in its bounds whatever the model does', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 10_000_000 })), { maxLength: 50 }), (events) => {
        const end = events.reduce<Patience>(
          (one, ms) => (ms === null ? timedOut(one) : answered(one, ms)),
          FIRST_PATIENCE,
        );
        expect(patienceMs(end)).toBeGreaterThanOrEqual(PATIENCE_BOUNDS.least);
        expect(patienceMs(end)).toBeLessThanOrEqual(PATIENCE_BOUNDS.most);
      }),
    );
  });
});

it('care goes from a pause over loading and starting anew to the rules', () => {
  expect([1, 2, 3, 4, 5].map(careAfter)).toEqual(['wait', 'reload', 'restart', null, null]);
});
