import type { HiddenFactName, HiddenFacts, Listing, RemarkStyle } from './listing.js';
import type { Random } from './random.js';
import { REMARK_PHRASES, type RemarkPhrases } from './remark-phrases.js';

/** Remarks, what they state, and the words that state it. */
export type Remarks = Pick<Listing, 'remarks' | 'remarkStyle' | 'hiddenFacts' | 'hiddenFactSpans'>;

const FACT_NAMES: readonly HiddenFactName[] = ['floodIrrigation', 'hoaMonthlyUsd', 'solar', 'pool', 'cooling', 'roof'];

/** What is true of the home; the remarks state a part of it. */
export interface RemarksInput {
  readonly style: RemarkStyle;
  /** Every fact; null for one that cannot be stated. */
  readonly facts: HiddenFacts;
  readonly bedrooms: number;
  readonly livingArea: number;
}

/** Writes two to five sentences: an opener and one sentence for each of one to four facts. */
export function writeRemarks({ style, ...home }: RemarksInput, random: Random): Remarks {
  return { ...writeWith(REMARK_PHRASES[style], home, random), remarkStyle: style };
}

/** The same with phrases of any style. */
export function writeWith(
  phrases: RemarkPhrases,
  { facts, bedrooms, livingArea }: Omit<RemarksInput, 'style'>,
  random: Random,
): Omit<Remarks, 'remarkStyle'> {
  const sayable = FACT_NAMES.filter((name) => facts[name] !== null);
  const said = random.shuffle(sayable).slice(0, random.whole(1, 4));
  const sentences = said.map((name) => ({ name, words: sentenceOf(phrases, name, facts, random) }));
  const opener = random.pick(phrases.openers).replace('<beds>', String(bedrooms)).replace('<area>', String(livingArea));
  const spans: Partial<Record<HiddenFactName, string>> = {};
  for (const { name, words } of sentences) spans[name] = words;
  return {
    remarks: [opener, ...sentences.map(({ words }) => words)].join(' '),
    hiddenFacts: statedOnly(facts, said),
    hiddenFactSpans: spans,
  };
}

function statedOnly(facts: HiddenFacts, said: readonly HiddenFactName[]): HiddenFacts {
  const states = (name: HiddenFactName): boolean => said.includes(name);
  return {
    floodIrrigation: states('floodIrrigation') ? facts.floodIrrigation : null,
    hoaMonthlyUsd: states('hoaMonthlyUsd') ? facts.hoaMonthlyUsd : null,
    solar: states('solar') ? facts.solar : null,
    pool: states('pool') ? facts.pool : null,
    cooling: states('cooling') ? facts.cooling : null,
    roof: states('roof') ? facts.roof : null,
  };
}

function sentenceOf(phrases: RemarkPhrases, name: HiddenFactName, facts: HiddenFacts, random: Random): string {
  const { hoaMonthlyUsd, floodIrrigation, pool, solar, cooling, roof } = facts;
  const choices: Readonly<Record<HiddenFactName, readonly string[]>> = {
    floodIrrigation: phrases.floodIrrigation[floodIrrigation ? 'true' : 'false'],
    hoaMonthlyUsd: phrases.hoaMonthlyUsd[hoaMonthlyUsd ? 'fee' : 'none'],
    solar: phrases.solar[solar ?? 'owned'],
    pool: phrases.pool[pool ? 'true' : 'false'],
    cooling: phrases.cooling[cooling ?? 'refrigeration'],
    roof: phrases.roof[roof ?? 'tile'],
  };
  return random.pick(choices[name]).replaceAll('<fee>', String(hoaMonthlyUsd ?? 0));
}
