import type { ChosenFact, ComposedProperty } from '../../core/schemas/property.js';
import { CLOSED, OPEN_STATUSES } from '../listing-status.js';
import { factOf, positiveFact } from '../property-facts.js';
import type { Correction, Finding } from './finding.js';

/** What a rule over several facts of one property may look at: the shown facts. */
export interface Shown {
  /** A number above zero. */
  readonly number: (name: string) => number | null;
  /** A number from zero. */
  readonly count: (name: string) => number | null;
  readonly text: (name: string) => string | null;
  readonly yesNo: (name: string) => boolean | null;
  readonly isHome: boolean;
}

/** A rule over several facts. All are soft: which of the facts is wrong cannot be told. */
interface CrossRule {
  readonly code: string;
  readonly names: readonly string[];
  /** True: asked of homes alone. */
  readonly homes: boolean;
  readonly why: string;
  /** @returns the words that say what is wrong; null when all is well, or a fact is not known */
  readonly wrong: (shown: Shown) => string | null;
  readonly correct?: (shown: Shown) => Correction | null;
}

/** Words when a ratio of two facts is outside; null when it is inside or one is not known. */
function ratio(
  shown: Shown,
  [over, under]: readonly [string, string],
  [least, most]: readonly [number, number],
): string | null {
  const [a, b] = [shown.number(over), shown.number(under)];
  if (a === null || b === null) return null;
  const value = a / b;
  return value < least || value > most
    ? `${over} ${a} over ${under} ${b} is ${round(value)}, usual is ${least} to ${most}`
    : null;
}

const round = (value: number) => Math.round(value * 1_000) / 1_000;
const yearOf = (day: string | null) => (day === null ? null : Number(day.slice(0, 4)));

/**
 * Rules over shown facts of one property. Bounds are assumed, set so that no recorded answer of the county (2025) and none of
 * 6,906 recorded homes of 2021 is called wrong by more than the share in `docs/quality.md`.
 */
