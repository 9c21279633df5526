import { describe, expect, it } from '@jest/globals';
import { planModel } from '../../../activities/plan-model.js';
import { scheduleOf } from '../../../client/schedule-plan.js';
import { daysFrom, instantOf, runDateOf, startOfDay } from '../../../core/dates.js';

const ZONE = 'America/Denver';
const HOUR_MS = 3_600_000;
const utc = (text: string) => Date.parse(text);

describe('a market with daylight saving time', () => {
  it.each([
    ['the last instant before the change day', '2026-03-08T06:59:59.999Z', '2026-03-07'],
    ['the first of the change day', '2026-03-08T07:00:00Z', '2026-03-08'],
    ['before the clocks go forward', '2026-03-08T08:59:59Z', '2026-03-08'],
    ['after it', '2026-03-08T09:00:00Z', '2026-03-08'],
    ['the first instant of the day after, an hour earlier', '2026-03-09T06:00:00Z', '2026-03-09'],
    ['the first 01:30 in autumn', '2026-11-01T07:30:00Z', '2026-11-01'],
    ['the second 01:30', '2026-11-01T08:30:00Z', '2026-11-01'],
    ['the last instant of the long day', '2026-11-02T06:59:59.999Z', '2026-11-01'],
    ['the day after it', '2026-11-02T07:00:00Z', '2026-11-02'],
  ])('has its business day at %s', (_name, instant, day) => {
    expect(runDateOf(utc(instant), ZONE)).toBe(day);
  });

  it.each([
    ['2026-03-07', 24],
    ['2026-03-08', 23],
    ['2026-10-31', 24],
    ['2026-11-01', 25],
  ])('has a day %s of %s hours, whose windows meet those of the next', (day, hours) => {
    const [, next = ''] = daysFrom(day, runDateOf(startOfDay(day, ZONE) + 30 * HOUR_MS, ZONE));
    expect((startOfDay(next, ZONE) - startOfDay(day, ZONE)) / HOUR_MS).toBe(hours);
    expect(runDateOf(startOfDay(next, ZONE) - 1, ZONE)).toBe(day);
  });

  it.each([
    ['2026-03-07', 3, 0, '2026-03-07T10:00:00Z'],
    ['2026-03-08', 3, 0, '2026-03-08T09:00:00Z'],
    ['2026-11-01', 3, 0, '2026-11-01T10:00:00Z'],
    ['2026-11-01', 0, 30, '2026-11-01T06:30:00Z'],
    ['2026-11-01', 1, 30, '2026-11-01T07:30:00Z'],
    ['2026-03-08', 2, 30, '2026-03-08T09:30:00Z'],
  ])('has on %s %i:%i at %s', (day, hour, minute, instant) => {
    expect(new Date(instantOf(day, hour, minute, ZONE)).toISOString()).toBe(new Date(instant).toISOString());
  });

  it.each([
    ['01:30 before the clocks go forward', '2026-03-08T08:30:00Z', 105],
    ['03:00 of the same night', '2026-03-08T09:00:00Z', 75],
    ['the first 01:30 in autumn', '2026-11-01T07:30:00Z', 225],
    ['the second 01:30', '2026-11-01T08:30:00Z', 165],
  ])('gives the model the true time until 04:15, asked at %s', (_name, now, minutes) => {
    const model = { model: 'm', reason: null };
    const plan = planModel({ mode: 'production', llmSeconds: null }, { llmSeconds: null }, model, true, ZONE, utc(now));
    expect(plan.llmBudgetMs / 60_000).toBe(minutes);
  });

  it('tells Temporal its zone, under the name that the server reads', () => {
    const row = {
      scheduleId: 'daily-denver',
      market: 'denver',
      workflow: 'dailySequence',
      comment: '03:00 in Denver',
      calendar: { hour: 3, minute: 0 },
      timeZone: ZONE,
      overlap: 'SKIP',
      catchupWindow: '12h',
    } as const;
    expect(scheduleOf(row, 'production').spec).toMatchObject({ timezone: ZONE, calendars: [{ hour: 3, minute: 0 }] });
    expect(scheduleOf(row, 'production').state).not.toHaveProperty('paused');
    expect(scheduleOf({ ...row, startsPaused: true }, 'production').state).toMatchObject({ paused: true });
  });
});
