import { normaliseParcelNumber } from '../../core/ids.js';
import type { Fact, FactValue } from '../../core/schemas/facts.js';
import type { StoredRecord } from '../../core/schemas/property.js';
import { withCommas } from '../normalise.js';
import type { Correction, Severity } from './finding.js';

/** Where a fact stands: what a rule about one fact may look at besides. */
export interface FactPlace {
  readonly fact: Fact;
  readonly record: StoredRecord;
  /** True where the record, or the county's one of the property, is about a home. */
  readonly isHome: boolean;
}

/** A rule about the value of one fact. */
export interface FactRule {
  readonly code: string;
  readonly severity: Severity;
  /** RESO name. */
  readonly name: string;
  /** Holds for homes alone. */
  readonly homes?: true;
  /** Why a value outside cannot be, or can hardly be. */
  readonly why: string;
  /** @returns true when the value is as it may be */
  readonly holds: (place: FactPlace) => boolean;
  readonly correct?: (place: FactPlace) => Correction | null;
}

/** Bounds of a number, both inside. */
interface RangeRow {
  readonly code: string;
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly severity: Severity;
  readonly homes?: true;
  readonly why: string;
}

/** Square feet, US dollars, counts. Where nothing else is said the bounds are assumed, and wide on purpose. */
const RANGES: readonly RangeRow[] = [
  {
    ...{ code: 'beds-range', name: 'BedroomsTotal', min: 0, max: 20, severity: 'hard', homes: true },
    why: 'a home has 0 (studio) to 20 bedrooms',
  },
  {
    ...{ code: 'baths-range', name: 'BathroomsTotalInteger', min: 0, max: 20, severity: 'hard', homes: true },
    why: 'a home has at most 20 bathrooms',
  },
  {
    ...{ code: 'baths-range', name: 'BathroomsFull', min: 0, max: 20, severity: 'hard', homes: true },
    why: 'a home has at most 20 bathrooms',
  },
  {
    ...{ code: 'baths-range', name: 'BathroomsHalf', min: 0, max: 10, severity: 'hard', homes: true },
    why: 'a home has at most 10 half bathrooms',
  },
  {
    ...{ code: 'area-range', name: 'LivingArea', min: 150, max: 40_000, severity: 'hard', homes: true },
    why: 'a home has 150 to 40,000 sq ft',
  },
  {
    ...{ code: 'area-unusual', name: 'LivingArea', min: 300, max: 15_000, severity: 'soft', homes: true },
    why: 'nearly every home has 300 to 15,000 sq ft',
  },
  {
    ...{ code: 'lot-range', name: 'LotSizeSquareFeet', min: 100, max: 1_000_000_000, severity: 'hard', homes: true },
    why: 'a lot below 100 sq ft is one in acres',
  },
  {
    ...{ code: 'lot-unusual', name: 'LotSizeSquareFeet', min: 300, max: 10_000_000, severity: 'soft', homes: true },
    why: 'nearly every lot of a home has 300 sq ft to 230 acres',
  },
  {
    ...{ code: 'list-price-range', name: 'ListPrice', min: 5_000, max: 150_000_000, severity: 'hard', homes: true },
    why: 'a home is asked for 5,000 to 150,000,000 dollars',
  },
  {
    ...{ code: 'sale-price-range', name: 'ClosePrice', min: 1, max: 1_000_000_000, severity: 'hard' },
    why: 'a price is above zero and below a billion dollars',
  },
  {
    ...{ code: 'value-range', name: 'TaxAssessedValue', min: 0, max: 10_000_000_000, severity: 'hard' },
    why: 'a value is not below zero',
  },
  {
    ...{ code: 'stalls-range', name: 'GarageSpaces', min: 0, max: 15, severity: 'soft', homes: true },
    why: 'a home has at most 15 garage spaces',
  },
  {
    ...{ code: 'stalls-range', name: 'CarportSpaces', min: 0, max: 15, severity: 'soft', homes: true },
    why: 'a home has at most 15 carport spaces',
  },
  {
    ...{ code: 'pool-range', name: 'xPoolSquareFeet', min: 40, max: 6_000, severity: 'soft', homes: true },
    why: 'a pool of a home has 40 to 6,000 sq ft',
  },
  {
    ...{ code: 'fee-range', name: 'AssociationFee', min: 0, max: 12_000, severity: 'soft', homes: true },
    why: 'a fee of an association is below 12,000 dollars',
  },
];

function rangeRule({ min, max, ...row }: RangeRow): FactRule {
  return { ...row, holds: ({ fact: { value } }) => typeof value !== 'number' || (value >= min && value <= max) };
}

