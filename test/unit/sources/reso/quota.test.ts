import { expect, it } from '@jest/globals';
import { quotaEaseMs, quotaPauseMs } from '../../../../sources/reso/quota.js';

const NOW_MS = Date.parse('2025-12-08T10:00:00Z');

it.each([
  [{ 'hour-quota-available': '0', 'hour-quota-resettime': '2025-12-08T10:05:00Z' }, 300_000],
  [
    { 'hour-quota-available': '7', 'hour-quota-resettime': '2025-12-08T11:00:00Z', 'minute-quota-resettime': '30' },
    30_000,
  ],
  [{ 'minute-quota-resettime': String(Date.parse('2025-12-08T10:00:10Z')) }, 10_000],
  [{ 'minute-quota-resettime': String(Date.parse('2025-12-08T10:00:10Z') / 1_000) }, 10_000],
  [{ 'hour-quota-available': '0', 'hour-quota-resettime': '2025-12-08T09:00:00Z' }, null],
  [{ 'hour-quota-available': '0', 'hour-quota-resettime': 'soon' }, null],
  [{}, null],
])('reads the pause in the quota headers %j', (headers, expected) => {
  expect(quotaPauseMs(headers, NOW_MS)).toBe(expected);
});

it.each([
  ['a quota that is ample', { 'hour-quota-available': '7199', 'hour-quota-resettime': '3600' }, 500],
  ['a quota that is nearly used', { 'hour-quota-available': '9', 'hour-quota-resettime': '3600' }, 360_000],
  ['nothing left', { 'minute-quota-available': '0', 'minute-quota-resettime': '2025-12-08T10:00:30Z' }, 30_000],
  [
    'the harder of two',
    {
      'minute-quota-available': '179',
      'minute-quota-resettime': '60',
      'hour-quota-available': '59',
      'hour-quota-resettime': '3600',
    },
    60_000,
  ],
  ['no count', { 'hour-quota-resettime': '3600' }, null],
  ['a count of words', { 'hour-quota-available': 'few', 'hour-quota-resettime': '3600' }, null],
  ['a negative count', { 'hour-quota-available': '-1', 'hour-quota-resettime': '3600' }, null],
  ['a reset that is over', { 'hour-quota-available': '0', 'hour-quota-resettime': '2025-12-08T09:59:00Z' }, null],
  ['no time at all', { 'hour-quota-available': '0' }, null],
  ['nothing', {}, null],
])('waits after an answer with %s', (_name, headers, expected) => {
  expect(quotaEaseMs(headers, NOW_MS)).toBe(expected);
});
