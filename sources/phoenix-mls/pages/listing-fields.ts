import { normaliseParcelNumber } from '../../../core/ids.js';
import type { FactValue } from '../../../core/schemas/facts.js';
import { normaliseDay, normaliseNumber } from '../../../domain/normalise.js';

/** What a row says: named values, or why it cannot be read. */
export type Reading = { readonly values: readonly (readonly [string, FactValue])[] } | { readonly fault: string };

/** @param year calendar year in which the page was read */
export type FieldReader = (text: string, year: number) => Reading;

const one = (name: string, value: FactValue | null, fault: string): Reading =>
  value === null ? { fault } : { values: [[name, value]] };

const number =
  (name: string, least: number, most: number): FieldReader =>
  (text) => {
    const value = normaliseNumber(text);
    return one(name, value !== null && value >= least && value <= most ? value : null, 'is no number in range');
  };

const whole =
  (name: string, least: number, most: number): FieldReader =>
  (text) => {
    const value = normaliseNumber(text);
    const fits = value !== null && Number.isInteger(value) && value >= least && value <= most;
    return one(name, fits ? value : null, 'is no whole number in range');
  };

const words =
  (name: string): FieldReader =>
  (text) => ({ values: [[name, text]] });

/** Several words, apart by semicolons or commas. */
const list =
  (name: string): FieldReader =>
  (text) => {
    const items = text
      .split(/[;,]/)
      .map((item) => item.trim())
      .filter((item) => item !== '');
    return one(name, items.length > 0 ? items : null, 'is an empty list');
  };

const yesNo =
  (name: string): FieldReader =>
  (text) => {
    const answer = /^(?:(y|yes|true)|(n|no|none|false))\b/i.exec(text);
    return one(name, answer === null ? null : answer[1] !== undefined, 'is neither yes nor no');
  };

const yearBuilt: FieldReader = (text, year) => whole('YearBuilt', 1_850, year + 1)(text, year);

const livingArea: FieldReader = (text, year) => {
  const read = number('LivingArea', 1, 200_000)(text, year);
  if ('fault' in read) return read;
  return { values: [...read.values, ['LivingAreaUnits', 'Square Feet'], ['LivingAreaSource', 'Other']] };
};

const parcel: FieldReader = (text) => one('ParcelNumber', normaliseParcelNumber(text), 'is no parcel number');
const listedOn: FieldReader = (text) => one('ListingContractDate', normaliseDay(text), 'is no day');

/** RESO names of the fee's rhythm. */
const FREQUENCIES: Readonly<Record<string, string>> = {
  monthly: 'Monthly',
  quarterly: 'Quarterly',
  'semi-annually': 'Semi-Annually',
  annually: 'Annually',
};
const frequency: FieldReader = (text) =>
  one('AssociationFeeFrequency', FREQUENCIES[text.toLowerCase()] ?? null, 'is no known frequency');

/**
 * Labels of the detail page and the facts they give. `# Bedrooms` to `Assessor #` were seen on the site (contract, read
 * 2025-12); those after it are assumed. Baths are read apart, from several places. Other labels are left alone.
 */
export const FIELDS: Readonly<Record<string, FieldReader>> = {
  '# Bedrooms': whole('BedroomsTotal', 0, 100),
  'Approx SQFT': livingArea,
  'Approx Lot SqFt': number('LotSizeSquareFeet', 1, 1_000_000_000),
  'Year Built': yearBuilt,
  'Private Pool Y/N': yesNo('PoolPrivateYN'),
  'Garage Spaces': number('GarageSpaces', 0, 100),
  Sewer: list('Sewer'),
  'Water Source': list('WaterSource'),
  'Association Fee Incl': list('AssociationFeeIncludes'),
  Cooling: list('Cooling'),
  Heating: list('Heating'),
  Roofing: list('Roof'),
  'Assessor #': parcel,
  'Carport Spaces': number('CarportSpaces', 0, 100),
  'Association Fee': number('AssociationFee', 0, 100_000),
  'Association Fee Paid': frequency,
  Taxes: number('TaxAnnualAmount', 0, 10_000_000),
  'Elementary School District': words('ElementarySchoolDistrict'),
  'High School District': words('HighSchoolDistrict'),
  'List Date': listedOn,
};

/** Statuses of the site in RESO words; null for one we do not know. */
export function standardStatus(text: string | null): string | null {
  if (text === null) return 'Active';
  return STATUSES[text.toLowerCase()] ?? null;
}

const STATUSES: Readonly<Record<string, string>> = {
  active: 'Active',
  pending: 'Pending',
  'active under contract': 'Active Under Contract',
  closed: 'Closed',
  expired: 'Expired',
  canceled: 'Canceled',
  cancelled: 'Canceled',
  withdrawn: 'Withdrawn',
  'coming soon': 'Coming Soon',
};

/**
 * Bath counts. Two and a half baths are full 2, half 1, total 3; other fractions say nothing about full and half.
 * @param full text of `Full Bathrooms`, null when the page has no such row
 * @param half text of `Half Bathrooms`
 * @param decimal the count of heading or card, for example `2.5`
 */
export function readBaths(full: string | null, half: string | null, decimal: string | null): Reading {
  const counted = decimal === null ? null : normaliseNumber(decimal);
  const splits = counted !== null && counted >= 0 && counted <= 100 && Number.isInteger(counted * 2);
  const fullCount = full === null ? (splits ? Math.floor(counted) : null) : normaliseNumber(full);
  const halfCount = half === null ? (splits ? Math.round((counted % 1) * 2) : null) : normaliseNumber(half);
  if (fullCount === null) return full === null ? { values: [] } : { fault: 'is no bath count' };
  if (!Number.isInteger(fullCount) || fullCount < 0 || fullCount > 100) return { fault: 'is no bath count' };
  if (halfCount === null || !Number.isInteger(halfCount) || halfCount < 0 || halfCount > 100) {
    return { values: [['BathroomsFull', fullCount]] };
  }
  return {
    values: [
      ['BathroomsFull', fullCount],
      ['BathroomsHalf', halfCount],
      ['BathroomsTotalInteger', fullCount + halfCount],
    ],
  };
}
