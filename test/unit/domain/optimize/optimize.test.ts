import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CapacityBase, type CapacityLimits, capacityOf } from '../../../../domain/capacity.js';
import { type MeasuredBatch, proposeBatch } from '../../../../domain/optimize/batch.js';
import { type MeasuredHost, proposeNetwork } from '../../../../domain/optimize/network.js';
import { proposeResources } from '../../../../domain/optimize/resources.js';

const batches = (count: number, more: Partial<MeasuredBatch>): readonly MeasuredBatch[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{
      runKey: `daily/phoenix/${at % 3}`,
      batch: 1,
      size: 10,
      lanes: 1,
      asked: 10,
      milliseconds: 50_000,
      troubled: false,
    },
    ...more,
  }));
const START = { size: 10, lanes: 1 };

describe('proposals for batches', () => {
  it('take the way of cutting that was fastest, with runs and gain', () => {
    const measured = [
      ...batches(6, {}),
      ...batches(6, { batch: 9, size: 20, lanes: 2, asked: 20, milliseconds: 60_000 }),
    ];
    const { proposals } = proposeBatch(measured, START);
    expect(proposals).toMatchObject([
      { id: 'batch-20-2', setting: { value: { size: 20, lanes: 2 }, msPerProperty: 5_000 } },
    ]);
    expect(proposals[0]?.gain).toContain('40 % less time');
    expect(proposals[0]?.evidence[0]).toContain('6 batches in 3 runs, 0 with trouble');
  });

  it.each([
    ['nothing was measured', []],
    ['there is too little', [...batches(4, {}), ...batches(6, { batch: 9, size: 20, milliseconds: 10_000 })]],
    ['the gain is small', [...batches(6, {}), ...batches(6, { batch: 9, size: 20, asked: 20, milliseconds: 95_000 })]],
    [
      'the fast way makes trouble',
      [
        ...batches(6, {}),
        ...batches(5, { batch: 9, size: 50, asked: 50, milliseconds: 50_000 }),
        ...batches(5, { batch: 9, size: 50, asked: 50, milliseconds: 50_000, troubled: true }),
      ],
    ],
    ['it is so already', [...batches(6, { milliseconds: 90_000, size: 5 }), ...batches(6, { batch: 9 })]],
  ])('are none where %s', (_why, measured) => expect(proposeBatch(measured, START).proposals).toEqual([]));
});

const host = (more: Partial<MeasuredHost>, ms = 200, count = 100, errors = {}): MeasuredHost => ({
  ...{ host: 'h', sources: ['maricopa-assessor'], windowLimit: 60, windowMs: 60_000, inFlight: 2, spacingMs: 1_005 },
  utilisation: 0.99,
  endpoints: [{ endpoint: 'search', durationsMs: Array.from({ length: count }, () => ms), errors }],
  ...more,
});

describe('proposals for the network', () => {
  it.each([
    ['a rate that is used', host({}), []],
    [
      'slow answers',
      host({ utilisation: 0.5 }, 4_000),
      [{ id: 'unused-h', command: expect.stringContaining('MARICOPA_IN_FLIGHT') }],
    ],
    [
      'work between pages',
      host({ utilisation: 0.5 }),
      [{ id: 'unused-h', command: expect.stringContaining('second worker') }],
    ],
    [
      'a host that slows us down',
      host({}, 200, 100, { RateLimited: 5 }),
      [{ id: 'slower-h', command: expect.stringContaining('pace maricopa-assessor 48') }],
    ],
    ['few requests', host({ utilisation: 0.1 }, 200, 10), []],
    ['no utilisation', host({ utilisation: null }), []],
  ])('of %s', (_name, measured, expected) => {
    expect(proposeNetwork([measured]).proposals).toMatchObject(expected);
  });

  it('name a long tail', () => {
    const durationsMs = [...Array.from({ length: 90 }, () => 100), ...Array.from({ length: 10 }, () => 3_000)];
    const found = proposeNetwork([host({ endpoints: [{ endpoint: 'parcel', durationsMs, errors: {} }] })]);
    expect(found.proposals).toMatchObject([
      { id: 'tail-h-parcel', evidence: ['median 100 ms, p95 3000 ms over 100 requests'] },
    ]);
  });

  it('say that there is nothing on record', () =>
    expect(proposeNetwork([]).notes).toEqual(['no request is on record']));
});

describe('proposals for resources', () => {
  const busy = { samples: 40, runs: 3, mean: 0.8, highest: 0.95 };
  it('let the model ask less at a time where processors are narrow and lanes are many', () => {
    const [one] = proposeResources({ cpu: busy }, { size: 20, lanes: 3 }, 4_000).proposals;
    expect(one?.setting).toEqual({ value: { size: 20, lanes: 1 }, msPerProperty: 4_000 });
    expect(proposeResources({ cpu: busy }, START, 4_000).proposals[0]?.setting).toBeNull();
  });

  it('are none inside the targets, with too few samples, or without any', () => {
    const calm = { ...busy, mean: 0.2, highest: 0.3 };
    expect(proposeResources({ cpu: calm, memory: calm }, START, null).proposals).toEqual([]);
    expect(proposeResources({ memory: { ...busy, samples: 3 } }, START, null).proposals).toEqual([]);
    expect(proposeResources({}, START, null).notes).toEqual(['no sample is on record: a worker takes one every 30 s']);
  });
});

const base: CapacityBase = {
  ...{
    zips: 3,
    runs: 10,
    databaseBytes: 100e6,
    bytesPerDay: 2e6,
    collectMinutes: 20,
    modelPerRun: 100,
    msPerProperty: 6_000,
  },
  hosts: [{ host: 'county', perRun: 1_000, spacingMs: 1_005 }],
  ...{ fixedUsdPerDay: 0.05, volumeUsdPerDay: 0.01 },
};
const limits: CapacityLimits = {
  ...{ databaseBytes: 512e6, nightMinutes: 60, modelMinutes: 60, usdPerMonth: 25 },
  requestsPerNight: { county: 2_700 },
};

describe('capacity', () => {
  it('counts by hand what a market needs, and names what runs out first', () => {
    const rows = capacityOf(base, limits, { markets: 1, zips: 3 });
    expect(rows[0]).toMatchObject({ what: 'storage', in30: 160e6, in90: 280e6, outInDays: 206 });
    expect(rows.find(({ what }) => what.startsWith('requests'))).toMatchObject({
      perNight: 1_000,
      in90: 90_000,
      limit: 2_700,
      outInDays: null,
    });
    expect(rows.find(({ unit }) => unit === 'usd')?.in30).toBeCloseTo(1.8, 9);
    expect(rows.find(({ what }) => what.startsWith('minutes of the model'))?.perNight).toBe(10);
  });

  it('says at once for what a night has not enough of', () => {
    const [first] = capacityOf(base, limits, { markets: 4, zips: 3 });
    expect(first).toMatchObject({ outInDays: 0 });
    expect(first?.arithmetic).toMatch(/x 4 =/);
  });

  it('never needs less for more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), (a, b) => {
        const shares = (markets: number) =>
          new Map(capacityOf(base, limits, { markets, zips: 3 }).map(({ what, share }) => [what, share]));
        const [few, many] = [shares(Math.min(a, b)), shares(Math.max(a, b))];
        for (const [what, share] of few) expect(many.get(what)).toBeGreaterThanOrEqual(share);
      }),
    );
  });
});
