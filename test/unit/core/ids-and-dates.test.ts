import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { daysFrom, isRunDate, runDateOf, startOfDay } from '../../../core/dates.js';
import { displayParcelNumber, normaliseParcelNumber, runKeyOf, windowId, zipWorkflowId } from '../../../core/ids.js';

describe('parcel numbers', () => {
  it.each([
    ['16528054', '16528054'],
    ['165-28-054', '16528054'],
    ['165.28.054', '16528054'],
    ['165 28 054', '16528054'],
    [' 103-14-002p ', '10314002P'],
  ])('reads %s as %s', (text, expected) => {
    expect(normaliseParcelNumber(text)).toBe(expected);
  });

  it.each(['', '1652805', '165280541', 'INVALID-APN', '103-14-002PP', "103-14-002'", '１６５２８０５４', '165/28/054'])(
    'refuses %j',
    (text) => {
      expect(normaliseParcelNumber(text)).toBeNull();
    },
  );

  it('gives back what it prints', () => {
    const parcel = fc.tuple(fc.integer({ min: 0, max: 99_999_999 }), fc.constantFrom('', 'A', 'P', 'Z'));
    fc.assert(
      fc.property(parcel, ([digits, letter]) => {
        const compact = `${String(digits).padStart(8, '0')}${letter}`;
        expect(normaliseParcelNumber(displayParcelNumber(compact))).toBe(compact);
      }),
      { seed: 7 },
    );
  });
});

describe('run dates', () => {
  it.each([
    ['2026-03-02T06:59:59Z', '2026-03-01'],
    ['2026-03-02T07:00:00Z', '2026-03-02'],
    ['2026-07-02T06:59:59Z', '2026-07-01'],
    ['2026-12-31T10:00:00Z', '2026-12-31'],
  ])('%s is the Phoenix day %s, in summer as in winter', (instant, expected) => {
    expect(runDateOf(Date.parse(instant), 'America/Phoenix')).toBe(expected);
  });

  it('follows daylight saving time where there is one', () => {
    expect(runDateOf(Date.parse('2026-07-02T05:30:00Z'), 'America/Denver')).toBe('2026-07-01');
    expect(runDateOf(Date.parse('2026-01-02T06:30:00Z'), 'America/Denver')).toBe('2026-01-01');
    expect(runDateOf(Date.parse('2026-07-02T06:30:00Z'), 'America/Denver')).toBe('2026-07-02');
  });

  it.each([
    '2026-13-40',
    '2026-02-30',
    '2026-00-10',
    '26-01-01',
    '2026-1-1',
    '2026-01-01T00:00',
    '',
    'today',
    '2025-02-29',
  ])('%j is no day', (text) => {
    expect(isRunDate(text)).toBe(false);
  });

  it.each(['2026-01-01', '2024-02-29', '2026-12-31'])('%s is a day', (text) => {
    expect(isRunDate(text)).toBe(true);
  });
});

describe('ids', () => {
  it('are different for every window, run and ZIP', () => {
    const window = { market: 'phoenix', source: 'phoenix-mls' as const, zip: '85031', runDate: '2026-03-02' };
    expect(windowId(window)).toBe('phoenix:phoenix-mls:85031:2026-03-02');
    expect(zipWorkflowId('daily/phoenix/2026-03-02', 'phoenix-mls', '85031')).toBe(
      'daily/phoenix/2026-03-02/phoenix-mls/85031',
    );
    expect(runKeyOf('daily/phoenix/2026-03-02', 'a')).not.toBe(runKeyOf('daily/phoenix/2026-03-02', 'b'));
  });
});

describe('days', () => {
  it('are counted from one to another, both inside', () => {
    expect(daysFrom('2024-02-28', '2024-03-01')).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
    expect(daysFrom('2026-03-02', '2026-03-02')).toEqual(['2026-03-02']);
    expect(daysFrom('2026-03-02', '2026-03-01')).toEqual([]);
    expect(() => daysFrom('2020-01-01', '2026-01-01')).toThrow(RangeError);
  });

  it.each([
    ['America/Phoenix', '2026-07-04', '2026-07-04T07:00:00.000Z'],
    ['America/Denver', '2026-03-08', '2026-03-08T07:00:00.000Z'],
    ['America/Denver', '2026-03-09', '2026-03-09T06:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-01-01', '2026-01-01T11:00:00.000Z'],
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00.000Z'],
  ])('begin in %s on %s at %s', (zone, day, instant) => {
    const begins = startOfDay(day, zone);
    expect(new Date(begins).toISOString()).toBe(instant);
    expect(runDateOf(begins, zone)).toBe(day);
    expect(runDateOf(begins - 1, zone)).not.toBe(day);
  });
});
