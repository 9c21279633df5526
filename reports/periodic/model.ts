import type { Mode } from '../../core/schemas/names.js';
import type { ReportColour, ReportKind } from '../../core/schemas/periodic.js';
import type { ChartSpec } from '../chart.js';

/** How a value is written. Shares from 0 to 1 are `percent`; money is in US dollars. */
export type Unit =
  | 'count'
  | 'percent'
  | 'usd'
  | 'usd-small'
  | 'minutes'
  | 'hours'
  | 'ms'
  | 'seconds'
  | 'score'
  | 'per-hour'
  | 'bytes'
  | 'words';

export type Cell = string | number | null;
export type LineVerdict = 'good' | 'warn' | 'bad' | 'none';

interface Block {
  /** `<kind>.<section>.<figure>`, as in `docs/dashboards.md`. */
  readonly id: string;
  readonly label: string;
  /** Name of the formula in `docs/dashboards.md`. */
  readonly formula: string;
  /** Collections and fields that it is read from. */
  readonly source: string;
}

/** One figure. `value` null: no data. */
export interface ReportLine extends Block {
  readonly type: 'line';
  readonly value: number | null;
  readonly unit: Unit;
  /** In words; null where there is none to reach. */
  readonly target: string | null;
  readonly verdict: LineVerdict;
  /** The same of the period before; null without data, and for what is known of now alone. */
  readonly before: number | null;
}

export interface ReportTable extends Block {
  readonly type: 'table';
  readonly columns: readonly { readonly label: string; readonly unit: Unit }[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface ReportList extends Block {
  readonly type: 'list';
  readonly items: readonly string[];
  /** What an empty list means. */
  readonly empty: string;
}

export interface ReportChart extends Block {
  readonly type: 'chart';
  readonly chart: ChartSpec;
}

/** What no figure can say. `text` null: no input. */
export interface ReportNoteBlock extends Block {
  readonly type: 'note';
  readonly text: string | null;
  readonly by: string | null;
  readonly at: string | null;
}

export type ReportBlock = ReportLine | ReportTable | ReportList | ReportChart | ReportNoteBlock;

export interface ReportSection {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly ReportBlock[];
}

/** A report, before it is written for a reader. JSON only; the same figures give the same text. */
export interface ReportModel {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly kind: ReportKind;
  readonly title: string;
  readonly layout: 'page' | 'slides';
  readonly market: string;
  readonly mode: Mode;
  readonly timeZone: string;
  readonly period: string;
  /** First and last day. */
  readonly from: string;
  readonly to: string;
  /** Name of the period that it is held against. */
  readonly before: string;
  readonly builtAt: string;
  readonly colour: ReportColour;
  /** What matters, in one sentence. */
  readonly verdict: string;
  /** Why it is not green, a sentence each. */
  readonly reasons: readonly string[];
  /** Figures at the top. */
  readonly headline: readonly ReportLine[];
  readonly sections: readonly ReportSection[];
  /** What a mail shows where that is less than all; null: all. The rest is in the PDF. */
  readonly mail: readonly ReportSection[] | null;
}

/** True for what this version wrote down; the parts inside are trusted, since nothing else writes them. */
export function isReportModel(value: unknown): value is ReportModel {
  return typeof value === 'object' && value !== null && 'schemaVersion' in value && value.schemaVersion === 1;
}
