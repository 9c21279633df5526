/** Days that one payment of a subscription covers (apidocs.webshare.io/subscription: terms are always 30 days; read 2026-11-22). */
const TERM_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * What one day of a subscription costs, micro-dollars. Whole numbers whose sum over any 30 days in a row is the price.
 * @param day `YYYY-MM-DD`
 */
export function costOfDay(termUsdMicros: number, day: string): number {
  const at = Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY_MS) % TERM_DAYS;
  return Math.floor(((at + 1) * termUsdMicros) / TERM_DAYS) - Math.floor((at * termUsdMicros) / TERM_DAYS);
}

/** Number of days of a month `YYYY-MM`. */
export function daysIn(month: string): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

/** Days of a month `YYYY-MM`, as `YYYY-MM-DD`. */
export function daysOf(month: string): readonly string[] {
  return Array.from({ length: daysIn(month) }, (_, at) => `${month}-${String(at + 1).padStart(2, '0')}`);
}

/**
 * Days from the last booked one to today that have to be booked: today alone when there is none, at most 62.
 * @param last `YYYY-MM-DD`; null when nothing was ever booked
 */
export function daysToBook(last: string | null, today: string): readonly string[] {
  if (last === null) return [today];
  const days: string[] = [];
  for (let at = Date.parse(`${today}T00:00:00Z`); days.length < MOST_DAYS; at -= DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (day <= last) break;
    days.unshift(day);
  }
  return days;
}

/** A machine that was off for longer had its subscription ended, or its bills are found by the reconciliation. */
const MOST_DAYS = 62;

/** What is left of a subscription's cost in the month of its last booked day, micro-dollars. */
export function restOfMonth(termUsdMicros: number, lastDay: string): number {
  return daysOf(lastDay.slice(0, 7))
    .filter((day) => day > lastDay)
    .reduce((sum, day) => sum + costOfDay(termUsdMicros, day), 0);
}

/** What a subscription costs in a month `YYYY-MM`, micro-dollars. */
export function wholeMonth(termUsdMicros: number, month: string): number {
  return daysOf(month).reduce((sum, day) => sum + costOfDay(termUsdMicros, day), 0);
}

/** The month `YYYY-MM` after that of a day. */
export function monthAfter(day: string): string {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 7);
}

/** The price that holds on a day; the first one before the list begins. */
export function priceOn<P extends { readonly from: string }>(prices: readonly P[], day: string): P | undefined {
  return prices.filter(({ from }) => from <= day).at(-1) ?? prices[0];
}
