const RUN_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * The calendar day of an instant in a market's time zone, as `YYYY-MM-DD`. The only place where an instant becomes a day.
 * @param instant epoch milliseconds
 * @param timeZone IANA name, for example `America/Phoenix`
 */
export function runDateOf(instant: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return parts.format(new Date(instant));
}

/** True for a day that exists in the calendar, written `YYYY-MM-DD`. `2026-13-40` and `2026-02-30` are not. */
export function isRunDate(text: string): boolean {
  const match = RUN_DATE.exec(text);
  if (!match) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
