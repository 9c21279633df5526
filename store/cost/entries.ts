import type { Db } from 'mongodb';
import { runDateOf } from '../../core/dates.js';
import type { BudgetLine, CostItem } from '../../core/schemas/money.js';
import type { SourceName } from '../../core/schemas/names.js';
import { isDuplicateKey } from '../database.js';

/** One thing that was paid for. */
export interface Cost {
  /** Idempotency key: the same one is booked once. */
  readonly key: string;
  readonly line: BudgetLine;
  readonly item: CostItem;
  /** Below 0 for a correction in our favour. */
  readonly costUsdMicros: number;
  /** True where the provider named no price, and the expected one is booked. */
  readonly estimated: boolean;
  /** Null for what serves all markets. */
  readonly market: string | null;
  readonly source: SourceName | null;
  readonly zip: string | null;
  readonly runKey: string | null;
  /** Of a day of a subscription: the price of its term of 30 days. */
  readonly termUsdMicros?: number;
  /** What a correction rests on, in words and figures. */
  readonly evidence?: Readonly<Record<string, string | number | null>>;
}

/** `cost_entries`: the ledger of what was spent. Rows are only ever added. */
export interface CostEntryDocument extends Omit<Cost, 'key'> {
  readonly _id: string;
  readonly at: Date;
  /** `YYYY-MM-DD` in UTC, as providers bill: the day on which the money was held back, or that is paid for. */
  readonly day: string;
}

const DAY_MS = 86_400_000;

/** Today in the zone of the accounts. */
export const accountingDay = (at: number): string => runDateOf(at, 'UTC');

/** Books a cost. A repeat with the same key changes nothing. @returns true when it was not there before */
export async function bookCost(db: Db, { key, ...cost }: Cost & { readonly day: string }): Promise<boolean> {
  try {
    const { upsertedCount } = await db
      .collection<CostEntryDocument>('cost_entries')
      .updateOne({ _id: key }, { $setOnInsert: { ...cost, at: new Date() } }, { upsert: true });
    return upsertedCount === 1;
  } catch (problem) {
    if (isDuplicateKey(problem)) return false; // another worker booked it at the same time
    throw problem;
  }
}

/** Entries of a day `YYYY-MM-DD` or a month `YYYY-MM`, in UTC, oldest first. */
export async function entriesOf(db: Db, period: string): Promise<readonly CostEntryDocument[]> {
  return db
    .collection<CostEntryDocument>('cost_entries')
    .find({ day: { $gte: period, $lt: `${period}~` } })
    .sort({ day: 1, _id: 1 })
    .toArray();
}

/**
 * What was spent on a line, in millionths of a US dollar.
 * @param period day `YYYY-MM-DD` or month `YYYY-MM`, in UTC
 */
export async function spentOn(db: Db, line: BudgetLine, period: string): Promise<number> {
  const entries = await entriesOf(db, period);
  return entries.filter((one) => one.line === line).reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
}

/** The most that one thing was charged with in the month before a month `YYYY-MM`, millionths of a US dollar; 0 where it was not. */
export async function dearestBefore(db: Db, line: BudgetLine, item: CostItem, month: string): Promise<number> {
  const before = accountingDay(Date.parse(`${month}-01T00:00:00Z`) - DAY_MS).slice(0, 7);
  const [dearest] = await db
    .collection<CostEntryDocument>('cost_entries')
    .find({ line, day: { $gte: before, $lt: month }, item, estimated: false })
    .sort({ costUsdMicros: -1 })
    .limit(1)
    .toArray();
  return Math.max(0, dearest?.costUsdMicros ?? 0);
}

/** Days of subscriptions, booked on the two days before a day `YYYY-MM-DD` and in the month before its own, oldest first. */
export async function runningBefore(db: Db, day: string): Promise<readonly CostEntryDocument[]> {
  const from = accountingDay(Date.parse(`${day}T00:00:00Z`) - 2 * DAY_MS);
  const month = day.slice(0, 7);
  if (from >= month) return [];
  const entries = await db
    .collection<CostEntryDocument>('cost_entries')
    .find({ day: { $gte: from, $lt: month } })
    .sort({ day: 1, _id: 1 })
    .toArray();
  return entries.filter(({ termUsdMicros }) => termUsdMicros !== undefined);
}

/** Everything that was ever booked on a line, millionths of a US dollar, and how many of it are corrections. */
export async function ledgerOf(
  db: Db,
  line: BudgetLine,
): Promise<{ readonly usdMicros: number; readonly corrections: number }> {
  const entries = db.collection<CostEntryDocument>('cost_entries');
  const [all] = await entries
    .aggregate<{ usdMicros: number }>([
      { $match: { line } },
      { $group: { _id: null, usdMicros: { $sum: '$costUsdMicros' } } },
    ])
    .toArray();
  const corrections = await entries.countDocuments({ line, item: 'reconciliation' });
  return { usdMicros: all?.usdMicros ?? 0, corrections };
}

/** One entry; null when it was not booked. */
export async function findCost(db: Db, key: string): Promise<CostEntryDocument | null> {
  return db.collection<CostEntryDocument>('cost_entries').findOne({ _id: key });
}

/** Entries from one day to another, both inside, oldest first. */
export async function entriesBetween(db: Db, from: string, to: string): Promise<readonly CostEntryDocument[]> {
  return db
    .collection<CostEntryDocument>('cost_entries')
    .find({ day: { $gte: from, $lte: to } })
    .sort({ day: 1, _id: 1 })
    .toArray();
}
