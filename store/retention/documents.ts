import type { Db, Document, Filter } from 'mongodb';
import { AGEING, type Ageing, type RetentionRow } from '../../core/schemas/retention.js';
import { inBatches } from '../parts.js';
import { type Citations, readCitations } from './cited.js';

interface Row extends Document {
  readonly _id: string;
}

/** What of a collection may go. */
interface Rule {
  /** When a document was made, or seen last. */
  readonly ageField: string;
  /** Further condition. */
  readonly only: Filter<Row>;
  /** Kept while anything cites it. */
  readonly unlessCited: boolean;
  /** Marked by one run, removed by a later one: what comes again meanwhile loses its mark (`keepPayload`). */
  readonly marked: boolean;
}

const plain = { only: {}, unlessCited: false, marked: false };
const RULES: Readonly<Record<Ageing, Rule>> = {
  raw_payloads: { ...plain, ageField: 'firstFetchedAt', unlessCited: true, marked: true },
  fetches: { ...plain, ageField: 'grantedAt', unlessCited: true },
  json_shapes: { ...plain, ageField: 'lastSeenAt', only: { runKey: { $ne: null } } },
  llm_calls: { ...plain, ageField: 'at' },
  // The figures of runs stay: baselines and trends of months are made of them.
  measures: { ...plain, ageField: 'at', only: { kind: { $in: ['machine', 'readings'] } } },
  error_events: { ...plain, ageField: 'failedAt' },
};

export interface KeepOptions {
  readonly days: Readonly<Record<Ageing, number>>;
  /** False: only counts. */
  readonly apply: boolean;
  readonly now: Date;
  readonly signal: AbortSignal;
}

const BATCH = 200;
const DAY_MS = 86_400_000;
/** Longer than any step takes between keeping an answer and writing what cites it (10 minutes). */
const MARKED_FOR_MS = 3_600_000;

/** Removes documents that are old and not cited, batch by batch, each batch a transaction. A repeat goes on with what is left. */
export async function keepDocuments(db: Db, options: KeepOptions): Promise<readonly RetentionRow[]> {
  const citations = await readCitations(db, options.signal);
  const rows: RetentionRow[] = [];
  for (const collection of AGEING) rows.push(await keepOne(db, collection, citations, options));
  return rows;
}

async function keepOne(db: Db, what: Ageing, citations: Citations, options: KeepOptions): Promise<RetentionRow> {
  const { ageField, only, unlessCited, marked } = RULES[what];
  const days = options.days[what];
  const filter = { ...only, [ageField]: { $lt: new Date(options.now.getTime() - days * DAY_MS) } };
  const ripe = new Date(options.now.getTime() - MARKED_FOR_MS);
  const counted = { old: 0, cited: 0, marked: 0, removed: 0 };
  for await (const batch of batchesOf(db, what, filter)) {
    options.signal.throwIfAborted();
    const free = batch.filter(({ _id }) => !unlessCited || !citations.has(_id));
    counted.old += batch.length;
    counted.cited += batch.length - free.length;
    const isRipe = ({ condemnedAt }: Row) => !marked || (condemnedAt instanceof Date && condemnedAt <= ripe);
    const going = free.filter(isRipe);
    const fresh = free.filter((row) => !isRipe(row) && row.condemnedAt === undefined);
    if (!options.apply) {
      counted.removed += going.length;
      counted.marked += fresh.length;
      continue;
    }
    counted.removed += await remove(db, what, going, marked ? { condemnedAt: { $lte: ripe } } : {});
    counted.marked += await mark(db, what, fresh, options.now);
  }
  return { what, days, ...counted, bytes: Math.round(counted.removed * (await meanBytes(db, what))) };
}

/** One cursor: to begin anew behind each batch makes some servers read the whole collection as often. */
function batchesOf(db: Db, name: string, filter: Filter<Row>): AsyncGenerator<readonly Row[]> {
  return inBatches(db.collection<Row>(name).find(filter, { projection: { condemnedAt: 1 }, batchSize: BATCH }), BATCH);
}

/** @param still condition that must hold at the moment of removal */
async function remove(db: Db, name: string, rows: readonly Row[], still: Filter<Row>): Promise<number> {
  if (rows.length === 0) return 0;
  const filter = { ...still, _id: { $in: rows.map(({ _id }) => _id) } };
  return db.client.withSession((session) =>
    session.withTransaction(async () => (await db.collection<Row>(name).deleteMany(filter, { session })).deletedCount),
  );
}

async function mark(db: Db, name: string, rows: readonly Row[], now: Date): Promise<number> {
  if (rows.length === 0) return 0;
  const filter = { _id: { $in: rows.map(({ _id }) => _id) }, condemnedAt: { $exists: false } };
  return db.client.withSession((session) =>
    session.withTransaction(
      async () =>
        (await db.collection<Row>(name).updateMany(filter, { $set: { condemnedAt: now } }, { session })).modifiedCount,
    ),
  );
}

async function meanBytes(db: Db, name: string): Promise<number> {
  const { avgObjSize } = await db.command({ collStats: name });
  return Number(avgObjSize ?? 0);
}
