import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../../core/hash.js';
import { valuesOf } from '../../../support/county-source.js';
import { resoPayload, resoRow, resoSource } from '../../../support/reso-source.js';

const source = resoSource();

/** What the product makes of rows: redacted first, then parsed. */
function understood(rows: readonly Json[]) {
  const payload = resoPayload({ value: [...rows] });
  const redacted = { ...payload, body: source.redact(payload.body) };
  const result = source.parse(redacted);
  return { ...result, drift: source.driftOf(redacted, result), values: valuesOf(result.records[0]) };
}

it('reads a row by its names', () => {
  const { records, rejects, values } = understood([resoRow()]);
  expect(rejects).toEqual([]);
  expect(records).toMatchObject([
    { key: '20251206170311000000000001', kind: 'reso-row', zip: '85031', parcelNumber: '10306005' },
  ]);
  const { Cooling, ParcelNumber, ...same } = resoRow();
  expect(values).toEqual({
    ...same,
    ParcelNumber: '10306005',
    Cooling: ['Refrigeration', 'Evaporative Cooling'],
    LivingAreaSource: 'Other',
  });
  expect(records[0]?.facts.find(({ name }) => name === 'ListPrice')?.path).toBe('value[0].ListPrice');
});

describe('a field', () => {
  it.each<[string, Readonly<Record<string, Json>>, string, unknown]>([
    ['words without blanks', { StandardStatus: 'ActiveUnderContract' }, 'StandardStatus', 'Active Under Contract'],
    [
      'a sub type without blanks',
      { PropertySubType: 'SingleFamilyResidence' },
      'PropertySubType',
      'Single Family Residence',
    ],
    ['square metres', { LivingArea: 100, LivingAreaUnits: 'Square Meters' }, 'LivingArea', 1_076],
    ['no unit', { LivingAreaUnits: null }, 'LivingArea', 1_504],
    ['no price', { ListPrice: null }, 'ListPrice', undefined],
    ['a price of zero', { ListPrice: 0 }, 'ListPrice', undefined],
    ['a ZIP code of nine digits', { PostalCode: '85031-1234' }, 'PostalCode', '85031'],
    ['no parcel', { ParcelNumber: null }, 'ParcelNumber', undefined],
    ['an empty list', { Roof: [] }, 'Roof', undefined],
    [
      'an instant of another zone',
      { ModificationTimestamp: '2025-12-06T10:03:11-07:00' },
      'ModificationTimestamp',
      '2025-12-06T17:03:11.000Z',
    ],
    ['a day', { CloseDate: '2025-11-02' }, 'CloseDate', '2025-11-02'],
    ['a coordinate of zero', { Latitude: 0 }, 'Latitude', undefined],
  ])('reads %s', (_name, changes, fact, expected) => {
    const { rejects, values } = understood([resoRow(changes)]);
    expect(rejects).toEqual([]);
    expect(values[fact]).toEqual(expected);
  });

  it('never takes the rent of a lease for a price', () => {
    for (const PropertyType of ['Residential Lease', 'ResidentialLease', 'Commercial Lease']) {
      const { values } = understood([resoRow({ PropertyType, ListPrice: 1_850 })]);
      expect(values.ListPrice).toBeUndefined();
      expect(values.xRentAsked).toBe(1_850);
    }
  });

  it.each<[string, Readonly<Record<string, Json>>, string]>([
    ['an unknown status', { StandardStatus: 'Sold!' }, 'StandardStatus'],
    ['an area in acres', { LivingAreaUnits: 'Acres' }, 'LivingArea'],
    ['half a bedroom', { BedroomsTotal: 2.5 }, 'BedroomsTotal'],
    ['a negative price', { ListPrice: -5 }, 'ListPrice'],
    ['a price of 1e21', { ListPrice: 1e21 }, 'ListPrice'],
    ['a year to come', { YearBuilt: 2_050 }, 'YearBuilt'],
    ['a number of another county', { ParcelNumber: '12-345-678-9' }, 'ParcelNumber'],
    ['yes for true', { PoolPrivateYN: 'Y' }, 'PoolPrivateYN'],
    ['an instant without its zone', { ModificationTimestamp: '2025-12-06T17:03:11' }, 'ModificationTimestamp'],
    ['an operator for a value', { City: { $gt: '' } }, 'City'],
    ['a latitude of 900', { Latitude: 900 }, 'Latitude'],
    ['words for a day', { CloseDate: 'soon' }, 'CloseDate'],
  ])('rejects %s, and keeps the others', (_name, changes, field) => {
    const { records, rejects, drift } = understood([resoRow(changes)]);
    expect(rejects).toMatchObject([{ key: '20251206170311000000000001', path: `value[0].${field}` }]);
    expect(records).toHaveLength(1);
    expect(drift).toBeNull();
  });
});

