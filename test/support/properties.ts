import type { Fact, FactValue } from '../../core/schemas/facts.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { ComposedProperty, StoredRecord } from '../../core/schemas/property.js';
import { composeProperty } from '../../domain/compose.js';

type Values = Readonly<Record<string, FactValue>>;

/** A stored fact with evidence made from its names. */
export function factFrom(source: SourceName, name: string, value: FactValue, changes: Partial<Fact> = {}): Fact {
  const base = {
    kind: 'parcel',
    rawRef: `raw-${source}`,
    fetchId: `fetch-${source}`,
    fetchedAt: '2025-09-01T10:00:00Z',
  };
  return { ...base, name, value, source, path: `$.${name}`, ...changes };
}

export function recordFrom(source: SourceName, key: string, values: Values, changes: Partial<Fact> = {}): StoredRecord {
  const facts = Object.entries(values).map(([name, value]) => factFrom(source, name, value, changes));
  return { recordId: `${source}:${key}`, source, key, propertyId: 'us-az-maricopa:10306005', zip: '85031', facts };
}

export const COUNTY_HOME: Values = {
  ParcelNumber: '10306005',
  UnparsedAddress: '4027 N 55TH AVE PHOENIX, AZ 85031',
  City: 'PHOENIX',
  PostalCode: '85031',
  PropertyType: 'Residential',
  PropertySubType: 'Single Family Residence',
  LivingArea: 1504,
  LotSizeSquareFeet: 6500,
  YearBuilt: 1958,
  PoolPrivateYN: true,
  xPoolSquareFeet: 336,
  GarageSpaces: 2,
  Roof: ['As - Asphalt Shingle'],
  Cooling: ['RF - REFRIGERATION'],
  TaxAssessedValue: 25_523,
};

export const LISTING: Values = {
  ListingKey: '6937912',
  ParcelNumber: '10306005',
  UnparsedAddress: '4027 N 55TH Avenue, Phoenix, AZ 85031',
  StandardStatus: 'Active',
  ListPrice: 315_000,
  BedroomsTotal: 3,
  BathroomsFull: 2,
  BathroomsTotalInteger: 2,
  LivingArea: 1510,
  YearBuilt: 1958,
  PublicRemarks: 'Updated kitchen with new counters. Owned solar panels, flood irrigation, RV gate and no HOA!',
};

/** A home with a county record and a listing; `changes` replace or add facts of the listing. */
export function homeWith(listing: Values = {}, county: Values = {}): ComposedProperty {
  return composeProperty('us-az-maricopa:10306005', homeRecords(listing, county));
}

/** The records of `homeWith`. */
export function homeRecords(listing: Values = {}, county: Values = {}): readonly StoredRecord[] {
  return [
    recordFrom('maricopa-assessor', '10306005', { ...COUNTY_HOME, ...county }),
    recordFrom('phoenix-mls', '6937912', { ...LISTING, ...listing }, { kind: 'listing-page' }),
  ];
}

export function countyHome(changes: Values = {}): ComposedProperty {
  return composeProperty('us-az-maricopa:10306005', [
    recordFrom('maricopa-assessor', '10306005', { ...COUNTY_HOME, ...changes }),
  ]);
}
