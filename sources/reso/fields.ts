import { normaliseParcelNumber } from '../../core/ids.js';
import type { FactValue } from '../../core/schemas/facts.js';
import type { FieldRule } from '../../domain/field-rules.js';
import { normaliseDay } from '../../domain/normalise.js';
import {
  type Bounds,
  decimal,
  isFault,
  NOTHING,
  nonZero,
  numberOf,
  type Reader,
  type Reading,
  text,
  textOf,
  whole,
} from '../../domain/readings.js';

const USD: Bounds = { min: 1, max: 1_000_000_000 };
const YEARLY_USD: Bounds = { min: 0, max: 10_000_000 };
const LOT_SQFT: Bounds = { min: 1, max: 1_000_000_000 };
export const LIVING_SQFT: Bounds = { min: 1, max: 1_000_000 };
const COUNT: Bounds = { min: 0, max: 100 };
const PHOTOS: Bounds = { min: 0, max: 1_000 };
/** The whole earth: a feed may hold more than one county. */
const LATITUDE: Bounds = { min: -90, max: 90 };
const LONGITUDE: Bounds = { min: -180, max: 180 };
const EARLIEST_YEAR = 1850;

const one = (name: string, value: FactValue | null, fault: string): Reading =>
  value === null ? { fault } : { values: [[name, value]] };

/** Words of a lookup: some providers write them without blanks, `ActiveUnderContract`. */
export function lookupWords(read: string): string {
  return read.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/\s+/g, ' ');
}

const lookup =
  (name: string): Reader =>
  (value) => {
    const read = textOf(value);
    if (isFault(read)) return read;
    return read === null ? NOTHING : { values: [[name, lookupWords(read)]] };
  };

/** Values of `StandardStatus` (RESO Data Dictionary 2.1). */
const STATUSES: ReadonlySet<string> = new Set([
  'Active',
  'Active Under Contract',
  'Canceled',
  'Closed',
  'Coming Soon',
  'Expired',
  'Hold',
  'Pending',
  'Withdrawn',
]);
const status: Reader = (value) => {
  const read = textOf(value);
  if (isFault(read)) return read;
  const words = read === null ? null : lookupWords(read);
  return one('StandardStatus', words !== null && STATUSES.has(words) ? words : null, 'is no known status');
};

/** A list, or a text with commas between. */
const lookups =
  (name: string): Reader =>
  (value) => {
    const read = itemsOf(value).map(textOf);
    const fault = read.find(isFault);
    if (fault !== undefined) return fault;
    const words = read.flatMap((item) => (typeof item === 'string' ? [lookupWords(item)] : []));
    return words.length === 0 ? NOTHING : { values: [[name, words]] };
  };

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'string' ? value.split(',') : [value];
}

const yesNo =
  (name: string): Reader =>
  (value) => {
    if (value === null || value === undefined) return NOTHING;
    return typeof value === 'boolean' ? { values: [[name, value]] } : { fault: 'is neither true nor false' };
  };

const day =
  (name: string): Reader =>
  (value) => {
    const read = textOf(value);
    if (isFault(read)) return read;
    return read === null ? NOTHING : one(name, normaliseDay(read), 'is no day');
  };

const instant =
  (name: string): Reader =>
  (value) => {
    const read = textOf(value);
    if (isFault(read)) return read;
    if (read === null) return NOTHING;
    const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(read);
    const time = isInstant ? Date.parse(read) : Number.NaN;
    return one(name, Number.isNaN(time) ? null : new Date(time).toISOString(), 'is no instant with its zone');
  };

const parcel: Reader = (value) => {
  const read = textOf(value);
  if (isFault(read)) return read;
  return read === null ? NOTHING : one('ParcelNumber', normaliseParcelNumber(read), 'is no parcel number');
};

/** Five digits, or nine of which five are kept. */
const zipCode: Reader = (value) => {
  const read = textOf(value);
  if (isFault(read)) return read;
  if (read === null) return NOTHING;
  return one('PostalCode', /^(\d{5})(-?\d{4})?$/.exec(read)?.[1] ?? null, 'is no ZIP code');
};

/** Square feet in a square metre. */
const SQFT_PER_SQM = 10.7639104;

/** A living area is no fact without its unit; square feet are meant where none is said (RESO's unit in the United States). */
export function livingArea(value: unknown, units: unknown): Reading {
  const unit = textOf(units);
  const metres = typeof unit === 'string' && /^square ?met(er|re)s$/i.test(unit);
  const known = unit === null || metres || (typeof unit === 'string' && /^square ?feet$/i.test(unit));
  const read = numberOf(value, LIVING_SQFT);
  if (isFault(read)) return read;
  if (read === null) return NOTHING;
  if (!known) return { fault: 'is in no known unit' };
  return {
    values: [
      ['LivingArea', metres ? Math.round(read * SQFT_PER_SQM) : read],
      ['LivingAreaUnits', 'Square Feet'],
      ['LivingAreaSource', 'Other'],
    ],
  };
}

