import type { RecoveryAction } from './schemas/recovery.js';

/**
 * Told by parts that put trouble right inside a step, or give it back as a result: without it nobody would count what no error
 * shows. Never fails and never waits.
 */
export interface TroubleWatch {
  /** Put right within the step that is under way. @param startedAtMs when it began, epoch milliseconds */
  handled(
    problem: { readonly code: string; readonly message: string },
    action: RecoveryAction,
    startedAtMs: number,
  ): void;
  /** Not put right yet; `name` is the same until `over`. */
  open(name: string, problem: { readonly code: string; readonly message: string }, startedAtMs: number): void;
  /** What is being done about it. */
  acted(name: string, action: RecoveryAction): void;
  /** It is over, if there was any: put right by what was done last, or by `action` where nothing was. */
  over(name: string, action: RecoveryAction): void;
}

/** For where nobody watches. */
export const UNWATCHED: TroubleWatch = {
  handled: () => undefined,
  open: () => undefined,
  acted: () => undefined,
  over: () => undefined,
};
