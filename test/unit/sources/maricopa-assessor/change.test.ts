import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, type Json } from '../../../../core/hash.js';
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
    ? [{ key: raw.key ?? '', json: raw.body.json }]
    : [];
});
/** What the change hash is made of: names and values (`store/records.ts`). */
const said = (key: string, json: Json) =>
  canonicalJson(
    understood(source, payload('parcel', key, json))
      .records.flatMap(({ facts }) => facts.map(({ name, value }) => canonicalJson([name, value])))
      .sort(),
  );
/** Fields that are links, drawings, maps and comparables, and counts of neighbours. */
const NO_CHANGE = [
  'McrTransitionUrl',
  'DeedTransitionUrl',
  'MapIDs',
  'Sketches',
  'SimilarParcels',
  'AssociatedParcels',
  'NumberOfParcelsInMCR',
];

describe('the change hash', () => {
  it.each(NO_CHANGE)('does not see %s, whatever stands there', (field) => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.jsonValue(), ({ key, json }, value) => {
        const other: Json = { ...Object(json), [field]: JSON.parse(JSON.stringify(value)) };
        expect(said(key, other)).toBe(said(key, json));
      }),
      { numRuns: 40 },
    );
  });

  it('does not see the order of fields, padding, or the other form of the treasurer link', () => {
    for (const { key, json } of documents) {
      const turned: Json = Object.fromEntries(
        Object.entries(Object(json))
          .reverse()
          .map(([name, value]) => [name, pad(value)]),
      );
      const link = `https://treasurer.maricopa.gov/other/?Parcel=${key}`;
      expect(said(key, { ...turned, TreasurersTransitionUrl: link })).toBe(said(key, json));
    }
  });

  it('sees every value it is made for', () => {
    const key = '50179677';
    const house = recordedBody('parcel_50179677_2025-02.json');
    for (const [field, value] of Object.entries({
      LotSize: '4321',
      Zoning: 'R-9',
      PropertyAddress: '1 N X ST PHOENIX 85031',
    })) {
      expect(said(key, { ...Object(house), [field]: value })).not.toBe(said(key, house));
    }
    const { Owner } = Object(house);
    expect(said(key, { ...Object(house), Owner: { ...Owner, SalePrice: '1' } })).not.toBe(said(key, house));
  });

  it('sees a new tax year of recorded days, and no change where only a link changed', () => {
    const of = (file: string, key: string) => said(key, recordedBody(file));
    expect(of('parcel_50179677_earlier.json', '50179677')).not.toBe(of('parcel_50179677_2025-02.json', '50179677'));
    expect(of('parcel_16528054_parcel_2025-09.json', '16528054')).toBe(
      of('parcel_16528054_parcel_2025-11.json', '16528054'),
    );
  });
});

const pad = (value: unknown): Json => JSON.parse(JSON.stringify(typeof value === 'string' ? ` ${value}  ` : value));
