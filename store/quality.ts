import type { AnyBulkWriteOperation, Db } from 'mongodb';
import { dayAfter } from '../core/dates.js';
import type { KindOrder } from '../domain/compose.js';
import type { Finding } from '../domain/quality/finding.js';
import type { LastWindow } from '../domain/quality/freshness.js';
import type { GateVerdict } from '../domain/quality/gate.js';
import type { GatheredQuality } from '../domain/quality/gather.js';
import { jumpFindings } from '../domain/quality/jumps.js';
import { type GatherableRow, type QualityRow, qualityRow, RULES_VERSION } from '../domain/quality/row.js';
import { createSpreadGatherer, type SpreadHome, type Spreads } from '../domain/quality/spread.js';
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
/** Rows asked for at a time. */
const ROWS_AT_ONCE = 500;

/**
 * Judges every property of a market whose records, or whose rules, are others than when it was judged last, and forgets those that
 * are no more. What has not changed is not written. Safe to repeat.
 * @param until epoch milliseconds after which no further round begins
 * @param atOnce properties that one round judges
 * @returns how many were judged, and how many are left for the next time
 */
export async function scoreMarket(
  db: Db,
  run: { readonly market: string; readonly runKey: string },
  kindOrder: KindOrder,
  until: number,
  atOnce = AT_ONCE,
): Promise<{ readonly judged: number; readonly left: number }> {
  let judged = 0;
  let left = 0;
  for await (const { gone, waiting } of unjudged(db, run.market, atOnce)) {
    for (const _id of gone) await scoresOf(db).deleteOne({ _id });
    if (Date.now() < until) {
      await scoreSome(db, run.runKey, waiting, kindOrder);
      judged += waiting.length;
    } else left += waiting.length;
  }
  return { judged, left };
}

type Waiting = Pick<QueueDocument, '_id' | 'contentHash' | 'market' | 'zip'> & { readonly known: boolean };
type KnownScore = Pick<QualityScoreDocument, '_id' | 'contentHash' | 'rulesVersion'>;

/**
 * What is to be done, in parts: properties whose score is not of today's content and rules, and scores without a property. Both
 * collections are read once, side by side in the order of their ids.
 */
async function* unjudged(
  db: Db,
  market: string,
  atOnce: number,
): AsyncGenerator<{ readonly gone: readonly string[]; readonly waiting: readonly Waiting[] }> {
  const queue = db
    .collection<QueueDocument>('processing_queue')
    .find({ market }, { projection: { contentHash: 1, market: 1, zip: 1 }, batchSize: ROWS_AT_ONCE })
    .sort({ _id: 1 });
  const scores = scoresOf(db)
    .find({ market }, { projection: { contentHash: 1, rulesVersion: 1 }, batchSize: ROWS_AT_ONCE })
    .sort({ _id: 1 });
  let score: KnownScore | null = await scores.next();
  let [gone, waiting]: [string[], Waiting[]] = [[], []];
  for await (const row of queue) {
    for (; score !== null && score._id < row._id; score = await scores.next()) gone.push(score._id);
    const known: KnownScore | null = score?._id === row._id ? score : null;
    if (known !== null) score = await scores.next();
    if (known?.contentHash !== row.contentHash || known.rulesVersion !== RULES_VERSION) {
      waiting.push({ ...row, known: known !== null });
    }
    if (waiting.length < atOnce) continue;
    yield { gone, waiting };
    [gone, waiting] = [[], []];
  }
  for (; score !== null; score = await scores.next()) gone.push(score._id);
  yield { gone, waiting };
}

async function scoreSome(db: Db, runKey: string, items: readonly Waiting[], kindOrder: KindOrder): Promise<void> {
  if (items.length === 0) return;
  const ids = items.map(({ _id }) => _id);
  const found = await judgeProperties(db, ids, kindOrder);
  // Nothing moves abruptly on the first day, and looking for it would read every record once more.
  const jumps = await readJumps(
    db,
    items.flatMap(({ _id, known }) => (known ? [_id] : [])),
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

/** The quality of the properties of a market by the rules of today, in the order of their ids, one after another. */
export async function* readQuality(db: Db, market: string): AsyncGenerator<GatherableRow> {
  const rows = db
    .collection<GatherableRow & { readonly _id: string }>('quality_scores')
    .find({ market, rulesVersion: RULES_VERSION }, { projection: { reasons: 0 }, batchSize: ROWS_AT_ONCE })
    .sort({ _id: 1 });
  yield* rows;
}

/** How homes of each ZIP code of a market lie beside each other, by the rules of today. */
export async function readSpreads(db: Db, market: string): Promise<Spreads> {
  const homes = db
    .collection<SpreadHome & { readonly _id: string }>('quality_scores')
    .find(
      { market, rulesVersion: RULES_VERSION },
      { projection: { _id: 0, zip: 1, ratios: 1 }, batchSize: ROWS_AT_ONCE },
    );
  const spreads = createSpreadGatherer();
  for await (const home of homes) spreads.add(home);
  return spreads.total();
}

/** The quality of one property; null when it was not judged by the rules of today yet. */
export async function findQuality(db: Db, propertyId: string): Promise<QualityRow | null> {
  return scoresOf(db).findOne({ _id: propertyId, rulesVersion: RULES_VERSION });
}

/** When each source last walked each ZIP code of a market completely. */
export async function lastWindows(db: Db, market: string): Promise<readonly LastWindow[]> {
  const last = await db
    .collection<WindowDocument>('windows')
    .aggregate<{ readonly _id: Pick<WindowDocument, 'source' | 'zip'>; readonly at: Date }>([
      { $match: { market, state: 'complete' } },
      { $group: { _id: { source: '$source', zip: '$zip' }, at: { $max: '$updatedAt' } } },
    ])
    .toArray();
  return last.map(({ _id: { source, zip }, at }) => ({ source, zip, atMs: at.getTime() }));
}

/** Keeps the quality of a run. A repeat replaces it. */
export async function keepQualityRun(db: Db, { _id, ...run }: QualityRunDocument): Promise<void> {
  await runsOf(db).replaceOne({ _id }, run, { upsert: true });
}

/** The quality that a run left; null when it was not judged. */
export async function findQualityRun(db: Db, runKey: string): Promise<QualityRunDocument | null> {
  return runsOf(db).findOne({ _id: runKey });
}

const DAY_MS = 86_400_000;
/** A run that is older is looked for only where there is none of these. */
const RECENT_DAYS = 14;

/** What the latest run of a market left; null before the first. */
export async function lastQualityRun(db: Db, market: string, nowMs: number): Promise<QualityRunDocument | null> {
  const since = new Date(nowMs - RECENT_DAYS * DAY_MS).toISOString().slice(0, 10);
  const sort = { runDate: -1, at: -1 } as const;
  return (
    (await runsOf(db).findOne({ market, runDate: { $gte: since } }, { sort })) ??
    (await runsOf(db).findOne({ market }, { sort }))
  );
}

/** What some runs of a market left up to the day of a run, itself not among them, the newest first. */
export async function earlierQualityRuns(
  db: Db,
  { market, runDate, runKey }: { readonly market: string; readonly runDate: string; readonly runKey: string },
  most: number,
): Promise<readonly QualityRunDocument[]> {
  return runsOf(db)
    .find({ market, runDate: { $lt: dayAfter(runDate) }, _id: { $ne: runKey } })
    .sort({ runDate: -1, at: -1 })
    .limit(most)
    .toArray();
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
