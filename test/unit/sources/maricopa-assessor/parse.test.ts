import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../../core/hash.js';
import { countySource, payload, recordedBody, understood, valuesOf } from '../../../support/county-source.js';

const source = countySource();
const HOUSE = 'parcel_50179677_2025-02.json';

/** A recorded house with one field of one block changed. */
function houseWith(block: string | null, field: string, value: unknown) {
  const body = JSON.parse(JSON.stringify(recordedBody(HOUSE)));
  const target = block === null ? body : body[block];
  Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
  return understood(source, payload('parcel', '50179677', body));
}

function row(changes: Record<string, Json> = {}): Json {
  return {
    MCR: '6706',
    SubdivisonName: 'MARYVALE TERRACE  3 AMD',
    SectionTownshipRange: '292N2E',
    APN: '10306005',
    Ownership: 'A B',
    SitusAddress: '4027 N 55TH AVE',
    SitusCity: 'PHOENIX',
    SitusZip: '85031',
    PropertyType: 'RESIDENTIAL',
    RentalID: null,
    ...changes,
  };
}
const page = (rows: readonly Json[]) =>
  understood(source, payload('search-page', null, { TOTAL: rows.length, Results: rows }));
const without = (name: string): Json => JSON.parse(JSON.stringify(row({ [name]: undefined as never })));

