import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../../core/hash.js';
import { valuesOf } from '../../../support/county-source.js';
import { gisPage, gisPayload, gisRow, gisSource } from '../../../support/gis-source.js';

const source = gisSource();

/** What the product makes of rows: redacted first, then parsed. */
function understood(rows: readonly Json[]) {
  const payload = gisPayload(gisPage(rows));
  const redacted = { ...payload, body: source.redact(payload.body) };
  const result = source.parse(redacted);
  return { ...result, drift: source.driftOf(redacted, result), values: valuesOf(result.records[0]) };
}

it('reads a row by its mapping', () => {
  const { records, rejects, values } = understood([gisRow()]);
  expect(rejects).toEqual([]);
  expect(records).toMatchObject([{ key: '10306005', kind: 'gis-row', zip: '85031', parcelNumber: '10306005' }]);
  expect(values).toEqual({
    ParcelNumber: '10306005',
    StateOrProvince: 'AZ',
    CountyOrParish: 'Maricopa',
    UnparsedAddress: '4027 N 55TH AVE',
    City: 'PHOENIX',
    PostalCode: '85031',
    Latitude: 33.4951,
    Longitude: -112.1712,
    LotSizeSquareFeet: 7_015,
    LivingArea: 1_504,
    LivingAreaUnits: 'Square Feet',
    LivingAreaSource: 'Assessor',
    YearBuilt: 1_958,
    ClosePrice: 250_000,
    CloseDate: '2013-02-27',
    xCloseDatePrecision: 'month',
    TaxYear: 2_026,
    xFullCashValue: 301_200,
    xLimitedPropertyValue: 154_321,
    Zoning: 'R1-6',
    SubdivisionName: 'MARYVALE TERRACE',
  });
  expect(records[0]?.facts.find(({ name }) => name === 'LivingArea')?.path).toBe('features[0].attributes.LIVING_SPACE');
});

describe('a field', () => {
  it.each<[string, Readonly<Record<string, Json>>, string, unknown]>([
    ['an address that is missing', { PHYSICAL_ADDRESS: '' }, 'UnparsedAddress', undefined],
    ['an address of blanks', { PHYSICAL_ADDRESS: '     ' }, 'UnparsedAddress', undefined],
    ['an address without a place', { PHYSICAL_ADDRESS: '1 E MAIN ST ' }, 'UnparsedAddress', '1 E MAIN ST'],
    ['nothing but a place', { PHYSICAL_ADDRESS: '   PHOENIX  85031' }, 'UnparsedAddress', 'PHOENIX'],
    ['a ZIP code of nine digits', { PHYSICAL_ZIP: '85031-1234' }, 'PostalCode', '85031'],
    ['a sale at midnight in Phoenix', { SALE_DATE: 1_361_948_400_000 }, 'CloseDate', '2013-02-27'],
    ['a sale before 1970', { SALE_DATE: -315_619_200_000 }, 'CloseDate', '1960-01-01'],
    ['no sale', { SALE_DATE: null, SALE_PRICE: null }, 'CloseDate', undefined],
    ['a price of zero', { SALE_PRICE: 0 }, 'ClosePrice', undefined],
    ['numbers as text', { LAND_SIZE: '7,015', LIVING_SPACE: ' 1504 ' }, 'LivingArea', 1_504],
    ['no home', { LIVING_SPACE: 0 }, 'LivingArea', undefined],
    ['no place on the map', { LATITUDE: 0 }, 'Latitude', undefined],
  ])('reads %s', (_name, changes, fact, expected) => {
    const { rejects, values } = understood([gisRow(changes)]);
    expect(rejects).toEqual([]);
    expect(values[fact]).toEqual(expected);
  });

  it.each<[string, Readonly<Record<string, Json>>, string]>([
    ['a place outside the county', { LATITUDE: 40.7 }, 'LATITUDE'],
    ['a longitude without its sign', { LONGITUDE: 112.17 }, 'LONGITUDE'],
    ['a year to come', { CONST_YEAR: 2_040 }, 'CONST_YEAR'],
    ['a sale as words', { SALE_DATE: '02/27/2013' }, 'SALE_DATE'],
    ['a sale in seconds far off', { SALE_DATE: 99_999_999_999_999 }, 'SALE_DATE'],
    ['a negative area', { LAND_SIZE: -5 }, 'LAND_SIZE'],
    ['a ZIP code of words', { PHYSICAL_ZIP: 'PHOENIX' }, 'PHYSICAL_ZIP'],
    ['an operator for a value', { SUBNAME: { $gt: '' } }, 'SUBNAME'],
  ])('rejects %s, and keeps the others', (_name, changes, field) => {
    const { records, rejects, drift } = understood([gisRow(changes)]);
    expect(rejects).toMatchObject([{ key: '10306005', path: `features[0].attributes.${field}` }]);
    expect(records).toHaveLength(1);
    expect(drift).toBeNull();
  });

  it('does not change the prototype of anything', () => {
    understood([JSON.parse('{"APN":"10306005","__proto__":{"hacked":true},"PHYSICAL_ZIP":"85031"}')]);
    expect(Object.hasOwn(Object.prototype, 'hacked')).toBe(false);
  });
});

