import type {
  Estimate,
  EstimateInput,
  EstimateRules,
  Estimates,
  MarketTrend,
  Recommendation,
  ZipFigures,
} from '../core/schemas/estimates.js';
import type { ComposedProperty } from '../core/schemas/property.js';
import { positiveFact, textFact } from './property-facts.js';

/** What a formula needs beside the facts of the property. */
export interface EstimateContext {
  /** Null for a property whose ZIP code is not known. */
  readonly figures: ZipFigures | null;
  readonly rules: EstimateRules;
}

type Values = Readonly<Record<string, number>>;

/** Payments of a fee in a year, by the rhythms of the RESO lookup `FeeFrequency`. */
const A_YEAR: Readonly<Record<string, number>> = { Monthly: 12, Quarterly: 4, 'Semi-Annually': 2, Annually: 1 };

/**
 * Rent, cap rate, trend and recommendation of a property, each with its formula and inputs, by code alone. Formulas and what they
 * leave out: `docs/estimates.md`. Pure.
 */
export function estimate(property: ComposedProperty, { figures, rules }: EstimateContext): Estimates {
  const rent = rentEstimate(property, figures);
  const trend = marketTrend(figures, rules);
  const cap = capRate(property, rent, rules);
  return {
    rental_estimate: rent,
    cap_rate: cap,
    market_trend: trend,
    recommendation: recommend(property, figures, rent, cap, trend),
  };
}

/** Rent of the ZIP code, in proportion to the living area. */
function rentEstimate(property: ComposedProperty, figures: ZipFigures | null): Estimate<number> {
  const [rent, areas] = [figures?.rent ?? null, figures?.areas ?? null];
  const area = positiveFact(property, 'LivingArea')?.value ?? null;
  const inputs = [
    input('zori', rent?.value ?? null, 'published series zillow.zori of the ZIP code', rent?.period),
    input('area', area, 'fact LivingArea'),
    input(
      'medianArea',
      areas?.median ?? null,
      `our records of ${areas?.homes ?? 0} homes of the ZIP code`,
      areas?.asOf,
    ),
  ];
  const untypical = area !== null && areas !== null && (area < areas.from || area > areas.to);
  const missing = firstTrue([
    [rent === null, 'no rent is published for the ZIP code'],
    [area === null, 'the living area is not stated'],
    [areas === null, 'too few homes of the ZIP code are known'],
    [untypical, `the home is not among the typical ones of the ZIP code (${areas?.from} to ${areas?.to} sq ft)`],
  ]);
  return worked('rent.zori-by-area@1', inputs, missing, ({ zori = 0, area: own = 0, medianArea = 1 }) =>
    Math.round((zori * own) / medianArea),
  );
}

/** What is left of a year's rent, after property tax and association fee, as a share of the asking price. */
function capRate(property: ComposedProperty, rent: Estimate<number>, rules: EstimateRules): Estimate<number> {
  const price = positiveFact(property, 'ListPrice')?.value ?? null;
  const tax = positiveFact(property, 'TaxAnnualAmount')?.value ?? null;
  const fee = yearlyFee(property);
  const inputs = [
    input('rent', rent.value, rent.formula),
    input('rentKept', rules.rentKept, 'config/estimates.json'),
    input('tax', tax, 'fact TaxAnnualAmount'),
    input('fee', fee.usd, fee.stated ? 'fact AssociationFee' : 'no fact AssociationFee: taken as none'),
    input('feePayments', fee.payments, 'fact AssociationFeeFrequency, payments a year'),
    input('price', price, 'fact ListPrice'),
  ];
  const missing = firstTrue([
    [price === null, 'there is no asking price'],
    [rent.value === null, `no rent: ${rent.reason}`],
    [tax === null, 'the yearly property tax is not stated'],
    [fee.payments === null, 'how often the association fee is paid is not stated'],
  ]);
  return worked('cap.rent-less-tax-and-fee@1', inputs, missing, capRateOf);
}

/** The association fee, and how often it is paid in a year; null where that is not known. */
function yearlyFee(property: ComposedProperty) {
  const usd = positiveFact(property, 'AssociationFee')?.value ?? null;
  const rhythm = textFact(property, 'AssociationFeeFrequency')?.value ?? '';
  return usd === null
    ? { usd: 0, payments: 0, stated: false }
    : { usd, payments: A_YEAR[rhythm] ?? null, stated: true };
}

