import type { FieldRule } from '../../domain/field-rules.js';
import {
  type Bounds,
  dayOf,
  decimal,
  isFault,
  NOTHING,
  nonZero,
  numberOf,
  oneOfList,
  type Reader,
  text,
  textOf,
  whole,
} from '../../domain/readings.js';
import { zipCode } from './address.js';
import { OWNER_CLASSES } from './owner-class.js';
import { propertySubType, propertyType } from './property-types.js';
import { surveyPlace } from './survey-place.js';

/** Square feet. A section of land, the largest piece the survey knows, has 27.9 million. */
const LOT_SQFT: Bounds = { min: 1, max: 1_000_000_000 };
const LIVING_SQFT: Bounds = { min: 1, max: 1_000_000 };
const POOL_SQFT: Bounds = { min: 1, max: 100_000 };
export const USD: Bounds = { min: 0, max: 10_000_000_000 };
const STALLS: Bounds = { min: 0, max: 100 };
const FIXTURES: Bounds = { min: 0, max: 1_000 };
/** The county and its surroundings, degrees. */
const LATITUDE: Bounds = { min: 32.5, max: 34.1 };
const LONGITUDE: Bounds = { min: -113.4, max: -111.0 };
const EARLIEST_YEAR = 1850;

/** A year of building, up to the year after the answer. */
const builtYear = (name: string): Reader =>
  nonZero((value, year) => whole(name, { min: EARLIEST_YEAR, max: year + 1 })(value, year));

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

/** `false`, or the pool's square feet as text. */
const pool: Reader = (value) => {
  if (typeof value === 'boolean') return { values: [['PoolPrivateYN', value]] };
  if (numberOf(value, { min: 0, max: 0 }) === 0) return { values: [['PoolPrivateYN', false]] };
  const area = numberOf(value, POOL_SQFT);
  if (isFault(area)) return area;
  return area === null
    ? NOTHING
    : {
        values: [
          ['PoolPrivateYN', true],
          ['xPoolSquareFeet', area],
        ],
      };
};

/** The county prints the first of the month for every sale, so the day is no knowledge. */
const saleDate: Reader = (value, year) => {
  const day = dayOf(value, year);
  if (isFault(day)) return day;
  return day === null
    ? NOTHING
    : {
        values: [
          ['CloseDate', day],
          ['xCloseDatePrecision', 'month'],
        ],
      };
};

const ownerClass: Reader = (value) => {
  const read = textOf(value);
  if (read === null) return NOTHING;
  const known = OWNER_CLASSES.find((name) => name === read);
  return known ? { values: [['xOwnerClass', known]] } : { fault: 'is no owner class' };
};

/** A row of the property search (`/search/property`, `/search/rp`). The subdivision is misspelt by the county. */
export const SEARCH_ROW_FIELDS: readonly FieldRule[] = [
  { from: 'SitusAddress', read: text('UnparsedAddress') },
  { from: 'SitusCity', read: text('City') },
  { from: 'SitusZip', read: zipCode },
  { from: 'PropertyType', read: propertyType },
  { from: 'SubdivisonName', read: text('SubdivisionName') },
  { from: 'SectionTownshipRange', read: surveyPlace },
  { from: 'xOwnerClass', read: ownerClass },
];

/** A row of the rental register. Who owns, answers for and manages it is withheld. */
export const RENTAL_ROW_FIELDS: readonly FieldRule[] = [
  { from: 'Address', read: text('UnparsedAddress') },
  { from: 'City', read: text('City') },
  { from: 'Zip', read: zipCode },
];

/** A row of business personal property or mobile homes. The address may be a person's and is withheld. */
export const ACCOUNT_ROW_FIELDS: readonly FieldRule[] = [
  { from: 'SitusCity', read: text('City') },
  { from: 'SitusZip', read: zipCode },
];

/** A row of the subdivision search. */
export const SUBDIVISION_ROW_FIELDS: readonly FieldRule[] = [
  { from: 'SubdivisionName', read: text('SubdivisionName') },
  { from: 'ParcelCount', read: whole('xParcelCount', { min: 0, max: 10_000_000 }) },
];