describe('a page', () => {
  const rows = (count: number, changes: (at: number) => Readonly<Record<string, Json>>) =>
    Array.from({ length: count }, (_, at) => gisRow({ APN: String(10_306_001 + at), ...changes(at) }));
  const without = (row: Readonly<Record<string, Json>>, field: string) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => name !== field));

  it('gives a record or a reject for each row', () => {
    const bad: Json[] = [gisRow({ APN: '' }), gisRow({ APN: 'x!' }), gisRow({ APN: null }), 'a row', {}];
    const { records, rejects } = understood([...rows(5, () => ({})), ...bad]);
    expect(records).toHaveLength(5);
    expect(new Set(rejects.map(({ path }) => path.slice(0, 11)))).toEqual(
      new Set(['features[5]', 'features[6]', 'features[7]', 'features[8]', 'features[9]']),
    );
  });

  it('shows a changed contract when a mandatory field is gone from half of it', () => {
    const { drift, records } = understood(
      rows(6, () => ({})).map((row, at) => (at < 3 ? without(row, 'LIVING_SPACE') : row)),
    );
    expect(drift).toMatchObject({ code: 'SchemaDrift', path: 'features[].attributes.LIVING_SPACE' });
    expect(records).toHaveLength(3);
  });

  it('is bad data, not a changed contract, when two rows are odd', () => {
    expect(understood(rows(4, (at) => (at < 2 ? { APN: null } : {}))).drift).toBeNull();
  });

  it.each<[string, Json]>([
    ['no rows', { features: 'none' }],
    ['another flag', { features: [], exceededTransferLimit: 'yes' }],
    ['a list', []],
    ['nothing', null],
    ['more rows than a page has', gisPage(Array.from({ length: 1_001 }, () => ({})))],
  ])('is refused with %s', (_name, json) => {
    const payload = gisPayload(json);
    expect(() => source.parse({ ...payload, body: source.redact(payload.body) })).toThrow(
      expect.objectContaining({ code: 'SchemaDrift' }),
    );
  });
});

describe('redaction', () => {
  const personal = {
    OWNER_NAME: 'QUILLFEATHERLY JANE',
    MAIL_ADDR1: '1 HIDDEN LN',
    SURPRISE: 'QUILLFEATHERLY',
    PHYSICAL_CITY: { OWNER_NAME: 'QUILLFEATHERLY' },
  };
  const answer: Json = {
    features: [{ attributes: gisRow(personal), geometry: { note: 'QUILLFEATHERLY' } }],
    fieldAliases: { OWNER_NAME: 'QUILLFEATHERLY' },
    exceededTransferLimit: true,
  };

  it('keeps nothing that was not asked for', () => {
    const text = JSON.stringify(source.redact({ type: 'json', json: answer }));
    expect(text).not.toContain('QUILLFEATHERLY');
    expect(text).not.toContain('HIDDEN');
    expect(text).toContain('4027 N 55TH AVE');
  });

  it('is idempotent', () => {
    const once = source.redact({ type: 'json', json: answer });
    expect(source.redact(once)).toEqual(once);
  });

  it('withholds a page whole', () => {
    expect(source.redact({ type: 'html', html: '<p>QUILLFEATHERLY</p>' })).toEqual({
      type: 'html',
      html: '[withheld]',
    });
  });
});
