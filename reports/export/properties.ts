import type { Db } from 'mongodb';
import {
  DOCUMENT_FIELDS,
  type FieldEvidence,
  type NormalizedKey,
  type ProcessedPropertyDocument,
  toProcessedDocument,
} from '../../domain/document-shape.js';
import { judgeProperty } from '../../domain/quality/judge.js';
import { describeByRules } from '../../domain/rules.js';
import { answerTimes, countRows, type PropertyThen, propertiesAsOf, rowsById } from '../../store/export-rows.js';
import { type CellEvidence, type Column, cellsOf, column, evidenceColumns, headsOf } from './columns.js';
import { type DataRequest, type Dataset, timeMatch, zipMatch } from './dataset.js';

/** A property as it is exported. */
interface PropertyRow {
  readonly document: Omit<ProcessedPropertyDocument, 'processed_at'>;
  /** When it was composed; null for a look back, which composes anew. */
  readonly processedAt: string | null;
  /** When requests were answered, by request id. */
  readonly times: ReadonlyMap<string, string>;
}
type Stored = Omit<ProcessedPropertyDocument, 'processed_at'> & { readonly processed_at: Date };

const COLLECTION = 'processed_properties';
const NOTES_THEN = [
  'words of a model and estimates are of now, and are left empty in a look back',
  'a fact that cannot be true is left out; in a look back no earlier value takes its place',
];

/** Properties as readers get them: of now from the read model, of a moment composed anew of what was known then. */
export function propertiesDataset(request: DataRequest): Dataset {
  const columns = columnsFor(request);
  const { market, zips, asOf } = request;
  return {
    columns: headsOf(columns),
    sortedBy: asOf === null ? '_id' : 'property_id',
    rangeOf: 'processed_at',
    notes: asOf === null ? [] : NOTES_THEN,
    async *rows(db) {
      const found = asOf === null ? rowsOfNow(db, request) : rowsOfThen(db, request, asOf);
      for await (const rows of found) yield cellsOf(columns, rows);
    },
    countAll: (db) =>
      asOf === null ? countRows(db, COLLECTION, { market }) : countRows(db, 'raw_properties', { market }),
    countWrittenSince: (db, at) =>
      countRows(db, COLLECTION, { market, ...zipMatch('normalized.address.zip', zips), processed_at: { $gte: at } }),
  };
}

async function* rowsOfNow(db: Db, request: DataRequest): AsyncGenerator<readonly PropertyRow[]> {
  const { market, zips, provenance } = request;
  const leftOut = ['feature_evidence', 'estimates', ...(provenance ? [] : ['evidence'])];
  const match = { market, ...zipMatch('normalized.address.zip', zips), ...timeMatch('processed_at', request) };
  for await (const documents of rowsById<Stored>(db, COLLECTION, match, leftOut)) {
    const times = provenance ? await timesOf(db, documents) : new Map<string, string>();
    yield documents.map((document) => ({ document, processedAt: document.processed_at.toISOString(), times }));
  }
}

function timesOf(db: Db, documents: readonly Stored[]): Promise<ReadonlyMap<string, string>> {
  const recordIds = documents.flatMap(({ raw_ids }) => raw_ids);
  const fetchIds = documents.flatMap(({ evidence }) => Object.values(evidence).map(({ fetch_id }) => fetch_id));
  return answerTimes(db, recordIds, [...new Set(fetchIds)]);
}

async function* rowsOfThen(db: Db, request: DataRequest, asOf: Date): AsyncGenerator<readonly PropertyRow[]> {
  const { market, zips } = request;
  for await (const found of propertiesAsOf(db, market, { validMs: asOf.getTime(), knownMs: asOf.getTime() })) {
    const rows = found.flatMap((one) => rowOfThen(one, request));
    yield rows.filter(({ document }) => zips === null || zips.includes(document.normalized.address.zip ?? ''));
  }
}

