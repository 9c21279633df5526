import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadEstimateRules } from '../../../core/product-settings.js';
import type { ZipFigures } from '../../../core/schemas/estimates.js';
import type { FactValue } from '../../../core/schemas/facts.js';
import { composeProperty } from '../../../domain/compose.js';
import { estimate } from '../../../domain/estimates.js';
import { recordFrom } from '../../support/properties.js';

const rules = loadEstimateRules();
const HOME = { LivingArea: 1_500, ListPrice: 300_000, TaxAnnualAmount: 1_200 };

/** Values of 13 months that rise or fall by so much each. */
function monthly(...steps: readonly number[]) {
  let value = 300_000;
  const values = [{ value, period: '2025-10' }];
  steps.forEach((step, at) => {
    value += step;
    values.push({ value, period: `2026-${String(at + 1).padStart(2, '0')}` });
  });
  return values;
}
const [RISING, FALLING] = [monthly(...Array(12).fill(1_000)), monthly(...Array(12).fill(-1_000))];
const LEVEL = monthly(...Array(6).fill([1_000, -1_000]).flat());
const FIGURES: ZipFigures = {
  rent: { value: 1_800, period: '2026-10' },
  values: RISING,
  areas: { homes: 40, median: 1_350, from: 800, to: 2_400, asOf: '2026-11-22' },
};

function of(facts: Readonly<Record<string, FactValue>>, figures: ZipFigures | null = FIGURES) {
  const property = composeProperty('us-az-maricopa:10306005', [recordFrom('phoenix-mls', '1', facts)], {});
  return estimate(property, { figures, rules });
}

describe('the rent', () => {
  it('is that of the ZIP code in proportion to the area, with formula, inputs and month', () => {
    expect(of(HOME).rental_estimate).toEqual({
      value: 2_000,
      reason: null,
      formula: 'rent.zori-by-area@1',
      inputs: [
        { name: 'zori', value: 1_800, from: expect.stringContaining('zillow.zori'), asOf: '2026-10' },
        { name: 'area', value: 1_500, from: 'fact LivingArea' },
        { name: 'medianArea', value: 1_350, from: expect.stringContaining('40 homes'), asOf: '2026-11-22' },
      ],
    });
  });

  it.each<[string, Readonly<Record<string, FactValue>>, ZipFigures | null, RegExp]>([
    ['no ZIP code', HOME, null, /no rent is published/],
    ['no published rent', HOME, { ...FIGURES, rent: null }, /no rent is published/],
    ['no area', { ListPrice: 1 }, FIGURES, /area is not stated/],
    ['too few homes', HOME, { ...FIGURES, areas: null }, /too few homes/],
    ['a home that is not typical', { ...HOME, LivingArea: 5_000 }, FIGURES, /800 to 2400/],
  ])('is none with a reason: %s', (_name, facts, figures, reason) => {
    const { rental_estimate: rent, cap_rate: cap, recommendation } = of(facts, figures);
    expect(rent.value).toBeNull();
    expect(rent.reason).toMatch(reason);
    expect([cap.value, recommendation.value]).toEqual([null, null]);
  });
});

describe('the cap rate', () => {
  it.each<[string, Readonly<Record<string, FactValue>>, number | null]>([
    ['rent less vacancy, maintenance and tax', HOME, 0.056],
    ['less a monthly fee', { ...HOME, AssociationFee: 100, AssociationFeeFrequency: 'Monthly' }, 0.052],
    ['less a yearly fee', { ...HOME, AssociationFee: 600, AssociationFeeFrequency: 'Annually' }, 0.054],
    ['none where the rhythm of the fee is not stated', { ...HOME, AssociationFee: 100 }, null],
    ['none without a tax', { LivingArea: 1_500, ListPrice: 300_000 }, null],
    ['none without an asking price, though it was sold once', { LivingArea: 1_500, ClosePrice: 300_000 }, null],
  ])('is %s', (_name, facts, value) => {
    const { cap_rate: cap } = of(facts);
    expect(cap.value).toBe(value);
    expect(cap.reason === null).toBe(value !== null);
  });
});

describe('trend and recommendation', () => {
  it.each([
    ['twelve rises', RISING, 'appreciating'],
    ['twelve falls', FALLING, 'depreciating'],
    ['as many rises as falls', LEVEL, 'stable'],
    ['ten rises of twelve: chance 1.9 %', monthly(...Array(10).fill(1), -1, -1), 'appreciating'],
    ['nine rises of twelve: chance 7.3 %', monthly(...Array(9).fill(1), -1, -1, -1), 'stable'],
    ['too short a time', RISING.slice(0, 12), null],
  ])('is worked out of %s', (_name, values, expected) => {
    expect(of(HOME, { ...FIGURES, values }).market_trend.value).toBe(expected);
  });

  it.each([
    ['more rent for the money than in the ZIP code, values rise', { ...HOME, ListPrice: 250_000 }, RISING, 'buy'],
    ['more rent for the money, values fall', { ...HOME, ListPrice: 250_000 }, FALLING, 'hold'],
    ['less rent for the money, values rise', { ...HOME, ListPrice: 900_000 }, RISING, 'hold'],
    ['less rent for the money, values fall', { ...HOME, ListPrice: 900_000 }, FALLING, 'avoid'],
    ['nothing left after the tax', { ...HOME, TaxAnnualAmount: 30_000 }, RISING, 'avoid'],
  ])('recommends by %s', (_name, facts, values, expected) => {
    expect(of(facts, { ...FIGURES, values }).recommendation.value).toBe(expected);
  });
});

it('gives a value or a reason, never both and never neither, and only finite figures', () => {
  const maybe = (most: number) => fc.option(fc.double({ min: -most, max: most, noNaN: true }), { nil: undefined });
  const facts = fc.record({
    LivingArea: maybe(1e5),
    ListPrice: maybe(1e8),
    TaxAnnualAmount: maybe(1e6),
    AssociationFee: maybe(1e4),
  });
  fc.assert(
    fc.property(facts, (drawn) => {
      const stated = Object.entries(drawn).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      );
      for (const { value, reason } of Object.values(of(Object.fromEntries(stated)))) {
        expect((value === null) !== (reason === null)).toBe(true);
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }
    }),
  );
});
