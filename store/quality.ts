import type { AnyBulkWriteOperation, Db } from 'mongodb';
import type { KindOrder } from '../domain/compose.js';
import type { Finding } from '../domain/quality/finding.js';
import type { LastWindow } from '../domain/quality/freshness.js';
import type { GateVerdict } from '../domain/quality/gate.js';
import type { GatheredQuality } from '../domain/quality/gather.js';
import { jumpFindings } from '../domain/quality/jumps.js';
import { type GatherableRow, type QualityRow, qualityRow, RULES_VERSION } from '../domain/quality/row.js';
import type {
  QuarantineDocument,
  QueueDocument,
  RawPropertyDocument,
  RecordVersionDocument,
  WindowDocument,
} from './documents.js';
import { type JudgedProperty, judgeProperties } from './judged.js';
import { factsOf } from './properties.js';

/** `quality_scores`: the quality of one property, by the rules of the moment. Can be made again from its records. */
export interface QualityScoreDocument extends QualityRow {
  /** Property id. */
  readonly _id: string;
}

/** `quality_runs`: the quality of a market as a run left it. */
export interface QualityRunDocument {
  /** `ids.runKeyOf`. */
  readonly _id: string;
  readonly market: string;
  readonly runDate: string;
  readonly at: Date;
  readonly gathered: GatheredQuality;
  readonly gate: GateVerdict;
}

const scoresOf = (db: Db) => db.collection<QualityScoreDocument>('quality_scores');
const runsOf = (db: Db) => db.collection<QualityRunDocument>('quality_runs');

/** Properties judged by one round of reads and writes. */
const AT_ONCE = 200;

/**
 * Judges every property of a market whose records, or whose rules, are others than when it was judged last, and forgets those that
 * are no more. What has not changed is not written. Safe to repeat.
 * @param until epoch milliseconds after which no further round begins
 * @returns how many were judged, and how many are left for the next time
 */
export async function scoreMarket(
  db: Db,
  run: { readonly market: string; readonly runKey: string },
  kindOrder: KindOrder,
  until: number,
): Promise<{ readonly judged: number; readonly left: number }> {
  const { market } = run;
  const known = await readKnown(db, market);
  const queue = await db
    .collection<QueueDocument>('processing_queue')
    .find({ market }, { projection: { _id: 1, contentHash: 1, market: 1, zip: 1 } })
    .toArray();
  const there = new Set(queue.map(({ _id }) => _id));
  for (const id of known.keys()) if (!there.has(id)) await scoresOf(db).deleteOne({ _id: id });
  const waiting = queue.filter(({ _id, contentHash }) => known.get(_id) !== `${RULES_VERSION} ${contentHash}`);
  let judged = 0;
  while (judged < waiting.length && Date.now() < until) {
    const some = waiting.slice(judged, judged + AT_ONCE);
    await scoreSome(db, run.runKey, some, kindOrder, known);
    judged += some.length;
  }
  return { judged, left: waiting.length - judged };
}

async function readKnown(db: Db, market: string): Promise<ReadonlyMap<string, string>> {
  const rows = await scoresOf(db)
    .find({ market }, { projection: { contentHash: 1, rulesVersion: 1 } })
    .toArray();
  return new Map(rows.map(({ _id, contentHash, rulesVersion }) => [_id, `${rulesVersion} ${contentHash}`]));
}

async function scoreSome(
  db: Db,
  runKey: string,
  items: readonly QueueDocument[],
  kindOrder: KindOrder,
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const ids = items.map(({ _id }) => _id);
  const found = await judgeProperties(db, ids, kindOrder);
  // Nothing moves abruptly on the first day, and looking for it would read every record once more.
  const jumps = await readJumps(
    db,
    ids.filter((id) => known.has(id)),
    found,
  );
  const documents = items.flatMap(({ _id, market, zip, contentHash }): QualityScoreDocument[] => {
    const one = found.get(_id);
    if (one === undefined) return [];
    const name = { propertyId: _id, market, zip: one.judged.property?.zip ?? zip, contentHash };
    return [{ _id, ...qualityRow(name, one.records, one.judged, jumps.get(_id)) }];
  });
  await keepQuarantined(db, runKey, documents, found);
  if (documents.length === 0) return;
  await scoresOf(db).bulkWrite(
    documents.map((document) => ({
      replaceOne: { filter: { _id: document._id }, replacement: document, upsert: true },
    })),
  );
}