export const CROSS_RULES: readonly CrossRule[] = [
  {
    ...{ code: 'area-per-bedroom', names: ['BedroomsTotal', 'LivingArea'], homes: true },
    why: 'a bedroom and its share of the house take 130 to 2,500 sq ft',
    wrong: (shown) => ratio(shown, ['LivingArea', 'BedroomsTotal'], [130, 2_500]),
  },
  {
    ...{ code: 'area-per-bathroom', names: ['BathroomsTotalInteger', 'LivingArea'], homes: true },
    why: 'a house has a bathroom for 130 to 4,000 sq ft',
    wrong: (shown) => ratio(shown, ['LivingArea', 'BathroomsTotalInteger'], [130, 4_000]),
  },
  {
    ...{ code: 'baths-beside-beds', names: ['BathroomsTotalInteger', 'BedroomsTotal'], homes: true },
    why: 'a home has at most four bathrooms more than bedrooms',
    wrong: (shown) => {
      const [baths, beds] = [shown.count('BathroomsTotalInteger'), shown.count('BedroomsTotal')];
      return baths !== null && beds !== null && baths > beds + 4 ? `${baths} bathrooms and ${beds} bedrooms` : null;
    },
  },
  {
    ...{ code: 'baths-sum', names: ['BathroomsFull', 'BathroomsHalf', 'BathroomsTotalInteger'], homes: true },
    why: 'full and half bathrooms are the total, three-quarter ones besides (at most four)',
    wrong: (shown) => {
      const [full, half, total] = ['BathroomsFull', 'BathroomsHalf', 'BathroomsTotalInteger'].map(shown.count);
      if (full === null || full === undefined || total === null || total === undefined) return null;
      const least = full + (half ?? 0);
      return total >= least && total <= least + 4 ? null : `${full} full and ${half ?? 0} half are not ${total}`;
    },
  },
  {
    ...{ code: 'area-per-fixture', names: ['LivingArea', 'xBathFixtures'], homes: true },
    why: 'a house has a bath fixture for 45 to 1,800 sq ft',
    wrong: (shown) => ratio(shown, ['LivingArea', 'xBathFixtures'], [45, 1_800]),
  },
  {
    ...{ code: 'house-larger-than-lot', names: ['LivingArea', 'LotSizeSquareFeet'], homes: true },
    why: 'a house of two floors has at most twice the area of its lot',
    wrong: (shown) => {
      if (shown.text('PropertySubType') !== 'Single Family Residence') return null;
      return ratio(shown, ['LivingArea', 'LotSizeSquareFeet'], [0, 2]);
    },
  },
  {
    ...{ code: 'price-per-sqft', names: ['ListPrice', 'LivingArea'], homes: true },
    why: 'homes are asked for 50 to 1,500 dollars a square foot',
    wrong: (shown) => ratio(shown, ['ListPrice', 'LivingArea'], [50, 1_500]),
  },
  {
    ...{ code: 'value-per-sqft', names: ['xFullCashValue', 'LivingArea'], homes: true },
    why: 'the county values homes at 30 to 1,200 dollars a square foot',
    wrong: (shown) => ratio(shown, ['xFullCashValue', 'LivingArea'], [30, 1_200]),
  },
  {
    ...{ code: 'price-beside-value', names: ['ListPrice', 'xFullCashValue'], homes: true },
    why: 'a home is asked for a third to five times its full cash value',
    wrong: (shown) => ratio(shown, ['ListPrice', 'xFullCashValue'], [0.33, 5]),
  },
  {
    ...{ code: 'price-beside-first', names: ['ListPrice', 'OriginalListPrice'], homes: false },
    why: 'a price asked moves between half and twice the first one',
    wrong: (shown) => ratio(shown, ['ListPrice', 'OriginalListPrice'], [0.5, 2]),
  },
  {
    ...{ code: 'price-beside-sale', names: ['ClosePrice', 'ListPrice'], homes: true },
    why: 'a home that was listed is sold for half to twice the price asked',
    wrong: (shown) =>
      shown.text('StandardStatus') === CLOSED ? ratio(shown, ['ClosePrice', 'ListPrice'], [0.5, 2]) : null,
  },
  {
    ...{ code: 'tax-beside-price', names: ['TaxAnnualAmount', 'ListPrice'], homes: true },
    why: 'a year of taxes is below 4 % of the price asked',
    wrong: (shown) => ratio(shown, ['TaxAnnualAmount', 'ListPrice'], [0, 0.04]),
  },
  {
    ...{ code: 'limited-above-full', names: ['xLimitedPropertyValue', 'xFullCashValue'], homes: false },
    why: 'the limited property value is never above the full cash value (A.R.S. 42-13301)',
    wrong: (shown) => ratio(shown, ['xLimitedPropertyValue', 'xFullCashValue'], [0, 1.001]),
  },
  {
    ...{ code: 'assessed-share', names: ['TaxAssessedValue', 'xLimitedPropertyValue'], homes: false },
    why: 'the assessed value is 1 % to 25 % of the limited one, by the class of the parcel (A.R.S. 42-15001 to 42-15010)',
    wrong: (shown) => ratio(shown, ['TaxAssessedValue', 'xLimitedPropertyValue'], [0.009, 0.25]),
  },
  {
    ...{ code: 'sold-before-listed', names: ['ListingContractDate', 'CloseDate'], homes: false },
    why: 'a sale comes after the listing that led to it',
    wrong: (shown) => {
      if (shown.text('StandardStatus') !== CLOSED) return null;
      const [listed, sold] = [shown.text('ListingContractDate'), shown.text('CloseDate')];
      return listed !== null && sold !== null && sold < listed ? `sold ${sold}, listed ${listed}` : null;
    },
    correct: (shown) => {
      const [listed, sold] = [shown.text('ListingContractDate'), shown.text('CloseDate')];
      if (listed === null || sold === null) return null;
      return { name: 'CloseDate', from: sold, to: listed, why: 'the two days are swapped' };
    },
  },
  {
    ...{ code: 'sold-before-built', names: ['CloseDate', 'YearBuilt'], homes: true },
    why: 'a house is sold at the earliest five years before it is built: before that its ground was',
    wrong: (shown) => {
      const [sold, built] = [yearOf(shown.text('CloseDate')), shown.number('YearBuilt')];
      return sold !== null && built !== null && sold < built - 5 ? `sold ${sold}, built ${built}` : null;
    },
  },
  {
    ...{ code: 'renewed-before-built', names: ['YearBuiltEffective', 'YearBuilt'], homes: true },
    why: 'a house is renewed after it is built',
    wrong: (shown) => {
      const [effective, built] = [shown.number('YearBuiltEffective'), shown.number('YearBuilt')];
      return effective !== null && built !== null && effective < built
        ? `effective year ${effective}, built ${built}`
        : null;
    },
  },
  {
    ...{ code: 'status-without-sale', names: ['StandardStatus', 'CloseDate', 'ClosePrice'], homes: false },
    why: 'a listing that is closed says when',
    wrong: (shown) =>
      shown.text('StandardStatus') === CLOSED && shown.text('CloseDate') === null ? 'closed without a day' : null,
  },
  {
    ...{ code: 'open-and-old', names: ['StandardStatus', 'ListingContractDate'], homes: false },
    why: 'a listing is on the market for at most three years',
    wrong: (shown) => {
      const status = shown.text('StandardStatus');
      const listed = yearOf(shown.text('ListingContractDate'));
      const read = yearOf(shown.text('readOn'));
      if (status === null || !OPEN_STATUSES.includes(status) || listed === null || read === null) return null;
      return read - listed > 3 ? `${status} since ${listed}` : null;
    },
  },
  {
    ...{ code: 'pool-without-pool', names: ['PoolPrivateYN', 'xPoolSquareFeet'], homes: false },
    why: 'what has no pool has no area of one',
    wrong: (shown) => {
      const area = shown.number('xPoolSquareFeet');
      return shown.yesNo('PoolPrivateYN') === false && area !== null ? `no pool, and ${area} sq ft of it` : null;
    },
  },
];

