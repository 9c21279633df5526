import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StoredRecord } from '../../../../core/schemas/property.js';
import { DOCUMENT_FIELDS } from '../../../../domain/document-shape.js';
import { factOf } from '../../../../domain/property-facts.js';
import { CANNOT_GIVE } from '../../../../domain/quality/expected.js';
import { judgeProperty } from '../../../../domain/quality/judge.js';
import { WEIGHTS } from '../../../../domain/quality/score.js';
import { COUNTY_HOME, homeRecords, LISTING, recordFrom } from '../../../support/properties.js';

const ID = 'us-az-maricopa:10306005';
const judge = (records: readonly StoredRecord[], earlier?: ReadonlyMap<string, readonly StoredRecord[]>) =>
  judgeProperty(ID, records, {}, earlier);
const county = (changes: Parameters<typeof recordFrom>[2] = {}) =>
  recordFrom('maricopa-assessor', '10306005', { ...COUNTY_HOME, ...changes });
const codes = ({ findings }: ReturnType<typeof judge>) => findings.map(({ code }) => code);

describe('the score', () => {
  it('does not blame a parcel for what only a listing knows', () => {
    const { quality } = judge([county()]);
    expect(quality.missing).toEqual([]);
    // One witness a fact costs a tenth of the weight of confidence.
    expect(quality.score).toBe(0.99);
  });

  it('gives every point that is lost a reason', () => {
    const { quality } = judge(homeRecords({ YearBuilt: 1990, PublicRemarks: '', BedroomsTotal: 40 }));
    const lost = quality.reasons.reduce((sum, { points }) => sum + points, 0);
    expect(quality.score + lost).toBeCloseTo(1, 1);
    expect(quality.reasons.map(({ code, names }) => `${code} ${names.slice(0, 1).join()}`)).toEqual(
      expect.arrayContaining(['missing PublicRemarks', 'contradicted YearBuilt', 'beds-range BedroomsTotal']),
    );
  });

  it('has weights that add up to 1, and gives nothing for nothing', () => {
    expect(Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1);
    expect(judge([]).quality.score).toBe(0);
  });

  it('expects no house on land, and knows what was not asked for yet', () => {
    const land = judge([recordFrom('maricopa-assessor', '1', { ParcelNumber: '1', PropertyType: 'Land' })]);
    expect(land.quality.expected).not.toContain('LivingArea');
    const row = recordFrom('maricopa-assessor', '10306005', { PropertyType: 'Residential' }, { kind: 'search-row' });
    const { missing, notAsked } = judge([row]).quality;
    expect(missing).toEqual(expect.arrayContaining(['LivingArea', 'City']));
    expect(notAsked).toContain('LivingArea');
    expect(notAsked).not.toContain('City');
  });

  it('is between 0 and 1 and the same for every order of the records, whatever they say', () => {
    const value = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.boolean());
    const names = [...Object.keys(COUNTY_HOME), ...Object.keys(LISTING), 'CloseDate', 'Latitude', 'PostalCode'];
    const facts = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 12 });
    fc.assert(
      fc.property(facts, facts, (one, other) => {
        const records = [recordFrom('maricopa-assessor', '10306005', one), recordFrom('reso', '7', other)];
        const { quality, findings } = judge(records);
        expect(quality.score).toBeGreaterThanOrEqual(0);
        expect(quality.score).toBeLessThanOrEqual(1);
        const turned = judge([...records].reverse());
        expect(turned.quality.score).toBe(quality.score);
        expect(turned.findings).toHaveLength(findings.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what may be shown', () => {
  it('leaves out a fact that cannot be, and lets the next source speak', () => {
    const { property, withheld } = judge(homeRecords({}, { LivingArea: 150_400 }));
    expect(factOf(property ?? never(), 'LivingArea')?.source).toBe('phoenix-mls');
    expect(withheld).toEqual([
      expect.objectContaining({ code: 'area-range', fact: expect.objectContaining({ value: 150_400 }) }),
    ]);
  });

  it('goes on showing what an earlier answer said', () => {
    const bad = homeRecords({ BedroomsTotal: 40 });
    const good = homeRecords({ BedroomsTotal: 4 }).filter(({ source }) => source === 'phoenix-mls');
    const { property, withheld } = judge(bad, new Map([['phoenix-mls:6937912', good]]));
    expect(factOf(property ?? never(), 'BedroomsTotal')?.value).toBe(4);
    expect(withheld[0]?.instead?.value).toBe(4);
    expect(factOf(judge(bad).property ?? never(), 'BedroomsTotal')).toBeNull();
  });

  it('believes nothing of a record in which three facts cannot be', () => {
    const wrong = { LivingArea: 1, YearBuilt: 19, LotSizeSquareFeet: 2 };
    const { property, withheld } = judge([county(wrong)]);
    expect(property).toBeNull();
    expect(withheld).toHaveLength(Object.keys(COUNTY_HOME).length);
    expect(codes(judge([county(wrong)]))).toContain('record-unreadable');
    // Its last good state goes on being shown.
    const kept = judge([county(wrong)], new Map([['maricopa-assessor:10306005', [county(wrong), county()]]]));
    expect(factOf(kept.property ?? never(), 'LivingArea')?.value).toBe(1_504);
  });

  it('believes nothing of a record that is about another parcel', () => {
    const { property, findings } = judge(homeRecords({}, { ParcelNumber: '10306006' }));
    expect(findings.map(({ code }) => code)).toContain('record-of-another-parcel');
    expect(factOf(property ?? never(), 'LivingArea')?.source).toBe('phoenix-mls');
  });

  it.each([
    ['a sign that was lost', { Latitude: 33.5, Longitude: 112.1 }, 'Longitude', -112.1],
    ['swapped coordinates', { Latitude: -112.1, Longitude: 33.5 }, 'Latitude', 33.5],
  ])('proposes to mend %s, and does not', (_name, place, name, to) => {
    const { findings, property } = judge([county(place)]);
    expect(findings.map(({ correction }) => correction)).toContainEqual(expect.objectContaining({ name, to }));
    expect(factOf(property ?? never(), name)).toBeNull();
  });

  it('asks homes alone for what only homes have', () => {
    const shop = judge([county({ PropertyType: 'Commercial Sale', LivingArea: 90_000, BedroomsTotal: 40 })]);
    expect(codes(shop)).toEqual([]);
  });
});

it('names keys of the document alone in the list of what sources cannot give', () => {
  const keys: readonly string[] = DOCUMENT_FIELDS.map(({ key }) => key);
  expect(CANNOT_GIVE.filter(({ field }) => !keys.includes(field))).toEqual([]);
});

function never(): never {
  throw new Error('nothing is shown');
}
