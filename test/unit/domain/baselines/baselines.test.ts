import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadBaselines } from '../../../../core/product-settings.js';
import { baselineOf, compare } from '../../../../domain/baselines/compare.js';
import { trendOf } from '../../../../domain/baselines/trend.js';
import { median, quantile, robustSpread, slopePerDay, trendByChance } from '../../../../domain/statistics.js';

const DAY_MS = 86_400_000;
const figures = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 5, maxLength: 60 });
const row = {
  direction: 'lower',
  grain: 0.01,
  target: 0.03,
  document: { typical: 0.03, from: 0.01, to: 0.05, warning: 0.1, source: 'a document' },
} as const;
const higher = { ...row, direction: 'higher', target: 0.98, document: { ...row.document, warning: 0.85 } } as const;
const rules = { leastRuns: 5, anomalySpreads: 3.5, trendCertainty: 0.95 };
const series = (values: readonly number[]) => values.map((value, day) => ({ atMs: day * DAY_MS, value }));

describe('statistics', () => {
  it.each([
    [[], null],
    [[4], 4],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])('give the median of %j as %j', (values, expected) => expect(median(values)).toBe(expected));

  it('give quantiles between the least and the greatest, in order', () => {
    fc.assert(
      fc.property(
        figures,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, a, b) => {
          const [low, high] = [
            quantile(values, Math.min(a, b)) ?? Number.NaN,
            quantile(values, Math.max(a, b)) ?? Number.NaN,
          ];
          const slack = 1e-6;
          expect(low).toBeGreaterThanOrEqual(Math.min(...values) - slack);
          expect(high).toBeLessThanOrEqual(Math.max(...values) + slack);
          expect(low).toBeLessThanOrEqual(high + slack);
        },
      ),
    );
  });

  it('give a spread that one outlier does not move, and that follows the scale', () => {
    const usual = [10, 11, 9, 10, 12, 8, 10, 11, 9];
    expect(robustSpread([...usual, 1e9])).toBeLessThan(3);
    fc.assert(
      fc.property(figures, fc.integer({ min: 1, max: 50 }), (values, factor) => {
        const scaled = robustSpread(values.map((value) => value * factor));
        expect(scaled).toBeCloseTo(robustSpread(values) * factor, 3);
      }),
    );
  });

  it('find the slope of a line through noise-free values, whatever one of them says', () => {
    const line = series([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(slopePerDay(line)).toBeCloseTo(2, 9);
    expect(slopePerDay(line.map((point, at) => (at === 4 ? { ...point, value: 900 } : point)))).toBeCloseTo(2, 1);
  });

  it.each([
    ['ten rising values', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], (p: number) => p < 0.001],
    ['ten equal values', [5, 5, 5, 5, 5, 5, 5, 5, 5, 5], (p: number) => p === 1],
    ['values up and down', [5, 1, 6, 2, 5, 1, 6, 2, 5, 1], (p: number) => p > 0.2],
    ['three values', [1, 2, 3], (p: number) => p === 1],
  ])('say how likely chance explains %s', (_name, values, holds) => {
    expect(holds(trendByChance(series(values)))).toBe(true);
  });

  it('call chance by its name: of shuffled series about one in twenty leads', () => {
    const shuffled = fc.sample(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }), {
      numRuns: 400,
      seed: 7,
    });
    const found = shuffled.filter((values) => trendByChance(series(values)) <= 0.05).length;
    expect(found / shuffled.length).toBeLessThan(0.12);
  });
});

describe('a comparison', () => {
  const usual = baselineOf([0.02, 0.03, 0.025, 0.028, 0.022, 0.03], 5);

  it.each([
    [0.025, 'as usual', true, false],
    [0.2, 'worse', false, true],
    [0.06, 'worse', false, false],
    [0.001, 'better', true, false],
    [null, 'no data', null, null],
  ])('of an error rate of %j says %s', (value, verdict, insideTarget, pastWarning) => {
    const grained = { ...row, grain: 0.005 };
    expect(compare(value, usual, grained, 2)).toMatchObject({ verdict, insideTarget, pastWarning });
  });

  it('turns round where more is better', () => {
    const good = baselineOf([0.95, 0.96, 0.95, 0.97, 0.95], 5);
    expect(compare(0.5, good, higher, 2)).toMatchObject({ verdict: 'worse', insideTarget: false, pastWarning: true });
    expect(compare(1, baselineOf([0.5, 0.5, 0.5, 0.5, 0.5], 5), higher, 2).verdict).toBe('better');
  });

  it('has no data with too few runs, and takes no difference below the grain for one', () => {
    expect(compare(1, baselineOf([1, 1, 1, null, null], 5), row, 2).verdict).toBe('no data');
    expect(compare(0.015, baselineOf([0, 0, 0, 0, 0], 5), row, 2).verdict).toBe('as usual');
  });

  it('is never worse where every figure is the same, and mirrors with the direction', () => {
    fc.assert(
      fc.property(figures, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (values, value) => {
        const made = baselineOf(values, 5);
        expect(compare(made?.median ?? 0, made, row, 2).verdict).toBe('as usual');
        const [down, up] = [compare(value, made, row, 2).verdict, compare(value, made, higher, 2).verdict];
        if (down === 'as usual') expect(up).toBe('as usual');
        else expect([down, up].sort()).toEqual(['better', 'worse']);
      }),
    );
  });
});

describe('a trend', () => {
  it('tells a slow rise of a cost as worse, and of a success rate as better', () => {
    const rising = series([1, 1.1, 1.2, 1.25, 1.4, 1.5, 1.55, 1.7, 1.8, 1.9]);
    expect(trendOf(rising, row, rules)).toMatchObject({ direction: 'worse', points: 10 });
    expect(trendOf(rising, higher, rules).direction).toBe('better');
  });

  it('is steady in noise, and names the day that stands out', () => {
    const values = [1, 1.02, 0.98, 1.01, 0.99, 1, 5, 1.01, 0.99, 1];
    const { direction, anomalies } = trendOf(series(values), row, rules);
    expect(direction).toBe('steady');
    expect(anomalies.map(({ atMs }) => atMs / DAY_MS)).toEqual([6]);
  });

  it('has no data below the least number of runs', () => {
    expect(trendOf(series([1, 2, 3]), row, rules)).toMatchObject({ direction: 'no data', slopePerDay: null });
  });
});

describe('config/baselines.json', () => {
  it('has the twelve rows with ranges that make sense, each warning on the worse side of its range and target', () => {
    const { rows } = loadBaselines();
    expect(rows).toHaveLength(12);
    for (const { name, direction, document, target } of rows) {
      expect([name, document.from < document.to]).toEqual([name, true]);
      const worse =
        direction === 'higher'
          ? document.warning < Math.min(document.from, target)
          : document.warning >= Math.max(document.to, target);
      expect([name, worse]).toEqual([name, true]);
    }
  });
});
