import { isRunDate } from '../core/dates.js';

const NOTHING = new Set(['', 'na', 'n/a', 'none', 'null', '-', '--']);

/** A text with runs of blanks made one and the ends cut; null when it says nothing (`""`, `NA`, `N/A`, …). */
export function normaliseText(text: string): string | null {
  const clean = text.replace(/\s+/g, ' ').trim();
  return NOTHING.has(clean.toLowerCase()) ? null : clean;
}

/**
 * A number as people and the county write it: `$1,234.50`, `  6500 `, `1,504 sq ft` is refused, since it is no number alone.
 * @returns null when the text is no finite number
 */
export function normaliseNumber(text: string): number | null {
  const clean = text.trim();
  if (!/^-?\$?\s?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?$/.test(clean)) return null;
  const digits = clean.replace(/[$,\s]/g, '');
  if (!/\d/.test(digits)) return null;
  const value = Number(digits);
  return Number.isFinite(value) ? value : null;
}

/**
 * A day as `YYYY-MM-DD`, from `MM/DD/YYYY`, `M/D/YYYY` or an ISO day or instant.
 * @returns null when it is no day of the calendar
 */
export function normaliseDay(text: string): string | null {
  const clean = text.trim();
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(clean);
  const day = american
    ? `${american[3]}-${`${american[1]}`.padStart(2, '0')}-${`${american[2]}`.padStart(2, '0')}`
    : (/^(\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$/.exec(clean)?.[1] ?? '');
  return isRunDate(day) ? day : null;
}

/** `MAIN ST` and `main st` as `Main St`; numbers with letters (`29TH`) as `29th`, words after an apostrophe stay low. */
export function titleCase(text: string): string {
  return text
    .toLowerCase()
    .replace(/(^|[\s\-/(])([a-z])/g, (_all, before, letter) => `${before}${letter.toUpperCase()}`);
}

/** A number with commas between thousands, without the machine's language: `1504` gives `1,504`. */
export function withCommas(value: number): string {
  const [whole = '', fraction] = `${Math.abs(value)}`.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${value < 0 ? '-' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}