/** What the rules over several facts find about a property. Pure. */
export function crossFindings(property: ComposedProperty, isHome: boolean): readonly Finding[] {
  const shown = shownOf(property, isHome);
  return CROSS_RULES.filter(({ homes }) => isHome || !homes).flatMap(({ code, names, why, wrong, correct }) => {
    const words = wrong(shown);
    if (words === null) return [];
    const facts = names.map((name) => factOf(property, name)).filter((fact) => fact !== null);
    const sources = [...new Set(facts.map(({ source }) => source))];
    const explanation = `${words}; ${why}`;
    return [{ code, severity: 'soft' as const, names, sources, explanation, correction: correct?.(shown) ?? null }];
  });
}

function shownOf(property: ComposedProperty, isHome: boolean): Shown {
  const factValue = (name: string) => factOf(property, name)?.value;
  return {
    isHome,
    number: (name) => positiveFact(property, name)?.value ?? null,
    count: (name) => {
      const value = factValue(name);
      return typeof value === 'number' && value >= 0 ? value : null;
    },
    text: (name) => {
      if (name === 'readOn') return factOf(property, 'ListingContractDate')?.fetchedAt ?? null;
      const value = factValue(name);
      return typeof value === 'string' && value !== '' ? value : null;
    },
    yesNo: (name) => {
      const value = factValue(name);
      return typeof value === 'boolean' ? value : null;
    },
  };
}

/** How far apart two sources may be before it is more than rounding or measuring. */
const APART: Readonly<Record<string, Band>> = {
  LivingArea: { relative: 0.2 },
  LotSizeSquareFeet: { relative: 0.25 },
  YearBuilt: { absolute: 5 },
  BedroomsTotal: { absolute: 0 },
  BathroomsTotalInteger: { absolute: 1 },
  ListPrice: { relative: 0.1 },
  ClosePrice: { relative: 0.1 },
  xFullCashValue: { relative: 0.5 },
  xLimitedPropertyValue: { relative: 0.5 },
  TaxAssessedValue: { relative: 0.5 },
  Latitude: { absolute: 0.01 },
  Longitude: { absolute: 0.01 },
  PostalCode: {},
  UnparsedAddress: {},
  ParcelNumber: {},
  CloseDate: {},
};

interface Band {
  readonly relative?: number;
  readonly absolute?: number;
}

/** Facts of which two sources say things that are too far apart to be rounding. Pure. */
export function sourceFindings(property: ComposedProperty): readonly Finding[] {
  return property.facts.flatMap((fact): readonly Finding[] => {
    const band = APART[fact.name];
    const others = band === undefined ? [] : fact.contradictedBy.filter((other) => isApart(fact, other.value, band));
    const [first] = others;
    if (first === undefined) return [];
    const sources = [...new Set([fact.source, ...others.map(({ source }) => source)])];
    const explanation = `${fact.name} is ${fact.value} by ${fact.source} and ${first.value} by ${first.source}`;
    return [{ code: 'sources-differ', severity: 'soft', names: [fact.name], sources, explanation, correction: null }];
  });
}

function isApart({ value }: ChosenFact, other: unknown, band: Band): boolean {
  if (typeof value !== 'number' || typeof other !== 'number') return true;
  const gap = Math.abs(value - other);
  return gap > Math.max((band.relative ?? 0) * Math.max(Math.abs(value), Math.abs(other)), band.absolute ?? 0);
}
