import type { FieldRule } from '../../domain/field-rules.js';
import {
  type Bounds,
  decimal,
  isFault,
  NOTHING,
  nonZero,
  type Reader,
  text,
  textOf,
  whole,
} from '../../domain/readings.js';

const LOT_SQFT: Bounds = { min: 1, max: 10_000_000_000 };
const USD: Bounds = { min: 0, max: 10_000_000_000 };
/** The county and its surroundings, degrees. */
const LATITUDE: Bounds = { min: 31.3, max: 32.7 };
const LONGITUDE: Bounds = { min: -113.4, max: -110.4 };
const EARLIEST_YEAR = 1850;

/** Five digits; the server writes them as a number too. */
const zipCode: Reader = (value) => {
  const read = textOf(value);
  if (isFault(read)) return read;
  if (read === null) return NOTHING;
  const zip = /^(\d{5})(-?\d{4})?$/.exec(read)?.[1];
  return zip ? { values: [['PostalCode', zip]] } : { fault: 'is no ZIP code' };
};

/** The parcel as measured on the map, in square feet with fractions. */
const lotSize: Reader = (value, year) => {
  const read = decimal('LotSizeSquareFeet', LOT_SQFT)(value, year);
  if ('fault' in read) return read;
  return { values: read.values.map(([name, size]) => [name, typeof size === 'number' ? Math.round(size) : size]) };
};

/** Property class of the roll (`PPT_DESC`) as RESO property type. Words that are not known say nothing. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^RESIDENTIAL/, 'Residential'],
  [/^VACANT/, 'Land'],
  [/^AGRICULTUR/, 'Farm'],
  [/^(COMMERCIAL|INDUSTRIAL)/, 'Commercial Sale'],
];
const propertyType: Reader = matching('PropertyType', TYPES);

/** Use of the roll (`USE_DESC`, cut at 30 characters) as RESO sub type: `SFR GRADE 010-3 URBAN SUBDIVID`, `DUPLEX - 1 STORY`. */
const SUB_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^SFR\b/, 'Single Family Residence'],
  [/^DUPLEX/, 'Duplex'],
  [/^TRIPLEX/, 'Triplex'],
  [/^FOURPLEX/, 'Quadruplex'],
  [/^CONDO/, 'Condominium'],
  [/^TOWN ?HOUSE/, 'Townhouse'],
];
const propertySubType: Reader = matching('PropertySubType', SUB_TYPES);

function matching(name: string, rows: readonly (readonly [RegExp, string])[]): Reader {
  return (value) => {
    const read = textOf(value);
    if (isFault(read)) return read;
    const found = read === null ? undefined : rows.find(([words]) => words.test(read.toUpperCase()))?.[1];
    return found === undefined ? NOTHING : { values: [[name, found]] };
  };
}

/** The mapping: what is asked of a row, the only fields kept, and the facts they give. Fields about persons are not among them. */
export const ROW_FIELDS: readonly FieldRule[] = [
  { from: 'SITE_ADDRESS', read: text('UnparsedAddress') },
  { from: 'SITE_ZIPCITY', read: text('City') },
  { from: 'SITE_ZIP', read: zipCode },
  { from: 'LAT', read: nonZero(decimal('Latitude', LATITUDE)) },
  { from: 'LON', read: nonZero(decimal('Longitude', LONGITUDE)) },
  { from: 'GISAREA', read: nonZero(lotSize) },
  {
    from: 'YearBuilt',
    read: nonZero((value, year) => whole('YearBuilt', { min: EARLIEST_YEAR, max: year + 1 })(value, year)),
  },
  { from: 'PPT_DESC', read: propertyType },
  { from: 'USE_DESC', read: propertySubType },
  { from: 'CURZONE_OL', read: text('Zoning') },
  { from: 'TAXYR', read: nonZero((value, year) => whole('TaxYear', { min: 1900, max: year + 2 })(value, year)) },
  { from: 'FCV', read: nonZero(whole('xFullCashValue', USD)) },
  { from: 'LIMNET', read: nonZero(whole('TaxAssessedValue', USD)) },
  { from: 'LOT', read: text('TaxLot') },
  { from: 'LEGAL_DESC', read: text('TaxLegalDescription') },
];
