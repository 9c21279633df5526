import { describe, expect, it } from '@jest/globals';
import type { ColumnHead, Row } from '../../../../reports/export/columns.js';
import { readCondition } from '../../../../reports/export/filter.js';
import { instantsOf, readRange } from '../../../../reports/export/range.js';

const COLUMNS: readonly ColumnHead[] = [
  { name: 'pricing_list_price', type: 'number', reso: 'ListPrice' },
  { name: 'address_zip', type: 'text', reso: 'PostalCode' },
  { name: 'processed_at', type: 'instant', reso: null },
  { name: 'run_date', type: 'day', reso: null },
  { name: 'key_features', type: 'list', reso: null },
  { name: 'estimated', type: 'boolean', reso: null },
  { name: 'text_facts', type: 'json', reso: null },
  { name: 'details_zip', type: 'text', reso: null },
];
const ROW: Row = [
  300_000,
  '85031',
  '2026-11-20T10:00:00.000Z',
  '2026-11-20',
  ['pool', 'RV gate'],
  true,
  [{ field: 'Roof', value: 'tile' }],
  null,
];
const ZONE = 'America/Phoenix';

describe('a filter', () => {
  it.each([
    ['list_price>=300000', true],
    ['ListPrice < 300000', false],
    ['pricing.list_price != 1', true],
    ['pricing_list_price=300000', true],
    ['pricing_list_price=null', false],
    ['address_zip=85031', true],
    ['address_zip!=85031', false],
    ['address_zip~503', true],
    ['details_zip=null', true],
    ['details_zip!=85031', true],
    ['details_zip!=null', false],
    ['details_zip~8', false],
    ['processed_at>=2026-11-20', true],
    ['processed_at<2026-11-20T03:00:01-07:00', true],
    ['processed_at<2026-11-20T10:00:00Z', false],
    ['run_date<=2026-11-20', true],
    ['run_date>2026-11-20', false],
    ['key_features=pool', true],
    ['key_features=poo', false],
    ['key_features~rv', true],
    ['estimated=true', true],
    ['estimated!=true', false],
    ['text_facts~TILE', true],
    ['address_zip=85031); drop(', false],
  ])('%s holds of the row: %s', (text, holds) => {
    const read = readCondition(text, COLUMNS, ZONE);
    expect('condition' in read ? read.condition.holds(ROW) : read.fault).toBe(holds);
  });

  it.each([
    ['', /must be like/],
    ['list_price', /must be like/],
    ['list_price == 3', /is none/],
    ['list_price>cheap', /is none/],
    ['list_price~3', /texts and lists/],
    ['zip=85031', /address_zip or details_zip/],
    ['bedroms=3', /unknown; there are: pricing_list_price/],
    ['address_zip<9', /numbers, instants and days/],
    ['address_zip~', /must be contained/],
    ['estimated=yes', /true or false/],
    ['processed_at=2026-11-20', /compare it with/],
    ['processed_at>yesterday', /is none/],
    ['run_date=2026-02-30', /is none/],
    ['list_price>null', /alone/],
    ['text_facts=1', /searched with/],
    ['$where=1', /must be like/],
    ['constructor=1', /unknown/],
  ])('%s is refused in words', (text, words) => {
    const read = readCondition(text, COLUMNS, ZONE);
    expect('fault' in read ? read.fault : 'read').toMatch(words);
  });
});

describe('a range', () => {
  it.each([
    ['all', null],
    ['2026-11-01:2026-11-20', { from: '2026-11-01', to: '2026-11-20' }],
    ['2026-11-20', { from: '2026-11-20', to: '2026-11-20' }],
    ['last-7-days', { from: '2026-11-16', to: '2026-11-22' }],
    ['last-30-days', { from: '2026-10-24', to: '2026-11-22' }],
    ['last-1-days', { from: '2026-11-22', to: '2026-11-22' }],
  ])('%s', (text, range) => {
    expect(readRange(text, '2026-11-22')).toEqual({ range });
  });

  it.each([
    '',
    'last-0-days',
    'last-9999-days',
    'yesterday',
    '2026-11-20:2026-11-01',
    '2026-11-23',
    '2026-02-30',
    'a:b:c',
  ])('%s is refused', (text) => {
    expect(readRange(text, '2026-11-22')).toHaveProperty('fault');
  });

  it('is of days of the market, where days have 23 or 25 hours, too', () => {
    expect(instantsOf({ from: '2026-11-01', to: '2026-11-01' }, 'America/Denver')).toEqual({
      $gte: new Date('2026-11-01T06:00:00Z'),
      $lt: new Date('2026-11-02T07:00:00Z'),
    });
  });
});
