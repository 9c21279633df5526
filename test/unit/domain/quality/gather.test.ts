import { describe, expect, it } from '@jest/globals';
import { freshnessOf, withFreshness } from '../../../../domain/quality/freshness.js';
import { type GateLimits, judgeRun } from '../../../../domain/quality/gate.js';
import { gatherQuality } from '../../../../domain/quality/gather.js';
import { judgeProperty } from '../../../../domain/quality/judge.js';
import { type QualityRow, qualityRow } from '../../../../domain/quality/row.js';
import { spreadFindings, spreadOf, spreadsOf } from '../../../../domain/quality/spread.js';
import { degradationsIn } from '../../../../domain/quality/trend.js';
import { homeRecords } from '../../../support/properties.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2025-09-02T10:00:00Z');
const LIMITS = { freshHours: 26, staleHours: 72 };
const WINDOWS = ['maricopa-assessor', 'phoenix-mls'].map((source) => ({ source, zip: '85031', atMs: NOW - HOUR }));
const CONTEXT = { windows: WINDOWS, limits: LIMITS, nowMs: NOW };

/** So many homes; what is given replaces facts of the listing of each. */
function rowsOf(count: number, listing: (at: number) => Parameters<typeof homeRecords>[0] = () => ({})): QualityRow[] {
  return Array.from({ length: count }, (_, at) => {
    const records = homeRecords(listing(at));
    const name = {
      propertyId: `us-az-maricopa:${10_306_005 + at}`,
      market: 'phoenix',
      zip: '85031',
      contentHash: `${at}`,
    };
    return qualityRow(name, records, judgeProperty(name.propertyId, records, {}));
  });
}

describe('freshness', () => {
  it.each([
    [0, 1],
    [26, 1],
    [49, 0.5],
    [72, 0],
    [1_000, 0],
    [null, 0],
  ])('of %s hours is %s', (hours, expected) => expect(freshnessOf(hours, LIMITS)).toBe(expected));

  it('is a tenth of a score that is gathered', () => {
    expect(withFreshness(0.9, 1)).toBeCloseTo(0.91);
    const stale = gatherQuality(rowsOf(2), { ...CONTEXT, windows: [] });
    expect(stale.freshness).toBe(0);
    expect(stale.score).toBeCloseTo(0.9 * (rowsOf(1)[0]?.score ?? 0));
  });
});

describe('what is gathered', () => {
  it('counts fields, ages, contradictions and duplicates', () => {
    const rows = rowsOf(10, (at) => (at < 3 ? { YearBuilt: 1990 } : {}));
    const { fields, contradictions, agreement, sources, validity } = gatherQuality(rows, CONTEXT);
    expect(fields.YearBuilt).toMatchObject({ expected: 10, known: 10, witnessed: 10, contradicted: 3, findings: 3 });
    expect(fields.YearBuilt?.ageDays).toEqual({ median: 1, p90: 1 });
    expect(contradictions[0]).toMatchObject({
      name: 'YearBuilt',
      sources: ['maricopa-assessor', 'phoenix-mls'],
      compared: 10,
      differing: 3,
      share: 0.3,
    });
    expect(contradictions[0]?.examples[0]).toMatchObject({ shown: 1958, other: 1990 });
    expect(validity).toBe(0.7);
    expect(agreement).toBeLessThan(1);
    expect(Object.keys(sources)).toEqual(['maricopa-assessor', 'phoenix-mls']);
  });

  it('takes a listing without a parcel at the address of another for a duplicate, two parcels at one for none', () => {
    const [one, other] = rowsOf(2);
    if (one === undefined || other === undefined) throw new Error('there are two');
    const twice = (second: typeof other) => gatherQuality([one, second], CONTEXT).duplicates;
    const loose = { ...other, propertyId: 'listing:phoenix-mls:1', address: one.address };
    expect(twice({ ...other, address: one.address })).toBe(0);
    expect(twice(loose)).toBe(1);
    expect(twice({ ...loose, address: null })).toBe(0);
  });

  it('gives the same in any order of the rows, save the examples', () => {
    const rows = rowsOf(20);
    const plain = ({ contradictions, ...rest }: ReturnType<typeof gatherQuality>) => ({
      ...rest,
      contradictions: contradictions.map(({ examples: _examples, ...one }) => one),
    });
    expect(plain(gatherQuality([...rows].reverse(), CONTEXT))).toEqual(plain(gatherQuality(rows, CONTEXT)));
  });

  it('is nothing of nothing', () => {
    expect(gatherQuality([], CONTEXT)).toMatchObject({ properties: 0, score: null, completeness: null, terms: null });
  });
});

