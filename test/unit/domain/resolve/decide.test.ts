import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FactValue } from '../../../../core/schemas/facts.js';
import { blockKeysOf } from '../../../../domain/resolve/block-keys.js';
import { decide, type ListingThing, type PairLabel, type ParcelThing } from '../../../../domain/resolve/decide.js';
import { scorePair } from '../../../../domain/resolve/pair-score.js';
import type { Profile } from '../../../../domain/resolve/profile.js';
import { oneSlipApart } from '../../../../domain/resolve/slips.js';
import { COUNTY, listingOf, parcelOf, scoredPairs } from '../../../support/resolve-pairs.js';

type Values = Readonly<Record<string, FactValue>>;

const ADDRESS = '4027 N 55TH AVE PHOENIX, AZ 85031';
const HOME: Values = { UnparsedAddress: ADDRESS, LivingArea: 1504, YearBuilt: 1958, LotSizeSquareFeet: 6500 };
const OTHER: Values = { ...HOME, UnparsedAddress: '4033 N 55TH AVE PHOENIX, AZ 85031', LivingArea: 1800 };

function parcel(apn: string, values: Values): ParcelThing {
  return { propertyId: `${COUNTY}:${apn}`, profile: parcelOf(apn, values) };
}
function listing(key: string, values: Values, changes: Partial<ListingThing> = {}): ListingThing {
  const profile = listingOf(key, values);
  const ownId = `listing:phoenix-mls:${key}`;
  const statedIds = profile.parcelNumbers.map((number) => `${COUNTY}:${number}`);
  const base = { recordId: `phoenix-mls:${key}`, ownId, propertyId: ownId, statedIds };
  return { ...base, firstSeenAtMs: Number(key), profile, ...changes };
}
function judge(listings: readonly ListingThing[], parcels: readonly ParcelThing[], labels: readonly PairLabel[] = []) {
  return decide({ focus: new Set(listings.map(({ recordId }) => recordId)), listings, parcels, labels });
}
const placesOf = (...all: Parameters<typeof judge>) => judge(...all).map(({ propertyId }) => propertyId);
const word = (key: string, propertyId: string, label: PairLabel['label']): PairLabel => ({
  ...{ recordId: `phoenix-mls:${key}`, propertyId, label },
  ...{ by: 'A. Operator', note: 'looked' },
});

const P = parcel('10306005', HOME);
const Q = parcel('10306006', OTHER);

describe('a listing', () => {
  it('joins the parcel that it matches, and says why', () => {
    const [verdict] = judge([listing('1', HOME)], [P, Q]);
    expect(verdict).toMatchObject({ propertyId: P.propertyId, ask: null, links: [{ state: 'merged', label: null }] });
    expect(verdict?.links[0]?.reasons[0]).toMatchObject({ name: 'address', weight: 7, against: null });
  });

  it('that names one parcel and stands on another stays alone, and a person is asked about the likelier', () => {
    const [verdict] = judge([listing('1', { ...HOME, ParcelNumber: '103-06-006' })], [P, Q]);
    expect(verdict).toMatchObject({
      propertyId: 'listing:phoenix-mls:1',
      ask: { propertyId: P.propertyId, state: 'review' },
    });
    expect(verdict?.links.map(({ state }) => state)).toEqual(['review', 'review']);
  });

  it('is asked about where two parcels have its address', () => {
    const twin = parcel('10306005A', HOME);
    expect(judge([listing('1', HOME)], [P, twin])).toMatchObject([
      { propertyId: 'listing:phoenix-mls:1', ask: { state: 'review' } },
    ]);
    expect(placesOf([listing('1', { ...HOME, ParcelNumber: '10306005A' })], [P, twin])).toEqual([twin.propertyId]);
  });

  it('is believed its number while the county is silent, unless another home has it too', () => {
    const stated = { ...HOME, ParcelNumber: '999-99-001' };
    const phantom = `${COUNTY}:99999001`;
    expect(placesOf([listing('1', stated)], [Q])).toEqual([phantom]);
    expect(placesOf([listing('1', stated), listing('2', { ...stated })], [])).toEqual([phantom, phantom]);
    const flat = (unit: number) => ({ ...stated, UnparsedAddress: `4027 N 55TH AVE UNIT ${unit}, PHOENIX, AZ 85031` });
    const [one, two] = judge([listing('1', flat(1)), listing('2', flat(2))], []);
    expect([one?.propertyId, two?.propertyId]).toEqual(['listing:phoenix-mls:1', 'listing:phoenix-mls:2']);
    expect(two?.ask).toMatchObject({ propertyId: 'listing:phoenix-mls:1' });
  });

  it('joins the first listing of the same home where there is no parcel', () => {
    const [first, second, third] = [listing('1', HOME), listing('2', HOME), listing('3', HOME)];
    expect(placesOf([first, second, third], [])).toEqual(Array(3).fill(first.ownId));
    expect(placesOf([first, listing('2', OTHER)], [])).toEqual([first.ownId, 'listing:phoenix-mls:2']);
  });

  it('takes a later listing along when the parcel comes', () => {
    expect(placesOf([listing('1', HOME), listing('2', HOME)], [P])).toEqual([P.propertyId, P.propertyId]);
  });

  it('belongs where a person says, whatever the rules say', () => {
    expect(placesOf([listing('1', HOME)], [P], [word('1', P.propertyId, 'apart')])).toEqual(['listing:phoenix-mls:1']);
    const wrong = { ...OTHER, ParcelNumber: '103-06-005' };
    expect(placesOf([listing('1', wrong)], [P], [word('1', P.propertyId, 'merged')])).toEqual([P.propertyId]);
  });
});