/** Degrees around each county, WGS 84. */
const BOXES: Readonly<Record<string, { readonly Latitude: Range; readonly Longitude: Range }>> = {
  'us-az-maricopa': { Latitude: [32.5, 34.1], Longitude: [-113.4, -111.0] },
  'us-az-pima': { Latitude: [31.3, 32.7], Longitude: [-113.4, -110.4] },
};
/** The state. */
const STATE_BOX = { Latitude: [31.3, 37.1], Longitude: [-114.9, -109.0] } as const;
type Range = readonly [min: number, max: number];

const countyOf = ({ propertyId }: StoredRecord) => propertyId.split(':')[0] ?? '';
const inside = (value: FactValue, [min, max]: Range) => typeof value !== 'number' || (value >= min && value <= max);

function placeRule(name: 'Latitude' | 'Longitude'): FactRule {
  const boxOf = (record: StoredRecord) => BOXES[countyOf(record)]?.[name] ?? STATE_BOX[name];
  return {
    code: 'place-outside',
    severity: 'hard',
    name,
    why: 'the place is outside the county',
    holds: ({ fact, record }) => inside(fact.value, boxOf(record)),
    correct: ({ fact, record }) => {
      const { value } = fact;
      const box = boxOf(record);
      if (typeof value === 'number' && inside(-value, box)) {
        return { name, from: value, to: -value, why: 'the sign was lost' };
      }
      const otherName = name === 'Latitude' ? 'Longitude' : 'Latitude';
      const other = record.facts.find((one) => one.name === otherName && one.kind === fact.kind)?.value;
      if (typeof other !== 'number' || !inside(other, box)) return null;
      return { name, from: value, to: other, why: 'latitude and longitude are swapped' };
    },
  };
}

/** Ends of what a day may be: the answer that states it cannot know the future. */
function notAfterAnswer(name: string, code: string): FactRule {
  return {
    code,
    severity: 'hard',
    name,
    why: 'a day after the answer that states it, or before 1900, cannot be known',
    holds: ({ fact }) => {
      const day = `${fact.value}`;
      // A day ahead: the answer's clock is UTC, and a zone may be before it.
      const latest = new Date(Date.parse(fact.fetchedAt) + 86_400_000);
      return day >= '1900' && (Number.isNaN(latest.getTime()) || day <= latest.toISOString().slice(0, 10));
    },
  };
}

function yearRule(name: string): FactRule {
  return {
    code: 'year-range',
    severity: 'hard',
    name,
    why: 'a house was built between 1860 and the year after the answer',
    holds: ({ fact }) => {
      const answered = new Date(fact.fetchedAt).getUTCFullYear();
      return typeof fact.value !== 'number' || (fact.value >= 1860 && !(fact.value > answered + 1));
    },
  };
}

/** The rules about one fact, as data. Order decides nothing. */
export const FACT_RULES: readonly FactRule[] = [
  ...RANGES.map(rangeRule),
  placeRule('Latitude'),
  placeRule('Longitude'),
  yearRule('YearBuilt'),
  yearRule('YearBuiltEffective'),
  notAfterAnswer('CloseDate', 'sale-in-future'),
  notAfterAnswer('ListingContractDate', 'listed-in-future'),
  {
    code: 'tax-year-range',
    severity: 'soft',
    name: 'TaxYear',
    why: 'the newest roll is of the last three years, or runs two ahead',
    holds: ({ fact }) => {
      const answered = new Date(fact.fetchedAt).getUTCFullYear();
      return typeof fact.value !== 'number' || !(fact.value < answered - 3 || fact.value > answered + 2);
    },
  },
  {
    code: 'zip-of-another-state',
    severity: 'hard',
    name: 'PostalCode',
    why: 'ZIP codes of Arizona begin with 85 or 86',
    holds: ({ fact }) => /^8[56]\d{3}(-\d{4})?$/.test(`${fact.value}`),
  },
  {
    code: 'state-range',
    severity: 'hard',
    name: 'StateOrProvince',
    why: 'every market is in Arizona',
    holds: ({ fact }) => `${fact.value}`.toUpperCase() === 'AZ' || `${fact.value}`.toUpperCase() === 'ARIZONA',
  },
  {
    code: 'parcel-number-form',
    severity: 'hard',
    name: 'ParcelNumber',
    why: 'a parcel number of Maricopa County has eight digits and at most one letter',
    holds: ({ fact, record }) =>
      countyOf(record) !== 'us-az-maricopa' || normaliseParcelNumber(`${fact.value}`) !== null,
  },
];

/** What a rule that does not hold says, in one sentence with the value. */
export function factSentence({ name, why }: FactRule, { fact }: FactPlace): string {
  const shown = typeof fact.value === 'number' && !/Year/.test(name) ? withCommas(fact.value) : `${fact.value}`;
  return `${name} is ${shown} by ${fact.source} (${fact.kind}); ${why}`;
}
