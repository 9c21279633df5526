import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EarlierDay, unusual } from '../../../domain/expected-band.js';

/** A day so many days before 2026-11-22, a Sunday. */
const day = (back: number): string => new Date(Date.UTC(2026, 10, 22 - back)).toISOString().slice(0, 10);
const TODAY = day(0);
const days = (figures: readonly number[], state: EarlierDay['state'] = 'complete', from = 1): EarlierDay[] =>
  figures.map((seen, at) => ({ runDate: day(at + from), state, seen }));

describe('unusual', () => {
  it.each<[string, number, readonly EarlierDay[], string | null]>([
    ['nothing before', 0, [], null],
    ['nothing complete before', 0, days([300, 300, 300], 'suspect'), null],
    ['none where hundreds were yesterday', 0, days([300]), '0 keys, and 300 on 2026-11-21'],
    ['half of yesterday', 150, days([300]), null],
    ['less than half of yesterday', 149, days([300]), '149 keys, and 300 on 2026-11-21'],
    ['double of yesterday', 600, days([300]), null],
    ['more than double', 601, days([300]), '601 keys, and 300 on 2026-11-21'],
    ['few that become none', 0, days([25]), null],
    ['few that become hundreds', 300, days([4]), '300 keys, and 4 on 2026-11-21'],
    [
      'steady days, a third off',
      660,
      days([1000, 1001, 999]),
      '660 keys, and 700 to 1300 are usual by the last 3 complete days',
    ],
    ['steady days, a quarter off', 750, days([1000, 1001, 999]), null],
    ['unsteady days reach further', 300, days([1000, 400, 700, 1300, 500]), null],
    [
      'none where days are unsteady',
      0,
      days([1000, 400, 700, 1300, 500]),
      '0 keys, and 70 to 3368 are usual by the last 5 complete days',
    ],
    [
      'one wild day does not move the middle',
      100,
      days([1000, 1000, 20_000, 1000, 1000]),
      '100 keys, and 700 to 1300 are usual by the last 5 complete days',
    ],
  ])('%s', (_what, seen, earlier, expected) => {
    expect(unusual({ runDate: TODAY, seen }, earlier)).toBe(expected);
  });

  it('holds a Sunday against Sundays', () => {
    const weeks = Array.from({ length: 28 }, (_, at) => at + 1);
    const earlier = weeks.flatMap((back) => days([back % 7 === 0 ? 200 : 1000], 'complete', back));
    expect(unusual({ runDate: TODAY, seen: 210 }, earlier)).toBeNull();
    expect(unusual({ runDate: TODAY, seen: 1000 }, earlier)).toBe(
      '1000 keys, and 140 to 260 are usual by the last 4 Sundays',
    );
  });

  it('believes a new level in its third night, whatever it was before', () => {
    const normal = days([1000, 1000, 1000], 'complete', 3);
    expect(unusual({ runDate: TODAY, seen: 500 }, [...days([495], 'suspect', 2), ...normal])).not.toBeNull();
    expect(unusual({ runDate: TODAY, seen: 500 }, [...days([505, 495], 'suspect'), ...normal])).toBeNull();
    expect(unusual({ runDate: TODAY, seen: 500 }, [...days([505, 400], 'suspect'), ...normal])).not.toBeNull();
  });

  it('never believes nothing', () => {
    const normal = days([1000, 1000, 1000], 'complete', 10);
    expect(unusual({ runDate: TODAY, seen: 0 }, [...days([0, 0, 0, 0], 'suspect'), ...normal])).not.toBeNull();
  });

  it('does not depend on the order of days', () => {
    const earlier = fc.array(fc.record({ seen: fc.nat(3000), state: fc.constantFrom('complete', 'suspect') }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(earlier, fc.nat(3000), (rows, seen) => {
        const told = rows.map(
          (row, at): EarlierDay => ({
            runDate: day(at + 1),
            seen: row.seen,
            state: row.state === 'suspect' ? 'suspect' : 'complete',
          }),
        );
        expect(unusual({ runDate: TODAY, seen }, [...told].reverse())).toBe(unusual({ runDate: TODAY, seen }, told));
      }),
    );
  });

  it('believes the figure of the latest day again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 20 }), (seen, count) => {
        expect(unusual({ runDate: TODAY, seen }, days(Array(count).fill(seen)))).toBeNull();
      }),
    );
  });
});
