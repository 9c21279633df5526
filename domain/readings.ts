import type { FactValue } from '../core/schemas/facts.js';

/** What a field of an answer says: named values (none: the field says nothing), or why it cannot be read. */
export type Reading =
  | { readonly values: readonly (readonly [name: string, value: FactValue])[] }
  | { readonly fault: string };

/**
 * Reads one field. Takes whatever JSON holds and never throws.
 * @param year calendar year in which the answer arrived
 */
export type Reader = (value: unknown, year: number) => Reading;

/** Texts above this are no fact of a parcel (the longest recorded one has 150 characters). */
const LONGEST_TEXT = 4_000;
/** Above this a text is not even cleaned, so that a hostile answer costs nothing. */
const LONGEST_RAW_TEXT = 20_000;

/** All of these mean that a source says nothing (in recorded answers of the county, 2025-02 to 2025-11). */
const NOTHING_WORDS: ReadonlySet<string> = new Set(['', 'NA', 'N/A']);

export const NOTHING: Reading = { values: [] };

export const isFault = (read: unknown): read is { readonly fault: string } => isObject(read) && 'fault' in read;

/** An object of JSON; not a list, not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of an object's own; undefined when there is none, `__proto__` and its like included. */
export function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/**
 * A text without padding, runs of blanks, control characters and halves of characters.
 * @returns null when it says nothing
 */
export function textOf(value: unknown): string | null | { readonly fault: string } {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return null;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return { fault: 'is not text' };
  if (value.length > LONGEST_RAW_TEXT) return { fault: `is longer than ${LONGEST_RAW_TEXT} characters` };
  const text = CLEAN_TEXT.test(value) ? value : cleaned(value);
  if (NOTHING_WORDS.has(text.toUpperCase())) return null;
  return text.length > LONGEST_TEXT ? { fault: `is longer than ${LONGEST_TEXT} characters` } : text;
}

/** Words of printable ASCII with one blank between them: most texts, and nothing of them needs cleaning. */
const CLEAN_TEXT = /^[!-~]+(?: [!-~]+)*$/;

function cleaned(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** Bounds of a number, both inside. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/**
 * A number, given as such or as text with commas and padding.
 * @returns null when the field says nothing
 */
export function numberOf(value: unknown, { min, max }: Bounds): number | null | { readonly fault: string } {
  const text = textOf(value);
  if (text === null || isFault(text)) return text;
  const plain = text.replaceAll(',', '');
  if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(plain)) return { fault: 'is not a number' };
  const number = Number(plain);
  return number < min || number > max ? { fault: `is outside ${min} to ${max}` } : number;
}

/** Reader of a text under one name. */
export const text =
  (name: string): Reader =>
  (value) => {
    const read = textOf(value);
    if (isFault(read)) return read;
    return read === null ? NOTHING : { values: [[name, read]] };
  };

/** Reader of a text as a list of one: the county gives one code with its words, `Ct - Concrete Tile`. */
export const oneOfList =
  (name: string): Reader =>
  (value) => {
    const read = textOf(value);
    if (isFault(read)) return read;
    return read === null ? NOTHING : { values: [[name, [read]]] };
  };

/** Reader of a number that need not be whole. */
export const decimal =
  (name: string, bounds: Bounds): Reader =>
  (value) => {
    const read = numberOf(value, bounds);
    if (isFault(read)) return read;
    return read === null ? NOTHING : { values: [[name, read]] };
  };

/** Reader of a whole number. */
export const whole =
  (name: string, bounds: Bounds): Reader =>
  (value) => {
    const read = numberOf(value, bounds);
    if (isFault(read)) return read;
    if (read === null) return NOTHING;
    return Number.isInteger(read) ? { values: [[name, read]] } : { fault: 'is not a whole number' };
  };

/** Reader of a number whose zero means "not known": areas, years, prices (assumed; no recorded zero among them). */
export const nonZero =
  (reader: Reader): Reader =>
  (value, year) =>
    numberOf(value, { min: 0, max: 0 }) === 0 ? NOTHING : reader(value, year);

const DATE = /^(\d{2})\/(\d{2})\/(\d{4})$/;

/**
 * A day written `MM/DD/YYYY`, as `YYYY-MM-DD`.
 * @param year latest year that can be
 */
export function dayOf(value: unknown, year: number): string | null | { readonly fault: string } {
  const read = textOf(value);
  if (read === null || isFault(read)) return read;
  const [, month, day, writtenYear] = DATE.exec(read) ?? [];
  const iso = `${writtenYear}-${month}-${day}`;
  const time = Date.parse(`${iso}T00:00:00Z`);
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(iso))
    return { fault: 'is not a day (MM/DD/YYYY)' };
  const found = Number(writtenYear);
  return found < 1850 || found > year + 1 ? { fault: `is outside the years 1850 to ${year + 1}` } : iso;
}
