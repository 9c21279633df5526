import type { Info } from '@temporalio/activity';
import { Frozen, NetworkError, type PhoenixError, RateLimited, SourceUnavailable } from '../core/errors.js';
import type { Failure, FailureShape, FailureSubject } from '../core/schemas/failures.js';
import { patternOf } from '../domain/failures/pattern.js';

/** What of an attempt's surroundings its failure is told with. */
export type AttemptInfo = Pick<
  Info,
  | 'activityId'
  | 'activityType'
  | 'attempt'
  | 'workflowExecution'
  | 'scheduledTimestampMs'
  | 'currentAttemptScheduledTimestampMs'
  | 'scheduleToCloseTimeoutMs'
  | 'startToCloseTimeoutMs'
  | 'heartbeatTimeoutMs'
  | 'retryPolicy'
>;

/** One attempt of one step. */
export interface Attempt {
  readonly info: AttemptInfo;
  /** The same for all attempts of the step. */
  readonly key: string;
  readonly beganAtMs: number;
  readonly subject: FailureSubject;
  readonly source: string | null;
}

const LONGEST_MESSAGE = 500;
const DAY_MS = 86_400_000;

/** @param args of the activity; window, run, market and source are read where it names them */
export function attemptOf(info: AttemptInfo, args: readonly unknown[], beganAtMs: number): Attempt {
  const { workflowId = null, runId = '' } = info.workflowExecution ?? {};
  const [input] = args;
  const parts = [input, field(input, 'window'), field(input, 'run'), firstOf(field(input, 'windows'))];
  const named = (name: string) => parts.map((part) => textIn(part, name)).find((text) => text !== null) ?? null;
  const market =
    named('market') ?? /^(?:daily|adhoc|service|fill|replay|alerts)\/([a-z-]+)/.exec(workflowId ?? '')?.[1];
  return {
    info,
    key: `${workflowId}#${runId}/${info.activityId}`,
    beganAtMs,
    subject: { workflowId, runKey: named('runKey'), market: market ?? null, zip: named('zip') },
    source: named('source'),
  };
}

/** What went wrong, as far as this system knows it. */
export interface Problem {
  readonly code: string;
  /** Without secrets. */
  readonly message: string;
  /** The error itself where it is one of ours. */
  readonly error: PhoenixError | null;
  /** Not tried again. */
  readonly final: boolean;
  /** Until the next attempt; null where the retry policy decides. */
  readonly delayMs: number | null;
}

/** True for waiting that was to be expected: nobody failed. A service that says itself that it is asked too much did. */
export function isExpectedWait(error: PhoenixError | null): boolean {
  if (error instanceof RateLimited) return !error.told;
  return error instanceof Frozen || error?.code === 'BudgetExceeded';
}

/** What of a failure is the same each time. */
export function shapeOf({ info, source }: Attempt, { code, message, error }: Problem): FailureShape {
  return {
    kind: error instanceof RateLimited || isExpectedWait(error) ? 'wait' : 'error',
    code,
    activity: info.activityType,
    source: source ?? sourceIn(error),
    host: hostIn(error),
    pattern: patternOf(message),
  };
}

/** The row of a failed attempt. */
export function failureOf(attempt: Attempt, problem: Problem, failedAtMs: number): Failure {
  const { info, key, beganAtMs, subject } = attempt;
  const shape = shapeOf(attempt, problem);
  const delayMs = isGivenUp(attempt, problem, failedAtMs) ? 0 : delayAfter(attempt, problem);
  return {
    ...shape,
    ...subject,
    id: `${key}/${info.attempt}`,
    trouble: key,
    attempt: info.attempt,
    message: problem.message.slice(0, LONGEST_MESSAGE),
    beganAtMs,
    failedAtMs,
    lostMs: failedAtMs - beganAtMs + delayMs,
    deadlineAtMs: deadlineOf(attempt),
  };
}

/** True when Temporal makes no further attempt. */
export function isGivenUp(attempt: Attempt, problem: Problem, failedAtMs: number): boolean {
  const { retryPolicy, attempt: number } = attempt.info;
  const most = retryPolicy?.maximumAttempts ?? 0;
  if (problem.final || (most > 0 && number >= most)) return true;
  return failedAtMs + delayAfter(attempt, problem) > deadlineOf(attempt);
}

/** Temporal's own back-off where the failure names none. */
function delayAfter({ info }: Attempt, { delayMs }: Problem): number {
  if (delayMs !== null) return delayMs;
  const { initialInterval, backoffCoefficient = 2, maximumInterval } = info.retryPolicy ?? {};
  const first = typeof initialInterval === 'number' ? initialInterval : 1_000;
  const longest = typeof maximumInterval === 'number' ? maximumInterval : first * 100;
  return Math.min(longest, first * backoffCoefficient ** (info.attempt - 1));
}

function deadlineOf({ info, beganAtMs }: Attempt): number {
  const { scheduleToCloseTimeoutMs: budgetMs, scheduledTimestampMs } = info;
  return budgetMs > 0 ? scheduledTimestampMs + budgetMs : beganAtMs + DAY_MS;
}

function sourceIn(error: PhoenixError | null): string | null {
  return textIn(error, 'source');
}

/** Ports of services on this machine change with every start. */
function hostIn(error: PhoenixError | null): string | null {
  const named = error instanceof NetworkError || error instanceof SourceUnavailable || error instanceof RateLimited;
  if (!named) return null;
  return error.host.replace(/^(localhost|[\d.]+|\[[\da-f:]+\]):\d+$/i, '$1');
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textIn(value: unknown, name: string): string | null {
  const text = field(value, name);
  return typeof text === 'string' ? text : null;
}

const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);

/** What is known of an error that is none of ours. */
export function unforeseen(problem: unknown): Problem {
  const rest = { error: null, delayMs: null };
  if (!(problem instanceof Error)) return { ...rest, code: 'UnknownError', message: String(problem), final: false };
  const code = textIn(problem, 'type') ?? problem.name;
  return { ...rest, code, message: problem.message, final: field(problem, 'nonRetryable') === true };
}
