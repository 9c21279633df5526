import { dayAfter, isRunDate, startOfDay } from '../../core/dates.js';

/** Days of an export, both inside. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** A range (null: all there is), or what is wrong with its text. */
export type ReadRange = { readonly range: DayRange | null } | { readonly fault: string };

const DAY_MS = 86_400_000;
const MOST_LAST_DAYS = 3_660;

/**
 * Reads `FROM:TO`, one day, `last-30-days` (today is the last of them) or `all`.
 * @param today `YYYY-MM-DD` in the zone of the market
 */
export function readRange(text: string, today: string): ReadRange {
  if (text === 'all') return { range: null };
  const days = Number(/^last-(\d{1,4})-days$/.exec(text)?.[1] ?? 0);
  if (days >= 1 && days <= MOST_LAST_DAYS) {
    const from = new Date(Date.parse(`${today}T00:00:00Z`) - (days - 1) * DAY_MS).toISOString().slice(0, 10);
    return { range: { from, to: today } };
  }
  const [from = '', to = from, ...more] = text.split(':');
  if (more.length > 0 || !isRunDate(from) || !isRunDate(to)) {
    return { fault: `--range must be YYYY-MM-DD:YYYY-MM-DD, one day, last-30-days or all, not "${text}"` };
  }
  if (from > to) return { fault: `--range: ${from} is after ${to}` };
  if (to > today) return { fault: `--range: ${to} has not come yet; today is ${today}` };
  return { range: { from, to } };
}

/** Instants of a range in a time zone, as a condition of a query: from the first on, before the second. */
export function instantsOf({ from, to }: DayRange, timeZone: string) {
  return { $gte: new Date(startOfDay(from, timeZone)), $lt: new Date(startOfDay(dayAfter(to), timeZone)) };
}
