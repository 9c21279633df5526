import type { FactValue } from '../../core/schemas/facts.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { ComposedProperty, StoredRecord } from '../../core/schemas/property.js';
import { composeProperty } from '../../domain/compose.js';

/** Remarks of the homes that injections are tried on: one with facts and with open questions, one that says nothing. */
export const HOME_REMARKS = [
  'Ranch home on a quiet street. Owned solar panels and flood irrigation. No HOA, two-car garage. There is room for a pool. The roof was looked after in spring.',
  'Quiet street close to schools. The home has a new kitchen floor.',
] as const;

/** A made-up home with a county record and a listing of these remarks. Pure. */
export function homeWithRemarks(remarks: string): ComposedProperty {
  const id = 'us-az-maricopa:00000000';
  return composeProperty(id, [
    recordOf(id, 'maricopa-assessor', 'parcel', {
      ParcelNumber: '00000000',
      City: 'PHOENIX',
      PostalCode: '85031',
      PropertyType: 'Residential',
      PropertySubType: 'Single Family Residence',
      LivingArea: 1_504,
      LotSizeSquareFeet: 6_500,
      YearBuilt: 1958,
      TaxAssessedValue: 25_523,
    }),
    recordOf(id, 'phoenix-mls', 'listing-page', {
      StandardStatus: 'Active',
      ListPrice: 315_000,
      BedroomsTotal: 3,
      BathroomsTotalInteger: 2,
      PublicRemarks: remarks,
    }),
  ]);
}

function recordOf(
  propertyId: string,
  source: SourceName,
  kind: string,
  values: Readonly<Record<string, FactValue>>,
): StoredRecord {
  const facts = Object.entries(values).map(([name, value]) => ({
    name,
    value,
    path: `$.${name}`,
    source,
    kind,
    rawRef: `raw-${source}`,
    fetchId: `fetch-${source}`,
    fetchedAt: '2026-01-01T00:00:00Z',
  }));
  return { recordId: `${source}:evaluation`, source, key: 'evaluation', propertyId, zip: '85031', facts };
}
