import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { Failure, TroubleEnd } from '../core/schemas/failures.js';
import type { RecoveryAction } from '../core/schemas/recovery.js';
import type { TroubleWatch } from '../core/trouble-watch.js';
import { stopTroubleOf } from '../domain/failures/actions.js';
import {
  type Attempt,
  type AttemptInfo,
  attemptOf,
  failureOf,
  isExpectedWait,
  isGivenUp,
  type Problem,
  shapeOf,
} from './attempt.js';
import type { ErrorQueue } from './error-queue.js';
import { type AskPreviousEnd, lostFailure } from './lost-attempt.js';

/** One attempt that is under way; one of these is called when it ends. */
export interface WatchedAttempt {
  succeeded(): void;
  failed(problem: Problem): void;
  /** Cancelled. */
  withdrawn(): void;
}

/** Watches the attempts of a worker. Nothing of it fails or waits. */
export interface ErrorRecorder extends TroubleWatch {
  began(info: AttemptInfo, args: readonly unknown[], ask: AskPreviousEnd): WatchedAttempt;
}

export interface ErrorRecorderDeps {
  readonly queue: Pick<ErrorQueue, 'push'>;
  readonly logger: Logger;
  readonly scrub: (text: string) => string;
}

/** Failures of this process that are remembered, so that the server need not be asked about them. */
const REMEMBERED = 5_000;

/** Notes every failed attempt, and what became of its step, behind the work. */
export function createErrorRecorder({ queue, logger, scrub }: ErrorRecorderDeps): ErrorRecorder {
  const met = new Set<string>();
  const running = new Map<string, Attempt>();
  const actions = new Map<string, RecoveryAction | null>();
  let handledTimes = 0;

  const ignored = { succeeded: () => undefined, failed: () => undefined, withdrawn: () => undefined };
  const quietly = (work: () => void): void => {
    try {
      work();
    } catch (problem) {
      logger.error({ err: problem }, 'a failure could not be noted');
    }
  };
  const keep = (failure: Failure) => queue.push({ kind: 'failure', failure });
  const end = (one: Omit<TroubleEnd, 'atMs'>) => queue.push({ kind: 'end', end: { ...one, atMs: Date.now() } });
  const remember = (key: string): void => {
    met.add(key);
    const [oldest] = met;
    if (met.size > REMEMBERED && oldest !== undefined) met.delete(oldest);
  };
  const endStep = ({ info, key }: Attempt, outcome: TroubleEnd['outcome']): void => {
    if (info.attempt > 1) end({ trouble: key, outcome, action: null });
  };
  const failed = (attempt: Attempt, problem: Problem): void => {
    const { info, key, subject } = attempt;
    const nowMs = Date.now();
    remember(`${key}/${info.attempt}`);
    const givenUp = isGivenUp(attempt, problem, nowMs);
    const failure = failureOf(attempt, problem, nowMs);
    if (isExpectedWait(problem.error)) {
      queue.push({
        kind: 'wait',
        wait: { ...shapeOf(attempt, problem), atMs: nowMs, lostMs: failure.lostMs, times: 1 },
      });
      if (givenUp) endStep(attempt, 'failed');
      return;
    }
    const stops = problem.final && (problem.error?.scope === 'source' || problem.error?.scope === 'run');
    if (!stops) {
      keep(failure);
      if (givenUp) end({ trouble: key, outcome: 'failed', action: null });
      return;
    }
    const run = subject.runKey ?? subject.workflowId ?? key;
    const trouble = stopTroubleOf(run, failure.source, failure.code);
    keep({ ...failure, trouble });
    end({ trouble, outcome: 'failed', action: null, countedAs: trouble });
    endStep(attempt, 'failed');
  };
  const told = (problem: { readonly code: string; readonly message: string }): Problem => {
    return { code: problem.code, message: scrub(problem.message), error: null, final: false, delayMs: 0 };
  };
  /** The attempt that this is called in. */
  const current = (startedAtMs: number): Attempt => {
    const attempt = attemptOf(Context.current().info, [], startedAtMs);
    return { ...(running.get(attempt.key) ?? attempt), beganAtMs: startedAtMs };
  };

  /** Looks for the end of the attempt before, where it was not seen here. */
  const lookBack = (attempt: Attempt, ask: AskPreviousEnd): void => {
    const { info, key } = attempt;
    if (info.attempt === 1 || met.has(`${key}/${info.attempt - 1}`)) return;
    const seen = ask(info).catch(() => null);
    queue.push({ kind: 'lost', failure: seen.then((one) => lostFailure(attempt, one, scrub)) });
  };

  return {
    began(info, args, ask) {
      let attempt: Attempt;
      try {
        attempt = attemptOf(info, args, Date.now());
        running.set(attempt.key, attempt);
        lookBack(attempt, ask);
      } catch (problem) {
        logger.error({ err: problem }, 'an attempt could not be watched');
        return ignored;
      }
      const { key } = attempt;
      const ended = (work: () => void) =>
        quietly(() => {
          running.delete(key);
          work();
        });
      return {
        succeeded: () => ended(() => endStep(attempt, 'recovered')),
        withdrawn: () => ended(() => endStep(attempt, 'withdrawn')),
        failed: (problem) => ended(() => failed(attempt, problem)),
      };
    },
    handled: (problem, action, startedAtMs) =>
      quietly(() => {
        const failure = failureOf(current(startedAtMs), told(problem), Date.now());
        handledTimes += 1;
        const id = `${failure.id}/handled/${handledTimes}`;
        keep({ ...failure, id, trouble: id });
        end({ trouble: id, outcome: 'recovered', action });
      }),
    open: (name, problem, startedAtMs) =>
      quietly(() => {
        const failure = failureOf(current(startedAtMs), told(problem), Date.now());
        actions.set(name, actions.get(name) ?? null);
        keep({ ...failure, id: `${name}|${failure.id}`, trouble: name });
      }),
    acted: (name, action) => void actions.set(name, action),
    over: (name, action) =>
      quietly(() => {
        const did = actions.get(name);
        if (did === undefined) return;
        actions.delete(name);
        end({ trouble: name, outcome: 'recovered', action: did ?? action });
      }),
  };
}
