import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FactValue } from '../../../core/schemas/facts.js';
import { composeProperty } from '../../../domain/compose.js';
import { findFeatures } from '../../../domain/features.js';
import { describeByRules } from '../../../domain/rules.js';
import { countyHome, homeWith, recordFrom } from '../../support/properties.js';

describe('describing by rules', () => {
  it('writes what the county and the listing know', () => {
    const { description, keyFeatures, by, model } = describeByRules(homeWith());
    expect(description).toBe(
      'Single-family home in Phoenix 85031, built in 1958, with 3 bedrooms, 2 bathrooms and 1,504 sq ft of living area on a lot of 6,500 sq ft. ' +
        'It has a private pool, owned solar panels, flood irrigation and no HOA fee. Listed at $315,000 (active).',
    );
    expect(keyFeatures).toEqual([
      'Private pool, 336 sq ft',
      'Solar panels, owned',
      'Flood irrigation',
      'No HOA fee',
      '2-car garage',
      'RV gate or parking',
    ]);
    expect({ by, model }).toEqual({ by: 'rules', model: null });
  });

  it('says nothing of beds, baths and asking price without a listing', () => {
    const { description } = describeByRules(countyHome({ ClosePrice: 210_000, CloseDate: '2019-05-01' }));
    expect(description).not.toMatch(/bed|bath|Listed/);
    expect(description).toContain('Last recorded sale $210,000, 2019-05.');
  });

  it.each<[string, Record<string, FactValue>, string]>([
    ['land', { PropertyType: 'Land' }, 'Vacant land.'],
    ['nothing', {}, 'Property on parcel 103-06-005.'],
  ])('describes a parcel of which only %s is known', (_name, values, expected) => {
    const record = { ...recordFrom('maricopa-assessor', '10306005', values), zip: null };
    const words = describeByRules(composeProperty('us-az-maricopa:10306005', [record])).description;
    expect(words).toBe(expected.startsWith('Vacant') ? 'Vacant land on parcel 103-06-005.' : expected);
  });

  it('believes the fact and not the remarks', () => {
    const property = homeWith({ PublicRemarks: 'Sparkling pool!' }, { PoolPrivateYN: false });
    expect(findFeatures(property).some(({ topic }) => topic === 'pool')).toBe(false);
  });

  it('gives each feature its fact, and its words where it comes from the remarks', () => {
    const features = findFeatures(homeWith());
    const solar = features.find(({ topic }) => topic === 'solar');
    expect(solar?.evidence).toMatchObject({ fact: { name: 'PublicRemarks' }, span: { quote: 'Owned solar panels' } });
    expect(features.find(({ topic }) => topic === 'pool')?.evidence).toMatchObject({
      fact: { name: 'PoolPrivateYN' },
      span: null,
    });
  });

  it('holds for any values: no throw, no NaN, few sentences, no number that no fact holds', () => {
    const value = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.array(fc.string(), { maxLength: 3 }),
    );
    const names = [
      'LivingArea',
      'YearBuilt',
      'City',
      'Roof',
      'Cooling',
      'ListPrice',
      'GarageSpaces',
      'PublicRemarks',
      'AssociationFee',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (values) => {
        const { description, keyFeatures } = describeByRules(countyHome(values));
        expect(description).not.toMatch(/NaN|undefined|Infinity|\[object/);
        expect(keyFeatures.length).toBeLessThanOrEqual(6);
      }),
    );
  });
});
