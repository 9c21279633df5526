import type { Db, Filter } from 'mongodb';
import { runDateOf } from '../../core/dates.js';
import type { FailureShape } from '../../core/schemas/failures.js';
import type { ErrorDocument, ErrorEventDocument, ErrorFix } from './documents.js';
import { errorEventsOf, errorsOf } from './errors.js';

/** What of the failures is meant: whole days in UTC, both inside. */
export interface ErrorRange {
  /** `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  readonly source?: string;
}

/** One kind of failure over a time. */
export interface ErrorRow extends FailureShape {
  readonly fingerprint: string;
  readonly count: number;
  /** Of all failures of its kind (`error` or `wait`) in the table, 0 to 1. */
  readonly share: number;
  /** Ever, not only in this time. */
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** Sum over the days of the runs that met it. */
  readonly runs: number;
  readonly costUsdMicros: number;
  readonly lostMs: number;
  /** Null where nobody said that it is put right. */
  readonly fix: Recurrence | null;
}

/** What became of a kind of failure after a person said that it is put right. */
export interface Recurrence extends ErrorFix {
  /** Times before that word, and after it. */
  readonly before: number;
  readonly after: number;
}

/** Every kind of failure of a time, the one that cost most minutes first; what was only waited for comes last. */
export async function readErrorTable(db: Db, { from, to, source }: ErrorRange): Promise<readonly ErrorRow[]> {
  const filter: Filter<ErrorDocument> = {
    lastSeenAt: { $gte: new Date(`${from}T00:00:00Z`) },
    ...(source === undefined ? {} : { source }),
  };
  const found = await errorsOf(db).find(filter).toArray();
  const rows = await Promise.all(found.map((one) => rowOf(db, one, from, to)));
  const met = rows.filter(({ count }) => count > 0);
  const total = (kind: string) => met.reduce((sum, one) => sum + (one.kind === kind ? one.count : 0), 0);
  const totals = { error: total('error'), wait: total('wait') };
  return met
    .map((row) => ({ ...row, share: row.count / totals[row.kind] }))
    .sort((a, b) => a.kind.localeCompare(b.kind) || b.lostMs - a.lostMs || b.count - a.count);
}

/** One kind of failure; null when there is none. @param fingerprint or a beginning of it that only one has */
export async function findError(db: Db, fingerprint: string): Promise<ErrorDocument | null> {
  const filter = { _id: { $gte: fingerprint, $lt: `${fingerprint}~` } };
  const [first, second] = await errorsOf(db).find(filter).limit(2).toArray();
  return first !== undefined && second === undefined ? first : null;
}

/** The latest failed attempts of a kind, newest first. */
export async function latestEvents(db: Db, fingerprint: string, limit: number): Promise<readonly ErrorEventDocument[]> {
  return errorEventsOf(db).find({ fingerprint }).sort({ failedAt: -1 }).limit(limit).toArray();
}

/** Keeps the word of a person that a kind of failure is put right. @returns false when there is no such kind */
export async function markFixed(db: Db, fingerprint: string, fix: ErrorFix): Promise<boolean> {
  const { matchedCount } = await errorsOf(db).updateOne({ _id: fingerprint }, { $push: { fixes: fix } });
  return matchedCount === 1;
}

/** How often it came before and after the last word that it is put right; null without one. */
export async function recurrenceOf(db: Db, { _id, days, fixes = [] }: ErrorDocument): Promise<Recurrence | null> {
  const fix = fixes.at(-1);
  if (fix === undefined) return null;
  const day = runDateOf(fix.at.getTime(), 'UTC');
  const total = Object.values(days).reduce((sum, { count }) => sum + count, 0);
  const later = Object.entries(days).reduce((sum, [on, { count }]) => sum + (on > day ? count : 0), 0);
  const sameDay = await errorEventsOf(db).countDocuments({ fingerprint: _id, day, failedAt: { $gt: fix.at } });
  return { ...fix, before: total - later - sameDay, after: later + sameDay };
}

async function rowOf(db: Db, document: ErrorDocument, from: string, to: string): Promise<ErrorRow> {
  const { _id, days, fixes: _fixes, ...rest } = document;
  const inside = Object.entries(days).flatMap(([day, one]) => (day >= from && day <= to ? [one] : []));
  const sum = (field: 'count' | 'lostMs' | 'costUsdMicros' | 'runs') =>
    inside.reduce((total, one) => total + one[field], 0);
  return {
    fingerprint: _id,
    ...rest,
    count: sum('count'),
    share: 0,
    runs: sum('runs'),
    costUsdMicros: sum('costUsdMicros'),
    lostMs: sum('lostMs'),
    fix: await recurrenceOf(db, document),
  };
}
