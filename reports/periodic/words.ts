import type { ReportTarget } from '../../core/product-settings.js';
import { formatCount, formatDuration } from '../format.js';
import type { Cell, ReportLine, Unit } from './model.js';

/** What stands where there is no figure. */
export const NO_DATA = 'no data';

/** A cell of a table; a hole is a dash. */
export function cellWords(cell: Cell, unit: Unit): string {
  if (cell === null) return '–';
  return typeof cell === 'string' ? cell : valueWords(cell, unit);
}

/** The value of a line. */
export function wordsOfLine({ value, unit }: Pick<ReportLine, 'value' | 'unit'>): string {
  return value === null ? NO_DATA : valueWords(value, unit);
}

/** A value as people read it. Percentages are computed ones, with one decimal. */
export function valueWords(value: number, unit: Unit): string {
  switch (unit) {
    case 'percent':
      return `${decimals(value * 100, 1)} %`;
    case 'usd':
      return money(value, placesOf(Math.abs(value)));
    case 'usd-small':
      return money(value, value === 0 ? 2 : 6);
    case 'minutes':
      return formatDuration(value * 60_000);
    case 'hours':
      return `${value.toFixed(1)} h`;
    case 'ms':
      return formatDuration(value);
    case 'seconds':
      return `${value.toFixed(1)} s`;
    case 'score':
      return value.toFixed(3);
    case 'per-hour':
      return `${formatCount(Math.round(value))} /h`;
    case 'bytes':
      return `${formatCount(Math.round(value / 1_048_576))} MiB`;
    case 'count':
    case 'words':
      return formatCount(value);
  }
}

/** Half a cent: less is rounded to nothing. */
const LEAST_SHOWN_USD = 0.005;

const decimals = (value: number, places: number) =>
  value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places }).replace('-', '−');

/** Cents; none of large amounts, more of what would be shown as nothing. */
function placesOf(amount: number): number {
  if (amount >= 1_000) return 0;
  return amount > 0 && amount < LEAST_SHOWN_USD ? 6 : 2;
}

const money = (value: number, places: number) => `${value < 0 ? '−' : ''}$${decimals(Math.abs(value), places)}`;

/** A target in words: `≥ 98.0 %`. */
export function targetWords({ aim, target }: ReportTarget, unit: Unit): string {
  return `${aim === 'at-least' ? '≥' : '≤'} ${valueWords(target, unit)}`;
}

/** How a line moved since the period before: `+3.0 %`, `+1.2 points` for shares; null where one of them is not known. */
export function trendWords({ value, before, unit }: Pick<ReportLine, 'value' | 'before' | 'unit'>): string | null {
  if (value === null || before === null) return null;
  if (value === before) return 'as before';
  const sign = value > before ? '+' : '−';
  const change = Math.abs(value - before);
  if (unit === 'percent') return `${sign}${(change * 100).toFixed(1)} points`;
  if (before === 0) return `${sign}${valueWords(change, unit)}`;
  return `${sign}${((change / Math.abs(before)) * 100).toFixed(1)} %`;
}
