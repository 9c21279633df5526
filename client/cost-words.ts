import { accountingDay } from '../store/cost/entries.js';
import type { Faults } from './run-request.js';
import { readWords } from './source-request.js';

export interface BudgetFlags {
  readonly by?: string;
  readonly note?: string;
}

const CENT = 10_000;

/** Micro-dollars with cents, or with four places where a small amount is no whole number of cents. */
export function usd(micros: number): string {
  const places = micros % CENT !== 0 && Math.abs(micros) < 1_000_000 ? 4 : 2;
  return (micros / 1_000_000).toFixed(places);
}

/** A share in percent with one place; `-` for what cannot be told. */
export function inPercent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : '-';
}

/** A month `YYYY-MM`; this one where none is given. `faults` says what is wrong. */
export function readMonth(text: string | undefined, faults: Faults): string {
  const now = accountingDay(Date.now()).slice(0, 7);
  if (text === undefined) return now;
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) faults.add(`--month must be YYYY-MM, not "${text}"`);
  else if (text > now) faults.add(`${text} has not come yet; this is ${now}`);
  return text;
}

/** Dollars with at most six places, as micro-dollars. Null for what is none; `faults` says so. */
export function readUsd(name: string, text: string, faults: Faults): number | null {
  const [, whole = '', fraction = ''] = /^(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (whole === '') return faults.add(`${name} must be US dollars like 2.50, not "${text}"`);
  return Number(whole) * 1_000_000 + Number(fraction.padEnd(6, '0'));
}

/** Who changes the budget and why; both must be told. */
export function readDecision(flags: BudgetFlags, faults: Faults): { readonly by: string; readonly note: string } {
  return {
    by: readWords('--by', flags.by, true, faults) ?? '',
    note: readWords('--note', flags.note, true, faults) ?? '',
  };
}
