import { describe, expect, it } from '@jest/globals';
import type { FactValue } from '../../../core/schemas/facts.js';
import { changesBetween, comeBack, firstSight, goneSince, type RecordState } from '../../../domain/change-events.js';

type Facts = Readonly<Record<string, FactValue>>;

/** A version of one or more kinds of answer; `at` is the minute in which each arrived. */
function version(
  n: number,
  kinds: Readonly<Record<string, { at: number; facts: Facts; rawRef?: string }>>,
): RecordState {
  return {
    version: n,
    kinds: Object.fromEntries(
      Object.entries(kinds).map(([kind, { at, facts, rawRef = `raw-${kind}-${at}` }]) => [
        kind,
        {
          rawRef,
          fetchId: `fetch-${kind}-${at}`,
          fetchedAt: new Date(Date.UTC(2026, 2, 2, 10, at)),
          facts: Object.entries(facts).map(([name, value]) => ({ name, value, path: `$.${name}` })),
        },
      ]),
    ),
  };
}
const row = (n: number, facts: Facts) => version(n, { row: { at: n, facts } });
const told = (before: Facts, after: Facts, wasGone = false) =>
  changesBetween(row(1, before), row(2, after), wasGone).map((one) => [one.kind, one.before, one.after]);
const active = { StandardStatus: 'Active', ListPrice: 300_000 };