/** What moved abruptly since the state before, by property id. */
async function readJumps(
  db: Db,
  propertyIds: readonly string[],
  found: ReadonlyMap<string, JudgedProperty>,
): Promise<ReadonlyMap<string, readonly Finding[]>> {
  const changed = await db
    .collection<RawPropertyDocument>('raw_properties')
    .find({ propertyId: { $in: [...propertyIds] }, version: { $gt: 1 } }, { projection: { propertyId: 1, version: 1 } })
    .toArray();
  const before = await db
    .collection<RecordVersionDocument>('record_versions')
    .find({ _id: { $in: changed.map(({ _id, version }) => `${_id}@${version - 1}`) } })
    .toArray();
  const jumps = new Map<string, readonly Finding[]>();
  for (const { recordId, source, kinds } of before) {
    const propertyId = changed.find(({ _id }) => _id === recordId)?.propertyId ?? '';
    const now = found.get(propertyId)?.records.find((record) => record.recordId === recordId);
    if (now === undefined) continue;
    const own = jumpFindings(now, { facts: factsOf(source, kinds) });
    if (own.length > 0) jumps.set(propertyId, [...(jumps.get(propertyId) ?? []), ...own]);
  }
  return jumps;
}

/** Facts that are not shown stand in the quarantine too, once, with the rule that keeps them there. */
async function keepQuarantined(
  db: Db,
  runKey: string,
  documents: readonly QualityScoreDocument[],
  found: ReadonlyMap<string, JudgedProperty>,
): Promise<void> {
  const operations = documents.flatMap(({ _id, zip, withheld }) => {
    const keys = new Map(found.get(_id)?.records.map(({ recordId, key }) => [recordId, key] as const));
    return withheld.map((fact): AnyBulkWriteOperation<QuarantineDocument> => {
      const { source, path, reason, rawRef, fetchId, recordId, code: rule } = fact;
      const place = { source, zip: zip ?? '', runKey, key: keys.get(recordId) ?? null, path, reason, rawRef, fetchId };
      return {
        updateOne: {
          filter: { _id: `${rawRef}:${path}:${rule}` },
          update: { $setOnInsert: { ...place, rule, at: new Date() } },
          upsert: true,
        },
      };
    });
  });
  if (operations.length > 0) await db.collection<QuarantineDocument>('quarantine').bulkWrite(operations);
}

/** The quality of the properties of a market by the rules of today, by property id. */
export async function readQuality(db: Db, market: string): Promise<readonly GatherableRow[]> {
  const rows = await db
    .collection<GatherableRow & { readonly _id: string }>('quality_scores')
    .find({ market, rulesVersion: RULES_VERSION }, { projection: { reasons: 0 } })
    .toArray();
  return rows.sort((a, b) => (a._id < b._id ? -1 : 1));
}

/** The quality of one property; null when it was not judged by the rules of today yet. */
export async function findQuality(db: Db, propertyId: string): Promise<QualityRow | null> {
  return scoresOf(db).findOne({ _id: propertyId, rulesVersion: RULES_VERSION });
}

/** When each source last walked each ZIP code of a market completely. */
export async function lastWindows(db: Db, market: string): Promise<readonly LastWindow[]> {
  const windows = await db
    .collection<WindowDocument>('windows')
    .find({ market, state: 'complete' }, { projection: { source: 1, zip: 1, updatedAt: 1 } })
    .toArray();
  const last = new Map<string, LastWindow>();
  for (const { source, zip, updatedAt } of windows) {
    const id = `${source} ${zip}`;
    const atMs = Math.max(last.get(id)?.atMs ?? 0, updatedAt.getTime());
    last.set(id, { source, zip, atMs });
  }
  return [...last.values()];
}

/** Keeps the quality of a run. A repeat replaces it. */
export async function keepQualityRun(db: Db, { _id, ...run }: QualityRunDocument): Promise<void> {
  await runsOf(db).replaceOne({ _id }, run, { upsert: true });
}

/** The quality that a run left; null when it was not judged. */
export async function findQualityRun(db: Db, runKey: string): Promise<QualityRunDocument | null> {
  return runsOf(db).findOne({ _id: runKey });
}

/** Quality of the runs of a market, the newest first. @param since first day, `YYYY-MM-DD`; null: all days */
export async function readQualityRuns(
  db: Db,
  market: string,
  since: string | null = null,
): Promise<readonly QualityRunDocument[]> {
  const filter = since === null ? { market } : { market, runDate: { $gte: since } };
  return runsOf(db).find(filter).sort({ runDate: -1, at: -1 }).toArray();
}
