/** Collections that a retention run may take documents from. */
export const AGEING = ['raw_payloads', 'fetches', 'json_shapes', 'llm_calls', 'error_events', 'measures'] as const;
export type Ageing = (typeof AGEING)[number];

/** How long things are kept, in days; what is cited is kept for good. */
export interface RetentionPolicy {
  readonly collections: Readonly<Record<Ageing, number>>;
  /** What the steps of windows gave, counted from when the window was walked last. */
  readonly windowPages: number;
  /** Copies of pages that could not be read. */
  readonly failedPages: number;
  /** Run summaries; periodic reports, files and rows. */
  readonly reports: number;
  /** Logs that were put aside: packed, later removed. */
  readonly logs: { readonly pack: number; readonly remove: number };
}

/** What a retention run did with one kind of thing, or would do. */
export interface RetentionRow {
  /** Collection, or kind of file. */
  readonly what: Ageing | 'window_pages' | 'failed pages' | 'report rows' | 'reports' | 'logs';
  readonly days: number;
  /** Older than that. */
  readonly old: number;
  /** Of those, kept all the same: cited by something that is kept, or still needed. */
  readonly cited: number;
  /** Marked now, to be removed by a later run if nothing cites them by then. */
  readonly marked: number;
  readonly removed: number;
  /** Of what was removed; of documents estimated by the mean of their collection. */
  readonly bytes: number;
}

export interface RetentionReport {
  /** False: nothing was changed. */
  readonly applied: boolean;
  readonly rows: readonly RetentionRow[];
}