describe('the spread of a ZIP code', () => {
  it('says nothing of few homes, and is not moved by errors among many', () => {
    expect(spreadOf([200, 210, 190])).toBeNull();
    const good = Array.from({ length: 30 }, (_, at) => 180 + at * 2);
    const spread = spreadOf([...good, 20, 5_000, 9_000]);
    expect(spread?.median).toBeGreaterThan(200);
    expect(spread?.median).toBeLessThan(220);
    const homes = good.map((pricePerSqft) => ({ zip: '85031', ratios: { pricePerSqft, valuePerSqft: null } }));
    const find = (pricePerSqft: number) =>
      spreadFindings('85031', { pricePerSqft, valuePerSqft: null }, spreadsOf(homes)).map(({ code }) => code);
    expect([find(2_000), find(20), find(300)]).toEqual([['price-beside-zip'], ['price-beside-zip'], []]);
  });
});

describe('the gate', () => {
  const limits: GateLimits = {
    ...{ fewestProperties: 5, completenessOfAsked: 0.9, validity: 0.95, agreement: 0.9, duplicates: 0.02 },
    ...{ withheldPerProperty: 0.05, drop: 0.03, fieldDrop: 0.1, baselineRuns: 3 },
  };
  const good = gatherQuality(rowsOf(20), CONTEXT);
  const withoutYear = gatherQuality(
    rowsOf(20, (at) => (at < 8 ? { PublicRemarks: '' } : {})),
    CONTEXT,
  );

  it('lets a good run pass, and says when there is too little to say', () => {
    expect(judgeRun(good, [good], limits)).toEqual({ state: 'passed', baselineRuns: 1, reasons: [] });
    expect(judgeRun(gatherQuality(rowsOf(2), CONTEXT), [], limits).state).toBe('too-few');
  });

  it('names the field that fell, with the command that looks closer', () => {
    expect(judgeRun(withoutYear, [], limits).state).toBe('passed');
    const { state, reasons } = judgeRun(withoutYear, [good, good], limits);
    expect(state).toBe('below');
    expect(reasons).toEqual([
      expect.stringMatching(/PublicRemarks is known of 60 % .* phx quality field PublicRemarks/),
    ]);
  });

  it('names limits that are broken without any baseline', () => {
    const bad = gatherQuality(
      rowsOf(20, () => ({ BedroomsTotal: 40 })),
      CONTEXT,
    );
    expect(judgeRun(bad, [], limits).reasons).toEqual([
      expect.stringMatching(/without a finding is 0 %/),
      expect.stringMatching(/facts withheld a property is 100 %/),
    ]);
  });

  it('is told in the trends with its likely cause, the worst first', () => {
    const days = [
      { runDate: '2025-09-01', gathered: good },
      { runDate: '2025-09-02', gathered: withoutYear },
      { runDate: '2025-09-03', gathered: withoutYear },
    ];
    const worse = degradationsIn(days);
    expect(worse.map(({ runDate, what }) => `${runDate} ${what}`)).toEqual([
      '2025-09-02 PublicRemarks known',
      '2025-09-02 completeness',
    ]);
    expect(worse[0]).toMatchObject({ before: 1, after: 0.6, look: 'phx quality field PublicRemarks' });
  });
});