/** Rows of these property types ask for rent, not for a price. */
const LEASE = /\blease\b/i;

/** What is asked: a price, or for a lease the rent, which is kept under a name of ours so that it never counts as one. */
export function askedPrice(value: unknown, propertyType: unknown): Reading {
  const type = textOf(propertyType);
  const isLease = typeof type === 'string' && LEASE.test(lookupWords(type));
  return nonZero(decimal(isLease ? 'xRentAsked' : 'ListPrice', USD))(value, 0);
}

/** Fields read one by one, by RESO names on both sides. Those that need a second field are read in `parse.ts`. */
export const ROW_FIELDS: readonly FieldRule[] = [
  { from: 'ListingId', read: text('ListingId') },
  { from: 'ParcelNumber', read: parcel },
  { from: 'UnparsedAddress', read: text('UnparsedAddress') },
  { from: 'City', read: text('City') },
  { from: 'StateOrProvince', read: text('StateOrProvince') },
  { from: 'PostalCode', read: zipCode },
  { from: 'CountyOrParish', read: text('CountyOrParish') },
  { from: 'Latitude', read: nonZero(decimal('Latitude', LATITUDE)) },
  { from: 'Longitude', read: nonZero(decimal('Longitude', LONGITUDE)) },
  { from: 'PropertyType', read: lookup('PropertyType') },
  { from: 'PropertySubType', read: lookup('PropertySubType') },
  { from: 'LotSizeSquareFeet', read: nonZero(decimal('LotSizeSquareFeet', LOT_SQFT)) },
  { from: 'BedroomsTotal', read: whole('BedroomsTotal', COUNT) },
  { from: 'BathroomsTotalInteger', read: whole('BathroomsTotalInteger', COUNT) },
  { from: 'BathroomsFull', read: whole('BathroomsFull', COUNT) },
  { from: 'BathroomsHalf', read: whole('BathroomsHalf', COUNT) },
  {
    from: 'YearBuilt',
    read: nonZero((value, year) => whole('YearBuilt', { min: EARLIEST_YEAR, max: year + 1 })(value, year)),
  },
  { from: 'GarageSpaces', read: decimal('GarageSpaces', COUNT) },
  { from: 'CarportSpaces', read: decimal('CarportSpaces', COUNT) },
  { from: 'PoolPrivateYN', read: yesNo('PoolPrivateYN') },
  { from: 'Roof', read: lookups('Roof') },
  { from: 'ConstructionMaterials', read: lookups('ConstructionMaterials') },
  { from: 'Cooling', read: lookups('Cooling') },
  { from: 'Heating', read: lookups('Heating') },
  { from: 'SubdivisionName', read: text('SubdivisionName') },
  { from: 'ElementarySchoolDistrict', read: text('ElementarySchoolDistrict') },
  { from: 'HighSchoolDistrict', read: text('HighSchoolDistrict') },
  { from: 'TaxAnnualAmount', read: decimal('TaxAnnualAmount', YEARLY_USD) },
  { from: 'StandardStatus', read: status },
  { from: 'MlsStatus', read: text('MlsStatus') },
  { from: 'OriginalListPrice', read: nonZero(decimal('OriginalListPrice', USD)) },
  { from: 'ClosePrice', read: nonZero(decimal('ClosePrice', USD)) },
  { from: 'CloseDate', read: day('CloseDate') },
  { from: 'ListingContractDate', read: day('ListingContractDate') },
  { from: 'AssociationFee', read: decimal('AssociationFee', { min: 0, max: 1_000_000 }) },
  { from: 'AssociationFeeFrequency', read: lookup('AssociationFeeFrequency') },
  { from: 'PublicRemarks', read: text('PublicRemarks') },
  { from: 'PhotosCount', read: whole('PhotosCount', PHOTOS) },
  { from: 'ModificationTimestamp', read: instant('ModificationTimestamp') },
  { from: 'OriginatingSystemName', read: text('OriginatingSystemName') },
  // The office must be named wherever the listing is shown; it is no person.
  { from: 'ListOfficeName', read: text('xAttribution') },
];

/** Names asked for, and the only ones kept. Agents, owners, telephones and mail addresses are not among them. */
export const FIELD_NAMES: readonly string[] = [
  'ListingKey',
  'ListPrice',
  'LivingArea',
  'LivingAreaUnits',
  ...ROW_FIELDS.map(({ from }) => from),
];