describe('deciding', () => {
  const parcels = [P, Q, parcel('10306005A', { ...HOME, LotSizeSquareFeet: 3200 })];
  const kinds: readonly Values[] = [
    HOME,
    OTHER,
    { ...HOME, ParcelNumber: '103-06-005' },
    { ...HOME, ParcelNumber: '103-06-050' },
    { ...HOME, UnparsedAddress: '4027 N 55TH AVE UNIT 2, PHOENIX, AZ 85031' },
    { ...HOME, YearBuilt: 2024, LivingArea: 3100 },
    { ParcelNumber: '777-77-001', LivingArea: 900 },
  ];
  const listings = fc
    .array(fc.nat(kinds.length - 1), { minLength: 1, maxLength: 7 })
    .map((picks) => picks.map((pick, at) => listing(String(at + 1), kinds[pick] ?? {})));
  const sorted = (verdicts: ReturnType<typeof judge>) =>
    [...verdicts].sort((a, b) => (a.recordId < b.recordId ? -1 : 1));

  it('does not depend on the order of what is given', () => {
    fc.assert(
      fc.property(listings, fc.subarray(parcels), fc.nat(), (all, some, turn) => {
        const at = turn % all.length;
        const shifted = [...all.slice(at), ...all.slice(0, at)].reverse();
        expect(sorted(judge(shifted, [...some].reverse()))).toEqual(sorted(judge(all, some)));
      }),
      { numRuns: 150 },
    );
  });

  it('again, from where it led to, gives the same', () => {
    fc.assert(
      fc.property(listings, fc.subarray(parcels), (all, some) => {
        const first = judge(all, some);
        const places = new Map(first.map(({ recordId, propertyId }) => [recordId, propertyId]));
        const after = all.map((one) => ({ ...one, propertyId: places.get(one.recordId) ?? one.propertyId }));
        expect(judge(after, some)).toEqual(first);
        // One at a time, the others where they are.
        for (const { recordId } of after) {
          const [alone] = decide({ focus: new Set([recordId]), listings: after, parcels: some, labels: [] });
          expect(alone?.propertyId).toBe(places.get(recordId));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('a merge and its undoing is as before', () => {
    fc.assert(
      fc.property(listings, (all) => {
        const before = judge(all, [Q]);
        const [first] = before;
        fc.pre(first !== undefined && first.propertyId !== Q.propertyId);
        const key = first?.recordId.split(':')[1] ?? '';
        expect(placesOf(all, [Q], [word(key, Q.propertyId, 'merged')])[0]).toBe(Q.propertyId);
        expect(placesOf(all, [Q], [word(key, Q.propertyId, 'apart')])).toEqual(
          before.map(({ propertyId }) => propertyId),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('a pair', () => {
  const pairs = scoredPairs('symmetry');
  it('scores the same from both sides', () => {
    for (const { left, right, score } of pairs) {
      const { bits, band, reasons } = scorePair(right, left);
      expect({ bits, band }).toEqual({ bits: score.bits, band: score.band });
      expect(reasons.map(({ name, weight }) => [name, weight])).toEqual(
        score.reasons.map(({ name, weight }) => [name, weight]),
      );
      expect(reasons.map(({ evidence }) => evidence.left)).toEqual(score.reasons.map(({ evidence }) => evidence.right));
    }
  });

  it('that is one home, or could be taken for one, shares a block', () => {
    const meet = ({ left, right }: { left: Profile; right: Profile }) =>
      blockKeysOf(left).some((key) => blockKeysOf(right).includes(key));
    expect(
      pairs.filter((pair) => (pair.same || pair.score.band !== 'apart') && !meet(pair)).map(({ kind }) => kind),
    ).toEqual([]);
  });

  it('of two parcels, or of two counties, is never one', () => {
    expect(scorePair(P.profile, P.profile).band).toBe('apart');
    expect(scorePair({ ...P.profile, county: 'us-az-pima' }, listing('1', HOME).profile)).toMatchObject({
      score: 0,
      band: 'apart',
    });
  });
});

it.each([
  ['10306005', '10306050', true],
  ['10306005', '10306006', true],
  ['10306005', '1036005', true],
  ['10306005', '10360005', true],
  ['10306005', '10306005', false],
  ['10306005', '10306114', false],
  ['12', '', false],
])('%s and %s: one slip apart is %s', (left, right, expected) => {
  expect([oneSlipApart(left, right), oneSlipApart(right, left)]).toEqual([expected, expected]);
});
