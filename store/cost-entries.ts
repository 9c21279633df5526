import type { Db } from 'mongodb';
import { runDateOf } from '../core/dates.js';
import type { SourceName } from '../core/schemas/names.js';

/** What money is spent on. */
export type CostLine = 'captcha';

/** One thing that was paid for. */
export interface Cost {
  /** Idempotency key: the same one is booked once. */
  readonly key: string;
  readonly line: CostLine;
  readonly costUsdMicros: number;
  /** True where the provider named no price, and the expected one is booked. */
  readonly estimated: boolean;
  readonly market: string | null;
  readonly source: SourceName;
  readonly zip: string | null;
  readonly runKey: string | null;
}

/** `cost_entries`: the ledger of what was spent. Rows are only ever added. */
export interface CostEntryDocument extends Omit<Cost, 'key'> {
  readonly _id: string;
  readonly at: Date;
  /** `YYYY-MM-DD` in UTC, as providers bill. */
  readonly day: string;
}

/** Books a cost. A repeat with the same key changes nothing. */
export async function bookCost(db: Db, { key, ...cost }: Cost): Promise<void> {
  const at = new Date();
  const entry = { ...cost, at, day: runDateOf(at.getTime(), 'UTC') };
  await db
    .collection<CostEntryDocument>('cost_entries')
    .updateOne({ _id: key }, { $setOnInsert: entry }, { upsert: true });
}

/**
 * What was spent on a line, in millionths of a US dollar.
 * @param period day `YYYY-MM-DD` or month `YYYY-MM`, in UTC
 */
export async function spentOn(db: Db, line: CostLine, period: string): Promise<number> {
  const entries = await db
    .collection<CostEntryDocument>('cost_entries')
    .find({ line, day: { $gte: period, $lt: `${period}~` } }, { projection: { costUsdMicros: 1 } })
    .toArray();
  return entries.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
}
