/** At most so many requests in a window of so many milliseconds. */
export interface Pace {
  readonly requests: number;
  readonly windowMs: number;
}