describe('reads a field of a document', () => {
  it.each([
    ['areas with commas and padding', null, 'LotSize', ' 1,234,567   ', { LotSizeSquareFeet: 1234567 }],
    ['an area that is a number', null, 'LotSize', 43560, { LotSizeSquareFeet: 43560 }],
    ['a pool without area', 'ResidentialPropertyData', 'Pool', true, { PoolPrivateYN: true }],
    ['a pool of zero', 'ResidentialPropertyData', 'Pool', '0', { PoolPrivateYN: false }],
    ['a carport and a half', 'ResidentialPropertyData', 'NumberOfCarports', '1.5', { CarportSpaces: 1.5 }],
    [
      'a mixed class',
      'Valuations',
      '0',
      { TaxYear: '2025', FullCashValue: '1,000', LimitedPropertyValue: 'na', LegalClassificationCode: 'M   ' },
      { xLegalClass: 'M', xFullCashValue: 1000 },
    ],
    [
      'valuations in another order',
      'Valuations',
      '5',
      { TaxYear: '2026', FullCashValue: '9', LimitedPropertyValue: '8' },
      { TaxYear: 2026, xFullCashValue: 9 },
    ],
    ['place and degrees', 'Geo', 'lat', '33.4484', { Latitude: 33.4484 }],
    ['a vacant lot', null, 'PropertyType', 'VACANT LAND RESIDENTIAL ', { PropertyType: 'Land' }],
    ['many families', null, 'PropertyType', 'Multi Family', { PropertyType: 'Residential Income' }],
    ['a farm', null, 'PropertyType', 'AGRICULTURAL', { PropertyType: 'Commercial Sale' }],
    ['a condominium', null, 'PEPropUseDesc', 'Condominium', { PropertySubType: 'Condominium' }],
    ['texts without signs that cannot be printed', null, 'Lot', ' 1\u0000\n 2\ud800', { TaxLot: '1 2\uFFFD' }],
  ])('%s', (_name, block, field, value, expected) => {
    const { records, rejects } = houseWith(block, field, value);
    expect(rejects).toEqual([]);
    expect(valuesOf(records[0])).toMatchObject(expected);
  });

  it.each([
    ['NA', null, 'Zoning', 'NA', 'Zoning'],
    ['N/A', null, 'PropertyAddress', 'N/A', 'UnparsedAddress'],
    ['an empty list', null, 'Zoning', [], 'Zoning'],
    ['blanks', null, 'SubdivisionName', '   ', 'SubdivisionName'],
    ['an area of zero', 'ResidentialPropertyData', 'LivableSpace', '0', 'LivingArea'],
    ['a year of zero', 'ResidentialPropertyData', 'OriginalConstructionYear', 0, 'YearBuilt'],
    ['a price of zero', 'Owner', 'SalePrice', '0', 'ClosePrice'],
    ['a use nobody knows', null, 'PEPropUseDesc', 'Golf course', 'PropertySubType'],
  ])('says nothing for %s', (_name, block, field, value, name) => {
    const { records, rejects } = houseWith(block, field, value);
    expect(rejects).toEqual([]);
    expect(records).toHaveLength(1);
    if (name !== 'PropertySubType') expect(valuesOf(records[0])).not.toHaveProperty(name);
  });

  it.each([
    ['a year before the county', 'ResidentialPropertyData', 'OriginalConstructionYear', '1849', 'YearBuilt'],
    ['a year after next', 'ResidentialPropertyData', 'ConstructionYear', '2027', 'YearBuiltEffective'],
    ['a latitude of another state', 'Geo', 'lat', '40.7', 'Latitude'],
    ['a longitude without sign', 'Geo', 'long', 112.07, 'Longitude'],
    ['words for a number', 'ResidentialPropertyData', 'LivableSpace', 'NaN', 'LivingArea'],
    ['Infinity', 'ResidentialPropertyData', 'LivableSpace', 'Infinity', 'LivingArea'],
    ['a negative area', 'ResidentialPropertyData', 'LivableSpace', '-5', 'LivingArea'],
    ['an area of a planet', 'ResidentialPropertyData', 'LivableSpace', '1e300', 'LivingArea'],
    ['half a fixture', 'ResidentialPropertyData', 'BathFixtures', '2.5', 'xBathFixtures'],
    ['a day that is none', 'Owner', 'SaleDate', '02/30/2020', 'CloseDate'],
    ['a day in another form', 'Owner', 'SaleDate', '2020-02-03', 'CloseDate'],
    ['a place that is none', null, 'SectionTownshipRange', '99 9N', 'PublicSurveySection'],
    ['an object for a text', null, 'Zoning', { code: 'PAD' }, 'Zoning'],
    ['ten million letters', null, 'PropertyDescription', 'x y'.repeat(3_400_000), 'TaxLegalDescription'],
  ])('rejects %s and keeps the other facts', (_name, block, field, value, name) => {
    const { records, rejects } = houseWith(block, field, value);
    expect(rejects).toEqual([
      { key: '50179677', path: block === null ? field : `${block}.${field}`, reason: expect.any(String) },
    ]);
    expect(valuesOf(records[0])).not.toHaveProperty(name);
    expect(valuesOf(records[0])).toMatchObject({ TaxYear: 2025, ParcelNumber: '50179677' });
  });

  it('allows a house of next year, by the time of the answer and not by the clock', () => {
    expect(valuesOf(houseWith('ResidentialPropertyData', 'ConstructionYear', '2026').records[0])).toMatchObject({
      YearBuiltEffective: 2026,
    });
  });

  it.each([
    ['10 E MAIN ST NEW RIVER 85087', 'NO CITY/TOWN', 'NEW RIVER'],
    ['10 E MAIN ST PHOENIX, AZ 85028', '', 'PHOENIX'],
    ['10 E MAIN ST SUN CITY WEST 85375', 'NO CITY/TOWN', 'SUN CITY WEST'],
    ['10 E MAIN ST GLENDALE 85310', 'PHOENIX', 'GLENDALE'],
    ['10 E MAIN ST SOMEWHERE 85310', 'PHOENIX', 'PHOENIX'],
    ['', 'MESA', 'MESA'],
    ['10 E MAIN ST', '', undefined],
  ])('finds the city of %j in %j', (address, jurisdiction, city) => {
    const body = {
      ...Object(recordedBody('parcel_16528054_propertyinfo_2025-09.json')),
      PropertyAddress: address,
      LocalJusidiction: jurisdiction,
    };
    const { records } = understood(source, payload('propertyinfo', '16528054', body));
    expect(valuesOf(records[0]).City).toBe(city);
  });
});

