/** At most so many requests in a window of so many milliseconds. */
export interface Pace {
  readonly requests: number;
  readonly windowMs: number;
}

/** A return to the full pace in steps (`domain/ramp.ts`). */
export interface Ramp {
  /** How long each step but the last one holds, in milliseconds. */
  readonly stepMs: number;
}

/** What holds for all requests at once. */
export interface Emergency {
  /** Why everything is frozen, in one sentence; null when it is not. */
  readonly frozen: string | null;
  /** Part of each ceiling that is allowed, in per cent; 100 when nothing is held back. */
  readonly percent: number;
}