describe('what two versions of a record tell', () => {
  it.each<[string, Facts, Facts, readonly (readonly unknown[])[]]>([
    [
      'a lower price',
      active,
      { ...active, ListPrice: 290_000 },
      [['price cut', { ListPrice: 300_000 }, { ListPrice: 290_000 }]],
    ],
    [
      'a higher price',
      active,
      { ...active, ListPrice: 301_000 },
      [['price rise', { ListPrice: 300_000 }, { ListPrice: 301_000 }]],
    ],
    ['nothing new', active, active, []],
    ['another text alone', { ...active, PublicRemarks: 'a' }, { ...active, PublicRemarks: 'b' }, []],
    [
      'a pending sale and its price',
      active,
      { StandardStatus: 'Pending', ListPrice: 280_000 },
      [
        ['status', { StandardStatus: 'Active' }, { StandardStatus: 'Pending' }],
        ['price cut', { ListPrice: 300_000 }, { ListPrice: 280_000 }],
      ],
    ],
    [
      'a sale that fell through',
      { ...active, StandardStatus: 'Pending' },
      active,
      [['back on market', { ...active, StandardStatus: 'Pending' }, active]],
    ],
    [
      'a sale',
      { ...active, StandardStatus: 'Pending' },
      { ...active, StandardStatus: 'Closed', ClosePrice: 295_000, CloseDate: '2026-03-01' },
      [
        [
          'sold',
          { StandardStatus: 'Pending' },
          { StandardStatus: 'Closed', CloseDate: '2026-03-01', ClosePrice: 295_000 },
        ],
      ],
    ],
    [
      'the price of a sale that is known',
      { StandardStatus: 'Closed', CloseDate: '2026-03-01' },
      { StandardStatus: 'Closed', CloseDate: '2026-03-01', ClosePrice: 295_000 },
      [],
    ],
    [
      'a withdrawal',
      active,
      { ...active, StandardStatus: 'Withdrawn' },
      [['status', { StandardStatus: 'Active' }, { StandardStatus: 'Withdrawn' }]],
    ],
    [
      'coming soon to active',
      { StandardStatus: 'Coming Soon' },
      { StandardStatus: 'Active' },
      [['status', { StandardStatus: 'Coming Soon' }, { StandardStatus: 'Active' }]],
    ],
    ['a price that was not stated before', { StandardStatus: 'Active' }, active, []],
    ['a price that is not stated any more', active, { StandardStatus: 'Active' }, []],
    [
      'a deed',
      { CloseDate: '2010-01-01', ClosePrice: 1 },
      { CloseDate: '2026-02-01', ClosePrice: 2 },
      [['sold', { CloseDate: '2010-01-01', ClosePrice: 1 }, { CloseDate: '2026-02-01', ClosePrice: 2 }]],
    ],
    [
      'the first deed',
      { YearBuilt: 1958 },
      { YearBuilt: 1958, CloseDate: '2026-02-01' },
      [['sold', {}, { CloseDate: '2026-02-01' }]],
    ],
    ['a deed that is corrected to an earlier day', { CloseDate: '2010-02-01' }, { CloseDate: '2010-01-01' }, []],
    [
      'another owner',
      { xOwnerClass: 'company' },
      { xOwnerClass: 'absentee' },
      [['owner class', { xOwnerClass: 'company' }, { xOwnerClass: 'absentee' }]],
    ],
    [
      'a valuation',
      { TaxYear: 2026, xFullCashValue: 1, xLimitedPropertyValue: 5 },
      { TaxYear: 2027, xFullCashValue: 2, xLimitedPropertyValue: 5 },
      [['valuation', { TaxYear: 2026, xFullCashValue: 1 }, { TaxYear: 2027, xFullCashValue: 2 }]],
    ],
  ])('is for %s', (_name, before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });

  it('names the answers on both sides', () => {
    const [cut] = changesBetween(row(1, active), row(2, { ...active, ListPrice: 1 }), false);
    expect(cut).toMatchObject({
      from: { version: 1, kind: 'row', path: '$.ListPrice', rawRef: 'raw-row-1', fetchId: 'fetch-row-1' },
      to: { version: 2, kind: 'row', path: '$.ListPrice', rawRef: 'raw-row-2', fetchId: 'fetch-row-2' },
    });
  });

  it('is told once, by the card, when the page says the same later', () => {
    const cheaper = { ...active, ListPrice: 290_000 };
    const first = version(2, { card: { at: 1, facts: active }, page: { at: 2, facts: active } });
    const second = version(3, { card: { at: 3, facts: cheaper }, page: { at: 2, facts: active } });
    const third = version(4, { card: { at: 3, facts: cheaper }, page: { at: 4, facts: cheaper } });
    expect(changesBetween(first, second, false).map(({ kind }) => kind)).toEqual(['price cut']);
    expect(changesBetween(second, third, false)).toEqual([]);
  });

  it('is nothing when another kind of answer states the fact for the first time', () => {
    const first = version(1, { card: { at: 1, facts: active } });
    const page = { at: 2, facts: { ...active, ListPrice: 299_999, CloseDate: '2010-01-01' } };
    expect(changesBetween(first, version(2, { card: { at: 1, facts: active }, page }), false)).toEqual([]);
  });

  it('is told by the answer that knows what was, when another one tells the new alone', () => {
    const first = version(1, { row: { at: 1, facts: {} }, page: { at: 2, facts: { xOwnerClass: 'absentee' } } });
    const second = version(2, {
      row: { at: 3, facts: { xOwnerClass: 'company' } },
      page: { at: 2, facts: { xOwnerClass: 'absentee' } },
    });
    const third = version(3, {
      row: { at: 3, facts: { xOwnerClass: 'company' } },
      page: { at: 4, facts: { xOwnerClass: 'company' } },
    });
    expect(changesBetween(first, second, false).map(({ kind }) => kind)).toEqual(['owner class']);
    expect(changesBetween(second, third, false)).toEqual([]);
  });

  it('is nothing when the bytes are the same and the parser is another one', () => {
    const rawRef = 'same';
    const before = version(1, { row: { at: 1, facts: active, rawRef } });
    const after = version(2, { row: { at: 1, facts: { ...active, ListPrice: 1 }, rawRef } });
    expect(changesBetween(before, after, false)).toEqual([]);
  });
});

describe('a record that had gone', () => {
  it('is back once, whatever else changed', () => {
    expect(
      told({ ...active, StandardStatus: 'Pending' }, { ...active, ListPrice: 1 }, true).map(([kind]) => kind),
    ).toEqual(['back on market', 'price cut']);
  });

  it('is not back when it was sold meanwhile', () => {
    expect(told(active, { ...active, StandardStatus: 'Closed' }, true).map(([kind]) => kind)).toEqual(['sold']);
    expect(comeBack(row(1, active), row(1, { StandardStatus: 'Expired' }))).toBeNull();
  });

  it('shows what it was', () => {
    expect(goneSince(row(3, active))).toMatchObject({
      kind: 'gone',
      before: active,
      after: null,
      to: null,
      from: { version: 3 },
    });
  });
});

it.each([
  ['new', active, active],
  ['new', { YearBuilt: 1958 }, {}],
  ['sold', { StandardStatus: 'Closed', ClosePrice: 5 }, { StandardStatus: 'Closed', ClosePrice: 5 }],
])('a record seen for the first time is %s', (kind, facts, after) => {
  expect(firstSight(row(1, facts))).toMatchObject({ kind, before: null, after, from: null, to: { version: 1 } });
});
