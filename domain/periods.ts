import { dayAfter, daysFrom, isRunDate, runDateOf, startOfDay } from '../core/dates.js';
import type { ReportSpan } from '../core/schemas/periodic.js';

/** Days that a report is about. Instants in epoch milliseconds: from the first, before the second. */
export interface Period {
  /** As in `ReportName`. */
  readonly name: string;
  readonly span: ReportSpan;
  /** `YYYY-MM-DD`, both inside. */
  readonly from: string;
  readonly to: string;
  readonly days: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}

const DAY_MS = 86_400_000;
const WEEK = /^(\d{4})-W(0[1-9]|[1-4]\d|5[0-3])$/;
const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;
const QUARTER = /^(\d{4})-Q([1-4])$/;

/** The period of a name; null where the name is not one of the span. Weeks are those of ISO 8601: Monday to Sunday. */
export function periodOf(span: ReportSpan, name: string, timeZone: string): Period | null {
  const ends = ENDS[span](name);
  if (ends === null || ends.from > ends.to) return null;
  const { from, to } = ends;
  if (Date.parse(to) - Date.parse(from) > 366 * DAY_MS) return null;
  const toMs = startOfDay(dayAfter(to), timeZone);
  return { name, span, from, to, days: daysFrom(from, to), fromMs: startOfDay(from, timeZone), toMs };
}

/**
 * What a report that comes at an instant is about: the day itself for a report of a day, since the night's work is done by then;
 * else the last week, month or quarter that is over.
 */
export function periodDue(span: Exclude<ReportSpan, 'range'>, instantMs: number, timeZone: string): string {
  const today = runDateOf(instantMs, timeZone);
  return span === 'day' ? today : nameOf(span, shifted(firstDay(span, today), -1));
}

/** The period of a span that a day is in. */
export function nameOf(span: Exclude<ReportSpan, 'range'>, day: string): string {
  const [year = '', month = ''] = day.split('-');
  switch (span) {
    case 'day':
      return day;
    case 'month':
      return `${year}-${month}`;
    case 'quarter':
      return `${year}-Q${Math.ceil(Number(month) / 3)}`;
    case 'week': {
      const thursday = shifted(firstDay('week', day), 3); // the year of a week is the one of its Thursday
      const first = firstDay('week', `${thursday.slice(0, 4)}-01-04`);
      const number = Math.round((Date.parse(thursday) - Date.parse(first)) / (7 * DAY_MS) + 0.5);
      return `${thursday.slice(0, 4)}-W${String(number).padStart(2, '0')}`;
    }
  }
}

/** The period of equal kind before a period; of a range, as many days before it. */
export function periodBefore({ span, from, days }: Period, timeZone: string): Period {
  const last = shifted(from, -1);
  const name = span === 'range' ? `${shifted(from, -days.length)}:${last}` : nameOf(span, last);
  const before = periodOf(span, name, timeZone);
  if (before === null) throw new RangeError(`${name} is no ${span}`); // cannot be: the name was made from a day
  return before;
}

/** The weeks or months that some days are in, each with those of the days that are in it. */
export function periodsOf(
  span: 'week' | 'month',
  days: readonly string[],
): readonly { readonly name: string; readonly days: readonly string[] }[] {
  const names = [...new Set(days.map((day) => nameOf(span, day)))];
  return names.map((name) => ({ name, days: days.filter((day) => nameOf(span, day) === name) }));
}

/** A day some days later, or earlier. */
export function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

function firstDay(span: 'week' | 'month' | 'quarter', day: string): string {
  if (span === 'week') return shifted(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
  const month = Number(day.slice(5, 7));
  const first = span === 'month' ? month : Math.floor((month - 1) / 3) * 3 + 1;
  return `${day.slice(0, 4)}-${String(first).padStart(2, '0')}-01`;
}

/** The last day of a month. @param month from 1 */
function monthEnd(year: number, month: number): string {
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

interface Ends {
  readonly from: string;
  readonly to: string;
}

const ENDS: Readonly<Record<ReportSpan, (name: string) => Ends | null>> = {
  day: (name) => (isRunDate(name) ? { from: name, to: name } : null),
  week: (name) => {
    const [, year, week] = WEEK.exec(name) ?? [];
    if (year === undefined) return null;
    const from = shifted(firstDay('week', `${year}-01-04`), (Number(week) - 1) * 7);
    return nameOf('week', from) === name ? { from, to: shifted(from, 6) } : null; // few years have a week 53
  },
  month: (name) => {
    const [, year, month] = MONTH.exec(name) ?? [];
    return year === undefined ? null : { from: `${name}-01`, to: monthEnd(Number(year), Number(month)) };
  },
  quarter: (name) => {
    const [, year, quarter] = QUARTER.exec(name) ?? [];
    if (year === undefined) return null;
    const last = Number(quarter) * 3;
    return { from: `${year}-${String(last - 2).padStart(2, '0')}-01`, to: monthEnd(Number(year), last) };
  },
  range: (name) => {
    const [from = '', to = '', ...more] = name.split(':');
    return more.length === 0 && isRunDate(from) && isRunDate(to) ? { from, to } : null;
  },
};
