import type { Json } from '../core/hash.js';
import { fullAddress } from './county-document.js';
import type { Parcel, ParcelFacts } from './parcel.js';

/** Canonical values of one parcel by RESO name; a name without a value is left out. */
export type CanonicalTruth = Readonly<Record<string, Json>>;

/**
 * What a correct reading of all the county says about a parcel must give, by RESO Data Dictionary 2.1 names.
 * Lists keep the county's code and words (`Ct - Concrete Tile`).
 */
export function canonicalTruth({ facts, origin, document }: Parcel): CanonicalTruth {
  const address = origin === 'recorded-document' ? document().PropertyAddress : fullAddress(facts);
  const newest = facts.values[0];
  const values: Record<string, Json> = {
    ParcelNumber: facts.apn,
    UnparsedAddress: facts.street === null ? null : (address ?? null),
    City: facts.city,
    StateOrProvince: 'AZ',
    PostalCode: facts.zip,
    CountyOrParish: 'Maricopa',
    Latitude: facts.latitude,
    Longitude: facts.longitude,
    PropertyType: canonicalType(facts.propertyType),
    PropertySubType: canonicalSubType(facts.useDescription),
    LotSizeSquareFeet: facts.lotSqft,
    SubdivisionName: collapsed(facts.subdivision),
    TaxLot: facts.lot,
    TaxLegalDescription: collapsed(facts.legalDescription),
    Zoning: facts.zoning,
    PublicSurveySection: facts.section,
    PublicSurveyTownship: facts.township,
    PublicSurveyRange: facts.range,
    ElementarySchoolDistrict: facts.elementaryDistrict,
    HighSchoolDistrict: facts.highSchoolDistrict,
    TaxYear: newest?.taxYear ?? null,
    TaxAssessedValue: newest?.assessedValue ?? null,
    xFullCashValue: newest?.fullCashValue ?? null,
    xLimitedPropertyValue: newest?.limitedPropertyValue ?? null,
    xLegalClass: newest?.legalClass ?? null,
    ClosePrice: facts.owner.salePrice,
    CloseDate: facts.owner.saleDate,
    ...homeTruth(facts),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ''));
}

function homeTruth({ home }: ParcelFacts): Record<string, Json> {
  // The county says 0 and false, not nothing, of parcels without a home.
  if (home === null) return { xBathFixtures: 0, CarportSpaces: 0, PoolPrivateYN: false };
  return {
    LivingArea: home.livingArea,
    YearBuilt: home.yearBuilt,
    YearBuiltEffective: home.yearBuiltEffective,
    xBathFixtures: home.bathFixtures,
    GarageSpaces: home.garages,
    CarportSpaces: home.carports,
    PoolPrivateYN: home.poolSqft !== null,
    xPoolSquareFeet: home.poolSqft,
    Roof: listOf(home.roof),
    ConstructionMaterials: listOf(home.walls),
    Cooling: listOf(home.cooling),
    Heating: listOf(home.heating),
  };
}

function canonicalType(countyType: string): string {
  if (/VACANT/i.test(countyType)) return 'Land';
  if (/MULTI FAMILY/i.test(countyType)) return 'Residential Income';
  return /RESIDENTIAL|TOWNHOUSE|CONDO/i.test(countyType) ? 'Residential' : 'Commercial Sale';
}

const SUB_TYPES = ['Single Family Residence', 'Condominium', 'Townhouse', 'Apartment', 'Warehouse'];

function canonicalSubType(use: string): string | null {
  return SUB_TYPES.find((known) => known === use) ?? null;
}

function collapsed(text: string | null): string | null {
  return text === null ? null : text.replace(/\s+/g, ' ').trim();
}

function listOf(text: string | null): Json {
  return text === null ? null : [text];
}