describe('a document that is not understood', () => {
  it.each([
    [null, 'PropertyAddress', undefined, 'PropertyAddress'],
    [null, 'LotSize', { value: '6480' }, 'LotSize'],
    [null, 'Valuations', {}, 'Valuations'],
    ['ResidentialPropertyData', 'LivableSpace', ['1'], 'ResidentialPropertyData.LivableSpace'],
    ['Valuations', '3', { Year: '2022' }, 'Valuations[].TaxYear'],
  ])('with %s %s as %j gives no record, so that its last facts stay', (block, field, value, name) => {
    const { records, rejects } = houseWith(block, field, value);
    expect(records).toEqual([]);
    expect(rejects.map(({ mandatory }) => mandatory?.field)).toContain(name);
  });

  it.each([
    ['parcel', 'text'],
    ['parcel', [1]],
    ['parcel', null],
    ['valuations', {}],
    ['improvements', 'x'],
    ['search-page', []],
    ['search-page', { Results: [] }],
    ['search-page', { TOTAL: '5', Results: [] }],
    ['search-page', { TOTAL: -1, Results: [] }],
    ['search-page', { TOTAL: 1, Results: {} }],
    ['search-page', { TOTAL: 30, Results: Array.from({ length: 26 }, () => ({})) }],
    ['search-page', { RealProperty: { TOTAL: 1, Results: [] } }],
    ['nonsense', {}],
  ])('raises SchemaDrift for %s as %j', (kind, body) => {
    expect(() => understood(source, payload(kind, '50179677', body))).toThrow(
      expect.objectContaining({ code: 'SchemaDrift' }),
    );
  });

  it('names the path of the drift', () => {
    expect(() => understood(source, payload('search-page', null, { TOTAL: 1, Results: 'x' }))).toThrow(
      expect.objectContaining({ path: 'Results' }),
    );
  });

  it('rejects an answer to a malformed number', () => {
    expect(understood(source, payload('parcel', null, recordedBody(HOUSE))).rejects).toEqual([
      { key: null, path: '$', reason: expect.any(String) },
    ]);
  });
});

describe('rows', () => {
  it('are records or rejects, one by one', () => {
    const { records, rejects } = page([
      row(),
      row({ APN: 'nonsense' }),
      'text',
      without('SitusZip'),
      row({ SitusZip: 'X' }),
    ]);
    expect(records.map(({ key, zip }) => [key, zip])).toEqual([
      ['10306005', '85031'],
      ['10306005', null],
    ]);
    expect(rejects.map(({ key, path }) => [key, path])).toEqual([
      [null, 'Results[1].APN'],
      [null, 'Results[2]'],
      ['10306005', 'Results[3].SitusZip'],
      ['10306005', 'Results[4].SitusZip'],
    ]);
  });

  it.each(['103-06-005', ' 10306005 ', '103.06.005'])('take the number %s', (APN) => {
    expect(page([row({ APN })]).records[0]?.key).toBe('10306005');
  });

  const drift = (rows: readonly Json[]) => {
    const { redacted, records, rejects } = page(rows);
    return source.driftOf(redacted, { records, rejects });
  };
  it.each([
    ['3 of 6 lack the ZIP', [...Array(3).fill(without('SitusZip')), ...Array(3).fill(row())], 'Results[].SitusZip'],
    ['all have a number for the APN', Array(25).fill(row({ APN: 10306005 })), 'Results[].APN'],
    [
      'all have an object for the address',
      Array(4).fill(row({ SitusAddress: { value: 'x' } })),
      'Results[].SitusAddress',
    ],
    ['all are texts', Array(5).fill('row'), 'Results[]'],
  ])('are drift when %s', (_name, rows, path) => {
    expect(drift(rows)).toMatchObject({ code: 'SchemaDrift', path });
  });
  it.each([
    ['2 of 2 lack the ZIP', Array(2).fill(without('SitusZip'))],
    ['3 of 7 lack the ZIP', [...Array(3).fill(without('SitusZip')), ...Array(4).fill(row())]],
    ['all have a bad number', Array(10).fill(row({ APN: 'X' }))],
    ['two fields fail twice each', [without('SitusZip'), without('SitusZip'), without('APN'), without('APN')]],
    ['none fails', [row()]],
    ['there is none', []],
  ])('are no drift when %s', (_name, rows) => {
    expect(drift(rows)).toBeNull();
  });
});

