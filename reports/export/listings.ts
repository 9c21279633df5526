import type { Json } from '../../core/hash.js';
import { LISTING_SOURCES } from '../../core/schemas/names.js';
import type { ChosenFact } from '../../core/schemas/property.js';
import { composeProperty } from '../../domain/compose.js';
import type { RawPropertyDocument } from '../../store/documents.js';
import { countRows, rowsById } from '../../store/export-rows.js';
import { type RecordThen, recordsAsOf } from '../../store/history.js';
import { type Column, type ColumnType, cellsOf, column, evidenceColumns, headsOf } from './columns.js';
import { type DataRequest, type Dataset, timeMatch, zipMatch } from './dataset.js';

interface ListingRow {
  readonly state: RecordThen;
  readonly kept: RawPropertyDocument;
  readonly facts: ReadonlyMap<string, ChosenFact>;
}

const COLLECTION = 'raw_properties';

/** Listings, each as its own source states it, one row a record. */
export function listingsDataset(request: DataRequest): Dataset {
  const { market, zips, asOf, kindOrder } = request;
  const columns = columnsFor(request);
  const base = { market, source: { $in: [...LISTING_SOURCES] } };
  const moment = { validMs: asOf?.getTime() ?? null, knownMs: asOf?.getTime() ?? null };
  return {
    columns: headsOf(columns),
    sortedBy: '_id',
    rangeOf: 'changed_at',
    notes: ['one row is what one source states; the same home may be listed by two'],
    async *rows(db) {
      const match = { ...base, ...zipMatch('zip', zips), ...timeMatch('changedAt', request) };
      for await (const batch of rowsById<RawPropertyDocument>(db, COLLECTION, match)) {
        const kept = new Map(batch.map((one) => [one._id, one]));
        const then = await recordsAsOf(db, batch, moment);
        const rows = then.flatMap((one) => {
          const document = kept.get(one.record.recordId);
          const { facts } = composeProperty(one.record.propertyId, [one.record], kindOrder);
          return document === undefined ? [] : [{ state: one, kept: document, facts: factsByName(facts) }];
        });
        yield cellsOf(columns, rows);
      }
    },
    countAll: (db) => countRows(db, COLLECTION, base),
    countWrittenSince: (db, at) =>
      countRows(db, COLLECTION, { ...base, ...zipMatch('zip', zips), changedAt: { $gte: at } }),
  };
}

function factsByName(facts: readonly ChosenFact[]): ReadonlyMap<string, ChosenFact> {
  return new Map(facts.map((fact) => [fact.name, fact]));
}

function columnsFor({ provenance, asOf }: DataRequest): readonly Column<ListingRow>[] {
  const facts = LISTING_FACTS.flatMap(([reso, type]): readonly Column<ListingRow>[] => {
    const name = snakeCase(reso);
    const own = column<ListingRow>(name, type, (row) => cellOf(type, row.facts.get(reso)), reso);
    return provenance ? [own, ...evidenceColumns<ListingRow>(name, (row) => evidenceOf(row.facts.get(reso)))] : [own];
  });
  return [...IDENTITY, ...facts, ...(asOf === null ? TIMES : [])];
}

const IDENTITY: readonly Column<ListingRow>[] = [
  column('record_id', 'text', ({ state }) => state.record.recordId),
  column('source', 'text', ({ state }) => state.record.source),
  column('property_id', 'text', ({ state }) => state.record.propertyId),
  column('market', 'text', ({ kept }) => kept.market),
  column('mode', 'text', ({ kept }) => kept.mode),
  column('zip', 'text', ({ state }) => state.record.zip),
  column('version', 'integer', ({ state }) => state.version),
  column('gone_since', 'instant', ({ state }) => state.goneSince?.toISOString() ?? null),
];

const TIMES: readonly Column<ListingRow>[] = [
  column('first_seen_at', 'instant', ({ kept }) => kept.firstSeenAt.toISOString()),
  column('changed_at', 'instant', ({ kept }) => kept.changedAt.toISOString()),
];

/** RESO names and types of what is exported of a listing. */
const LISTING_FACTS: readonly (readonly [string, ColumnType])[] = [
  ['ListingKey', 'text'],
  ['ListingId', 'text'],
  ['ParcelNumber', 'text'],
  ['StandardStatus', 'text'],
  ['ListPrice', 'number'],
  ['OriginalListPrice', 'number'],
  ['ClosePrice', 'number'],
  ['CloseDate', 'text'],
  ['ListingContractDate', 'text'],
  ['UnparsedAddress', 'text'],
  ['City', 'text'],
  ['StateOrProvince', 'text'],
  ['PostalCode', 'text'],
  ['PropertyType', 'text'],
  ['PropertySubType', 'text'],
  ['BedroomsTotal', 'number'],
  ['BathroomsFull', 'number'],
  ['BathroomsHalf', 'number'],
  ['BathroomsTotalInteger', 'number'],
  ['LivingArea', 'number'],
  ['LotSizeSquareFeet', 'number'],
  ['YearBuilt', 'number'],
  ['AssociationFee', 'number'],
  ['AssociationFeeFrequency', 'text'],
  ['PhotosCount', 'number'],
  ['Latitude', 'number'],
  ['Longitude', 'number'],
  ['PublicRemarks', 'text'],
  ['ModificationTimestamp', 'text'],
];

function snakeCase(reso: string): string {
  return reso.replaceAll(/(?!^)([A-Z])/g, '_$1').toLowerCase();
}

/** A value that is not of the type of its column is not stated there. */
function cellOf(type: ColumnType, fact: ChosenFact | undefined): Json {
  if (fact === undefined) return null;
  const { value } = fact;
  if (type === 'number') return typeof value === 'number' ? value : null;
  return typeof value === 'object' ? value.join(', ') : String(value);
}

function evidenceOf(fact: ChosenFact | undefined) {
  if (fact === undefined) return null;
  const { source, fetchId, rawRef, fetchedAt } = fact;
  return { source, request: fetchId, raw: rawRef, at: fetchedAt };
}
