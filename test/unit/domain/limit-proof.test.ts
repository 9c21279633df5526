import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { proveLimit, type RequestTimes } from '../../../domain/limit-proof.js';

const LIMIT = { windowLimit: 3, windowMs: 1_000, inFlight: 2 };
const SPACING_MS = 400;

const at = (...times: readonly number[]): readonly RequestTimes[] =>
  times.map((time) => ({ grantedAtMs: time, sentAtMs: time, durationMs: 10, pauseMs: null }));
const prove = (requests: readonly RequestTimes[]) => proveLimit(requests, LIMIT, SPACING_MS);

describe('the proof of a limit', () => {
  it.each([
    ['nothing', at(), { requests: 0, windows: 0, most: 0, violations: 0, utilisation: null }],
    ['one request', at(5), { windows: 2, most: 1, violations: 0, utilisation: null }],
    ['three in a window', at(0, 400, 800), { most: 3, violations: 0 }],
    ['a fourth at the very end of a window', at(0, 400, 800, 1_000), { most: 3, violations: 0 }],
    ['a fourth just inside', at(0, 400, 800, 999), { most: 4, violations: 2 }],
    ['requests in any order', at(999, 0, 800, 400), { most: 4, violations: 2 }],
    ['a window anywhere', at(0, 5_000, 5_001, 5_002, 5_003), { most: 4, violations: 2 }],
    ['the full rate', at(0, 400, 800, 1_200, 1_600), { utilisation: 1 }],
    ['half of the rate', at(0, 800, 1_600), { utilisation: 0.5 }],
    ['a pause between two stretches', at(0, 400, 60_000, 60_400), { utilisation: 1 }],
  ])('of %s', (_what, requests, expected) => {
    expect(prove(requests)).toMatchObject(expected);
  });

  it('counts late sends by the clock of the worker too', () => {
    const late = [0, 400, 800, 1_200].map((time) => ({
      grantedAtMs: time,
      sentAtMs: 1_200,
      durationMs: 0,
      pauseMs: null,
    }));
    expect(prove(late)).toMatchObject({ most: 4, violations: 1 });
  });

  it('counts requests at one time, and leaves out those whose end is not known', () => {
    const long = at(0, 400, 800).map((one) => ({ ...one, durationMs: 5_000 }));
    expect(prove(long)).toMatchObject({ mostInFlight: 3, inFlightViolations: 1, unfinished: 0 });
    expect(prove(long.map((one) => ({ ...one, durationMs: null })))).toMatchObject({ mostInFlight: 0, unfinished: 3 });
    const oneAfterTheOther = at(0, 400, 800).map((one) => ({ ...one, durationMs: 400 }));
    expect(prove(oneAfterTheOther)).toMatchObject({ mostInFlight: 1, inFlightViolations: 0 });
  });

  it('leaves a pause that the host asked for out of the rate, and counts who sends inside it', () => {
    const asked = (pauseMs: number, next: number) => [
      ...at(0, 400),
      { grantedAtMs: 800, sentAtMs: 800, durationMs: 10, pauseMs },
      ...at(next, next + 400),
    ];
    expect(prove(asked(2_000, 2_810))).toMatchObject({ pauses: 1, pauseViolations: 0 });
    expect(prove(asked(2_000, 2_810)).utilisation).toBeCloseTo(1);
    expect(prove(asked(2_000, 4_810)).utilisation).toBeLessThan(0.5);
    expect(prove(asked(2_000, 2_400))).toMatchObject({ pauses: 1, pauseViolations: 2 });
    expect(prove(asked(2_000, 1_100))).toMatchObject({ pauseViolations: 1 }); // told within 300 ms
  });

  it('finds what a search over every window finds', () => {
    const times = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(times, (all) => {
        const most = Math.max(
          0,
          ...all.map((from) => all.filter((time) => time >= from && time < from + 1_000).length),
        );
        expect(prove(at(...all)).most).toBe(most);
      }),
    );
  });
});
