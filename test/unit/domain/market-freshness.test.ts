import { expect, it } from '@jest/globals';
import { standstill } from '../../../domain/market-freshness.js';

it.each([
  [null, 3, null],
  ['2026-10', 3, null],
  ['2026-08', 3, null],
  ['2026-07', 3, 'its newest figure is of 2026-07, 4 months ago'],
  ['2025-12', 3, 'its newest figure is of 2025-12, 11 months ago'],
  ['2024-12', 26, null],
])('a file whose newest figure is of %s and may be %i months late: %s', (newest, late, expected) => {
  expect(standstill(newest, late, Date.parse('2026-11-22T00:00:00Z'))).toBe(expected);
});
