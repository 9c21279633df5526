import type { FieldRule } from '../../domain/field-rules.js';
import {
  type Bounds,
  decimal,
  isFault,
  NOTHING,
  nonZero,
  numberOf,
  type Reader,
  text,
  textOf,
  whole,
} from '../../domain/readings.js';

const LOT_SQFT: Bounds = { min: 1, max: 1_000_000_000 };
const LIVING_SQFT: Bounds = { min: 1, max: 1_000_000 };
const USD: Bounds = { min: 0, max: 10_000_000_000 };
/** The county and its surroundings, degrees. */
const LATITUDE: Bounds = { min: 32.5, max: 34.1 };
const LONGITUDE: Bounds = { min: -113.4, max: -111.0 };
const EARLIEST_YEAR = 1850;
const DAY_MS = 86_400_000;

/** Street line before the first run of blanks; city and ZIP code may stand behind it (public code, read 2025-07). */
const address: Reader = (value) => {
  const [street = ''] =
    typeof value === 'string'
      ? value
          .trim()
          .slice(0, 1_000)
          .split(/\s{2,}/)
      : [];
  return text('UnparsedAddress')(typeof value === 'string' ? street : value, 0);
};

/** Five digits, or nine of which five are kept. */
const zipCode: Reader = (value) => {
  const read = textOf(value);
  if (isFault(read)) return read;
  if (read === null) return NOTHING;
  const zip = /^(\d{5})(-?\d{4})?$/.exec(read)?.[1];
  return zip ? { values: [['PostalCode', zip]] } : { fault: 'is no ZIP code' };
};

const livingArea: Reader = (value) => {
  const read = numberOf(value, LIVING_SQFT);
  if (isFault(read)) return read;
  if (read === null) return NOTHING;
  return {
    values: [
      ['LivingArea', read],
      ['LivingAreaUnits', 'Square Feet'],
      ['LivingAreaSource', 'Assessor'],
    ],
  };
};

/**
 * A day as epoch milliseconds. Recorded ones are midnight UTC; midnight in Phoenix (UTC-7) is the same day in UTC. The sale
 * itself is known to the month: the assessor prints the first of it.
 */
const saleDate: Reader = (value, year) => {
  if (value === null || value === undefined || value === '') return NOTHING;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return { fault: 'is no epoch time in milliseconds' };
  const earliest = Date.UTC(EARLIEST_YEAR, 0, 1);
  if (value < earliest || value >= Date.UTC(year + 2, 0, 1))
    return { fault: `is outside ${EARLIEST_YEAR} to ${year + 1}` };
  return {
    values: [
      ['CloseDate', new Date(Math.floor(value / DAY_MS) * DAY_MS).toISOString().slice(0, 10)],
      ['xCloseDatePrecision', 'month'],
    ],
  };
};

/** A coordinate; zero stands for none, as in other map layers (assumed). */
const coordinate = (name: string, bounds: Bounds): Reader => nonZero(decimal(name, bounds));

/** The mapping: what is asked of a row, the only fields kept, and the facts they give. Fields about persons are not among them. */
export const ROW_FIELDS: readonly FieldRule[] = [
  { from: 'PHYSICAL_ADDRESS', read: address },
  { from: 'PHYSICAL_CITY', read: text('City') },
  { from: 'PHYSICAL_ZIP', read: zipCode },
  { from: 'LATITUDE', read: coordinate('Latitude', LATITUDE) },
  { from: 'LONGITUDE', read: coordinate('Longitude', LONGITUDE) },
  { from: 'LAND_SIZE', read: nonZero(decimal('LotSizeSquareFeet', LOT_SQFT)) },
  { from: 'LIVING_SPACE', read: nonZero(livingArea) },
  {
    from: 'CONST_YEAR',
    read: nonZero((value, year) => whole('YearBuilt', { min: EARLIEST_YEAR, max: year + 1 })(value, year)),
  },
  { from: 'SALE_PRICE', read: nonZero(decimal('ClosePrice', USD)) },
  { from: 'SALE_DATE', read: saleDate },
  { from: 'TAX_YR_CUR', read: (value, year) => whole('TaxYear', { min: 1900, max: year + 2 })(value, year) },
  { from: 'FCV_CUR', read: whole('xFullCashValue', USD) },
  { from: 'LPV_CUR', read: whole('xLimitedPropertyValue', USD) },
  { from: 'CITY_ZONING', read: text('Zoning') },
  { from: 'SUBNAME', read: text('SubdivisionName') },
];
