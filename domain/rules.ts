import { displayParcelNumber } from '../core/ids.js';
import type { ComposedProperty, Enrichment } from '../core/schemas/property.js';
import { type Feature, findFeatures } from './features.js';
import { titleCase, withCommas } from './normalise.js';
import { positiveFact, textFact } from './property-facts.js';

/** Most key features shown for a property. */
export const MAX_KEY_FEATURES = 6;
/** Most things named in the second sentence. */
const MAX_PHRASES = 4;

/**
 * Words about a property by rules alone: one to three true sentences and at most six key features. Needs no model, always
 * gives something, invents nothing: each word comes from a fact or from a span of the remarks. Pure.
 */
export function describeByRules(property: ComposedProperty): Enrichment {
  const features = findFeatures(property);
  const sentences = ruleSentences(property, features);
  return {
    by: 'rules',
    description: joinSentences([sentences.opening, sentences.equipment, sentences.price]),
    keyFeatures: features.slice(0, MAX_KEY_FEATURES).map(({ text }) => text),
    model: null,
    promptVersion: null,
    tokensUsed: 0,
    processingMs: 0,
  };
}

/** The sentences of a description by rules; null where there is nothing to say. Another text may stand for `equipment`. */
export interface RuleSentences {
  /** Kind, place, size, year. */
  readonly opening: string;
  readonly equipment: string | null;
  /** Asking price, else the last recorded sale. */
  readonly price: string | null;
}

/** Gives the sentences one by one. Pure. */
export function ruleSentences(property: ComposedProperty, features: readonly Feature[]): RuleSentences {
  return { opening: opening(property), equipment: equipment(features), price: price(property) };
}

/** Sentences as one text, those that are null left out. */
export function joinSentences(sentences: readonly (string | null)[]): string {
  return sentences.filter((sentence) => sentence !== null).join(' ');
}

/** `Single-family home`, `Vacant land`, `Property`: the kind of the property as an ordinary word. */
export function kindOf(property: ComposedProperty): string {
  const sub = textFact(property, 'PropertySubType')?.value.toLowerCase() ?? '';
  const type = textFact(property, 'PropertyType')?.value.toLowerCase() ?? '';
  const named = KINDS.find(([word]) => sub.includes(word)) ?? KINDS.find(([word]) => type.includes(word));
  return named?.[1] ?? 'Property';
}

const KINDS: readonly (readonly [string, string])[] = [
  ['single family', 'Single-family home'],
  ['townhouse', 'Townhouse'],
  ['condo', 'Condominium'],
  ['apartment', 'Apartment'],
  ['manufactured', 'Manufactured home'],
  ['mobile', 'Mobile home'],
  ['residential income', 'Multi-family property'],
  ['multi family', 'Multi-family property'],
  ['residential', 'Home'],
  ['commercial', 'Commercial property'],
  ['land', 'Vacant land'],
];

function opening(property: ComposedProperty): string {
  const kind = kindOf(property);
  const place = placeOf(property);
  const year = positiveFact(property, 'YearBuilt');
  const size = sizeOf(property);
  const lot = positiveFact(property, 'LotSizeSquareFeet');
  const parts = [
    place === null ? kind : `${kind} in ${place}`,
    year === null ? '' : `, built in ${year.value}`,
    size === null ? '' : `, with ${size}`,
    lot === null ? '' : ` on a lot of ${withCommas(lot.value)} sq ft`,
  ];
  const known = parts.slice(1).some((part) => part !== '');
  if (known || place !== null) return `${parts.join('')}.`;
  const { parcelNumber } = property;
  return parcelNumber === null ? `${kind}.` : `${kind} on parcel ${displayParcelNumber(parcelNumber)}.`;
}

function placeOf(property: ComposedProperty): string | null {
  const city = textFact(property, 'City');
  const place = [city === null ? null : titleCase(city.value), property.zip].filter((part) => part !== null).join(' ');
  return place === '' ? null : place;
}

function sizeOf(property: ComposedProperty): string | null {
  const area = positiveFact(property, 'LivingArea');
  const parts = [
    counted(positiveFact(property, 'BedroomsTotal')?.value, 'bedroom'),
    counted(bathroomsOf(property), 'bathroom'),
    area === null ? null : `${withCommas(area.value)} sq ft of living area`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : joinWords(parts);
}

/** Full and half baths as people count them (2 full and 1 half are 2.5), else the total; undefined when not stated. */
export function bathroomsOf(property: ComposedProperty): number | undefined {
  const full = positiveFact(property, 'BathroomsFull')?.value;
  const half = positiveFact(property, 'BathroomsHalf')?.value ?? 0;
  return full === undefined ? positiveFact(property, 'BathroomsTotalInteger')?.value : full + half / 2;
}

function equipment(features: readonly Feature[]): string | null {
  const phrases = features.flatMap(({ phrase }) => (phrase === null ? [] : [phrase])).slice(0, MAX_PHRASES);
  return phrases.length === 0 ? null : `It has ${joinWords(phrases)}.`;
}

function price(property: ComposedProperty): string | null {
  const asked = positiveFact(property, 'ListPrice');
  const status = textFact(property, 'StandardStatus')?.value.toLowerCase();
  if (asked !== null) {
    return `Listed at $${withCommas(asked.value)}${status === undefined ? '' : ` (${status})`}.`;
  }
  const sold = positiveFact(property, 'ClosePrice');
  if (sold === null) return null;
  const month = textFact(property, 'CloseDate')?.value.slice(0, 7);
  return `Last recorded sale $${withCommas(sold.value)}${month === undefined ? '' : `, ${month}`}.`;
}

function counted(count: number | undefined, thing: string): string | null {
  if (count === undefined) return null;
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function joinWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
