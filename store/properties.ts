import type { Db } from 'mongodb';
import { isListingProperty } from '../core/ids.js';
import type { Estimates } from '../core/schemas/estimates.js';
import type { Fact } from '../core/schemas/facts.js';
import type { SourceName } from '../core/schemas/names.js';
import type { Enrichment, StoredRecord } from '../core/schemas/property.js';
import type { TextFactRow } from '../domain/document-shape.js';
import type { EnrichmentDocument, KindFacts, RawPropertyDocument } from './documents.js';
import { spentOn } from './llm.js';

/** All records about some properties, with their facts in one list and the address of each answer by fetch id. */
export interface PropertyRecords {
  readonly records: readonly StoredRecord[];
  readonly urls: Readonly<Record<string, string>>;
}

/** Records by property id. A property without records is left out. */
export async function readProperties(
  db: Db,
  propertyIds: readonly string[],
): Promise<ReadonlyMap<string, PropertyRecords>> {
  const documents = await db
    .collection<RawPropertyDocument>('raw_properties')
    .find({ propertyId: { $in: [...propertyIds] } })
    .sort({ _id: 1 })
    .toArray();
  const found = new Map<string, { records: StoredRecord[]; urls: Record<string, string> }>();
  for (const document of documents) {
    const entry = found.get(document.propertyId) ?? { records: [], urls: {} };
    entry.records.push(storedRecord(document));
    for (const { fetchId, url } of Object.values(document.kinds)) entry.urls[fetchId] = url;
    found.set(document.propertyId, entry);
  }
  return found;
}

function storedRecord(document: RawPropertyDocument): StoredRecord {
  const { _id, source, key, propertyId, zip, kinds } = document;
  return { recordId: _id, source, key, propertyId, zip, facts: factsOf(source, kinds) };
}

/** Facts of all kinds of answer in one list, each with its evidence. */
export function factsOf(source: SourceName, kinds: Readonly<Record<string, KindFacts>>): readonly Fact[] {
  return Object.entries(kinds).flatMap(([kind, { facts: own, rawRef, fetchId, fetchedAt, parser }]) => {
    const read = parser === undefined ? {} : { parser };
    const evidence = { source, kind, rawRef, fetchId, fetchedAt: fetchedAt.toISOString(), ...read };
    return own.map((fact): Fact => ({ ...fact, ...evidence }));
  });
}

/** Ids of the properties that show a street line in one of some ZIP codes. */
export async function propertiesAt(db: Db, street: string, zips: readonly string[]): Promise<readonly string[]> {
  const found = await db
    .collection<{ _id: string }>('processed_properties')
    .find({ 'normalized.address.zip': { $in: [...zips] }, 'normalized.address.street': street })
    .project<{ property_id: string }>({ property_id: 1 })
    .toArray();
  return [...new Set(found.map(({ property_id }) => property_id))].sort();
}

/**
 * The id under which a property is shown: that of a listing which was linked to another property stays its alias. What nobody knows
 * stays as it is.
 */
export async function currentPropertyId(db: Db, propertyId: string): Promise<string> {
  if (!isListingProperty(propertyId)) return propertyId;
  const raw = db.collection<RawPropertyDocument>('raw_properties');
  if ((await raw.countDocuments({ propertyId }, { limit: 1 })) > 0) return propertyId;
  const record = await raw.findOne({ _id: propertyId.slice('listing:'.length) }, { projection: { propertyId: 1 } });
  return record?.propertyId ?? propertyId;
}

/** The words kept for some properties, by property id. */
export async function readEnrichments(
  db: Db,
  propertyIds: readonly string[],
): Promise<ReadonlyMap<string, EnrichmentDocument>> {
  const documents = await db
    .collection<EnrichmentDocument>('enrichments')
    .find({ _id: { $in: [...propertyIds] } })
    .toArray();
  return new Map(documents.map((document) => [document._id, document]));
}

/** What was worked out of a property as readers get it: estimates (null before they were made) and facts of its text. */
export async function readWorkedOut(
  db: Db,
  propertyId: string,
): Promise<{ readonly estimates: Estimates | null; readonly textFacts: readonly TextFactRow[] }> {
  const shown = await db
    .collection<{ _id: string; estimates?: Estimates; text_facts?: readonly TextFactRow[] }>('processed_properties')
    .findOne({ _id: `processed_${propertyId}` }, { projection: { estimates: 1, text_facts: 1 } });
  return { estimates: shown?.estimates ?? null, textFacts: shown?.text_facts ?? [] };
}

/** Keeps the words of a property and the content they are about. A repeat replaces them. */
export async function keepEnrichment(
  db: Db,
  propertyId: string,
  contentHash: string,
  runKey: string,
  enrichment: Enrichment,
  cached: boolean,
): Promise<void> {
  const totals = await spentOn(db, propertyId);
  const about = { _id: propertyId, contentHash, runKey, cached, totals, at: new Date() };
  const document: EnrichmentDocument = { ...enrichment, ...about };
  await db.collection<EnrichmentDocument>('enrichments').replaceOne({ _id: propertyId }, document, { upsert: true });
}

/** Replaces documents of the read model; `processed_at` becomes a date. Repeats do nothing new. */
export async function keepProcessed(
  db: Db,
  documents: readonly { readonly _id: string; readonly processed_at: string }[],
): Promise<void> {
  if (documents.length === 0) return;
  await db.collection<{ _id: string; processed_at: Date }>('processed_properties').bulkWrite(
    documents.map((document) => ({
      replaceOne: {
        filter: { _id: document._id },
        replacement: { ...document, processed_at: new Date(document.processed_at) },
        upsert: true,
      },
    })),
  );
}

/** Takes properties out of the read model of which nothing may be shown. Repeats do nothing. */
export async function withdrawProcessed(db: Db, propertyIds: readonly string[]): Promise<void> {
  // One at a time: a statement over many documents outside a transaction can deadlock with those that transactions take away.
  for (const id of propertyIds) {
    await db.collection<{ _id: string }>('processed_properties').deleteOne({ _id: `processed_${id}` });
  }
}
