import type { FactValue } from '../../../core/schemas/facts.js';
import { parseAddress } from '../../../domain/address.js';
import { normaliseNumber } from '../../../domain/normalise.js';
import { FIELDS, type FieldReader, type Reading, readBaths, standardStatus } from '../pages/listing-fields.js';
import { listingUrl } from '../pages/listing-url.js';
import { PHOTOS_PATTERN } from '../selectors.js';

/** What is known about one listing: facts by name, as an earlier template gave them. */
export type KnownFacts = Readonly<Record<string, FactValue>>;

/** Where a text was found: needed to read links. */
export interface Context {
  readonly key: string;
  /** Address of the page. */
  readonly url: string;
  readonly year: number;
}

/** A thing that a page must tell: how a text is read, so that it can be compared with what is known. */
export interface Target {
  /** Field of a selector set, or our label of a row. */
  readonly field: string;
  /** Facts that come out of it. */
  readonly facts: readonly string[];
  readonly read: (text: string, context: Context) => Reading;
  /** Patterns worth a try at a text; null is the whole of it. */
  readonly patterns: (text: string) => readonly (string | null)[];
  /** What a line break stands for. */
  readonly lineBreak: string;
  /** Longest text it can stand in. */
  readonly longest: number;
}

const SHORT = 200;
const LONG = 8_000;
const KEY_PATTERNS = ['(\\d{7})$', '(\\d{7})', '-mls_(\\d{7})/'];
const whole = () => [null];

const target = (field: string, facts: readonly string[], read: Target['read'], more: Partial<Target> = {}): Target => ({
  field,
  facts,
  read,
  patterns: whole,
  lineBreak: ' ',
  longest: SHORT,
  ...more,
});
const fact = (name: string, value: FactValue | null): Reading =>
  value === null ? { fault: 'is nothing of the kind' } : { values: [[name, value]] };
const amount = (name: string) => (text: string) => fact(name, normaliseNumber(text));
const numbers = { patterns: (text: string) => [null, ...numberPatterns(text)] };

/** Fields that a listing states in a place of their own, on cards and on its page. */
export const PLACE_TARGETS: readonly Target[] = [
  target('key', ['ListingKey'], (text) => fact('ListingKey', /^\d{7}$/.test(text) ? text : null), {
    patterns: () => [null, ...KEY_PATTERNS],
  }),
  target('address', ['UnparsedAddress'], (text) => fact('UnparsedAddress', text), {
    patterns: () => [null, '^(.*?)\\s*-\\s*MLS#\\s*\\d{7}$'],
    lineBreak: ', ',
  }),
  target('price', ['ListPrice'], amount('ListPrice'), {
    patterns: (text) => [null, '(\\$[\\d,]+)', ...numberPatterns(text)],
  }),
  target('status', ['StandardStatus'], (text) => fact('StandardStatus', standardStatus(text))),
  target('beds', ['BedroomsTotal'], (text, { year }) => readField('# Bedrooms', text, year), numbers),
  target(
    'baths',
    ['BathroomsFull', 'BathroomsHalf', 'BathroomsTotalInteger'],
    (text) => readBaths(null, null, text),
    numbers,
  ),
  target('area', ['LivingArea'], (text, { year }) => readField('Approx SQFT', text, year), numbers),
  target('photos', ['PhotosCount'], amount('PhotosCount'), {
    patterns: (text) => [null, PHOTOS_PATTERN, ...numberPatterns(text)],
  }),
];

export const LINK_TARGET = target('link', ['xListingPath'], (text, { key, url }) => {
  const address = listingUrl(text, key, url);
  return fact('xListingPath', address === null ? null : new URL(address).pathname);
});
export const REMARKS_TARGET = target('remarks', ['PublicRemarks'], (text) => fact('PublicRemarks', text), {
  longest: LONG,
});
export const DISCLOSURE_TARGET = target('disclosure', ['xAttribution'], (text) => fact('xAttribution', text), {
  longest: LONG,
});
/** The number of matches is known about a page, not about a listing. */
export const COUNT_TARGET = target('count', ['total'], amount('total'), numbers);

/** Fields that a page states in a labelled row, by our labels. */
export const ROW_TARGETS: readonly Target[] = [
  ...Object.entries(FIELDS).map(([label, read]) => rowTarget(label, factsOf(label), read)),
  rowTarget('Full Bathrooms', ['BathroomsFull'], (text) => fact('BathroomsFull', normaliseNumber(text))),
  rowTarget('Half Bathrooms', ['BathroomsHalf'], (text) => fact('BathroomsHalf', normaliseNumber(text))),
];

function rowTarget(label: string, facts: readonly string[], read: FieldReader): Target {
  return target(label, facts, (text, { year }) => read(text, year), numbers);
}

function readField(label: string, text: string, year: number): Reading {
  return FIELDS[label]?.(text, year) ?? { fault: 'is no field' };
}

/** The name of the first fact a field gives; asked with texts that at least one of the readers takes. */
function factsOf(label: string): readonly string[] {
  const samples = ['1', '2000', 'Yes', 'Monthly', '10306005', '2025-01-01', 'words'];
  for (const sample of samples) {
    const read = readField(label, sample, 2_025);
    if ('values' in read) return read.values.slice(0, 1).map(([name]) => name);
  }
  return [];
}

/** For each number in a text: the pattern that finds it by the word behind it, or the word before it. */
function numberPatterns(text: string): readonly string[] {
  const behind = [...text.matchAll(/[\d.,]+\s*([a-z]+)/gi)].map(([, word]) => `([\\d.,]+)\\s*${word}\\b`);
  const before = [...text.matchAll(/([a-z]+):?\s*\$?[\d.,]+/gi)].map(([, word]) => `\\b${word}:?\\s*(\\$?[\\d.,]+)`);
  return [...behind, ...before];
}

/** Whether a reading is what is known: null when nothing is known of it. A fault is no agreement. */
export function agrees(reading: Reading, known: KnownFacts, facts: readonly string[]): boolean | null {
  if (facts.every((name) => known[name] === undefined)) return null;
  if ('fault' in reading) return false;
  const compared = reading.values.filter(([name]) => known[name] !== undefined && facts.includes(name));
  return compared.length > 0 && compared.every(([name, value]) => same(name, value, known[name]));
}

/** Equal values; addresses are equal when their parts are. */
export function same(name: string, value: FactValue, known: FactValue | undefined): boolean {
  if (name === 'UnparsedAddress' && typeof value === 'string' && typeof known === 'string') {
    const [one, other] = [parseAddress(value), parseAddress(known)];
    return one !== null && JSON.stringify(one) === JSON.stringify(other);
  }
  return JSON.stringify(value) === JSON.stringify(known);
}
