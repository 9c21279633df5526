import { type Calendar, daysFrom, instantOf, MONTHS, runDateOf, WEEKDAYS } from '../core/dates.js';

/** The instants of a calendar after one instant and up to another, epoch milliseconds, the earliest first. At most a year apart. */
export function instantsOf(calendar: Calendar, timeZone: string, afterMs: number, upToMs: number): readonly number[] {
  return daysFrom(runDateOf(afterMs, timeZone), runDateOf(upToMs, timeZone))
    .filter((day) => isOn(calendar, day))
    .map((day) => instantOf(day, calendar.hour, calendar.minute, timeZone))
    .filter((instant) => instant > afterMs && instant <= upToMs);
}

function isOn({ dayOfWeek, dayOfMonth, month }: Calendar, day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  const [start, end] = typeof dayOfMonth === 'object' ? [dayOfMonth.start, dayOfMonth.end] : [dayOfMonth, dayOfMonth];
  const number = date.getUTCDate();
  return (
    (dayOfWeek === undefined || dayOfWeek === WEEKDAYS[date.getUTCDay()]) &&
    number >= (start ?? 1) &&
    number <= (end ?? 31) &&
    (month === undefined || month.some((name) => name === MONTHS[date.getUTCMonth()]))
  );
}
