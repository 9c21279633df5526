import { dayAfter, isRunDate, startOfDay } from '../core/dates.js';
import type { Market } from '../core/product-settings.js';
import type { SourceName } from '../core/schemas/names.js';
import type { Pace } from '../core/schemas/pace.js';
import { CliError } from './errors.js';
import { type Faults, readSources } from './run-request.js';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_PACE_MS = 24 * 3_600_000;
const LONGEST_TEXT = 500;

/** A value that is there once `faults` held nothing. @throws CliError (UsageError) otherwise */
export function given<T>(value: T | null): T {
  if (value === null) throw new CliError('UsageError', 'the command line is incomplete');
  return value;
}

/** One source by a unique beginning of its name. Null when the text names none; `faults` says why then. */
export function readOneSource(text: string, faults: Faults): SourceName | null {
  return readSources([text], faults)?.[0] ?? null;
}

/** `30/1m` as a pace; null for `off`, and for what is none: `faults` says so then. */
export function readPace(text: string, faults: Faults): Pace | null {
  if (text === 'off') return null;
  const [, requests = '', length = '', unit = ''] = /^(\d{1,7})\/(\d{1,7})(s|m|h)$/.exec(text) ?? [];
  const pace = { requests: Number(requests), windowMs: Number(length) * (UNIT_MS[unit] ?? 0) };
  if (pace.requests >= 1 && pace.windowMs >= 1_000 && pace.windowMs <= LONGEST_PACE_MS) return pace;
  return faults.add(`pace must be like 30/1m, 1/10s, 500/1h (a day at most), or off, not "${text}"`);
}

/** A day in the zone of the market, or an instant with its zone, as an instant. */
export function readSince(text: string | undefined, { timeZone }: Market, faults: Faults): Date | null {
  return readMoment('--since', text, (day) => startOfDay(day, timeZone), faults);
}

/** As `readSince`, but of a day the end of it is meant. */
export function readAsOf(flag: string, text: string | undefined, { timeZone }: Market, faults: Faults): Date | null {
  return readMoment(flag, text, (day) => startOfDay(dayAfter(day), timeZone) - 1, faults);
}

function readMoment(
  flag: string,
  text: string | undefined,
  msOfDay: (day: string) => number,
  faults: Faults,
): Date | null {
  if (text === undefined) return null;
  if (isRunDate(text)) return new Date(msOfDay(text));
  const isInstant = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text));
  return isInstant
    ? new Date(text)
    : faults.add(`${flag} must be a day or an instant like 2026-11-22T10:00:00Z, not "${text}"`);
}

/** Words of a person that are kept. Null when there are none; `faults` says so where they must be there. */
export function readWords(flag: string, text: string | undefined, needed: boolean, faults: Faults): string | null {
  const words = (text ?? '').replace(/\s+/g, ' ').trim();
  if (words.length > LONGEST_TEXT) return faults.add(`${flag} is longer than ${LONGEST_TEXT} characters`);
  if (words !== '') return words;
  return needed ? faults.add(`${flag} is needed`) : null;
}

/** `FROM:TO` or one day. Null for what is none, or begins after it ends; `faults` says so. */
export function readDays(
  text: string,
  latest: string,
  faults: Faults,
): { readonly from: string; readonly to: string } | null {
  const [from = '', to = from, ...more] = text.split(':');
  if (more.length > 0 || !isRunDate(from) || !isRunDate(to)) {
    return faults.add(`days must be YYYY-MM-DD:YYYY-MM-DD or one day, not "${text}"`);
  }
  if (from > to) return faults.add(`${from} is after ${to}`);
  if (to > latest) return faults.add(`${to} has not come yet; today is ${latest}`);
  if (Date.parse(to) - Date.parse(from) > 365 * 86_400_000) return faults.add('at most 366 days at a time');
  return { from, to };
}
