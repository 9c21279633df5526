import { blankHostile } from '../domain/hostile-text.js';

/** Most characters of remarks that the model sees. Longer text is cut at a sentence. */
export const MAX_REMARKS_CHARS = 600;

/**
 * Sentences that speak to a reader or a machine and not about a home: orders, prompts, contacts, addresses of pages. They are
 * left out before the model sees the text; what they are for, no description needs.
 */
const NOT_ABOUT_THE_HOME =
  /\b(?:ignore|disregard|forget|override|instructions?|prompts?|system|assistant|chatbot|language model|ai|gpt|llm|json|schema|respond|reply|answer|output|pretend|you are|you must|act as|execute|password|token|e-?mail|text me|call|click|website|www|http|agents?:|lockbox|showing ?time|supra)\b|@|:\/\/|\b\d{3}[-. ]\d{3,4}\b|\bset (?:the )?\w+ (?:to|=)|[{}[\]<>|\\`]/i;

/** What stands behind is no listing. */
const MOST_READ = 60_000;

/** Control and format signs, halves of surrogate pairs, signs of broken text. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\ufffd]/gu;

/**
 * Makes text of strangers fit to be shown to a model: no control signs, no marks, only sentences about the home, at most `most`
 * characters. What is left is data all the same; the prompt fences it and the answer is checked.
 * @returns null when nothing is left
 */
export function tameRemarks(text: string, most: number = MAX_REMARKS_CHARS): string | null {
  const sentences = blankHostile(text.slice(0, MOST_READ))
    .split(/(?<=[.!?])\s+|\s*[\n;•*]\s*/)
    .map((sentence) => sentence.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim());
  let tame = '';
  for (const sentence of sentences) {
    if (!/[\p{L}\p{N}]/u.test(sentence) || NOT_ABOUT_THE_HOME.test(sentence)) continue;
    const longer = tame === '' ? sentence : `${tame} ${sentence}`;
    if (longer.length > most) return tame === '' ? sentence.slice(0, sentence.lastIndexOf(' ', most)) || null : tame;
    tame = longer;
  }
  return tame === '' ? null : tame;
}
