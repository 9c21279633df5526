import type { CheerioAPI } from 'cheerio';
import { normaliseText } from '../../../domain/normalise.js';

/** Elements of a loaded page. */
export type Elements = ReturnType<CheerioAPI>;

/** Longest text that can be a fact; remarks are the longest kind (4,000 characters in Flexmls, assumed). */
const LONGEST_TEXT = 8_000;

/** Text of an element with blanks made one; null when empty, a word for nothing, or longer than any fact. */
export function cleanText(text: string): string | null {
  const clean = normaliseText(text.replaceAll('\u00a0', ' '));
  return clean === null || clean.length > LONGEST_TEXT ? null : clean;
}

/** Address and listing key of a `title`: `5219 W EL CAMINITO Drive, Glendale, AZ 85302 - MLS# 6937912`. */
export function readTitle(title: string | undefined): { readonly address: string | null; readonly key: string | null } {
  const match = /^(.*?)\s*-\s*MLS#\s*(\d{7})\s*$/.exec(title?.trim() ?? '');
  return { address: cleanText(match?.[1] ?? ''), key: match?.[2] ?? null };
}

/** The number in `View Photos (43)`; null when there is none. */
export function readPhotos(text: string): number | null {
  const digits = /\((\d{1,4})\)/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
