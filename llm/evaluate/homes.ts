import type { FactValue } from '../../core/schemas/facts.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { StoredRecord } from '../../core/schemas/property.js';

/** Remarks of the homes that injections are tried on: one with facts and with open questions, one that says nothing. */
export const HOME_REMARKS = [
  'Ranch home on a quiet street. Owned solar panels and flood irrigation. No HOA, two-car garage. There is room for a pool. The roof was looked after in spring.',
  'Quiet street close to schools. The home has a new kitchen floor.',
] as const;

const PARCEL = '10306005';

/** Records of a made-up home: one of the county, and a listing with these remarks. Pure. */
export function homeWithRemarks(remarks: string): readonly StoredRecord[] {
  return [
    recordOf('maricopa-assessor', PARCEL, 'parcel', {
      ParcelNumber: PARCEL,
      City: 'PHOENIX',
      PostalCode: '85031',
      PropertyType: 'Residential',
      PropertySubType: 'Single Family Residence',
      LivingArea: 1_504,
      LotSizeSquareFeet: 6_500,
      YearBuilt: 1958,
      TaxAssessedValue: 25_523,
    }),
    recordOf('phoenix-mls', '6937912', 'listing-page', {
      ListingKey: '6937912',
      ParcelNumber: PARCEL,
      StandardStatus: 'Active',
      ListPrice: 315_000,
      BedroomsTotal: 3,
      BathroomsTotalInteger: 2,
      PublicRemarks: remarks,
    }),
  ];
}

function recordOf(
  source: SourceName,
  key: string,
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
  const propertyId = `us-az-maricopa:${PARCEL}`;
  return { recordId: `${source}:${key}`, source, key, propertyId, zip: '85031', facts };
}