function capRateOf({ rent = 0, rentKept = 0, tax = 0, fee = 0, feePayments = 0, price = 1 }: Values): number {
  return Math.round(((12 * rent * rentKept - tax - fee * feePayments) / price) * 10_000) / 10_000;
}

/** Whether values rose or fell in more months than chance would have it. */
function marketTrend(figures: ZipFigures | null, rules: EstimateRules): Estimate<MarketTrend> {
  const months = rules.trendMonths;
  const values = (figures?.values ?? []).slice(-(months + 1));
  const steps = values.slice(1).map(({ value }, at) => value - (values[at]?.value ?? value));
  const [first, last] = [values[0], values.at(-1)];
  const span = first && last ? `${first.period} to ${last.period}` : undefined;
  const inputs = [
    input('months', steps.length, 'published series zillow.zhvi of the ZIP code', span),
    input('rises', steps.filter((step) => step > 0).length, 'months in which it rose', span),
    input('falls', steps.filter((step) => step < 0).length, 'months in which it fell', span),
    input(
      'change',
      first && last ? round4(last.value / first.value - 1) : null,
      'change over that time, a share',
      span,
    ),
    input('certainty', rules.trendCertainty, 'config/estimates.json'),
  ];
  const missing = steps.length < months ? `fewer than ${months + 1} months of values are published` : null;
  return worked('trend.sign-test@1', inputs, missing, ({ months: n = 0, rises = 0, falls = 0, certainty = 0 }) => {
    if (chanceOf(rises, n) <= certainty) return 'appreciating';
    return chanceOf(falls, n) <= certainty ? 'depreciating' : 'stable';
  });
}

/** Chance that a fair coin falls on one side at least so often. */
function chanceOf(times: number, of: number): number {
  let [ways, sum] = [1, 0];
  for (let k = 0; k <= of; k += 1) {
    if (k >= times) sum += ways;
    ways = (ways * (of - k)) / (k + 1);
  }
  return sum / 2 ** of;
}

/** The rent that a dollar buys here, against what it buys in the ZIP code at large, and where values go. */
function recommend(
  property: ComposedProperty,
  figures: ZipFigures | null,
  rent: Estimate<number>,
  cap: Estimate<number>,
  trend: Estimate<MarketTrend>,
): Estimate<Recommendation> {
  const price = positiveFact(property, 'ListPrice')?.value ?? null;
  const typical = figures?.values.at(-1) ?? null;
  const zori = figures?.rent ?? null;
  const inputs = [
    input('capRate', cap.value, cap.formula),
    input('rent', rent.value, rent.formula),
    input('price', price, 'fact ListPrice'),
    input('zori', zori?.value ?? null, 'published series zillow.zori of the ZIP code', zori?.period),
    input('zhvi', typical?.value ?? null, 'published series zillow.zhvi of the ZIP code', typical?.period),
    input('trend', trend.value, trend.formula),
  ];
  const missing = firstTrue([
    [cap.value === null, `no cap rate: ${cap.reason}`],
    [typical === null, 'no value is published for the ZIP code'],
    [trend.value === null, `no trend: ${trend.reason}`],
  ]);
  return worked('recommendation.yield-and-trend@1', inputs, missing, (values) => {
    const { capRate: cap = 0, rent: own = 0, price: asked = 1, zori: rents = 0, zhvi = 1 } = values;
    const more = own / asked > rents / zhvi;
    if (cap <= 0 || (!more && trend.value === 'depreciating')) return 'avoid';
    return more && trend.value !== 'depreciating' ? 'buy' : 'hold';
  });
}

function firstTrue(checks: readonly (readonly [boolean, string])[]): string | null {
  return checks.find(([missing]) => missing)?.[1] ?? null;
}

function worked<T extends number | string>(
  formula: string,
  inputs: readonly EstimateInput[],
  missing: string | null,
  work: (values: Values) => T,
): Estimate<T> {
  if (missing !== null) return { value: null, reason: missing, formula, inputs };
  const values = inputs.flatMap(({ name, value }) => (typeof value === 'number' ? [[name, value] as const] : []));
  return { value: work(Object.fromEntries(values)), reason: null, formula, inputs };
}

function input(name: string, value: EstimateInput['value'], from: string, asOf?: string): EstimateInput {
  return { name, value, from, ...(asOf === undefined ? {} : { asOf }) };
}

function round4(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
