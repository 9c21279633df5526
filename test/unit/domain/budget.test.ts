import { describe, expect, it } from '@jest/globals';
import { loadBudget, loadPrices } from '../../../core/product-settings.js';
import { BUDGET_LINES } from '../../../core/schemas/money.js';
import { costOfDay, daysIn, daysOf, daysToBook, priceOn, restOfMonth } from '../../../domain/accrual.js';
import {
  byLine,
  levelAt,
  type MonthFigures,
  moveBetween,
  overLimit,
  percentOf,
  sumOf,
  suspendedAt,
} from '../../../domain/budget.js';
import { createRandom } from '../../../sandbox/random.js';

const budget = loadBudget();
const random = createRandom('budget');
const line = () => BUDGET_LINES[random.whole(0, BUDGET_LINES.length - 1)] ?? 'api';
const figures = (most: number): MonthFigures => ({
  booked: byLine(() => random.whole(0, most)),
  reserved: byLine(() => random.whole(0, most)),
  committed: byLine(() => random.whole(0, most)),
});

describe('the budget of a month', () => {
  it('has 13 lines that add up to 25 dollars, and prices with source and date', () => {
    expect(Object.keys(budget.lines)).toHaveLength(13);
    expect(sumOf(byLine((one) => budget.lines[one].usdMicros))).toBe(25_000_000);
    expect(budget.capUsdMicros).toBe(25_000_000);
    for (const prices of Object.values(loadPrices()))
      expect(prices).toEqual(
        prices.map((price) => ({ ...price, source: expect.stringMatching(/.{10}/), readAt: expect.any(String) })),
      );
  });

  it('never lets calls pass a line or the cap, in whatever order they come', () => {
    for (let round = 0; round < 200; round += 1) {
      const start = figures(random.whole(0, 900_000));
      const booked = { ...start.booked };
      let allowed = 0;
      for (let call = 0; call < 60; call += 1) {
        const wanted = { line: line(), costUsdMicros: random.whole(1, 400_000) };
        const now = { ...start, booked };
        if (overLimit(budget, now, wanted) !== null) continue;
        allowed += 1;
        booked[wanted.line] += wanted.costUsdMicros;
        const sum = sumOf(booked) + sumOf(start.reserved) + sumOf(start.committed);
        expect(sum).toBeLessThanOrEqual(budget.capUsdMicros);
        const onLine = booked[wanted.line] + start.reserved[wanted.line] + start.committed[wanted.line];
        expect(onLine).toBeLessThanOrEqual(budget.lines[wanted.line].usdMicros);
      }
      expect(allowed).toBeGreaterThanOrEqual(0);
    }
  });

  it('takes a call that fits to the micro-dollar and refuses one above it', () => {
    const none = { booked: byLine(() => 0), reserved: byLine(() => 0), committed: byLine(() => 0) };
    expect(overLimit(budget, none, { line: 'captcha', costUsdMicros: 1_000_000 })).toBeNull();
    expect(overLimit(budget, none, { line: 'captcha', costUsdMicros: 1_000_001 })).toMatchObject({ over: 'line' });
    const small = { ...budget, capUsdMicros: 999_999 };
    expect(overLimit(small, none, { line: 'captcha', costUsdMicros: 1_000_000 })).toEqual({
      over: 'budget',
      spentUsdMicros: 0,
      capUsdMicros: 999_999,
    });
    expect(overLimit({ ...budget, capUsdMicros: 0 }, none, { line: 'api', costUsdMicros: 0 })).toBeNull();
  });

  it.each([
    [0, null, 0],
    [59.99, null, 0],
    [60, 'INFO', 0],
    [80, 'WARNING', 0],
    [95, 'CRITICAL', 2],
    [109.9, 'CRITICAL', 2],
    [110, 'INCIDENT', 3],
    [120, 'P1', 5],
    [150, 'P0', 8],
    [Number.POSITIVE_INFINITY, 'P0', 8],
  ])('at %d %% is at level %s with %d things suspended', (percent, level, suspended) => {
    expect(levelAt(percent, budget.levels)?.level ?? null).toBe(level);
    expect(suspendedAt(percent, budget.suspensions)).toHaveLength(suspended);
  });

  it('suspends the census of the county last', () => {
    expect(budget.suspensions.at(-1)?.what).toBe('maricopa-assessor');
  });

  it('is spent when the cap is nothing and something was spent', () => {
    expect(percentOf(0, 0)).toBe(0);
    expect(percentOf(1, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(percentOf(15_000_000, 25_000_000)).toBe(60);
  });

  it('moves money between lines without making any', () => {
    const lines = byLine((one) => budget.lines[one].usdMicros);
    for (let round = 0; round < 100; round += 1) {
      const move = { from: line(), to: line(), usdMicros: random.whole(1, 6_000_000) };
      const moved = moveBetween(lines, move);
      if (typeof moved === 'string') {
        expect(move.from === move.to || move.usdMicros > lines[move.from]).toBe(true);
        continue;
      }
      expect(sumOf(moved)).toBe(sumOf(lines));
      expect(Math.min(...Object.values(moved))).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('a subscription', () => {
  it('costs its price over any 30 days in a row, in whole micro-dollars', () => {
    for (const price of [1, 29, 1_000_000, 2_990_001, 9_999_999]) {
      for (let start = 0; start < 40; start += 7) {
        const days = Array.from({ length: 30 }, (_, at) =>
          new Date(Date.UTC(2026, 1, 10 + start + at)).toISOString().slice(0, 10),
        );
        const costs = days.map((day) => costOfDay(price, day));
        expect(costs.reduce((sum, cost) => sum + cost, 0)).toBe(price);
        expect(costs.every(Number.isInteger)).toBe(true);
      }
    }
  });

  it('adds up over a month: what was booked and what is left', () => {
    for (const day of daysOf('2026-02')) {
      const until = daysOf('2026-02').filter((one) => one <= day);
      const booked = until.reduce((sum, one) => sum + costOfDay(1_000_003, one), 0);
      const all = daysOf('2026-02').reduce((sum, one) => sum + costOfDay(1_000_003, one), 0);
      expect(booked + restOfMonth(1_000_003, day)).toBe(all);
    }
  });

  it.each([
    [null, '2026-03-01', ['2026-03-01']],
    ['2026-02-27', '2026-03-01', ['2026-02-28', '2026-03-01']],
    ['2026-03-01', '2026-03-01', []],
    ['2026-03-02', '2026-03-01', []],
  ])('is booked from %s to %s for %j', (last, today, days) => {
    expect(daysToBook(last, today)).toEqual(days);
  });

  it('is not booked for longer than two months back', () => {
    expect(daysToBook('2025-01-01', '2026-03-01')).toHaveLength(62);
  });

  it.each([
    ['2026-02', 28],
    ['2028-02', 29],
    ['2026-12', 31],
  ])('sees %s with %d days', (month, days) => {
    expect(daysIn(month)).toBe(days);
  });

  it('has the price that holds on a day', () => {
    const prices = [{ from: '2026-01-10' }, { from: '2026-02-01' }];
    expect(priceOn(prices, '2026-01-01')).toBe(prices[0]);
    expect(priceOn(prices, '2026-01-31')).toBe(prices[0]);
    expect(priceOn(prices, '2026-02-01')).toBe(prices[1]);
  });
});
