import { expect, it } from '@jest/globals';
import { loadSchedules } from '../../../core/product-settings.js';
import { instantsOf } from '../../../domain/calendar.js';

const ZONE = 'America/Phoenix';
const iso = (instants: readonly number[]) => instants.map((ms) => new Date(ms).toISOString().slice(0, 16));
const MARCH = [Date.parse('2026-02-27T15:00:00Z'), Date.parse('2026-03-09T15:59:59Z')] as const;

it.each([
  ['daily', { hour: 8, minute: 0 }, 10, '2026-02-28T15:00', '2026-03-09T15:00'],
  ['weekly', { hour: 9, minute: 0, dayOfWeek: 'MONDAY' }, 1, '2026-03-02T16:00', '2026-03-02T16:00'],
  ['of a day of the month', { hour: 0, minute: 30, dayOfMonth: 1 }, 1, '2026-03-01T07:30', '2026-03-01T07:30'],
  [
    'of the first Monday of a month',
    { hour: 9, minute: 0, dayOfWeek: 'MONDAY', dayOfMonth: { start: 1, end: 7 }, month: ['MARCH'] },
    ...([1, '2026-03-02T16:00', '2026-03-02T16:00'] as const),
  ],
  [
    'of another month',
    { hour: 9, minute: 0, dayOfWeek: 'MONDAY', month: ['JANUARY'] },
    ...([0, undefined, undefined] as const),
  ],
] as const)('knows when what is %s comes', (_name, calendar, count, first, last) => {
  const found = iso(instantsOf(calendar, ZONE, ...MARCH));
  expect([found.length, found[0], found.at(-1)]).toEqual([count, first, last]);
});

it('keeps the hour of the wall over a change of the clocks', () => {
  const [from, to] = [Date.parse('2026-03-07T00:00:00Z'), Date.parse('2026-03-09T00:00:00Z')];
  expect(iso(instantsOf({ hour: 8, minute: 0 }, 'America/Denver', from, to))).toEqual([
    '2026-03-07T15:00',
    '2026-03-08T14:00',
  ]);
});

it('knows every calendar of the reports', () => {
  const reports = loadSchedules().flatMap((row) => (row.workflow === 'scheduledReport' ? [row] : []));
  const from = Date.parse('2026-01-01T00:00:00Z');
  const counts = reports
    .filter(({ market }) => market === 'phoenix')
    .map(({ report, calendar, timeZone }) => [
      report,
      instantsOf(calendar, timeZone, from, from + 364 * 86_400_000).length,
    ]);
  expect(Object.fromEntries(counts)).toEqual({
    ...{ daily: 364, weekly: 52, monthly: 12, cost: 12, quarter: 4, maintenance: 52 },
  });
});