function rowOfThen({ propertyId, records }: PropertyThen, request: DataRequest): readonly PropertyRow[] {
  const { mode, market, kindOrder } = request;
  const known = records.map(({ record }) => record);
  const { property, quality } = judgeProperty(propertyId, known, kindOrder);
  if (property === null) return [];
  const origin = { mode, market, runKey: '', processedAt: '' };
  const words = { ...describeByRules(property), description: '', keyFeatures: [] };
  const document = toProcessedDocument(property, words, quality.score, origin, property.recordIds);
  const facts = known.flatMap((record) => record.facts);
  return [{ document, processedAt: null, times: new Map(facts.map((fact) => [fact.fetchId, fact.fetchedAt])) }];
}

function columnsFor({ provenance, asOf }: DataRequest): readonly Column<PropertyRow>[] {
  const fields = DOCUMENT_FIELDS.flatMap(({ key, names: [reso] }): readonly Column<PropertyRow>[] => {
    const name = key.replaceAll('.', '_');
    const own = column<PropertyRow>(name, TYPE_OF[key], ({ document }) => readField(document, key), reso);
    return provenance ? [own, ...evidenceColumns<PropertyRow>(name, (row) => evidenceOf(row, key))] : [own];
  });
  return [...IDENTITY, ...fields, ...WORDS, ...(asOf === null ? RUN : [])];
}

const IDENTITY: readonly Column<PropertyRow>[] = [
  column('property_id', 'text', ({ document }) => document.property_id),
  column('parcel_number', 'text', ({ document }) => document.parcel_number, 'ParcelNumber'),
  column('market', 'text', ({ document }) => document.market),
  column('mode', 'text', ({ document }) => document.mode),
];

const TYPE_OF: Readonly<Record<NormalizedKey, 'text' | 'integer' | 'number'>> = {
  'address.street': 'text',
  'address.city': 'text',
  'address.state': 'text',
  'address.zip': 'text',
  'details.bedrooms': 'integer',
  'details.bathrooms': 'number',
  'details.square_feet': 'number',
  'details.lot_sqft': 'number',
  'details.year_built': 'number',
  'details.property_type': 'text',
  'pricing.list_price': 'number',
  'pricing.price_per_sqft': 'number',
  'location.latitude': 'number',
  'location.longitude': 'number',
};

const WORDS: readonly Column<PropertyRow>[] = [
  column('description', 'text', ({ document }) => document.llm_enrichment.description || null),
  column('key_features', 'list', ({ document }) => document.llm_enrichment.key_features),
  column('rental_estimate', 'number', ({ document }) => document.llm_enrichment.investment_analysis.rental_estimate),
  column('cap_rate', 'number', ({ document }) => document.llm_enrichment.investment_analysis.cap_rate),
  column('market_trend', 'text', ({ document }) => document.llm_enrichment.investment_analysis.market_trend),
  column('recommendation', 'text', ({ document }) => document.llm_enrichment.investment_analysis.recommendation),
  column('text_facts', 'json', ({ document }) =>
    (document.text_facts ?? []).map(({ field, value, confidence, span }) => ({
      field,
      value,
      confidence,
      quote: span.quote,
    })),
  ),
  column('quality_score', 'number', ({ document }) => document.quality_score),
  column('raw_ids', 'list', ({ document }) => document.raw_ids),
];

const RUN: readonly Column<PropertyRow>[] = [
  column('enriched_by', 'text', ({ document }) => document.enriched_by),
  column('llm_model', 'text', ({ document }) => document.processing_metadata.llm_model),
  column('processed_at', 'instant', ({ processedAt }) => processedAt),
  column('run_key', 'text', ({ document }) => document.run_key),
];

function readField({ normalized }: PropertyRow['document'], key: NormalizedKey): string | number | null {
  const [group = '', name = ''] = key.split('.');
  const groups: Readonly<Record<string, Readonly<Record<string, string | number | null>>>> = { ...normalized };
  return groups[group]?.[name] ?? null;
}

function evidenceOf({ document, times }: PropertyRow, key: NormalizedKey): CellEvidence | null {
  const found: FieldEvidence | undefined = document.evidence[key];
  if (found === undefined) return null;
  const { source, fetch_id, raw_ref } = found;
  return { source, request: fetch_id, raw: raw_ref, at: times.get(fetch_id) ?? null };
}
