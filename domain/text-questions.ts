import type { TextField, TextValue } from '../core/schemas/text-facts.js';
import { foldText } from './fold-text.js';
import { blankHostile } from './hostile-text.js';
import { periodOf } from './remarks/association-fee.js';
import { sentenceOf } from './remarks/clauses.js';
import { feeAMonth } from './text-facts.js';

/** A sentence that may say something of a field, where the rules read nothing. */
export interface TextQuestion {
  readonly field: TextField;
  readonly sentence: string;
  /** Where the sentence begins in the text. */
  readonly start: number;
  /** What may be answered, `unknown` last. */
  readonly answers: readonly string[];
}

const YES_NO = ['yes', 'no'];
const DENIAL =
  /\b(?:no|not|without|never|none|lacks?|zero|nor|neither|nope|isn't|hasn't|doesn't|removed|capped|filled)\b/i;

interface FieldAsked {
  /** What must stand in a sentence that is asked about, and in the words of a fact. */
  readonly cue: RegExp;
  readonly answers: (sentence: string) => readonly string[];
  /** What the words of an answer must hold besides the cue. */
  readonly proof: Readonly<Record<string, RegExp>>;
}

const yesNo = (cue: RegExp): FieldAsked => ({ cue, answers: () => YES_NO, proof: { no: DENIAL } });
const numbers = (pattern: RegExp) => (sentence: string) => [...new Set(sentence.match(pattern) ?? [])].slice(0, 6);

const ASKED: Readonly<Record<TextField, FieldAsked>> = {
  floodIrrigation: yesNo(/\birrigat|\bflood/i),
  hoaMonthlyUsd: {
    cue: /\bH\.?O\.?A\b|\bassociation|\bassessment|\bdues\b/i,
    answers: numbers(/\$\s?\d[\d,]*(?:\.\d\d)?/g),
    proof: {},
  },
  solar: {
    cue: /\bsolar\b|\bPV\b|\bpanels\b/i,
    answers: () => ['owned', 'leased', 'none'],
    proof: { owned: /\b(?:own|paid|bought|purchase)/i, leased: /\b(?:leas|ppa|power purchase|rent)/i, none: DENIAL },
  },
  pool: yesNo(/\bpools?\b/i),
  communityPool: yesNo(/\bpools?\b/i),
  cooling: {
    cue: /\bcool|\bair\b|\ba\/?c\b|\bevap|\bswamp|\bseer\b/i,
    answers: () => ['refrigeration', 'evaporative', 'both'],
    proof: { evaporative: /\bevap|\bswamp/i, both: /\bevap|\bswamp/i },
  },
  roof: {
    cue: /\broof|\bshingle|\btile/i,
    answers: () => ['tile', 'shingle', 'foam', 'metal'],
    proof: { tile: /\btile/i, shingle: /\bshingle|\bcomp\b/i, foam: /\bfoam/i, metal: /\bmetal|\bsteel/i },
  },
  roofYear: { cue: /\broof/i, answers: numbers(/\b(?:19[5-9]|20[0-4])\d\b/g), proof: {} },
  garageSpaces: { cue: /\bgarage|\bcar\b/i, answers: numbers(/\b\d(?:\.5)?\b/g), proof: {} },
  rvParking: yesNo(/\bRV\b/i),
  guestHouse: yesNo(/\bguest|\bcasita|\bin-law|\bgranny/i),
};

/**
 * Sentences worth a question: those that name a thing of a field, one a field, the first of them. Sentences that speak to a machine
 * are no sentences of a listing. Pure.
 */
export function questionsAbout(text: string, fields: readonly TextField[]): readonly TextQuestion[] {
  const readable = blankHostile(text);
  return fields.flatMap((field): readonly TextQuestion[] => {
    const { cue, answers } = ASKED[field];
    const found = cue.exec(readable);
    if (found === null) return [];
    const { from, to } = sentenceOf(readable, found.index, found.index + found[0].length);
    const sentence = readable.slice(from, to);
    const given = answers(sentence);
    return given.length === 0 ? [] : [{ field, sentence, start: from, answers: [...given, 'unknown'] }];
  });
}

/** Where words stand in a text; upper and lower case, kinds of blanks and marks at the end are let pass. Null when they do not. Pure. */
export function findWords(text: string, words: string): { readonly start: number; readonly end: number } | null {
  const parts = words
    .replace(/[.!?;,\s]+$/, '')
    .trim()
    .split(/\s+/)
    .filter((part) => part !== '');
  if (parts.length === 0 || words.length > 300) return null;
  const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('\\s+');
  // Whole words: half a word may say something else.
  const found = new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'iu').exec(text);
  return found === null ? null : { start: found.index, end: found.index + found[0].length };
}

/**
 * The value of an answer, when the words quoted can carry it: they must name the thing, and the answer itself where it has a name.
 * Null when they do not. Pure.
 */
export function valueOfAnswer(field: TextField, answer: string, quote: string): TextValue | null {
  const { cue, proof } = ASKED[field];
  const words = foldText(quote).text;
  if (!cue.test(words) || proof[answer]?.test(words) === false) return null;
  if (field === 'hoaMonthlyUsd') return words.includes(answer) ? feeAMonth(answer, periodOf(words)) : null;
  if (field === 'roofYear' || field === 'garageSpaces') return words.includes(answer) ? Number(answer) : null;
  if (answer === 'yes') return DENIAL.test(words) ? null : true;
  return answer === 'no' ? false : answer;
}
