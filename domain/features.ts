import type { ChosenFact, ComposedProperty } from '../core/schemas/property.js';
import { withCommas } from './normalise.js';
import { factOf, positiveFact, textFact, wordsFact, yesNoFact } from './property-facts.js';
import { readRemarks } from './remarks/remarks.js';
import type { RemarkFinding, RemarkTopic } from './remarks/topics.js';

export type FeatureTopic = RemarkTopic | 'carport' | 'lot' | 'year';

/** Why a feature is stated: a fact, and for `PublicRemarks` the words in it. */
export interface FeatureEvidence {
  readonly fact: ChosenFact;
  /** Null when the whole value is the evidence. Positions in UTF-16 code units. */
  readonly span: { readonly start: number; readonly end: number; readonly quote: string } | null;
}

/** One thing worth telling about a property. */
export interface Feature {
  readonly topic: FeatureTopic;
  /** False for a thing that is told not to be there (`No HOA fee`). */
  readonly present: boolean;
  /** As shown in a list: `2-car garage`. */
  readonly text: string;
  /** As said in a sentence after "with": `a 2-car garage`; null when it does not fit there. */
  readonly phrase: string | null;
  readonly evidence: FeatureEvidence;
}

const SQFT_PER_ACRE = 43_560;
type Finder = (property: ComposedProperty) => Feature | null;

/** In the order of showing: what is rare and decides first, what nearly every home has last. */
const FINDERS: readonly (readonly [FeatureTopic, Finder | null])[] = [
  ['pool', poolOf],
  ['solar', null],
  ['flood irrigation', null],
  ['hoa', associationOf],
  ['guest house', null],
  ['garage', (property) => stalls(property, 'GarageSpaces', 'garage')],
  ['carport', (property) => stalls(property, 'CarportSpaces', 'carport')],
  ['rv parking', null],
  ['updated kitchen', null],
  ['community pool', null],
  ['fireplace', null],
  ['cooling', coolingOf],
  ['roof', roofOf],
  ['covered patio', null],
  ['vaulted ceilings', null],
  ['corner lot', null],
  ['cul-de-sac lot', null],
  ['fenced yard', null],
  ['lot', lotOf],
  ['year', yearOf],
];

/**
 * Finds what is worth telling, each thing with its evidence. A fact of a source speaks before the remarks; where a fact says
 * no, the remarks cannot say yes. Nothing is guessed. Pure.
 */
export function findFeatures(property: ComposedProperty): readonly Feature[] {
  const remarks = textFactExact(property);
  const findings = remarks === null ? [] : readRemarks(remarks.text);
  return FINDERS.flatMap(([topic, finder]) => {
    const stated = finder?.(property) ?? null;
    if (stated !== null) return [stated];
    if (remarks === null || deniedByFact(property, topic)) return [];
    const told = findings.filter((finding) => finding.topic === topic);
    const feature = fromRemarks(told, remarks);
    return feature === null ? [] : [feature];
  });
}

function textFactExact(property: ComposedProperty): { readonly text: string; readonly fact: ChosenFact } | null {
  const fact = factOf(property, 'PublicRemarks');
  return fact !== null && typeof fact.value === 'string' ? { text: fact.value, fact } : null;
}

function deniedByFact(property: ComposedProperty, topic: FeatureTopic): boolean {
  if (topic === 'pool') return yesNoFact(property, 'PoolPrivateYN')?.value === false;
  if (topic === 'garage') return factOf(property, 'GarageSpaces')?.value === 0;
  return false;
}

function fromRemarks(told: readonly RemarkFinding[], remarks: { readonly text: string; readonly fact: ChosenFact }) {
  const first = told[0];
  if (first === undefined) return null;
  const words = wordsOf(told);
  if (words === null) return null;
  const { start, end } = first;
  const evidence = { fact: remarks.fact, span: { start, end, quote: remarks.text.slice(start, end) } };
  return { topic: first.topic, present: first.present, ...words, evidence } satisfies Feature;
}

type Words = Pick<Feature, 'text' | 'phrase'>;
const PLAIN: Readonly<Partial<Record<RemarkTopic, Words>>> = {
  pool: { text: 'Pool', phrase: 'a pool' },
  'community pool': { text: 'Community pool', phrase: null },
  'flood irrigation': { text: 'Flood irrigation', phrase: 'flood irrigation' },
  'rv parking': { text: 'RV gate or parking', phrase: 'RV parking' },
  'guest house': { text: 'Guest house', phrase: 'a guest house' },
  fireplace: { text: 'Fireplace', phrase: 'a fireplace' },
  'updated kitchen': { text: 'Updated kitchen', phrase: 'an updated kitchen' },
  'covered patio': { text: 'Covered patio', phrase: 'a covered patio' },
  'corner lot': { text: 'Corner lot', phrase: null },
  'cul-de-sac lot': { text: 'Cul-de-sac lot', phrase: null },
  'vaulted ceilings': { text: 'Vaulted ceilings', phrase: 'vaulted ceilings' },
  'fenced yard': { text: 'Fenced yard', phrase: 'a fenced yard' },
};

