import { findStatements } from '../domain/remarks/remarks.js';
import type { RemarkFinding } from '../domain/remarks/topics.js';
import type { DescribeInput } from './prompt-input.js';
import { NEUTRAL_WORDS, stem } from './vocabulary.js';

export type GroundingResult =
  | { readonly status: 'grounded'; readonly description: string }
  /** `reason` is one sentence; it goes into the repair question and the record, so it quotes single words of the answer only. */
  | { readonly status: 'refused'; readonly reason: string };

const SHORTEST = 30;
const CONTACT = /https?:|www\.|[\w.+-]+@[\w-]+\.\w|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b|[<>{}[\]|\\]|```/i;
const COUNT_WORDS: Readonly<Record<string, string>> = {
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  ten: '10',
};
/** What stands behind or before a number says which fact it must equal. The first that fits decides. */
const MEANINGS: readonly (readonly [kind: string, before: RegExp, after: RegExp])[] = [
  ['bedrooms', /$/, /^[- ]*(?:full |total )?bed/i],
  ['bathrooms', /$/, /^[- ]*(?:full |total )?bath/i],
  ['stalls', /$/, /^[- ]*cars? (?:garage|carport)/i],
  ['nothing', /$/, /^[- ]*cars?\b/i],
  ['acres', /$/, /^[- ]*acres?\b/i],
  ['pool', /$/, /^[- ]*(?:sq|square)[-. ]*(?:ft|feet|foot)?\.?[- ]*(?:\w+ )?pool/i],
  ['lot', /$/, /^[- ]*(?:sq|square)[-. ]*(?:ft|feet|foot)?\.?[- ]*(?:of )?(?:\w+ )?(?:lot|land|parcel)/i],
  ['lot', /\b(?:lot|land|parcel)\b[^.,;\d]{0,20}$/i, /^[- ]*(?:sq|square)/i],
  ['pool', /\bpool\b[^.,;\d]{0,20}$/i, /^[- ]*(?:sq|square)/i],
  ['living', /$/, /^[- ]*(?:sq|square)/i],
  ['money', /\$\s?$/, /^/],
  ['money', /$/, /^ ?(?:dollars|usd)\b/i],
  ['year', /\b(?:built|constructed|from)(?: in| during)?(?: the year)? $/i, /^/],
];

/**
 * Checks that a description says nothing that no fact says. It must hold:
 * sentences only, no addresses of pages, mails or telephones; every number equal to a fact of its meaning (beds, baths, areas, money,
 * year); every statement that the rules can read (pool, fee, solar, …) equal to a feature found by rules; every other word in
 * the facts, the features, the remarks shown to the model, or the list of neutral words; at least two of the given things named. Pure.
 */
export function groundDescription(text: string, input: DescribeInput): GroundingResult {
  const description = tidy(wholeSentences(text), input);
  if (description.length < SHORTEST) return refused('the description has no whole sentence');
  if (CONTACT.test(description)) return refused('the description holds an address or marks');
  const number = wrongNumber(description, input);
  if (number !== null) return refused(`the number ${number} is in no fact`);
  const claim = wrongClaim(description, input);
  if (claim !== null) return refused(`the facts do not say this of "${claim}"`);
  if (repeatsItself(description)) return refused('the description repeats itself');
  const words = unknownWords(description, input);
  if (words.length > 0) return refused(`these words are not in the facts: ${words.slice(0, 6).join(', ')}`);
  if (!tellsEnough(description, input)) return refused('the description names too little');
  return { status: 'grounded', description };
}

/** Blanks made one, an unfinished end and repeated sentences cut off. */
function wholeSentences(text: string): string {
  const clean = text.replace(/\s+/g, ' ').trim();
  const sentences = clean.match(/[^.!?]+(?:\.(?=\S)[^.!?]*)*[.!?]+/g) ?? [];
  return [...new Set(sentences.map((sentence) => sentence.trim()))].join(' ');
}

function wrongNumber(description: string, { numbers }: DescribeInput): string | null {
  const spelled = withDigits(description);
  for (const match of spelled.matchAll(/\d[\d,]*(?:\.\d+)?(?:[a-z]+\b)?/gi)) {
    const before = spelled.slice(0, match.index);
    const after = spelled.slice(match.index + match[0].length);
    const meaning = MEANINGS.find(([, head, tail]) => head.test(before) && tail.test(after))?.[0];
    const allowed = meaning === undefined ? Object.values(numbers).flat() : (numbers[meaning] ?? []);
    const written = match[0]
      .replace(/,(?=\d{3})/g, '')
      .replace(/,$/, '')
      .toLowerCase();
    if (!allowed.includes(written)) return match[0];
  }
  return null;
}

/** Counts in words as digits, where a thing is counted that facts count: `two-car`, `three bedrooms`. */
function withDigits(description: string): string {
  return description.replace(
    /\b(one|two|three|four|five|six|seven|eight|nine|ten)(?=[- ](?:(?:full|half) )?(?:bed|bath|car|acre))/gi,
    (word) => COUNT_WORDS[word.toLowerCase()] ?? word,
  );
}

/** The rules read the model's words as they read remarks; both must say the same. */
function wrongClaim(description: string, { features }: DescribeInput): string | null {
  const says = (claim: RemarkFinding): boolean =>
    features.some(
      ({ topic, present, text }) =>
        topic === claim.topic &&
        present === claim.present &&
        (claim.detail === null || text.toLowerCase().includes(claim.detail.slice(0, 5).toLowerCase())),
    );
  const text = withDigits(description);
  const wrong = findStatements(text).find((claim) => !says(claim));
  return wrong === undefined ? null : text.slice(wrong.start, wrong.end);
}

function unknownWords(description: string, { support }: DescribeInput): readonly string[] {
  const words =
    withDigits(description)
      .toLowerCase()
      .match(/[a-z][a-z'’-]*/g) ?? [];
  const known = (word: string) => NEUTRAL_WORDS.has(word) || support.has(word) || support.has(stem(word));
  return [...new Set(words)].filter(
    (word) => !known(word) && !word.split(/[-'’]/).every((part) => part === 's' || known(part)),
  );
}

/** Small models loop: the same three words twice are no plain description of one home. */
function repeatsItself(description: string): boolean {
  const words = description.toLowerCase().match(/[a-z0-9][\w'’,.-]*(?<![,.])/g) ?? [];
  const threes = words.slice(2).map((word, at) => `${words[at]} ${words[at + 1]} ${word}`);
  return new Set(threes).size < threes.length;
}

/** At least two things that the home has, or the one there is: less is no description. */
function tellsEnough(description: string, { features }: DescribeInput): boolean {
  const text = plain(withDigits(description));
  const phrases = features.flatMap(({ phrase }) => (phrase === null ? [] : [plain(phrase.replace(/ of \$.*$/, ''))]));
  const named = phrases.filter((phrase) => text.includes(phrase.replace(/^an? /, '')));
  return named.length >= Math.min(2, phrases.length);
}

/** Sets articles and the last comma of a list right; changes no other word. Small models copy `an asphalt roof` as `a asphalt roof`. */
function tidy(description: string, { choices }: DescribeInput): string {
  const articled = choices.reduce((text, { words }) => {
    const thing = words.replace(/^an? /, '');
    const pattern = new RegExp(`\\ban? (?=${thing.replace(/[^\w\s-]/g, '.')}\\b)`, 'gi');
    return text.replace(pattern, words === thing ? '' : words.slice(0, -thing.length));
  }, description);
  return articled.replace(/, (?!and |with )((?:an? |no )?[\w\s-]+)([.!])$/, (whole, last: string, end: string) =>
    / and /.test(last) ? whole : `, and ${last}${end}`,
  );
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[\s-]+/g, ' ');
}

function refused(reason: string): GroundingResult {
  return { status: 'refused', reason };
}
