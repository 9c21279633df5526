import { describe, expect, it } from '@jest/globals';
import { type HistoryVersion, recordAsOf } from '../../../domain/as-of.js';
import type { KindState } from '../../../domain/change-events.js';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 10, minute));
const state = (minute: number, value: number): KindState => ({
  rawRef: `raw-${minute}`,
  fetchId: `fetch-${minute}`,
  fetchedAt: at(minute),
  facts: [{ name: 'ListPrice', value, path: '$' }],
});
const version = (
  n: number,
  valid: number,
  known: number,
  kinds: Record<string, KindState>,
): HistoryVersion<KindState> => ({
  version: n,
  propertyId: `p${n}`,
  kinds,
  validFrom: at(valid),
  knownFrom: at(known),
});
const VERSIONS = [
  version(1, 1, 1, { card: state(1, 300) }),
  version(2, 5, 20, { card: state(5, 290) }), // known a quarter of an hour after it held
  version(3, 3, 21, { card: state(5, 290), page: state(3, 300) }), // written late, behind a younger card
];
const shown = (validMinute: number | null, knownMinute: number | null) => {
  const ms = (minute: number | null) => (minute === null ? null : at(minute).getTime());
  const found = recordAsOf(VERSIONS, { validMs: ms(validMinute), knownMs: ms(knownMinute) });
  return (
    found && [
      found.version,
      Object.fromEntries(Object.entries(found.kinds).map(([kind, { rawRef }]) => [kind, rawRef])),
    ]
  );
};

describe('a record as of a moment', () => {
  it.each([
    ['before it was seen', 0, null, null],
    ['at its first answer', 1, null, [1, { card: 'raw-1' }]],
    ['when the page had come, and the younger card had not', 4, null, [3, { card: 'raw-1', page: 'raw-3' }]],
    ['now', null, null, [3, { card: 'raw-5', page: 'raw-3' }]],
    ['now, by what was known early', null, 10, [1, { card: 'raw-1' }]],
    ['now, by what was known between', null, 20, [2, { card: 'raw-5' }]],
    ['before it was known', null, 0, null],
  ])('is, %s', (_name, valid, known, expected) => {
    expect(shown(valid, known)).toEqual(expected);
  });
});
