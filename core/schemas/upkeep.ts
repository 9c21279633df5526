/** Input of `maintenance`. */
export interface MaintenanceInput {
  /** Removes what is old and cited by nothing, before the database is verified. */
  readonly retention: boolean;
  /** At most so many documents of each collection, chosen by chance; null: all. */
  readonly sample: number | null;
}

/** What is done on schedule. A look at a sample says nothing about what a whole look has found. */
export const UPKEEP_KINDS = ['retention', 'verify', 'verify-sample', 'restore-drill'] as const;
export type UpkeepKind = (typeof UPKEEP_KINDS)[number];

/** How a piece of upkeep ended. */
export interface UpkeepResult {
  readonly kind: UpkeepKind;
  readonly ok: boolean;
  /** Why not, a sentence each, some of them; empty when it was. */
  readonly problems: readonly string[];
  /** Counts, by name. */
  readonly figures: Readonly<Record<string, number>>;
}