function wordsOf(told: readonly RemarkFinding[]): Words | null {
  const [first] = told;
  if (first === undefined) return null;
  const { topic, present, detail } = first;
  if (!present) return topic === 'hoa' ? { text: 'No HOA fee', phrase: 'no HOA fee' } : null;
  if (topic === 'hoa') return detail === null ? null : { text: `HOA fee ${detail}`, phrase: `an HOA fee of ${detail}` };
  if (topic === 'solar') return solarWords(detail);
  if (topic === 'cooling') return coolingWords(told.map((finding) => finding.detail ?? ''));
  if (topic === 'roof') return detail === null ? null : { text: capital(`${detail} roof`), phrase: `a ${detail} roof` };
  if (topic === 'garage') return { text: `${detail}-car garage`, phrase: `a ${detail}-car garage` };
  return PLAIN[topic] ?? null;
}

function solarWords(detail: string | null): Words {
  if (detail === null) return { text: 'Solar panels', phrase: 'solar panels' };
  return { text: `Solar panels, ${detail}`, phrase: `${detail} solar panels` };
}

function coolingWords(kinds: readonly string[]): Words {
  const named = (['refrigeration', 'evaporative'] as const).filter((kind) =>
    kinds.some((word) => word.startsWith(kind.slice(0, 4))),
  );
  const others = kinds.filter((word) => !/^(?:refr|evap)/.test(word)).map((word) => word.replace(/ cooling$/, ''));
  const words = `${[...named, ...others].join(' and ')} cooling`;
  return { text: capital(words), phrase: words };
}

function poolOf(property: ComposedProperty): Feature | null {
  const pool = yesNoFact(property, 'PoolPrivateYN');
  if (pool?.value !== true) return null;
  const area = positiveFact(property, 'xPoolSquareFeet');
  const text = area === null ? 'Private pool' : `Private pool, ${withCommas(area.value)} sq ft`;
  return { topic: 'pool', present: true, text, phrase: 'a private pool', evidence: whole(pool.fact) };
}

function associationOf(property: ComposedProperty): Feature | null {
  const stated = factOf(property, 'AssociationFee');
  if (stated?.value === 0) {
    return { topic: 'hoa', present: false, text: 'No HOA fee', phrase: 'no HOA fee', evidence: whole(stated) };
  }
  const fee = positiveFact(property, 'AssociationFee');
  if (fee === null) return null;
  const period = textFact(property, 'AssociationFeeFrequency')?.value.toLowerCase() ?? null;
  const amount = period === null ? `$${withCommas(fee.value)}` : `$${withCommas(fee.value)} ${period}`;
  const words = { text: `HOA fee ${amount}`, phrase: `an HOA fee of ${amount}` };
  return { topic: 'hoa', present: true, ...words, evidence: whole(fee.fact) };
}

function stalls(property: ComposedProperty, name: string, thing: 'garage' | 'carport'): Feature | null {
  const spaces = positiveFact(property, name);
  if (spaces === null) return null;
  const text = `${spaces.value}-car ${thing}`;
  const article = /^(?:8|11|18)(?:\D|$)/.test(text) ? 'an' : 'a';
  return { topic: thing, present: true, text, phrase: `${article} ${text}`, evidence: whole(spaces.fact) };
}

function coolingOf(property: ComposedProperty): Feature | null {
  const kinds = wordsFact(property, 'Cooling');
  if (kinds === null) return null;
  return { topic: 'cooling', present: true, ...coolingWords(kinds.value), evidence: whole(kinds.fact) };
}

function roofOf(property: ComposedProperty): Feature | null {
  const kinds = wordsFact(property, 'Roof');
  if (kinds === null) return null;
  const words = `${kinds.value.map((word) => word.replace(/ roof(?:ing)?$/, '')).join(' and ')} roof`;
  const article = /^[aeiou]/.test(words) ? 'an' : 'a';
  return {
    topic: 'roof',
    present: true,
    text: capital(words),
    phrase: `${article} ${words}`,
    evidence: whole(kinds.fact),
  };
}

function lotOf(property: ComposedProperty): Feature | null {
  const lot = positiveFact(property, 'LotSizeSquareFeet');
  if (lot === null) return null;
  const acres = Math.round((lot.value / SQFT_PER_ACRE) * 100) / 100;
  const text = acres >= 0.5 ? `${withCommas(acres)}-acre lot` : `${withCommas(lot.value)} sq ft lot`;
  return { topic: 'lot', present: true, text, phrase: null, evidence: whole(lot.fact) };
}

function yearOf(property: ComposedProperty): Feature | null {
  const year = positiveFact(property, 'YearBuilt');
  if (year === null) return null;
  return { topic: 'year', present: true, text: `Built in ${year.value}`, phrase: null, evidence: whole(year.fact) };
}

function whole(fact: ChosenFact): FeatureEvidence {
  return { fact, span: null };
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
