import type { RecoveryAction } from './recovery.js';

/** What of a failure is the same each time it comes. */
export interface FailureShape {
  /** `error`: something is wrong. `wait`: it was not yet allowed, by a limit, a freeze, an open circuit or the budget. */
  readonly kind: 'error' | 'wait';
  /** Error code, `WorkerLost`, `TimedOut`, or the name of an error that nobody foresaw. */
  readonly code: string;
  /** What was being done. */
  readonly activity: string;
  readonly source: string | null;
  /** Who did not do his part; null where the error names no host. */
  readonly host: string | null;
  /** The message without what differs from time to time. */
  readonly pattern: string;
}

/** Whom and what an attempt was about; null where that is not known. */
export interface FailureSubject {
  readonly workflowId: string | null;
  readonly runKey: string | null;
  readonly market: string | null;
  readonly zip: string | null;
}

/** One failed attempt of one step. */
export interface Failure extends FailureShape, FailureSubject {
  /** Step and attempt: the same one is kept once. */
  readonly id: string;
  /** What the attempts of one step have in common; ended as one. */
  readonly trouble: string;
  readonly attempt: number;
  /** Without secrets. */
  readonly message: string;
  /** When the attempt began: the failure came later, so that times to detect are upper bounds. Epoch milliseconds. */
  readonly beganAtMs: number;
  readonly failedAtMs: number;
  /** Duration of the attempt and the wait after it. */
  readonly lostMs: number;
  /** By then the step was done or given up, whatever became of who tried it. */
  readonly deadlineAtMs: number;
}

/** Waiting that was to be expected: counted, no row each. */
export interface WaitCount extends FailureShape {
  readonly atMs: number;
  readonly lostMs: number;
  readonly times: number;
}

/** How the trouble of a step ended. `withdrawn`: nobody wanted the step any more. */
export interface TroubleEnd {
  readonly trouble: string;
  readonly outcome: 'recovered' | 'failed' | 'withdrawn';
  /** Null: what follows from the code of the last failure. */
  readonly action: RecoveryAction | null;
  readonly atMs: number;
  /** Under which it is counted, once; left out: the first failure that was open. */
  readonly countedAs?: string;
}
