import { describe, expect, it } from '@jest/globals';
import { daysLeft, judgeBalance, shareOff } from '../../../domain/reconcile.js';
import { createRandom } from '../../../sandbox/random.js';

describe('a balance held against the ledger', () => {
  it.each([
    ['as booked', 100, 70, 30, 0, 'equal', 0, 0],
    ['more taken than booked', 100, 60, 30, 0, 'unbooked', 10, 10],
    ['less taken than estimated', 100, 80, 30, 10, 'credit', -10, -10],
    ['less taken than can be in doubt', 100, 80, 30, 5, 'top-up', -10, 0],
    ['money paid in', 100, 5_070, 30, 30, 'top-up', -5_000, 0],
    ['nothing at all', 100, 100, 0, 0, 'equal', 0, 0],
  ])(
    '%s',
    (_name, beforeUsdMicros, afterUsdMicros, bookedUsdMicros, doubtfulUsdMicros, kind, difference, correction) => {
      expect(judgeBalance({ beforeUsdMicros, afterUsdMicros, bookedUsdMicros, doubtfulUsdMicros })).toEqual({
        kind,
        differenceUsdMicros: difference,
        correctionUsdMicros: correction,
      });
    },
  );

  it('makes the ledger equal to the balance, unless somebody paid in', () => {
    const random = createRandom('reconcile-rules');
    for (let round = 0; round < 500; round += 1) {
      const [before, taken, booked] = [random.whole(0, 1e7), random.whole(0, 1e6), random.whole(0, 1e6)];
      const verdict = judgeBalance({
        beforeUsdMicros: before,
        afterUsdMicros: before - taken,
        bookedUsdMicros: booked,
        doubtfulUsdMicros: random.whole(0, booked),
      });
      if (verdict.kind === 'top-up') expect(verdict.correctionUsdMicros).toBe(0);
      else expect(booked + verdict.correctionUsdMicros).toBe(taken);
    }
  });

  it('tells how long it lasts, and how far it is off', () => {
    expect(daysLeft(1_000_000, 0)).toBeNull();
    expect(daysLeft(1_000_000, 250_000)).toBe(4);
    expect([shareOff(0, 0), shareOff(5, 0), shareOff(-5, 100)]).toEqual([0, 1, 0.05]);
  });
});
