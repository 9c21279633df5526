import type { Db } from 'mongodb';
import { canonicalJson, type Json } from '../../core/hash.js';
import { productVersion } from '../../core/paths.js';
import { type ProcessedPropertyDocument, toProcessedDocument } from '../../domain/document-shape.js';
import { describeByRules } from '../../domain/rules.js';
import type { QueueDocument, RawPropertyDocument } from '../documents.js';
import { type Fault, lostThing, type VerifyOptions } from '../fault.js';
import { missingIds } from '../integrity.js';
import { type JudgedProperty, judgeProperties } from '../judged.js';
import { readEnrichments } from '../properties.js';
import { contentHash, propertyContentHash } from '../records.js';

const REBUILD = 'phx runs start --force-llm composes it again; take it from a backup if that does not help';

/** Faults of the read model: of some properties, those whose document is missing, or is not what a rebuild gives. */
export async function propertyFaults(
  db: Db,
  items: readonly QueueDocument[],
  options: VerifyOptions,
): Promise<readonly Fault[]> {
  const ids = items.map(({ _id }) => _id);
  const shown = await readShown(db, ids);
  const lost = new Set(await lostRecords(db, [...shown.values()]));
  const [records, words, hashes] = [
    await judgeProperties(db, ids, options.kindOrder),
    await readEnrichments(db, ids),
    await readHashes(db, ids),
  ];
  const faults: Fault[] = [];
  for (const item of items) {
    const { _id, contentHash: queued, composedHash, composedBy } = item;
    const [document, hash, found, kept] = [shown.get(_id), hashes.get(_id), records.get(_id), words.get(_id)];
    // A lost or altered record is told of the record.
    if (hash === null || document?.raw_ids.some((id) => lost.has(id))) continue;
    if (hash !== queued) faults.push(faultOf('processing_queue', _id, 'its content hash is not that of its records'));
    // What waits for its composition is not shown yet; what another version composed is not what this one would.
    if (hash !== queued || composedHash !== queued || composedBy !== productVersion() || found === undefined) continue;
    const rebuilt = rebuild(item, found, kept?.contentHash === queued ? kept : null);
    const wrong = rebuilt === null ? shownAnyway(document) : differenceOf(document, rebuilt);
    if (wrong !== null) faults.push(faultOf('processed_properties', `processed_${_id}`, wrong));
  }
  return faults;
}

const faultOf = (collection: string, id: string, wrong: string): Fault => ({ collection, id, wrong, next: REBUILD });

/** Documents of the read model that name what is not there. */
export async function shownFaults(db: Db, shown: readonly ProcessedPropertyDocument[]): Promise<readonly Fault[]> {
  const [records, rows] = await Promise.all([
    lostRecords(db, shown),
    missingIds(
      db,
      'processing_queue',
      shown.map(({ property_id }) => property_id),
    ),
  ]);
  return [...lostThing('raw_properties', records), ...lostThing('processing_queue', rows)];
}

function lostRecords(db: Db, shown: readonly ProcessedPropertyDocument[]): Promise<readonly string[]> {
  return missingIds(
    db,
    'raw_properties',
    shown.flatMap(({ raw_ids }) => raw_ids),
  );
}

async function readShown(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, ProcessedPropertyDocument>> {
  const found = await db
    .collection<ProcessedPropertyDocument>('processed_properties')
    .find({ _id: { $in: ids.map((id) => `processed_${id}`) } })
    .toArray();
  return new Map(found.map((document) => [document.property_id, document]));
}

/** Content by property as its records have it; null where a record was altered, which is told of the record. */
async function readHashes(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  const rows = await db
    .collection<RawPropertyDocument>('raw_properties')
    .find({ propertyId: { $in: [...ids] } }, { projection: { propertyId: 1, contentHash: 1, kinds: 1 } })
    .toArray();
  return new Map(
    ids.map((id) => {
      const own = rows.filter(({ propertyId }) => propertyId === id);
      const intact = own.every(({ kinds, contentHash: hash }) => contentHash(kinds) === hash);
      return [id, intact ? propertyContentHash(own) : null];
    }),
  );
}

function rebuild(
  { market }: QueueDocument,
  { urls, judged: { property, quality } }: JudgedProperty,
  words: Parameters<typeof toProcessedDocument>[1] | null,
): ProcessedPropertyDocument | null {
  if (property === null) return null;
  const origin = { mode: 'demo', market, runKey: '', processedAt: '' } as const;
  return toProcessedDocument(
    property,
    words ?? describeByRules(property),
    quality.score,
    origin,
    property.recordIds,
    urls,
  );
}

/** What is withheld whole has no document. */
function shownAnyway(document: ProcessedPropertyDocument | undefined): string | null {
  return document === undefined ? null : 'nothing of its records may be shown, and its document is there';
}

/** Keys that differ; when and by which run it was composed are not compared. */
function differenceOf(shown: ProcessedPropertyDocument | undefined, rebuilt: ProcessedPropertyDocument): string | null {
  if (shown === undefined) return 'the property is composed, and its document is not there';
  const [is, ought] = [comparable(shown), comparable(rebuilt)];
  const names = [...new Set([...Object.keys(is), ...Object.keys(ought)])].sort();
  const differing = names.filter((name) => is[name] !== ought[name]);
  return differing.length === 0 ? null : `a rebuild gives another ${differing.join(', ')}`;
}

function comparable(document: ProcessedPropertyDocument): Readonly<Record<string, string>> {
  // What is estimated follows from its inputs, which are kept beside it, and moves with the market: it is no copy of our records.
  const { processed_at: _at, run_key: _run, mode: _mode, estimates: _estimates, ...other } = document;
  const { investment_analysis: _analysis, ...llm_enrichment } = other.llm_enrichment;
  const rest = { ...other, llm_enrichment };
  const json: { readonly [key: string]: Json } = JSON.parse(JSON.stringify(rest));
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, canonicalJson(value)]));
}
