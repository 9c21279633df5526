import { describe, expect, it } from '@jest/globals';
import type { DocumentOrigin } from '../../../core/schemas/property.js';
import { DOCUMENT_FIELDS, toProcessedDocument } from '../../../domain/document-shape.js';
import { describeByRules } from '../../../domain/rules.js';
import { countyHome, homeWith } from '../../support/properties.js';

const origin: DocumentOrigin = {
  mode: 'demo',
  market: 'phoenix',
  runKey: 'daily#1',
  processedAt: '2025-09-01T10:30:00Z',
};
const documentOf = (property: ReturnType<typeof homeWith>) =>
  toProcessedDocument(property, describeByRules(property), 0.92, origin, property.recordIds, {
    'fetch-phoenix-mls': 'http://listing.test/mls/1',
  });

describe('the document that readers get', () => {
  it('has the keys of the workflow overview', () => {
    const document = documentOf(homeWith());
    expect(document).toMatchObject({
      _id: 'processed_us-az-maricopa:10306005',
      raw_id: 'maricopa-assessor:10306005',
      processed_at: '2025-09-01T10:30:00Z',
      normalized: {
        address: { street: '4027 N 55th Ave', city: 'Phoenix', state: 'AZ', zip: '85031' },
        details: {
          bedrooms: 3,
          bathrooms: 2,
          square_feet: 1504,
          lot_sqft: 6500,
          year_built: 1958,
          property_type: 'single_family',
        },
        pricing: { list_price: 315_000, price_per_sqft: 209.44 },
      },
      quality_score: 0.92,
      processing_metadata: { llm_model: null, tokens_used: 0, processing_time_ms: 0 },
      mode: 'demo',
      market: 'phoenix',
    });
    expect(Object.keys(document).slice(0, 7)).toEqual([
      '_id',
      'raw_id',
      'processed_at',
      'normalized',
      'llm_enrichment',
      'quality_score',
      'processing_metadata',
    ]);
    expect(Object.keys(document.llm_enrichment)).toEqual(['description', 'key_features', 'investment_analysis']);
    expect(document.llm_enrichment.investment_analysis).toEqual({
      rental_estimate: null,
      cap_rate: null,
      market_trend: null,
      recommendation: null,
    });
  });

  it('is JSON as it stands', () => {
    const document = documentOf(homeWith());
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it('has evidence for every value, and none for what is null', () => {
    for (const property of [homeWith(), countyHome()]) {
      const document = documentOf(property);
      for (const { key, names } of DOCUMENT_FIELDS) {
        const [group = '', field = ''] = key.split('.');
        const value = Object.entries(document.normalized).find(([name]) => name === group)?.[1];
        const stated = Object.entries(value ?? {}).find(([name]) => name === field)?.[1];
        expect(stated).toBeDefined();
        expect(document.evidence[key] !== undefined).toBe(stated !== null);
        if (stated !== null) expect(names).toContain(document.evidence[key]?.fact);
      }
    }
  });

  it('names the source, the stored answer, the request, the place and the address', () => {
    expect(documentOf(homeWith()).evidence['pricing.list_price']).toEqual({
      fact: 'ListPrice',
      source: 'phoenix-mls',
      raw_ref: 'raw-phoenix-mls',
      fetch_id: 'fetch-phoenix-mls',
      path: '$.ListPrice',
      url: 'http://listing.test/mls/1',
    });
    expect(documentOf(homeWith()).evidence['pricing.price_per_sqft']?.computed_from).toEqual([
      'ListPrice',
      'LivingArea',
    ]);
  });

  it('leaves bedrooms, bathrooms and prices null without a listing, whatever the sale price', () => {
    const { normalized } = documentOf(countyHome({ ClosePrice: 250_000, xBathFixtures: 8 }));
    expect(normalized.details).toMatchObject({ bedrooms: null, bathrooms: null });
    expect(normalized.pricing).toEqual({ list_price: null, price_per_sqft: null });
  });

  it.each([
    ['a point', { Latitude: 33.4951, Longitude: -112.1692 }, { latitude: 33.4951, longitude: -112.1692 }],
    ['half a point', { Latitude: 33.4951 }, { latitude: null, longitude: null }],
    ['the other half', { Longitude: -112.1692 }, { latitude: null, longitude: null }],
    ['nowhere', { Latitude: 0, Longitude: 0 }, { latitude: null, longitude: null }],
    ['a text', { Latitude: '33.4951', Longitude: '-112.1692' }, { latitude: null, longitude: null }],
    ['no place on the earth', { Latitude: 133.4951, Longitude: -112.1692 }, { latitude: null, longitude: null }],
  ])('shows %s as it is known', (_name, facts, expected) => {
    expect(documentOf(countyHome(facts)).normalized.location).toEqual(expected);
  });

  it('never makes one point of two sources', () => {
    const document = documentOf(homeWith({ Longitude: -112.2 }, { Latitude: 33.4951 }));
    expect(document.normalized.location).toEqual({ latitude: null, longitude: null });
  });

  it.each([
    [{ BathroomsFull: 2, BathroomsHalf: 1, BathroomsTotalInteger: 3 }, 2.5],
    [{ BathroomsFull: 2 }, 2],
    [{ BathroomsFull: 1, BathroomsHalf: 0 }, 1],
  ])('counts baths of %j as %s', (facts, expected) => {
    expect(documentOf(homeWith(facts)).normalized.details.bathrooms).toBe(expected);
  });

  it('counts contradictions and keeps the words behind features', () => {
    const document = documentOf(homeWith({ YearBuilt: 1990 }));
    expect(document.evidence['details.year_built']).toMatchObject({ source: 'maricopa-assessor', contradicted_by: 1 });
    expect(document.feature_evidence.find(({ feature }) => feature === 'No HOA fee')?.span?.quote).toBe('no HOA');
    expect(document.feature_evidence).toHaveLength(document.llm_enrichment.key_features.length);
  });

  it('names the model only where its words are shown', () => {
    const property = homeWith();
    const words = { ...describeByRules(property), by: 'model-failed', model: 'm:1', tokensUsed: 9 } as const;
    const document = toProcessedDocument(property, words, 1, origin, []);
    expect(document.processing_metadata).toMatchObject({ llm_model: null, tokens_used: 9 });
    expect(document.raw_id).toBeNull();
  });
});
