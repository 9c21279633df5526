import { describe, expect, it } from '@jest/globals';
import type { Unit } from '../../../reports/periodic/model.js';
import { cellWords, trendWords, valueWords, wordsOfLine } from '../../../reports/periodic/words.js';

describe('a value in words', () => {
  it.each<[Unit, number, string]>([
    ['percent', 0.98765, '98.8 %'],
    ['percent', -0.5, '−50.0 %'],
    ['usd', 0, '$0.00'],
    ['usd', 0.005, '$0.01'],
    ['usd', 0.0004, '$0.000400'],
    ['usd', -0.0004, '−$0.000400'],
    ['usd', -1.5, '−$1.50'],
    ['usd', 12_345.6, '$12,346'],
    ['usd-small', 0, '$0.00'],
    ['usd-small', 0.000877, '$0.000877'],
    ['minutes', 64.5, '1 h 04 min'],
    ['hours', 253.84, '253.8 h'],
    ['ms', 840, '840 ms'],
    ['seconds', 1.25, '1.3 s'],
    ['score', 0.99, '0.990'],
    ['per-hour', 91_440.4, '91,440 /h'],
    ['bytes', 1_572_864, '2 MiB'],
    ['count', 29_650, '29,650'],
  ])('of %s: %d is %s', (unit, value, words) => {
    expect(valueWords(value, unit)).toBe(words);
  });

  it('is said to be missing where there is none', () => {
    expect(wordsOfLine({ value: null, unit: 'usd' })).toBe('no data');
    expect(cellWords(null, 'usd')).toBe('–');
    expect(cellWords('words', 'usd')).toBe('words');
  });
});

describe('a trend in words', () => {
  it.each<[Unit, number | null, number | null, string | null]>([
    ['count', 110, 100, '+10.0 %'],
    ['count', 90, 100, '−10.0 %'],
    ['count', 100, 100, 'as before'],
    ['usd', 0.53, 0, '+$0.53'],
    ['usd', -0.0004, 0, '−$0.000400'],
    ['percent', 0.9, 0.95, '−5.0 points'],
    ['count', null, 1, null],
    ['count', 1, null, null],
  ])('of %s: %p after %p is %p', (unit, value, before, words) => {
    expect(trendWords({ value, before, unit })).toBe(words);
  });
});
