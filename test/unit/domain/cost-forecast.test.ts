import { describe, expect, it } from '@jest/globals';
import { daysOf, restOfMonth } from '../../../domain/accrual.js';
import { type DayCost, forecastMonth } from '../../../domain/cost-forecast.js';
import { backtest, simulatedYear } from '../../../domain/forecast-backtest.js';

const SEEDS = [1, 2, 3, 4];
const day = (name: string, variableUsdMicros: number, more: Partial<DayCost> = {}): DayCost => ({
  day: name,
  fixedUsdMicros: 0,
  variableUsdMicros,
  onceUsdMicros: 0,
  ...more,
});
const input = { month: '2026-03', committedUsdMicros: 0, priceOn: () => 1 };

describe('the forecast of a month', () => {
  it('misses the end of the simulated year by 5 % at most in the mean, from day 10 on', () => {
    const results = SEEDS.map((seed) => backtest(simulatedYear(seed)));
    for (const { meanError, months } of results) {
      expect(meanError).toBeLessThanOrEqual(0.05);
      expect(months).toHaveLength(12);
    }
    const inRange = results.reduce((sum, result) => sum + result.inRange, 0) / SEEDS.length;
    expect(inRange).toBeGreaterThan(0.75);
  });

  it('is not all known ahead: most of the simulated year varies', () => {
    const { days } = simulatedYear(1);
    const sum = (of: (one: DayCost) => number) => days.reduce((total, one) => total + of(one), 0);
    expect(sum(({ variableUsdMicros }) => variableUsdMicros)).toBeGreaterThan(
      2 * sum(({ fixedUsdMicros }) => fixedUsdMicros),
    );
    expect(simulatedYear(1).days).toEqual(days);
  });

  it('is exact where days are alike', () => {
    const days = daysOf('2026-03')
      .slice(0, 12)
      .map((name) => day(name, 1_000));
    expect(forecastMonth({ ...input, lastDay: '2026-03-12', days })).toMatchObject({
      bookedUsdMicros: 12_000,
      expectedUsdMicros: 31_000,
      daysKnown: 12,
    });
  });

  it('expects the price of now for calls to come', () => {
    const days = daysOf('2026-03')
      .slice(0, 14)
      .map((name) => day(name, name < '2026-03-11' ? 1_000 : 2_000));
    const priceOn = (name: string) => (name < '2026-03-11' ? 1 : 2);
    const { expectedUsdMicros } = forecastMonth({ ...input, priceOn, lastDay: '2026-03-14', days });
    expect(expectedUsdMicros).toBe(10_000 + 21 * 2_000);
  });

  it('counts a spike and a correction, and expects neither again', () => {
    const days = daysOf('2026-03')
      .slice(0, 20)
      .map((name) => day(name, 1_000));
    const spiked = days.map((one, at) => (at === 8 ? day(one.day, 50_000, { onceUsdMicros: 7_000 }) : one));
    const { expectedUsdMicros } = forecastMonth({ ...input, lastDay: '2026-03-20', days: spiked });
    expect(expectedUsdMicros).toBeGreaterThan(69_000 + 7_000 + 10_000);
    expect(expectedUsdMicros).toBeLessThan(69_000 + 7_000 + 14_000);
  });

  it('adds what subscriptions still cost', () => {
    const days = daysOf('2026-03')
      .slice(0, 10)
      .map((name) => day(name, 0, { fixedUsdMicros: 1_000 }));
    const committedUsdMicros = restOfMonth(30_000, '2026-03-10');
    expect(forecastMonth({ ...input, committedUsdMicros, lastDay: '2026-03-10', days })).toEqual({
      bookedUsdMicros: 10_000,
      expectedUsdMicros: 31_000,
      lowUsdMicros: 31_000,
      highUsdMicros: 31_000,
      daysKnown: 0,
    });
  });

  it('knows the end on the last day, and nothing without a ledger', () => {
    const days = daysOf('2026-03').map((name, at) => day(name, at * 100));
    const booked = days.reduce((sum, { variableUsdMicros }) => sum + variableUsdMicros, 0);
    expect(forecastMonth({ ...input, lastDay: '2026-03-31', days })).toMatchObject({
      expectedUsdMicros: booked,
      lowUsdMicros: booked,
      highUsdMicros: booked,
    });
    expect(forecastMonth({ ...input, lastDay: '2026-03-01', days: [] }).expectedUsdMicros).toBe(0);
  });
});
