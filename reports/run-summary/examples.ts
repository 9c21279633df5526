import type { Db } from 'mongodb';
import type { ExampleFact, ExampleProperty } from '../../core/schemas/run.js';
import type { FieldEvidence, NormalizedKey, ProcessedPropertyDocument } from '../../domain/document-shape.js';
import { formatCount } from '../format.js';

/** Values a reader looks for first, in this order. */
const SHOWN: readonly NormalizedKey[] = [
  'pricing.list_price',
  'details.bedrooms',
  'details.square_feet',
  'details.lot_sqft',
  'details.year_built',
];

/** A few properties with the evidence for what is shown: those with a listing and the model's words first. */
export async function findExamples(db: Db, market: string, count: number): Promise<readonly ExampleProperty[]> {
  const processed = db.collection<ProcessedPropertyDocument>('processed_properties');
  const preferences = [
    {
      market,
      enriched_by: 'model' as const,
      'normalized.pricing.list_price': { $ne: null },
      'raw_ids.1': { $exists: true },
    },
    { market, 'normalized.pricing.list_price': { $ne: null }, 'raw_ids.1': { $exists: true } },
    { market },
  ];
  const found = new Map<string, ProcessedPropertyDocument>();
  for (const filter of preferences) {
    if (found.size >= count) break;
    for (const document of await processed.find(filter).sort({ _id: 1 }).limit(count).toArray()) {
      if (found.size < count) found.set(document._id, document);
    }
  }
  return [...found.values()].map(exampleOf);
}

function exampleOf(document: ProcessedPropertyDocument): ExampleProperty {
  const { street, city, zip } = document.normalized.address;
  return {
    propertyId: document.property_id,
    address: [street, city, zip].filter((part) => part !== null).join(', ') || null,
    description: document.llm_enrichment.description,
    describedBy: document.processing_metadata.llm_model ?? 'rules',
    facts: SHOWN.flatMap((key) => {
      const value = valueAt(document, key);
      const evidence = document.evidence[key];
      return value === null || !evidence ? [] : [factOf(evidence, value)];
    }),
  };
}

function factOf(evidence: FieldEvidence, value: string): ExampleFact {
  const { fact, source, path, raw_ref, url = '' } = evidence;
  return { name: fact, value, source, url, path, rawRef: raw_ref };
}

function valueAt({ normalized }: ProcessedPropertyDocument, key: NormalizedKey): string | null {
  const flat: Readonly<Record<string, string | number | null>> = {
    ...prefixed('address', normalized.address),
    ...prefixed('details', normalized.details),
    ...prefixed('pricing', normalized.pricing),
  };
  const value = flat[key] ?? null;
  return value === null ? null : inWords(key, value);
}

/** Dollars and square feet as people write them; a year keeps its digits together. */
function inWords(key: NormalizedKey, value: string | number): string {
  if (typeof value === 'string') return value;
  if (key.startsWith('pricing.')) return `$${formatCount(value)}`;
  if (key === 'details.square_feet' || key === 'details.lot_sqft') return `${formatCount(value)} sq ft`;
  return String(value);
}

function prefixed(prefix: string, values: Readonly<Record<string, string | number | null>>) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
}