/** The first block of a parcel document, alone as `propertyinfo`. City and ZIP come out of the address (`address.ts`). */
export const PROPERTY_FIELDS: readonly FieldRule[] = [
  { from: 'PropertyAddress', read: text('UnparsedAddress') },
  { from: 'PropertyType', read: propertyType },
  { from: 'PEPropUseDesc', read: propertySubType },
  { from: 'LotSize', read: nonZero(decimal('LotSizeSquareFeet', LOT_SQFT)) },
  { from: 'SubdivisionName', read: text('SubdivisionName') },
  { from: 'Lot', read: text('TaxLot') },
  { from: 'PropertyDescription', read: text('TaxLegalDescription') },
  { from: 'Zoning', read: text('Zoning') },
  { from: 'SectionTownshipRange', read: surveyPlace },
  { from: 'ElementarySchoolDistrict', read: text('ElementarySchoolDistrict') },
  { from: 'HighSchoolDistrict', read: text('HighSchoolDistrict') },
];

export const GEO_FIELDS: readonly FieldRule[] = [
  { from: 'lat', read: decimal('Latitude', LATITUDE) },
  { from: 'long', read: decimal('Longitude', LONGITUDE) },
];

/** Comparables (`SimilarParcels`), quality grades and patios have no canonical name. Bath fixtures are no bath count. */
export const RESIDENTIAL_FIELDS: readonly FieldRule[] = [
  { from: 'LivableSpace', read: nonZero(livingArea) },
  { from: 'OriginalConstructionYear', read: builtYear('YearBuilt') },
  { from: 'ConstructionYear', read: builtYear('YearBuiltEffective') },
  { from: 'LotSize', read: nonZero(decimal('LotSizeSquareFeet', LOT_SQFT)) },
  { from: 'BathFixtures', read: whole('xBathFixtures', FIXTURES) },
  { from: 'NumberOfGarages', read: decimal('GarageSpaces', STALLS) },
  { from: 'NumberOfCarports', read: decimal('CarportSpaces', STALLS) },
  { from: 'Pool', read: pool },
  { from: 'RoofType', read: oneOfList('Roof') },
  { from: 'ExteriorWalls', read: oneOfList('ConstructionMaterials') },
  { from: 'Cooling', read: oneOfList('Cooling') },
  { from: 'Heating', read: oneOfList('Heating') },
];

export const OWNER_FIELDS: readonly FieldRule[] = [
  { from: 'SalePrice', read: nonZero(decimal('ClosePrice', USD)) },
  { from: 'SaleDate', read: saleDate },
  { from: 'xOwnerClass', read: ownerClass },
];

/** The newest tax year's row. Its year runs ahead of the calendar (2026 recorded in September 2025). */
export const VALUATION_FIELDS: readonly FieldRule[] = [
  { from: 'TaxYear', read: (value, year) => whole('TaxYear', { min: 1900, max: year + 2 })(value, year) },
  { from: 'AssessedLPV', read: whole('TaxAssessedValue', USD) },
  { from: 'FullCashValue', read: whole('xFullCashValue', USD) },
  { from: 'LimitedPropertyValue', read: whole('xLimitedPropertyValue', USD) },
  { from: 'LegalClassificationCode', read: text('xLegalClass') },
];

/** Use of the parcel as the newest valuation row states it; read only where no document block does. */
export const VALUATION_USE_FIELDS: readonly FieldRule[] = [{ from: 'PEPropUseDesc', read: propertySubType }];

export const IMPROVEMENT_FIELDS: readonly FieldRule[] = [
  { from: 'ImprovementNumber', read: text('ImprovementNumber') },
  { from: 'ImprovementDescription', read: text('Description') },
  { from: 'ImprovementSquareFootage', read: decimal('SquareFeet', { min: 0, max: LOT_SQFT.max }) },
];
