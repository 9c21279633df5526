import type { FailureShape, FailureSubject } from '../../core/schemas/failures.js';
import type { RecoveryAction } from '../../core/schemas/recovery.js';

/** `error_events`: one failed attempt. */
export interface ErrorEventDocument extends FailureShape, FailureSubject {
  /** Step and attempt. */
  readonly _id: string;
  readonly trouble: string;
  readonly fingerprint: string;
  readonly attempt: number;
  readonly message: string;
  readonly beganAt: Date;
  readonly failedAt: Date;
  /** When it was written here: what can be known of it is known from then on. */
  readonly recordedAt: Date;
  /** `YYYY-MM-DD` in UTC of the failure. */
  readonly day: string;
  readonly lostMs: number;
  /** What was paid during the attempt, for the same thing. */
  readonly costUsdMicros: number;
  readonly state: 'open' | 'recovered' | 'failed' | 'withdrawn';
  readonly action: RecoveryAction | null;
  readonly endedAt: Date | null;
  readonly deadlineAt: Date;
}

/** What failed on one day. */
export interface ErrorDay {
  readonly count: number;
  readonly lostMs: number;
  readonly costUsdMicros: number;
  readonly runs: number;
}

/** Word of a person that a trouble was put right for good. */
export interface ErrorFix {
  readonly at: Date;
  /** Release that has the repair; null where it needed none. */
  readonly version: string | null;
  readonly by: string | null;
  readonly note: string;
}

/** `errors`: every kind of trouble there ever was, by fingerprint. */
export interface ErrorDocument extends FailureShape {
  readonly _id: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly days: Readonly<Record<string, ErrorDay>>;
  /** Oldest first; absent until the first. */
  readonly fixes?: readonly ErrorFix[];
}
