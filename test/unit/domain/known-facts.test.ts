import { describe, expect, it } from '@jest/globals';
import type { FactValue, SourceRecord } from '../../../core/schemas/facts.js';
import type { KnownThing } from '../../../core/source-repair.js';
import { differingFacts, differingOnAll } from '../../../domain/known-facts.js';

const KNOWN: KnownThing = {
  key: '6937912',
  readBy: 'classic@1',
  kinds: { 'listing-page': { ListPrice: 520_000, BathroomsHalf: 1, Roof: ['Tile'], xAttribution: 'at 10:00' } },
};

function said(facts: Readonly<Record<string, FactValue>>, set = 'classic@1', key = '6937912'): readonly SourceRecord[] {
  const named = Object.entries(facts).map(([name, value]) => ({ name, value, path: `${set} .place` }));
  return [{ key, kind: 'listing-page', zip: null, parcelNumber: null, facts: named }];
}
const ALL = { ListPrice: 520_000, BathroomsHalf: 1, Roof: ['Tile'], xAttribution: 'at 11:00' };
const { BathroomsHalf: _half, ...LESS } = ALL;

describe('what a known page says otherwise', () => {
  it.each<[string, readonly SourceRecord[], readonly string[]]>([
    ['nothing, where all is as it was, save what passes by itself', said(ALL), []],
    ['a value that is another', said({ ...ALL, ListPrice: 1_900 }), ['listing-page ListPrice']],
    ['a value that the same set finds no more', said(LESS), ['listing-page BathroomsHalf']],
    ['nothing, where another set knows less', said(LESS, 'learned@1'), []],
    ['a wrong value, whatever set reads it', said({ ...LESS, Roof: ['Slate'] }, 'learned@1'), ['listing-page Roof']],
    [
      'all, where there is no record',
      [],
      ['listing-page ListPrice', 'listing-page BathroomsHalf', 'listing-page Roof'],
    ],
    [
      'all, where the page is of another thing',
      said(ALL, 'classic@1', '1111111'),
      ['listing-page ListPrice', 'listing-page BathroomsHalf', 'listing-page Roof'],
    ],
  ])('is %s', (_name, records, expected) => {
    expect(differingFacts(KNOWN, records, ['xAttribution'])).toEqual(expected);
  });

  it.each<[string, readonly (readonly string[])[], readonly string[] | null]>([
    ['open while there are two things', [['a'], ['a']], null],
    ['a fact that differs on three in a row', [['a', 'b'], ['b'], ['c', 'b']], ['b']],
    ['nothing where each differs in something else', [['a'], ['b'], ['c']], []],
    ['of the last three alone', [['b'], ['a'], ['a'], ['a']], ['a']],
  ])('is %s', (_name, differing, expected) => {
    expect(differingOnAll(differing)).toEqual(expected);
  });
});
