import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../../core/hash.js';
import { kindOfPath } from '../../../../sources/maricopa-assessor/index.js';
import {
  countySource,
  EXCHANGES,
  payload,
  payloadOf,
  recordedBody,
  understood,
  valuesOf,
} from '../../../support/county-source.js';
import { expectedDocument, expectedRow } from './expected.js';
import { at } from './json-path.js';

const source = countySource();
const answered = EXCHANGES.filter(({ response }) => response.status === 200 && typeof response.body === 'object');
const searches = answered.filter(({ request }) => request.path.startsWith('/search/'));
const documents = answered.filter(({ request }) => !request.path.startsWith('/search/'));

function read(exchange: (typeof EXCHANGES)[number]) {
  const raw = payloadOf(exchange);
  if (!raw) throw new Error(`${exchange.request.path} has no kind`);
  return { raw, ...understood(source, raw) };
}

describe('every recorded search', () => {
  it.each(searches.map((exchange) => [exchange.file, exchange] as const))(
    '%s: each row with its values',
    (_file, exchange) => {
      const { raw, records, rejects } = read(exchange);
      const rows = at(exchange.response.body, 'Results');
      if (!Array.isArray(rows)) throw new Error('no rows');
      expect(rejects).toEqual([]);
      expect(
        records.map(({ key, facts, zip }) => ({
          key,
          zip,
          ...valuesOf({ facts, key, zip, kind: '', parcelNumber: null }),
        })),
      ).toEqual(rows.map((row) => expectedRow(raw.kind, row)));
    },
  );
});

describe('every recorded answer about a parcel', () => {
  it.each(documents.map((exchange) => [exchange.file, exchange] as const))(
    '%s: all values, and no other',
    (_file, exchange) => {
      const { raw, records, rejects } = read(exchange);
      const expected = expectedDocument(raw.kind, raw.key, exchange.response.body);
      expect(rejects).toEqual([]);
      expect(records.map(valuesOf)).toEqual(expected === null ? [] : [expected]);
      expect(records.map(({ key, parcelNumber, kind }) => ({ key, parcelNumber, kind }))).toEqual(
        expected === null ? [] : [{ key: raw.key, parcelNumber: raw.key, kind: raw.kind }],
      );
    },
  );
});

it('covers every recorded file: values, or a refusal', () => {
  const refusals = EXCHANGES.filter((exchange) => !answered.includes(exchange)).map(({ file }) => file);
  expect(refusals.sort()).toEqual([
    'error_200_html_unknown_path.json',
    'error_404_parcel_malformed.json',
    'error_404_parcel_unknown.json',
    'error_500_unauthorized_parcel.json',
    'error_500_unauthorized_search.json',
  ]);
  expect(answered.filter((exchange) => payloadOf(exchange) === null)).toEqual([]);
});

it('names a place in the stored answer for every fact', () => {
  for (const exchange of answered) {
    const { redacted, records } = read(exchange);
    if (redacted.body.type === 'html') throw new Error('a page');
    for (const { name, path } of records.flatMap(({ facts }) => facts)) {
      expect([exchange.file, name, path, at(redacted.body.json, path)]).not.toContain(undefined);
    }
  }
});

it('never states what the county does not know', () => {
  const names = answered.flatMap((exchange) =>
    read(exchange).records.flatMap(({ facts }) => facts.map(({ name }) => name)),
  );
  for (const name of [
    'ListPrice',
    'StandardStatus',
    'MlsStatus',
    'BedroomsTotal',
    'BathroomsTotalInteger',
    'TaxAnnualAmount',
    'OwnerName',
  ]) {
    expect(names).not.toContain(name);
  }
});

it('sees no change where only a link, a drawing or a comparable changed', () => {
  const factsOf = (json: Json) => understood(source, payload('parcel', '16528054', json)).records;
  const september = recordedBody('parcel_16528054_parcel_2025-09.json');
  expect(factsOf(recordedBody('parcel_16528054_parcel_2025-11.json'))).toEqual(factsOf(september));
  const redrawn = {
    ...Object(september),
    Sketches: { Pages: [{ Sketch: 'iVBORw0KGgoAAA' }] },
    SimilarParcels: [],
    MapIDs: {},
  };
  expect(factsOf(redrawn)).toEqual(factsOf(september));
});

describe('kindOfPath', () => {
  it.each([
    ['/parcel/165-28-054', { kind: 'parcel', key: '16528054' }],
    ['/parcel/10314002P/residential-details/', { kind: 'residential-details', key: '10314002P' }],
    ['/parcel/INVALID-APN', { kind: 'parcel', key: null }],
    ['/mapid/parcel/101-01-001', { kind: 'mapids', key: '10101001' }],
    ['/search/property/', { kind: 'search-page', key: null }],
    ['/search/rental', { kind: 'search-rental', key: null }],
    ['/search/subdivisions', null],
    ['/invalid/endpoint', null],
    ['', null],
  ])('%s', (path, expected) => {
    expect(kindOfPath(path)).toEqual(expected);
  });
});