describe('any JSON', () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      '',
      'NA',
      'NaN',
      '1e999',
      '-0',
      '\u0000',
      '\udfff',
      '__proto__',
      '85031',
      '10306005',
      '292N2E',
      'x'.repeat(30_000),
    ),
    fc.string(),
    fc.double(),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const SHAPES = [
    'parcel',
    'propertyinfo',
    'address',
    'valuations',
    'residential-details',
    'owner-details',
    'improvements',
    'sketches',
    'mapids',
  ];

  it('as rows: each is one record, or rejects that name it', () => {
    const rows = fc.array(
      fc.oneof(
        fc.dictionary(
          fc.constantFrom(
            'APN',
            'SitusZip',
            'SitusAddress',
            'SitusCity',
            'PropertyType',
            'SectionTownshipRange',
            'Ownership',
            '__proto__',
          ),
          odd,
        ),
        odd,
      ),
      { maxLength: 25 },
    );
    const kinds = fc.constantFrom('search-page', 'search-rp', 'search-rental', 'search-sub', 'search-bpp', 'search-mh');
    fc.assert(
      fc.property(kinds, rows, (kind, generated) => {
        const Results = JSON.parse(JSON.stringify(generated));
        const { records, rejects } = understood(source, payload(kind, null, { TOTAL: 9, Results }));
        const withoutRecord = new Set(
          rejects.filter(({ mandatory, key }) => mandatory ?? key === null).map(({ path }) => path.split('.')[0]),
        );
        expect(records.length + withoutRecord.size).toBe(Results.length);
      }),
      { numRuns: 300 },
    );
  });

  it('as a document with odd fields: a record or rejects, never a crash, numbers finite', () => {
    const paths = fc.constantFrom(
      ...Object.keys(Object(recordedBody(HOUSE))).map((name) => [null, name] as const),
      ...['LivableSpace', 'Pool', 'ConstructionYear', 'RoofType', '__proto__'].map(
        (name) => ['ResidentialPropertyData', name] as const,
      ),
      ...['SalePrice', 'SaleDate', 'Ownership', 'MailingAddress1'].map((name) => ['Owner', name] as const),
      ...['0', '1'].map((name) => ['Valuations', name] as const),
    );
    fc.assert(
      fc.property(paths, odd, ([block, field], value) => {
        const plain: unknown = value === undefined ? null : JSON.parse(JSON.stringify(value) ?? 'null');
        const { records, rejects } = houseWith(block, field, plain);
        expect(records.length === 1 || rejects.length > 0).toBe(true);
        for (const fact of records.flatMap(({ facts }) => facts)) {
          if (typeof fact.value === 'number') expect(Number.isFinite(fact.value)).toBe(true);
          expect(JSON.stringify(fact.value).length).toBeLessThan(10_000);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('as a whole answer: a result or SchemaDrift', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SHAPES, 'search-page'), fc.jsonValue(), (kind, json) => {
        const body: Json = JSON.parse(JSON.stringify(json));
        try {
          const { records, rejects } = understood(source, payload(kind, '10306005', body));
          expect(records.length + rejects.length).toBeLessThan(1_000);
        } catch (problem) {
          expect(problem).toMatchObject({ code: 'SchemaDrift' });
        }
      }),
      { numRuns: 500 },
    );
  });
});
