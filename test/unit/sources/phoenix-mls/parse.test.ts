import { describe, expect, it } from '@jest/globals';
import type { ParseResult, SourceRecord } from '../../../../core/schemas/facts.js';
import { driftOfPage, parsePage } from '../../../../sources/phoenix-mls/parse.js';
import { redactPage } from '../../../../sources/phoenix-mls/redact.js';
import { listingPayload, savedPage } from '../../../support/listing-pages.js';

/** The same pages in both templates: what is read, and what is refused, must not depend on the template. */
const TEMPLATES = [
  {
    layout: 'classic' as const,
    set: 'classic@1',
    pricePath: 'classic@1 div.flexmls_connect__sr_result[1] .flexmls_connect__sr_price',
    detailPricePath: 'classic@1 .flexmls_connect__ld_price',
    countWithoutNumber: '<span class="flexmls_connect__sr_matches_count">many matches found</span>',
  },
  {
    layout: 'newer' as const,
    set: 'newer@1',
    pricePath: 'newer@1 .flexmls-listing[1] .flexmls-price',
    detailPricePath: 'newer@1 .flexmls-price',
    countWithoutNumber: '<p class="flexmls-matches-count">many matches found</p>',
  },
];

const factsOf = (record: SourceRecord | undefined) =>
  Object.fromEntries((record?.facts ?? []).map(({ name, value }) => [name, value]));

