import type { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { Logger } from 'pino';
import { Frozen, PhoenixError, RateLimited } from '../core/errors.js';
import { asStoreError } from '../store/database.js';
import { unforeseen } from './attempt.js';
import type { WatchedAttempt } from './error-recorder.js';

/** First step of the back-off, doubled with every attempt up to the longest (sources.md 6.4). */
const FIRST_STEP_MS = 1_000;
const LONGEST_STEP_MS = 120_000;
/** A service that says "too many" again and again, and "at once" with it, is asked less and less often all the same. */
const LONGEST_TOLD_MS = 30_000;

/**
 * The one place where errors of this system become Temporal failures: `type` is the code, finality and delay are those of
 * the class. Temporal's own back-off has no jitter, so the delay is random(0.5..1) of the step.
 */
export class ErrorInterceptor implements ActivityInboundCallsInterceptor {
  constructor(
    private readonly context: Context,
    private readonly logger: Logger,
    private readonly scrub: (text: string) => string,
    /** Why nothing may begin now; null when it may. */
    private readonly frozen: () => Promise<Frozen | null>,
    /** Is told that an attempt begins; gives who is told how it ends. */
    private readonly began: (input: ActivityExecuteInput) => WatchedAttempt,
  ) {}

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const watched = this.began(input);
    try {
      const frozen = await this.frozen();
      if (frozen !== null) throw frozen;
      const result = await next(input);
      watched.succeeded();
      return result;
    } catch (problem) {
      if (problem instanceof CancelledFailure || this.context.cancellationSignal.aborted) {
        watched.withdrawn();
        throw problem;
      }
      const known = problem instanceof PhoenixError ? problem : asStoreError(problem);
      const { activityType, attempt, workflowExecution } = this.context.info;
      const where = { activity: activityType, attempt, workflowId: workflowExecution?.workflowId };
      if (known === null) {
        this.logger.error({ ...where, err: problem }, 'activity failed in a way nobody foresaw');
        const unknown = unforeseen(problem);
        watched.failed({ ...unknown, message: this.scrub(unknown.message) });
        throw problem;
      }
      const message = this.scrub(known.message);
      this.logger[waits(known) ? 'debug' : 'warn']({ ...where, code: known.code }, message);
      const final = known.retry === 'never';
      const delay = final ? 0 : delayMs(known, attempt);
      watched.failed({ code: known.code, message, error: known, final, delayMs: delay });
      throw toFailure(known, message, delay);
    }
  }
}

function toFailure(error: PhoenixError, message: string, delay: number): ApplicationFailure {
  const final = error.retry === 'never';
  return ApplicationFailure.create({
    type: error.code,
    message,
    nonRetryable: final,
    details: [{ scope: error.scope }],
    ...(final ? {} : { nextRetryDelay: delay }),
    ...(waits(error) ? { category: ApplicationFailureCategory.BENIGN } : {}),
  });
}

/** Nothing is wrong: its time has not come. */
function waits(error: PhoenixError): error is RateLimited | Frozen {
  return error instanceof RateLimited || error instanceof Frozen;
}

function delayMs(error: PhoenixError, attempt: number): number {
  const step = Math.min(LONGEST_STEP_MS, FIRST_STEP_MS * 2 ** (attempt - 1));
  if (error instanceof RateLimited && error.told) return Math.max(error.retryAfterMs, Math.min(step, LONGEST_TOLD_MS));
  if (waits(error)) return error.retryAfterMs;
  return Math.round(step * (0.5 + Math.random() / 2));
}
