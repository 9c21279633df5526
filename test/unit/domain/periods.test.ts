import { describe, expect, it } from '@jest/globals';
import { nameOf, periodBefore, periodDue, periodOf } from '../../../domain/periods.js';

const ZONE = 'America/Phoenix';

describe('periods of reports', () => {
  it.each([
    ['day', '2026-11-22', '2026-11-22', '2026-11-22', '2026-11-21'],
    ['week', '2026-W47', '2026-11-16', '2026-11-22', '2026-W46'],
    ['week', '2026-W01', '2025-12-29', '2026-01-04', '2025-W52'],
    ['week', '2020-W53', '2020-12-28', '2021-01-03', '2020-W52'],
    ['month', '2026-02', '2026-02-01', '2026-02-28', '2026-01'],
    ['month', '2028-02', '2028-02-01', '2028-02-29', '2028-01'],
    ['quarter', '2026-Q1', '2026-01-01', '2026-03-31', '2025-Q4'],
    ['range', '2026-11-01:2026-11-10', '2026-11-01', '2026-11-10', '2026-10-22:2026-10-31'],
  ] as const)('%s %s lasts from %s to %s, after %s', (span, name, from, to, before) => {
    const period = periodOf(span, name, ZONE);
    expect(period).toMatchObject({ name, from, to });
    expect(period && periodBefore(period, ZONE).name).toBe(before);
    if (span !== 'range') expect([nameOf(span, from), nameOf(span, to)]).toEqual([name, name]);
    expect(period?.fromMs).toBe(Date.parse(`${from}T07:00:00Z`));
    expect(period && period.toMs - period.fromMs).toBe((period?.days.length ?? 0) * 86_400_000);
  });

  it.each([
    ['day', '2026-13-01'],
    ['day', '2026-W47'],
    ['week', '2026-W54'],
    ['week', '2025-W53'],
    ['month', '2026-11-22'],
    ['quarter', '2026-Q5'],
    ['range', '2026-11-10:2026-11-01'],
    ['range', '2020-01-01:2026-11-01'],
    ['range', "2026-11-01:2026-11-02:'"],
  ] as const)('of %s %s there is none', (span, name) => {
    expect(periodOf(span, name, ZONE)).toBeNull();
  });

  it.each([
    // Monday 2 November, 09:00 in Phoenix.
    ['day', '2026-11-02T16:00:00Z', '2026-11-02'],
    ['week', '2026-11-02T16:00:00Z', '2026-W44'],
    ['month', '2026-11-02T16:00:00Z', '2026-10'],
    ['quarter', '2026-11-02T16:00:00Z', '2026-Q3'],
    // Sunday evening in Phoenix, Monday in UTC: the week is not over.
    ['week', '2026-11-02T05:00:00Z', '2026-W43'],
    ['day', '2026-11-02T05:00:00Z', '2026-11-01'],
  ] as const)('a report of a %s at %s is about %s', (span, at, name) => {
    expect(periodDue(span, Date.parse(at), ZONE)).toBe(name);
  });

  it('counts the hour that a change of clocks gives', () => {
    const day = periodOf('day', '2026-11-01', 'America/Denver');
    expect(day && day.toMs - day.fromMs).toBe(25 * 3_600_000);
  });
});
