import { BILINGUAL_PHRASES, DISTRACTORS } from './evaluation-phrases.js';
import { type HiddenFacts, REMARK_STYLES } from './listing.js';
import { createRandom, type Random } from './random.js';
import { REMARK_PHRASES } from './remark-phrases.js';
import { writeWith } from './remarks.js';

/** One text with what it states of the six facts that remarks hide; null is "says nothing of it". */
export interface LabelledListing {
  readonly id: string;
  readonly style: string;
  readonly text: string;
  readonly facts: Readonly<Record<keyof HiddenFacts, string | number | boolean | null>>;
}

/** Listings of each style. */
const PER_STYLE = 20;
const STYLES = [
  ...REMARK_STYLES.map((style) => [style, REMARK_PHRASES[style]] as const),
  ['bilingual', BILINGUAL_PHRASES] as const,
  ['typing slips', REMARK_PHRASES.plain] as const,
];

/** Draws the set on which reading is measured: every style alike often, sentences that mislead in half of them. The same for a seed. */
export function drawEvaluationSet(seed: string): readonly LabelledListing[] {
  return STYLES.flatMap(([style, phrases]) => {
    const random = createRandom(`${seed}/evaluation/${style}`);
    return Array.from({ length: PER_STYLE }, (_unused, at) => {
      const home = { facts: drawFacts(random), bedrooms: random.whole(2, 5), livingArea: random.whole(900, 3_400) };
      const { remarks, hiddenFacts } = writeWith(phrases, home, random);
      const misleading = random.chance(0.5) ? random.shuffle(DISTRACTORS).slice(0, random.whole(1, 2)) : [];
      const id = `${style.replace(' ', '-')}-${String(at + 1).padStart(2, '0')}`;
      const text = [remarks, ...misleading].join(' ');
      return { id, style, text: style === 'typing slips' ? withSlips(text, random) : text, facts: hiddenFacts };
    });
  });
}

/** Two neighbouring letters in turn, in every fourth long word: what a hurried hand does. */
function withSlips(text: string, random: Random): string {
  return text.replace(/[a-z]{6,}/g, (word) => {
    if (!random.chance(0.25)) return word;
    const at = random.whole(1, word.length - 3);
    return `${word.slice(0, at)}${word[at + 1]}${word[at]}${word.slice(at + 2)}`;
  });
}

function drawFacts(random: Random): HiddenFacts {
  return {
    floodIrrigation: random.chance(0.6),
    hoaMonthlyUsd: random.chance(0.5) ? random.whole(20, 350) : 0,
    solar: random.pick(['owned', 'leased'] as const),
    pool: random.chance(0.6),
    cooling: random.pick(['refrigeration', 'evaporative', 'both'] as const),
    roof: random.pick(['tile', 'shingle', 'foam', 'metal'] as const),
  };
}
