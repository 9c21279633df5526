import { describe, expect, it } from '@jest/globals';
import { planWalk, type WalkedBefore, type WalkWish } from '../../../domain/walk-plan.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-02T10:00:00.000Z');
const POLICY = {
  overlapMs: 20 * 60_000,
  wholeEveryMs: 160 * HOUR,
  keysEveryMs: 20 * HOUR,
  oldestMs: 72 * HOUR,
  listedStatuses: ['Active'],
};
const WISH: WalkWish = { nowMs: NOW, force: false, limit: null, past: null };
const behindIt = (asOf: number | null, whole: number | null = asOf, listed: number | null = asOf): WalkedBefore => {
  const at = (hours: number | null) => (hours === null ? null : NOW - hours * HOUR);
  return { asOfMs: at(asOf), wholeAtMs: at(whole), listedAtMs: at(listed) };
};

describe('a walk', () => {
  it.each<[string, WalkedBefore, Partial<WalkWish>]>([
    ['nothing is behind it', behindIt(null), {}],
    ['a person wants it', behindIt(24), { force: true }],
    ['only some keys are taken', behindIt(24), { limit: 25 }],
    ['the last complete one is too old', behindIt(73), {}],
    ['the time for a whole one has come', behindIt(24, 160), {}],
    ['no whole one is known', behindIt(24, null), {}],
    ['nobody knows when all keys were met', behindIt(24, 24, null), {}],
  ])('is whole when %s', (_name, behind, wish) => {
    expect(planWalk(POLICY, behind, { ...WISH, ...wish })).toEqual({ kind: 'whole' });
  });

  it.each<[string, WalkedBefore, { since: string; keys: boolean }]>([
    ['the day before', behindIt(24), { since: '2026-03-01T09:40:00.000Z', keys: true }],
    ['the hour before', behindIt(1, 100, 1), { since: '2026-03-02T08:40:00.000Z', keys: false }],
    ['an hour to come, by a clock that was set back', behindIt(-1), { since: '2026-03-02T09:40:00.000Z', keys: false }],
    ['72 hours before', behindIt(72), { since: '2026-02-27T09:40:00.000Z', keys: true }],
  ])('asks for changes after one of %s', (_name, behind, expected) => {
    expect(planWalk(POLICY, behind, WISH)).toEqual({ kind: 'changes', ...expected });
  });

  it('of a past day asks for that day, whatever is behind it', () => {
    const past = { sinceMs: NOW - 48 * HOUR, untilMs: NOW - 24 * HOUR };
    for (const behind of [behindIt(null), behindIt(1)]) {
      expect(planWalk(POLICY, behind, { ...WISH, past, force: true })).toEqual({
        kind: 'past',
        since: '2026-02-28T09:40:00.000Z',
        until: '2026-03-01T10:00:00.000Z',
      });
    }
  });
});
