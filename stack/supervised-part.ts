import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkError } from '../core/errors.js';
import { startMarkOf } from '../core/process-alive.js';
import { errorText } from './error-code.js';
import { type GuardedChild, startGuarded } from './guarded-child.js';
import { rotateLog, sizeOf, tailOf } from './log-file.js';
import type { Program } from './resolved.js';

/** A process to start and to keep up. */
export interface PartPlan<T> {
  readonly name: string;
  readonly program: Program;
  readonly variables: Readonly<Record<string, string>>;
  /** Working folder. */
  readonly folder: string;
  readonly logFile: string;
  /** Between the request to end and the kill. */
  readonly graceMs: number;
  readonly readyMs: number;
  /** Waits until it answers. @param logFrom where the log of this start begins @returns null when the time is over */
  ready(options: ReadyOptions): Promise<T | null>;
}

export interface ReadyOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly logFrom: number;
}

export interface PartHooks {
  onLine(line: string): void;
  /** The part runs under another process id. */
  onRestarted(process: PartProcess): void;
}

export interface PartProcess {
  readonly pid: number;
  readonly startMark: string;
}

/** A part that is started again whenever it dies, after 1 s, doubled up to 60 s. */
export interface SupervisedPart<T> extends PartProcess {
  /** What `ready` gave on the first start. */
  readonly facts: T;
  /** Ends the process and the watch. Safe to repeat. */
  stop(): Promise<void>;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;
/** A process that lived this long was well: the next death starts again with the first delay. */
const WELL_AFTER_MS = 60_000;

/**
 * Starts a part and waits until it answers.
 * @param abort gives the start up; later it has no effect
 * @throws NetworkError with the end of its log when it dies or does not answer in time; nothing is left running then
 */
export async function supervise<T>(
  plan: PartPlan<T>,
  hooks: PartHooks,
  abort: AbortSignal,
): Promise<SupervisedPart<T>> {
  const stopping = new AbortController();
  rotateLog(plan.logFile);
  const first = await launch(plan, AbortSignal.any([stopping.signal, abort]));
  let current = first.child;
  const watch = keepUp(plan, hooks, stopping.signal, current, (child) => {
    current = child;
  });
  return {
    facts: first.facts,
    pid: first.child.pid,
    startMark: startMarkOf(first.child.pid),
    async stop() {
      stopping.abort();
      await current.stop();
      await watch;
    },
  };
}

async function keepUp<T>(
  plan: PartPlan<T>,
  { onLine, onRestarted }: PartHooks,
  stopping: AbortSignal,
  first: GuardedChild,
  setCurrent: (child: GuardedChild) => void,
): Promise<void> {
  let child = first;
  let startedAt = Date.now();
  let delayMs = FIRST_DELAY_MS;
  for (;;) {
    const { code, signal } = await child.exited;
    if (stopping.aborted) return;
    if (Date.now() - startedAt > WELL_AFTER_MS) delayMs = FIRST_DELAY_MS;
    onLine(`${plan.name} ended (${signal ?? `exit code ${code}`}); it is started again in ${delayMs / 1_000} s`);
    await sleep(delayMs, undefined, { signal: stopping }).catch(() => undefined);
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
    startedAt = Date.now();
    if (stopping.aborted) return;
    const again = await launch(plan, stopping).catch((error: unknown) => {
      if (!stopping.aborted) onLine(errorText(error));
      return null;
    });
    if (again === null) continue;
    child = again.child;
    setCurrent(child);
    onLine(`${plan.name} runs again`);
    onRestarted({ pid: child.pid, startMark: startMarkOf(child.pid) });
  }
}

async function launch<T>(plan: PartPlan<T>, stopping: AbortSignal): Promise<{ child: GuardedChild; facts: T }> {
  const { name, program, variables, folder, logFile, graceMs } = plan;
  const logFrom = sizeOf(logFile);
  const child = await startGuarded({ ...program, variables, folder, logFile, graceMs });
  const died = new AbortController();
  void child.exited.then(() => died.abort());
  const signal = AbortSignal.any([stopping, died.signal]);
  const answer = await readyOrProblem(plan, { timeoutMs: plan.readyMs, signal, logFrom });
  if (answer.facts !== null && !signal.aborted) return { child, facts: answer.facts };
  const what = died.signal.aborted ? 'ended while it started' : answer.problem;
  await child.stop();
  throw new NetworkError(name, `${what}; end of ${logFile}:\n${await tailOf(logFile)}`);
}

async function readyOrProblem<T>(
  plan: PartPlan<T>,
  options: ReadyOptions,
): Promise<{ facts: T | null; problem: string }> {
  const problem = `did not answer within ${plan.readyMs / 1_000} s`;
  try {
    return { facts: await plan.ready(options), problem };
  } catch (error) {
    return { facts: null, problem: errorText(error) };
  }
}
