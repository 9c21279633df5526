import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FactValue } from '../../../core/schemas/facts.js';
import { composeProperty, saysTheSame } from '../../../domain/compose.js';
import { COUNTY_HOME, factFrom, homeWith, LISTING, recordFrom } from '../../support/properties.js';

const shown = (property: ReturnType<typeof composeProperty>, name: string) =>
  property.facts.find((fact) => fact.name === name);

describe('choosing the shown fact', () => {
  it.each([
    ['UnparsedAddress', 'maricopa-assessor'],
    ['LivingArea', 'maricopa-assessor'],
    ['YearBuilt', 'maricopa-assessor'],
    ['ParcelNumber', 'maricopa-assessor'],
    ['ListPrice', 'phoenix-mls'],
    ['BedroomsTotal', 'phoenix-mls'],
    ['StandardStatus', 'phoenix-mls'],
    ['PublicRemarks', 'phoenix-mls'],
  ])('shows %s of %s', (name, source) => expect(shown(homeWith(), name)?.source).toBe(source));

  it('takes what only the worse witness states', () => {
    const property = composeProperty('listing:phoenix-mls:1', [recordFrom('phoenix-mls', '1', { YearBuilt: 1960 })]);
    expect(shown(property, 'YearBuilt')?.value).toBe(1960);
    expect(property.parcelNumber).toBeNull();
  });

  it('takes the kind of payload that the source puts first, then the younger answer', () => {
    const record = {
      ...recordFrom('maricopa-assessor', '10306005', {}),
      facts: [
        factFrom('maricopa-assessor', 'City', 'OLD', { kind: 'search-row', fetchedAt: '2025-09-02T00:00:00Z' }),
        factFrom('maricopa-assessor', 'City', 'NEW', { kind: 'parcel', fetchedAt: '2025-09-01T00:00:00Z' }),
      ],
    };
    const order = { 'maricopa-assessor': ['parcel', 'search-row'] };
    expect(shown(composeProperty('p:1', [record], order), 'City')?.value).toBe('NEW');
    expect(shown(composeProperty('p:1', [record]), 'City')?.value).toBe('OLD');
  });

  it('believes the assessor before the map layer, which fills the gaps, whichever answered last', () => {
    const gis = recordFrom(
      'maricopa-gis',
      '10306005',
      { LivingArea: 1_900, YearBuilt: 1_958, Latitude: 33.5, PostalCode: '85031' },
      { fetchedAt: '2026-01-01T00:00:00Z' },
    );
    const assessor = recordFrom('maricopa-assessor', '10306005', { LivingArea: 1_504, YearBuilt: 1_958 });
    const listing = recordFrom('phoenix-mls', '1', { LivingArea: 1_510, Latitude: 33.6 });
    const property = composeProperty('us-az-maricopa:10306005', [listing, gis, assessor]);
    expect(shown(property, 'LivingArea')).toMatchObject({
      value: 1_504,
      source: 'maricopa-assessor',
      contradictedBy: [{ value: 1_900, source: 'maricopa-gis' }],
    });
    expect(shown(property, 'YearBuilt')).toMatchObject({ source: 'maricopa-assessor', contradictedBy: [] });
    expect(shown(property, 'Latitude')).toMatchObject({ value: 33.5, source: 'maricopa-gis' });
    expect(property.recordIds).toHaveLength(3);
  });

  it('lets an open listing speak before a younger closed one, and calls neither a contradiction', () => {
    const open = recordFrom('phoenix-mls', '1', { StandardStatus: 'Active', ListPrice: 300_000 });
    const closed = recordFrom(
      'phoenix-mls',
      '2',
      { StandardStatus: 'Closed', ListPrice: 250_000 },
      { fetchedAt: '2025-10-01T00:00:00Z' },
    );
    const property = composeProperty('p:1', [closed, open]);
    expect(shown(property, 'ListPrice')).toMatchObject({ value: 300_000, contradictedBy: [] });
  });

  it('keeps what the other source says when it is something else', () => {
    const property = homeWith({ YearBuilt: 1962, LivingArea: 1900 });
    expect(shown(property, 'YearBuilt')?.contradictedBy).toMatchObject([{ value: 1962, source: 'phoenix-mls' }]);
    expect(shown(property, 'LivingArea')?.contradictedBy).toMatchObject([{ value: 1900 }]);
    expect(shown(homeWith(), 'LivingArea')?.contradictedBy).toEqual([]);
    expect(shown(homeWith(), 'UnparsedAddress')?.contradictedBy).toEqual([]);
  });

  it.each<[string, FactValue, FactValue, boolean]>([
    ['LivingArea', 1504, 1530, true],
    ['LivingArea', 1504, 1600, false],
    ['ListPrice', 315_000, 315_001, false],
    ['Latitude', 33.5, 33.5004, true],
    ['Latitude', 33.5, 33.51, false],
    ['Roof', ['Ct - Concrete Tile'], ['Tile'], true],
    ['Roof', ['Ct - Concrete Tile'], ['Foam'], false],
    ['City', 'PHOENIX', ' phoenix ', true],
    ['PublicRemarks', 'a', 'b', true],
    ['PoolPrivateYN', true, false, false],
  ])('compares %s %j and %j: same is %s', (name, a, b, same) => expect(saysTheSame(name, a, b)).toBe(same));

  it('gives the same whatever the order of records and facts', () => {
    const records = [
      recordFrom('maricopa-assessor', '10306005', COUNTY_HOME),
      recordFrom('phoenix-mls', '1', LISTING),
      recordFrom('phoenix-mls', '2', { ...LISTING, StandardStatus: 'Closed', ListPrice: 1 }),
    ];
    const expected = composeProperty('p:1', records);
    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: 3 }), fc.boolean(), (shuffled, turned) => {
        const input = turned ? shuffled.map((record) => ({ ...record, facts: [...record.facts].reverse() })) : shuffled;
        expect(composeProperty('p:1', input)).toEqual(expected);
      }),
    );
  });

  it('makes a property of no records', () => {
    expect(composeProperty('us-az-maricopa:10306005', [])).toEqual({
      propertyId: 'us-az-maricopa:10306005',
      parcelNumber: '10306005',
      zip: null,
      recordIds: [],
      facts: [],
    });
  });
});