describe('a page', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, at) => resoRow({ ListingKey: `key-${at}` }));

  it('gives a record or a reject for each row', () => {
    const bad: Json[] = [resoRow({ ListingKey: '' }), resoRow({ ListingKey: 7 }), 'a row', null, {}];
    const { records, rejects } = understood([...rows(5), ...bad]);
    expect(records).toHaveLength(5);
    expect(new Set(rejects.map(({ path }) => path.slice(0, 8)))).toEqual(
      new Set(['value[5]', 'value[6]', 'value[7]', 'value[8]', 'value[9]']),
    );
  });

  it.each<[string, Json]>([
    ['ListPrice', { usd: 1 }],
    ['ListPrice', '315000'],
    ['StandardStatus', { value: 'Active' }],
    ['ModificationTimestamp', 1_733_500_000],
  ])('shows a changed contract when %s is %j in half of it', (field, value) => {
    const { drift, records } = understood(rows(6).map((row, at) => (at < 3 ? { ...row, [field]: value } : row)));
    expect(drift).toMatchObject({ code: 'SchemaDrift', path: `value[].${field}` });
    expect(records).toHaveLength(3);
  });

  it.each<[string, Json]>([
    ['no rows', { value: 'none' }],
    ['a list', []],
    ['nothing', null],
    ['more rows than any licence allows', { value: Array.from({ length: 2_001 }, () => ({})) }],
  ])('is refused with %s', (_name, json) => {
    const payload = resoPayload(json);
    expect(() => source.parse({ ...payload, body: source.redact(payload.body) })).toThrow(
      expect.objectContaining({ code: 'SchemaDrift' }),
    );
  });
});

describe('redaction', () => {
  const answer: Json = {
    '@odata.context': 'https://api.example/$metadata',
    '@odata.nextLink': 'https://api.example/Property?$skiptoken=secret-place',
    '@odata.count': 1,
    value: [
      resoRow({
        ListAgentFullName: 'QUILLFEATHER JANE',
        OwnerName: 'QUILLFEATHER',
        PrivateRemarks: 'QUILLFEATHER has the key',
        Surprise: { deep: ['QUILLFEATHER'] },
        City: { agent: 'QUILLFEATHER' },
        Roof: ['Tile', { agent: 'QUILLFEATHER' }],
        PublicRemarks: 'Call QUILLFEATHER at (602) 555-0142 or jane@quillfeather.example.',
        ListOfficeName: 'Sandbox Realty 602-555-0142',
      }),
    ],
  };

  it('keeps nothing that was not asked for, and no way to reach a person', () => {
    const text = JSON.stringify(source.redact({ type: 'json', json: answer }));
    expect(text).not.toMatch(/QUILLFEATHER|quillfeather|555-0142|secret-place/);
    expect(text).toContain('Sandbox Realty');
    expect(text).toContain('"@odata.count":1');
  });

  it('is idempotent', () => {
    const once = source.redact({ type: 'json', json: answer });
    expect(source.redact(once)).toEqual(once);
  });

  it('withholds a page whole', () => {
    expect(source.redact({ type: 'html', html: 'x' })).toEqual({ type: 'html', html: '[withheld]' });
  });
});
