import type { ReportTarget } from '../../core/product-settings.js';
import type { ChartSpec } from '../chart.js';
import type { PeriodFacts, TrailFacts } from './facts.js';
import type { Cell, Unit } from './model.js';
import type { Standing } from './standing.js';

/** Everything that a report is made of. */
export interface Figures {
  readonly period: PeriodFacts;
  readonly before: PeriodFacts;
  readonly trail: TrailFacts;
  readonly now: Standing;
  /** Rows of `config/report-targets.json`. */
  readonly targets: Readonly<Record<string, ReportTarget>>;
}

/** What `docs/dashboards.md` says of a figure. */
interface Described {
  readonly label: string;
  /** The formula in words. */
  readonly says: string;
  /** Collections and fields. */
  readonly inputs: string;
}

/** One number. `of: 'now'` has none for the past. All are pure. */
export type Measure = Described & {
  readonly unit: Unit;
  /** Row of `config/report-targets.json`; left out: nothing to reach. */
  readonly target?: string;
} & (
    | { readonly of: 'period'; readonly value: (facts: PeriodFacts) => number | null }
    | { readonly of: 'now'; readonly value: (now: Standing) => number | null }
  );

export interface TableColumn {
  readonly label: string;
  readonly unit: Unit;
}

export interface TableFigure extends Described {
  /** Where columns depend on what there is, a function. */
  readonly columns: readonly TableColumn[] | ((figures: Figures) => readonly TableColumn[]);
  readonly rows: (figures: Figures) => readonly (readonly Cell[])[];
}

export interface ListFigure extends Described {
  /** What it means when there is nothing in it. */
  readonly empty: string;
  readonly items: (figures: Figures) => readonly string[];
}

export interface ChartFigure extends Described {
  readonly chart: (figures: Figures) => Omit<ChartSpec, 'id' | 'title'>;
}

/** Sum of a number of each; 0 of none. */
export function sumOf<T>(all: readonly T[], value: (one: T) => number): number {
  return all.reduce((sum, one) => sum + value(one), 0);
}

/** A part of a whole, 0 to 1; null of nothing. */
export function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Mean of numbers; null of none. */
export function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : sumOf(values, (value) => value) / values.length;
}

/** Micro-dollars as dollars. */
export const usdOf = (micros: number): number => micros / 1_000_000;
