import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { driftOf } from '../../../../core/drift.js';
import type { Json } from '../../../../core/hash.js';
import {
  countySource,
  EXCHANGES,
  payload,
  payloadOf,
  recordedBody,
  understood,
} from '../../../support/county-source.js';

const source = countySource();
const documents = EXCHANGES.flatMap((exchange) => {
  const raw = payloadOf(exchange);
  return raw?.kind === 'parcel' && raw.body.type === 'json' && exchange.response.status === 200
    ? [{ exchange, raw }]
    : [];
});
const HOUSE = 'parcel_50179677_2025-02.json';
const parcelNumbers = fc
  .tuple(fc.integer({ min: 10_000_000, max: 99_999_999 }), fc.constantFrom('', 'A', 'Z'))
  .map(([digits, letter]) => `${digits}${letter}`);

const asked = (kind: string, key: string, json: Json) => understood(source, payload(kind, key, json));

describe('a document that was asked for', () => {
  it('under its own number is read: every recorded one', () => {
    expect(documents.length).toBeGreaterThan(20);
    for (const { exchange, raw } of documents) {
      expect([exchange.file, understood(source, raw).rejects]).toEqual([exchange.file, []]);
    }
  });

  it('under any other number gives one typed reject and no fact', () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), parcelNumbers, ({ raw }, other) => {
        fc.pre(other !== raw.key);
        const { records, rejects } = understood(source, { ...raw, key: other });
        expect(records).toEqual([]);
        expect(rejects).toMatchObject([{ key: other, path: 'TreasurersTransitionUrl', code: 'ResponseInvalid' }]);
        expect(rejects[0]?.reason).toContain(raw.key ?? 'no key');
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['the newer form', 'https://treasurer.maricopa.gov/PropertyTaxInformation/?Parcel=50179677'],
    ['another parameter before it', 'https://treasurer.maricopa.gov/x?a=1&Parcel=501-79-677#top'],
    ['no number', 'https://treasurer.maricopa.gov/?Parcel='],
    ['no link', null],
    ['something else', { Parcel: '50179678' }],
    ['a text without end', `?Parcel=${'9'.repeat(100_000)}`],
  ])('is read when its link has %s', (_what, link) => {
    const body = { ...Object(recordedBody(HOUSE)), TreasurersTransitionUrl: link };
    expect(asked('parcel', '50179677', body).records).toHaveLength(1);
  });

  it('is not refused for an entry of the rental register that names another parcel', () => {
    const file = 'parcel_50179632_edited.json';
    expect(Object(recordedBody(file)).RentalInformation.ParcelNumber).toBe('50911600');
    expect(asked('parcel', '50179632', recordedBody(file)).records).toHaveLength(1);
  });
});

it('refuses an entry of the rental register that names another parcel, asked for by itself', () => {
  const entry: Json = Object(recordedBody(HOUSE)).RentalInformation;
  expect(asked('rental-details', '50179677', entry)).toMatchObject({ records: [], rejects: [] });
  expect(asked('rental-details', '50179632', entry).rejects).toMatchObject([
    { path: 'ParcelNumber', code: 'ResponseInvalid' },
  ]);
});

it.each([
  ['most of a batch: the service has changed', 3, 2, 'SchemaDrift'],
  ['a few of a batch: the others are kept', 2, 10, null],
])('sees documents of other parcels in %s', (_what, wrong, right, code) => {
  const results = [
    ...Array.from({ length: wrong }, () => asked('parcel', '50179678', recordedBody(HOUSE))),
    ...Array.from({ length: right }, () => asked('parcel', '50179677', recordedBody(HOUSE))),
  ];
  expect(driftOf('maricopa-assessor', results)?.code ?? null).toBe(code);
});
