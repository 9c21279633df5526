import type { Db } from 'mongodb';
import type { BudgetLine, CostItem } from '../../core/schemas/money.js';
import { costOfDay, daysToBook } from '../../domain/accrual.js';
import { bookCost, type CostEntryDocument } from './entries.js';

/** Something that costs every day, used or not. */
export interface Subscription {
  readonly item: CostItem;
  readonly line: BudgetLine;
  /** Price of 30 days that holds on a day. */
  readonly termUsdMicros: (day: string) => number;
}

/**
 * Books the days of a subscription since the last booked one, today included; today alone when there is none. A repeat books
 * nothing: a day has one entry. What costs nothing is not booked.
 */
export async function bookSubscription(
  db: Db,
  { item, line, termUsdMicros }: Subscription,
  today: string,
): Promise<void> {
  const [last] = await db
    .collection<CostEntryDocument>('cost_entries')
    .find({ line, item, termUsdMicros: { $exists: true } })
    .sort({ day: -1 })
    .limit(1)
    .toArray();
  for (const day of daysToBook(last?.day ?? null, today)) {
    const term = termUsdMicros(day);
    if (term === 0) continue;
    const nobody = { market: null, source: null, zip: null, runKey: null };
    const cost = { item, line, costUsdMicros: costOfDay(term, day), termUsdMicros: term, estimated: false, day };
    await bookCost(db, { key: `${item}:${day}`, ...cost, ...nobody });
  }
}
