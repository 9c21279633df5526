import { describe, expect, it } from '@jest/globals';
import { type Measured, tableOf, verdictOf } from '../../../bench/scale-table.js';

const row = (small: number, large: number, allowed: number, peakMb = 120): Measured => ({
  name: 'work',
  growsWith: 'properties',
  small: { ms: small, peakMb: 100 },
  large: { ms: large, peakMb },
  allowed,
});

describe('the table of two sizes', () => {
  it.each([
    ['grows as its data does', row(1_000, 10_000, 10), 'ok'],
    ['is a little slower, as on a busy machine', row(1_000, 15_000, 10), 'ok'],
    ['grows faster than its data', row(1_000, 17_000, 10), 'GROWS FASTER'],
    ['should not grow and does', row(300, 900, 1), 'GROWS FASTER'],
    ['should not grow, and is over at once all the same', row(10, 100, 1), 'ok'],
    ['needs too much memory, however fast', row(1_000, 1_000, 10, 301), 'MEMORY'],
  ])('says of what %s', (_name, measured, verdict) => {
    expect(verdictOf(measured)).toBe(verdict);
  });

  it('has a line for each operation with both times, their ratio and the linear one', () => {
    const databases = [
      { properties: 100, days: 4, documents: 1_000, fillSeconds: 1 },
      { properties: 1_000, days: 40, documents: 90_000, fillSeconds: null },
    ];
    const text = tableOf({ machine: 'm', database: 'd', databases, rows: [row(1_000, 17_000, 10)] });
    expect(text).toContain('100 properties over 4 nights: 1000 documents, filled in 1 s');
    expect(text).toContain('| work | 1.00 | 17.00 | 17.0 | 10.0 (properties) | 100 | 120 | GROWS FASTER |');
  });
});
