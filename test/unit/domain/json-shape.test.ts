import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../core/hash.js';
import { compareShapes, shapeOf, withoutShape } from '../../../domain/json-shape.js';

const page = (rows: readonly Json[], more: Readonly<Record<string, Json>> = {}): Json => ({
  TOTAL: rows.length,
  Results: rows,
  ...more,
});
const rows = (count: number, row: (index: number) => Json): readonly Json[] =>
  Array.from({ length: count }, (_, index) => row(index));
const plain = (index: number): Json => ({ APN: `1030600${index}`, Lot: index % 2 === 0 ? null : index });
const usual = shapeOf([page(rows(25, plain)), page(rows(25, plain))]);

describe('the shape of answers', () => {
  it('names every place without row numbers, with the types it held and how often', () => {
    expect([...usual].map(([path, { types }]) => [path, types])).toEqual([
      ['$', { object: 2 }],
      ['TOTAL', { number: 2 }],
      ['Results', { list: 2 }],
      ['Results[]', { object: 50 }],
      ['Results[].APN', { string: 50 }],
      ['Results[].Lot', { null: 26, number: 24 }],
    ]);
  });

  it('holds no value, and keeps the root of a list and names with dots apart', () => {
    const shape = shapeOf([[{ '@odata.context': 'secret words' }]]);
    expect([...shape.keys()]).toEqual(['$', '[]', '[].@odata.context']);
    expect(shape.get('[].@odata.context')?.parent).toBe('[]');
    expect(JSON.stringify([...shape])).not.toContain('secret');
  });

  it.each<[string, Json, number]>([
    ['a table by number', Object.fromEntries(rows(50, () => null).map((_, index) => [String(index), { a: 1 }])), 3],
    ['a table of many names', Object.fromEntries(rows(5_000, () => 1).map((_, index) => [`n${index}`, 1])), 2],
    ['a name of great length', { ['x'.repeat(10_000)]: 1 }, 2],
    ['great depth', rows(50, () => null).reduce<Json>((inner) => [inner], 1), 13],
    [
      'names without end',
      rows(60, (row) => Object.fromEntries(rows(90, () => 1).map((_, at) => [`r${row}c${at}`, 1]))),
      1_500,
    ],
  ])('stays small for %s', (_name, body, most) => {
    expect(shapeOf([body]).size).toBeLessThanOrEqual(most);
  });

  it('takes a part off the whole', () => {
    const one = shapeOf([page(rows(25, plain))]);
    expect([...withoutShape(usual, one)]).toEqual([...one]);
    expect(withoutShape(one, one).size).toBe(0);
  });
});

describe('a change of shape', () => {
  const changesOf = (body: Json) =>
    compareShapes(usual, shapeOf([body])).map(({ path, change, rows: concerned, of }) => [path, change, concerned, of]);

  it.each<[string, Json, readonly unknown[]]>([
    ['none, for answers as before', page(rows(25, plain)), []],
    [
      'a new field, with its share',
      page(rows(25, (at) => ({ APN: 'a', Lot: 1, ...(at < 5 ? { Zoning: 'R1' } : {}) }))),
      [['Results[].Zoning', 'new', 5, 25]],
    ],
    [
      'the root alone of a new branch',
      page(rows(4, () => ({ APN: 'a', Lot: 1, Geo: { Lat: 1, Lon: 2 } }))),
      [['Results[].Geo', 'new', 4, 4]],
    ],
    ['a field that is gone', page(rows(25, () => ({ Lot: 1 }))), [['Results[].APN', 'gone', 25, 25]]],
    [
      'a field that is always null now',
      page(rows(25, () => ({ APN: 'a', Lot: null }))),
      [['Results[].Lot', 'gone', 25, 25]],
    ],
    [
      'another type',
      page(rows(25, (at) => ({ APN: at < 10 ? 103 : 'a', Lot: 1 }))),
      [['Results[].APN', 'retyped', 10, 25]],
    ],
    [
      'another name: one gone, one new',
      page(rows(25, (at) => ({ Parcel: 'a', Lot: at }))),
      [
        ['Results[].APN', 'gone', 25, 25],
        ['Results[].Parcel', 'new', 25, 25],
      ],
    ],
    ['none, for a field of some rows that few rows lack', page(rows(5, () => ({ APN: 'a', Lot: null }))), []],
    [
      'none, for a new field so rare that it may not have been met before',
      page(rows(25, (at) => ({ APN: 'a', Lot: 1, ...(at < 2 ? { Rental: 1 } : {}) }))),
      [],
    ],
    ['none, for an empty list', page([]), []],
  ])('is %s', (_name, body, expected) => {
    expect(changesOf(body)).toEqual(expected);
  });

  it('is none when nothing was known before', () => {
    expect(compareShapes(shapeOf([]), usual)).toEqual([]);
  });

  it('says the types in words', () => {
    const [change] = compareShapes(usual, shapeOf([page(rows(5, () => ({ APN: 1, Lot: 1 })))]));
    expect(change?.words).toBe('number; was string');
  });
});
