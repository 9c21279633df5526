import { describe, expect, it } from '@jest/globals';
import { FIELDS, readBaths, standardStatus } from '../../../../sources/phoenix-mls/pages/listing-fields.js';
import { listingUrl } from '../../../../sources/phoenix-mls/pages/listing-url.js';

const read = (label: string, text: string) => FIELDS[label]?.(text, 2025);

describe('baths', () => {
  it.each([
    ['two and a half', [null, null, '2.5'], { full: 2, half: 1, total: 3 }],
    ['three', [null, null, '3'], { full: 3, half: 0, total: 3 }],
    ['rows before the heading', ['2', '1', '9'], { full: 2, half: 1, total: 3 }],
    ['full baths with halves of the heading', ['2', null, '2.5'], { full: 2, half: 1, total: 3 }],
    ['full baths alone', ['2', null, null], { full: 2 }],
    ['three quarters, which say nothing', [null, null, '1.75'], {}],
    ['nothing', [null, null, null], {}],
  ])(
    'reads %s',
    (_name, [full, half, decimal], { full: f, half: h, total }: { full?: number; half?: number; total?: number }) => {
      const given = readBaths(full ?? null, half ?? null, decimal ?? null);
      const values = 'values' in given ? Object.fromEntries(given.values) : null;
      const expected = { BathroomsFull: f, BathroomsHalf: h, BathroomsTotalInteger: total };
      expect(values).toEqual(JSON.parse(JSON.stringify(expected)));
    },
  );

  it.each(['two', '-1', '1.5', '9999'])('refuses %s full baths', (full) => {
    expect(readBaths(full, null, null)).toHaveProperty('fault');
  });
});

it.each([
  ['Approx SQFT', '2,239', 2_239],
  ['Private Pool Y/N', 'Y', true],
  ['Private Pool Y/N', 'No Pool', false],
  ['Assessor #', ' 103.06.005a ', '10306005A'],
  ['Year Built', '2026', 2_026],
  ['Taxes', '$1,904.12', 1_904.12],
  ['Roofing', 'Tile, Foam;', ['Tile', 'Foam']],
  ['List Date', '11/3/2025', '2025-11-03'],
])('reads %s "%s"', (label, text, value) => {
  expect(read(label, text)).toMatchObject({ values: expect.arrayContaining([[expect.any(String), value]]) });
});

it.each([
  ['Approx SQFT', '0'],
  ['Approx SQFT', '2239 sqft'],
  ['# Bedrooms', '2.5'],
  ['Year Built', '2027'],
  ['Year Built', '1849'],
  ['Private Pool Y/N', 'Community'],
  ['Assessor #', '144-20-05'],
  ['Assessor #', '144-20-052AB'],
  ['Association Fee Paid', 'now and then'],
  ['List Date', '2025-13-40'],
  ['Cooling', ' ; '],
])('refuses %s "%s"', (label, text) => {
  expect(read(label, text)).toHaveProperty('fault');
});

it.each([
  [null, 'Active'],
  ['PENDING', 'Pending'],
  ['Cancelled', 'Canceled'],
  ['Sold?', null],
])('reads status %s as %s', (text, status) => {
  expect(standardStatus(text)).toBe(status);
});

it.each([
  ['/mls/1-A-Street-mls_6937912/?p=n', 'https://site.example/mls/1-A-Street-mls_6937912/'],
  ['https://site.example/mls/1-A-Street-mls_6937912/', 'https://site.example/mls/1-A-Street-mls_6937912/'],
  ['/mls/1-A-Street-mls_6937913/', null],
  ['https://elsewhere.example/mls/1-A-Street-mls_6937912/', null],
  ['//elsewhere.example/mls/1-A-Street-mls_6937912/', null],
  ['javascript:alert(1)', null],
  ['/wp-admin/', null],
  [null, null],
])('takes the link %s as %s', (link, url) => {
  expect(listingUrl(link, '6937912', 'https://site.example/mls/search/?pg=2')).toBe(url);
});
