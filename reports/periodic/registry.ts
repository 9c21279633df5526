import type { CHARTS } from './charts.js';
import type { LISTS } from './lists.js';
import type { MeasureName } from './measures/index.js';
import type { NoteTopic } from './notes.js';
import type { TABLES } from './tables.js';

/** One part of a section, by the name of its figure. */
export type BlockName =
  | { readonly line: MeasureName }
  | { readonly table: keyof typeof TABLES }
  | { readonly list: keyof typeof LISTS }
  | { readonly chart: keyof typeof CHARTS }
  | { readonly note: NoteTopic };

export interface SectionPlan {
  /** Lower case, digits, dashes. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly BlockName[];
}

/** A kind of report. All that it takes is its file in `kinds/`, its row in `kinds/index.ts` and in `REPORT_SPANS`. */
export interface KindPlan {
  readonly title: string;
  /** `slides`: pages on their side, a section each. */
  readonly layout: 'page' | 'slides';
  /** Figures at the top. Those with a target decide on the colour. */
  readonly headline: readonly MeasureName[];
  readonly sections: readonly SectionPlan[];
  /** What the mail shows, where that is less than all; the PDF has all. */
  readonly mail?: readonly SectionPlan[];
}

/** Lines by name, in their order. */
export const lines = (...names: readonly MeasureName[]): readonly BlockName[] => names.map((line) => ({ line }));
