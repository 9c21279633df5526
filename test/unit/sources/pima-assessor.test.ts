import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../core/hash.js';
import { OWNER_CANARIES } from '../../../sandbox/owners.js';
import { pimaParcels } from '../../../sandbox/pima.js';
import { createPimaAssessor, createPimaAssessorSettings } from '../../../sources/pima-assessor/index.js';
import { pimaParcelNumber } from '../../../sources/pima-assessor/parse.js';
import { valuesOf } from '../../support/county-source.js';

const source = createPimaAssessor({
  http: () => Promise.reject(new Error('not asked')),
  settings: createPimaAssessorSettings({
    pimaAssessorBaseUrl: 'http://127.0.0.1:9',
    pimaAssessorInFlight: 2,
    pimaAssessorWindowLimit: 60,
    pimaAssessorWindowMs: 60_000,
  }),
});

/** What the product makes of rows: redacted first, then parsed. */
function understood(rows: readonly Json[]) {
  const json = { features: rows.map((attributes) => ({ attributes })) };
  const payload = {
    kind: 'pima-page',
    key: null,
    url: 'http://127.0.0.1/',
    fetchId: 'fetch-1',
    fetchedAt: '2026-11-20T10:00:00.000Z',
    body: source.redact({ type: 'json', json }),
  };
  return { payload, ...source.parse(payload) };
}

const parcels = pimaParcels({ seed: 'unit', parcelsPerZip: 40 });
const [first] = parcels;
const changed = (changes: Readonly<Record<string, Json>>) => understood([{ ...first?.row, ...changes }]);

describe('the parcels of Pima County', () => {
  it('are read as they are, each', () => {
    const { records, rejects } = understood(parcels.map(({ row }) => row));
    expect(rejects).toEqual([]);
    expect(records.map(valuesOf)).toEqual(parcels.map(({ truth }) => truth));
    expect(records.map(({ zip }) => zip)).toEqual(parcels.map(({ zip }) => zip));
  });

  it('carry no owner and no mailing address after redaction', () => {
    const text = JSON.stringify(understood(parcels.map(({ row }) => row)).payload.body);
    for (const word of [...OWNER_CANARIES, 'SOMEWHERE ELSE', '85718']) expect(text).not.toContain(word);
  });

  it.each<[string, Readonly<Record<string, Json>>, string, unknown]>([
    ['a place that is none', { LAT: 0, LON: 0 }, 'Latitude', undefined],
    ['an area in fractions', { GISAREA: 8_797.50029503 }, 'LotSizeSquareFeet', 8_798],
    ['a ZIP code as a number', { SITE_ZIP: 85_705 }, 'PostalCode', '85705'],
    ['a class with padding', { PPT_DESC: 'Residential               ' }, 'PropertyType', 'Residential'],
    ['a class of unknown words', { PPT_DESC: 'Miscellaneous' }, 'PropertyType', undefined],
    ['a year that is empty', { YearBuilt: null }, 'YearBuilt', undefined],
    ['a use that is cut', { USE_DESC: 'DUPLEX - 2 TO 4 DUPLEX BUILDIN' }, 'PropertySubType', 'Duplex'],
  ])('say %s', (_name, changes, fact, expected) => {
    const { records, rejects } = changed(changes);
    expect(rejects).toEqual([]);
    expect(valuesOf(records[0])[fact]).toEqual(expected);
  });

  it.each<[string, Readonly<Record<string, Json>>, string]>([
    ['a latitude of another county', { LAT: 33.5 }, 'features[0].attributes.LAT'],
    ['a value below zero', { FCV: -1 }, 'features[0].attributes.FCV'],
    ['a parcel number of another county', { PARCEL: '10306005' }, 'features[0].attributes.PARCEL'],
    ['a missing area', { GISAREA: [] }, 'features[0].attributes.GISAREA'],
  ])('go to quarantine for %s, with the path', (_name, changes, path) => {
    expect(changed(changes).rejects).toMatchObject([{ path }]);
  });

  it.each([
    ['107080130', '107080130'],
    ['107-08-0130', '107080130'],
    [' 13701008e ', '13701008E'],
    ['10708013', null],
    ['1070801300', null],
    ['__proto__', null],
  ])('have numbers such as %s', (text, expected) => {
    expect(pimaParcelNumber(text)).toBe(expected);
  });
});
