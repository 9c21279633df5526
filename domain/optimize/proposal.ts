export const OPTIMIZE_AREAS = ['batch', 'db', 'network', 'resources'] as const;
export type OptimizeArea = (typeof OPTIMIZE_AREAS)[number];

/** How batches of the model begin: the one thing here that is a setting of the product. */
export interface BatchStart {
  readonly size: number;
  readonly lanes: number;
}

/** Something that could be better, and how it is known. */
export interface Proposal {
  /** Stays the same while the cause does. */
  readonly id: string;
  readonly area: OptimizeArea;
  readonly what: string;
  /** Figures with the runs or requests behind them. */
  readonly evidence: readonly string[];
  readonly gain: string;
  /** What a person types. */
  readonly command: string;
  /** What `--apply` writes, with the figure it is held against later; null where it is no setting. */
  readonly setting: { readonly value: BatchStart; readonly msPerProperty: number } | null;
}

/** What was looked at, also where there is nothing to propose. */
export interface Looked {
  readonly proposals: readonly Proposal[];
  /** What was measured, and what could not be. */
  readonly notes: readonly string[];
}