describe.each(TEMPLATES)(
  'in the $layout template',
  ({ layout, set, pricePath, detailPricePath, countWithoutNumber }) => {
    const saved = (name: string) => savedPage(name, layout);

    /** Reads a saved page the way it is stored: redacted. */
    function read(kind: string, name: string, url?: string): ParseResult {
      const payload = listingPayload(kind, saved(name), url);
      return parsePage({ ...payload, body: redactPage(payload.body) });
    }

    describe('results pages', () => {
      it('reads every fact of a card', () => {
        const { records, rejects } = read('results-page', 'results_page_1_of_2');
        expect(rejects).toEqual([]);
        expect(records.map(({ key }) => key)).toEqual(['6937914', '6937912', '6937913', '6937915', '6937916']);
        expect(records[2]).toMatchObject({ kind: 'listing-card', zip: '85302', parcelNumber: null });
        expect(factsOf(records[2])).toMatchObject({
          ListingKey: '6937913',
          ListingId: '6937913',
          ListPrice: 389_900,
          StandardStatus: 'Pending',
          UnparsedAddress: '4027 N 55TH Avenue, Phoenix, AZ 85302',
          City: 'Phoenix',
          StateOrProvince: 'AZ',
          PostalCode: '85302',
          BedroomsTotal: 3,
          BathroomsFull: 2,
          BathroomsHalf: 1,
          BathroomsTotalInteger: 3,
          LivingArea: 1_504,
          PhotosCount: 7,
          xListingPath: '/mls/4027-N-55TH-Avenue-Phoenix-AZ-85302-mls_6937913/',
          xAttribution: expect.stringContaining('Internet Data Exchange'),
        });
      });

      it.each([
        ['no label', '6937912', 'Active'],
        ['a label of two words and more', '6937914', 'Active Under Contract'],
      ])('takes %s for its status', (_name, key, status) => {
        const { records } = read('results-page', 'results_page_1_of_2');
        expect(factsOf(records.find((record) => record.key === key)).StandardStatus).toBe(status);
      });

      it('says for every fact where it stands, selector set included', () => {
        const { records } = read('results-page', 'results_page_1_of_2');
        expect(records[1]?.facts.find(({ name }) => name === 'ListPrice')?.path).toBe(pricePath);
        expect(records.flatMap(({ facts }) => facts).every(({ path }) => path.startsWith(`${set} `))).toBe(true);
      });

      it('gives no photo count where there are no photos', () => {
        expect(factsOf(read('results-page', 'results_page_1_of_2').records[0])).not.toHaveProperty('PhotosCount');
      });

      it('takes no match as a valid, empty page', () => {
        expect(read('results-page', 'results_no_match')).toEqual({ records: [], rejects: [] });
      });

      it('takes a page past the last one as empty', () => {
        const url = 'http://127.0.0.1:1/mls/search/?pg=2';
        expect(read('results-page', 'results_no_cards', url)).toEqual({ records: [], rejects: [] });
      });

      it('rejects one card without a key and keeps the others', () => {
        const payload = listingPayload('results-page', saved('results_one_bad_card'));
        const result = parsePage(payload);
        expect(result.records).toHaveLength(4);
        expect(result.rejects).toMatchObject([{ key: null, reason: expect.stringContaining('MLS number') }]);
        expect(driftOfPage(payload, result)).toBeNull();
      });

      it('names drift when three of five cards have no usable price, and still gives the good ones', () => {
        const payload = listingPayload('results-page', saved('results_broken_prices'));
        const result = parsePage(payload);
        expect(result.records).toHaveLength(2);
        expect(result.rejects).toHaveLength(3);
        expect(driftOfPage(payload, result)).toMatchObject({ code: 'SchemaDrift', path: 'results-page listPrice' });
      });

      it('keeps no address of a card that leads to another host', () => {
        const { records } = read('results-page', 'results_foreign_links');
        expect(records).toHaveLength(5);
        for (const record of records) expect(factsOf(record)).not.toHaveProperty('xListingPath');
      });

      it.each([
        ['an unknown template', savedPage('results_page_1_of_2', 'unseen')],
        ['cards that no selector finds', saved('results_no_cards')],
        ['a page of something else', '<html><body><p>hello</p></body></html>'],
        ['an empty document', ''],
        ['a count without a number', countWithoutNumber],
        ['a page cut in its head', saved('results_page_1_of_2').slice(0, 300)],
      ])('raises drift for %s', (_name, html) => {
        expect(() => parsePage(listingPayload('results-page', html))).toThrow(
          expect.objectContaining({ code: 'SchemaDrift' }),
        );
      });
    });

    describe('detail pages', () => {
      it('reads every fact of a page', () => {
        const { records, rejects } = read('listing-page', 'listing_pending');
        expect(rejects).toEqual([]);
        expect(records).toMatchObject([
          { key: '6937913', kind: 'listing-page', zip: '85302', parcelNumber: '10306005A' },
        ]);
        expect(factsOf(records[0])).toEqual({
          ListingKey: '6937913',
          ListingId: '6937913',
          ListPrice: 389_900,
          UnparsedAddress: '4027 N 55TH Avenue, Phoenix, AZ 85302',
          City: 'Phoenix',
          StateOrProvince: 'AZ',
          PostalCode: '85302',
          StandardStatus: 'Pending',
          ParcelNumber: '10306005A',
          BedroomsTotal: 3,
          BathroomsFull: 2,
          BathroomsHalf: 1,
          BathroomsTotalInteger: 3,
          LivingArea: 1_504,
          LivingAreaUnits: 'Square Feet',
          LivingAreaSource: 'Other',
          LotSizeSquareFeet: 8_123,
          YearBuilt: 1_979,
          PoolPrivateYN: false,
          GarageSpaces: 2,
          CarportSpaces: 0,
          Cooling: ['Refrigeration', 'Ceiling Fan(s)'],
          Heating: ['Electric'],
          Roof: ['Tile', 'Foam'],
          Sewer: ['Public Sewer'],
          WaterSource: ['City Water'],
          AssociationFee: 85,
          AssociationFeeFrequency: 'Monthly',
          AssociationFeeIncludes: ['Maintenance Grounds'],
          TaxAnnualAmount: 1_904,
          ElementarySchoolDistrict: 'EXAMPLE ELEMENTARY',
          HighSchoolDistrict: 'EXAMPLE UNION',
          ListingContractDate: '2025-11-03',
          PublicRemarks:
            'Corner lot with a sparkling pool & "flood irrigation". Questions? Call [withheld] at [withheld].',
          PhotosCount: 7,
          xAttribution: expect.stringMatching(/^Listing Office: Sandbox Realty.*Internet Data Exchange/),
        });
      });

      it('takes beds, baths and area from the heading where the rows are missing', () => {
        expect(factsOf(read('listing-page', 'listing_heading_only').records[0])).toMatchObject({
          BedroomsTotal: 3,
          BathroomsFull: 2,
          BathroomsHalf: 1,
          BathroomsTotalInteger: 3,
          LivingArea: 1_504,
        });
      });

      it('says for every fact where it stands', () => {
        const facts = read('listing-page', 'listing_pending').records[0]?.facts ?? [];
        expect(facts.find(({ name }) => name === 'ListPrice')?.path).toBe(detailPricePath);
        expect(facts.find(({ name }) => name === 'ParcelNumber')?.path).toBe(`${set} "Assessor #"`);
        expect(facts.every(({ path }) => path.startsWith(set))).toBe(true);
      });

      it('raises drift for an unknown template, by its name', () => {
        const payload = listingPayload('listing-page', savedPage('listing_pending', 'unseen'));
        expect(() => parsePage(payload)).toThrow(
          expect.objectContaining({ code: 'SchemaDrift', message: expect.stringContaining('layout changed') }),
        );
      });

      it('has no parcel where the page names none', () => {
        const { records, rejects } = read('listing-page', 'listing_no_assessor');
        expect(records[0]?.parcelNumber).toBeNull();
        expect(rejects).toEqual([]);
      });

      it('rejects the fields it cannot read and keeps the listing', () => {
        const { records, rejects } = read('listing-page', 'listing_bad_values');
        expect(records[0]).toMatchObject({ key: '6937912', parcelNumber: null });
        expect(rejects.map(({ path }) => path.replace(`${set} `, '')).sort()).toEqual([
          '"Approx SQFT"',
          '"Assessor #"',
          '"Full Bathrooms"',
          '"Private Pool Y/N"',
          '"Year Built"',
        ]);
        expect(rejects.every(({ key, mandatory }) => key === '6937912' && mandatory === undefined)).toBe(true);
        expect(factsOf(records[0])).toMatchObject({ ListPrice: 520_000, LotSizeSquareFeet: 8_123 });
      });

      it('rejects a listing without a price', () => {
        const { records, rejects } = read('listing-page', 'listing_no_price');
        expect(records).toEqual([]);
        expect(rejects).toMatchObject([{ key: '6937912', mandatory: { field: 'listing-page listPrice' } }]);
      });

      it.each([
        ['a page without rows', 'listing_no_rows'],
        ['a page cut short', 'listing_cut'],
        ['a results page', 'results_page_1_of_2'],
      ])('raises drift for %s', (_name, name) => {
        expect(() => read('listing-page', name)).toThrow(expect.objectContaining({ code: 'SchemaDrift' }));
      });

      it('gives the same facts again from the same stored page', () => {
        expect(read('listing-page', 'listing_active')).toEqual(read('listing-page', 'listing_active'));
      });
    });
  },
);

it.each([
  ['JSON', { ...listingPayload('results-page', ''), body: { type: 'json' as const, json: {} } }],
  ['a kind it does not know', listingPayload('parcel', '<p></p>')],
])('raises drift for a payload of %s', (_name, payload) => {
  expect(() => parsePage(payload)).toThrow(expect.objectContaining({ code: 'SchemaDrift' }));
});
