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

/** Most days of one range. */
const MOST_DAYS = 366;

/**
 * Days from one to another, both inside, as `YYYY-MM-DD`; none when the second is the earlier.
 * @throws RangeError for more than a year
 */
export function daysFrom(from: string, to: string): readonly string[] {
  const days: string[] = [];
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += 86_400_000) {
    if (days.length === MOST_DAYS) throw new RangeError(`${from} to ${to} are more than ${MOST_DAYS} days`);
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

/** The day after a day, `YYYY-MM-DD`. */
export function dayAfter(runDate: string): string {
  return new Date(Date.parse(`${runDate}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** No time zone is further from UTC than this. */
const FURTHEST_ZONE_MS = 15 * 3_600_000;

/**
 * The instant at which a day begins in a time zone, epoch milliseconds; in a zone with daylight saving time too.
 * @param runDate `YYYY-MM-DD`
 */
export function startOfDay(runDate: string, timeZone: string): number {
  const utc = Date.parse(`${runDate}T00:00:00Z`);
  let before = utc - FURTHEST_ZONE_MS;
  let inside = utc + FURTHEST_ZONE_MS;
  while (inside - before > 1) {
    const middle = Math.floor((before + inside) / 2);
    if (runDateOf(middle, timeZone) < runDate) before = middle;
    else inside = middle;
  }
  return inside;
}

/**
 * The instant at which the clocks of a time zone show a time of a day, epoch milliseconds. A time that a change day leaves out is
 * an hour later; of one that it has twice, the first.
 * @param runDate `YYYY-MM-DD`
 */
export function instantOf(runDate: string, hour: number, minute: number, timeZone: string): number {
  const wanted = hour * 60 + minute;
  const counted = startOfDay(runDate, timeZone) + wanted * 60_000;
  const shown = minuteOfDay(counted, timeZone);
  const instant = counted + (wanted - shown) * 60_000;
  return minuteOfDay(instant, timeZone) === wanted ? instant : counted;
}

function minuteOfDay(instant: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hour = 0, minute = 0] = format.format(new Date(instant)).split(':').map(Number);
  return hour * 60 + minute;
}

export const MONTHS = [
  ...(['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'] as const),
  ...(['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const),
] as const;

/** From Sunday, as `Date` counts them. */
export const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

/** Times at which something comes, as a row of `config/schedules.json` says them. What is left out is every one. */
export interface Calendar {
  readonly hour: number;
  readonly minute: number;
  readonly dayOfWeek?: (typeof WEEKDAYS)[number];
  /** From 1; a day, or a range with both ends inside. */
  readonly dayOfMonth?: number | { readonly start: number; readonly end: number };
  readonly month?: readonly (typeof MONTHS)[number][];
}
