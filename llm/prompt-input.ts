import type { ComposedProperty } from '../core/schemas/property.js';
import { type Feature, findFeatures } from '../domain/features.js';
import { titleCase, withCommas } from '../domain/normalise.js';
import { factOf, positiveFact, textFact } from '../domain/property-facts.js';
import { bathroomsOf, kindOf } from '../domain/rules.js';
import { splitAtSentences } from '../domain/split-text.js';
import { MAX_REMARKS_CHARS, tameRemarks } from './hostile-text.js';
import { stem } from './vocabulary.js';

/** A feature the model may name and choose. */
export interface Choice {
  readonly feature: Feature;
  /** As the model reads it: small counts in words, since small models copy words better than digits. */
  readonly words: string;
}

/** All that the model is told about a property, and all that its answer may say. */
export interface DescribeInput {
  /** `single-family home in Phoenix`. */
  readonly home: string;
  /** Facts as short lines, `3 bedrooms`. */
  readonly facts: readonly string[];
  /** Every feature found by rules, with its evidence. */
  readonly features: readonly Feature[];
  /** Features that can be said in a sentence, best first, numbered from 1 in the question. */
  readonly choices: readonly Choice[];
  /** Remarks as shown to the model; null when there are none fit to be shown. */
  readonly remarks: string | null;
  /** Numbers that may be said, by what they count; without commas. */
  readonly numbers: Readonly<Record<string, readonly string[]>>;
  /** Lower-case words that facts, features or remarks hold. */
  readonly support: ReadonlySet<string>;
}

const MAX_CHOICES = 5;
/** No listing is longer; what is, is no listing. */
const MOST_TAMED = 20_000;
const COUNTS = ['zero', 'one', 'two', 'three', 'four', 'five'];

/** Gathers what a description is made of. Pure. */
export function describeInput(property: ComposedProperty): DescribeInput {
  const features = findFeatures(property);
  const remarksFact = factOf(property, 'PublicRemarks');
  const remarks = typeof remarksFact?.value === 'string' ? shownRemarks(remarksFact.value, features) : null;
  const facts = factLines(property);
  const city = textFact(property, 'City');
  const kind = kindOf(property).toLowerCase();
  const home = city === null ? kind : `${kind} in ${titleCase(city.value)}`;
  const choices = features.flatMap((feature) => choiceOf(feature)).slice(0, MAX_CHOICES);
  const told = [home, ...facts, ...features.flatMap(({ text, phrase }) => [text, phrase ?? '']), remarks ?? ''].join(
    ' ',
  );
  return { home, facts, features, choices, remarks, numbers: numbersOf(property, features), support: wordsOf(told) };
}

/** Remarks that are too long are shown in part: the part that states most of the features, the first of equals. */
function shownRemarks(text: string, features: readonly Feature[]): string | null {
  const tame = tameRemarks(text, MOST_TAMED);
  if (tame === null || tame.length <= MAX_REMARKS_CHARS) return tame;
  const quotes = features.flatMap(({ evidence }) => evidence.span?.quote ?? []);
  const stated = (part: string) => quotes.filter((quote) => part.includes(quote)).length;
  const [first = null, ...others] = splitAtSentences(tame, MAX_REMARKS_CHARS);
  return others.reduce((best, part) => (best !== null && stated(part) > stated(best) ? part : best), first);
}

function choiceOf(feature: Feature): readonly Choice[] {
  if (feature.phrase === null) return [];
  const words = feature.phrase
    .replace(/ of \$[\d,]+.*$/, '')
    .replace(/\b([1-5])(?=-car)/, (digit) => COUNTS[Number(digit)] ?? digit);
  return [{ feature, words }];
}

function factLines(property: ComposedProperty): readonly string[] {
  const count = (value: number | undefined, one: string) =>
    value === undefined ? null : `${value} ${one}${value === 1 ? '' : 's'}`;
  const sized = (name: string, words: (value: string) => string) => {
    const size = positiveFact(property, name);
    return size === null ? null : words(withCommas(size.value));
  };
  const year = positiveFact(property, 'YearBuilt');
  const lines = [
    count(positiveFact(property, 'BedroomsTotal')?.value, 'bedroom'),
    count(bathroomsOf(property), 'bathroom'),
    sized('LivingArea', (size) => `${size} square feet`),
    year === null ? null : `built in ${year.value}`,
    sized('LotSizeSquareFeet', (size) => `lot of ${size} square feet`),
    sized('ListPrice', (price) => `listed at $${price}`),
  ];
  return lines.filter((line) => line !== null);
}

function numbersOf(property: ComposedProperty, features: readonly Feature[]): DescribeInput['numbers'] {
  const values = (...names: readonly string[]) =>
    names.flatMap((name) => positiveFact(property, name)?.value ?? []).map((value) => `${value}`);
  const inFeatures = (pattern: RegExp) =>
    features.flatMap(({ text }) => pattern.exec(text)?.[1]?.replaceAll(',', '') ?? []);
  return {
    bedrooms: values('BedroomsTotal'),
    bathrooms: [bathroomsOf(property) ?? []].flat().map((value) => `${value}`),
    stalls: inFeatures(/^([\d.]+)-car/),
    acres: inFeatures(/^([\d.,]+)-acre/),
    living: values('LivingArea'),
    lot: values('LotSizeSquareFeet'),
    pool: values('xPoolSquareFeet'),
    money: [...values('ListPrice'), ...inFeatures(/\$([\d,]+)/)],
    year: values('YearBuilt'),
    place: property.zip === null ? [] : [property.zip],
  };
}

function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[a-z][a-z'’-]*/g) ?? [];
  return new Set(words.flatMap((word) => [word, stem(word), ...word.split('-')]));
}
