import { join } from 'node:path';
import type { Config } from '../core/config.js';
import type { Mode } from '../core/schemas/names.js';
import type { PartName, StackState } from '../core/schemas/stack.js';
import { withFileLock } from './file-lock.js';
import { joinStack } from './join-stack.js';
import { startDetached } from './start-detached.js';
import { startHere } from './start-here.js';
import { endLeftovers } from './stop-stack.js';

export interface StackOptions {
  readonly config: Config;
  /** The mode of `config`; `demo` alone has a sandbox. */
  readonly mode: Mode;
  /** True: the stack goes on after this process; else it ends with it, however it ends. Default false. */
  readonly keep?: boolean;
  /** Parts to start; default all of the mode. */
  readonly parts?: readonly PartName[];
  /** Arguments of the sandbox, for example `--recordings DIR`. */
  readonly sandboxArgs?: readonly string[];
  /** Gives the start up: what was started is stopped, and the promise fails. Later it has no effect. */
  readonly signal?: AbortSignal;
  /** Gets each line for people: what was chosen and why, restarts. */
  onLine(line: string): void;
}

export interface RunningStack {
  /** As in `stack.json`, up to date over restarts of parts. */
  readonly state: StackState;
  /** Environment variables that point at it. In `demo` they must win over the person's own settings. */
  readonly variables: Readonly<Record<string, string>>;
  /** True when it was up already: `stop` then leaves it alone, as it does after `keep`. */
  readonly joined: boolean;
  /** Stops exactly what this call started, in reverse order. Safe to repeat. */
  stop(): Promise<void>;
}

/** A first start may have to install everything. */
const WAIT_FOR_OTHER_MS = 15 * 60_000;

/**
 * Brings up the stack of the data folder, or joins it when it is up: two calls at once give one stack.
 * @throws BadConfig (a part that is needed is missing, or the stack that is up serves something else), NetworkError
 *   (a part does not answer; its message holds the end of the part's log)
 */
export function startStack(options: StackOptions): Promise<RunningStack> {
  return options.keep === true ? startDetached(options) : startAttached(options, false);
}

/**
 * The same, as children of this process.
 * @param detached noted in `stack.json`: this process is no command of a person but the stack's own
 */
export function startAttached(options: StackOptions, detached: boolean): Promise<RunningStack> {
  const { dataFolder } = options.config;
  return withFileLock(join(dataFolder, 'stack.lock'), WAIT_FOR_OTHER_MS, async () => {
    const running = await joinStack(options);
    if (running !== null) return running;
    await endLeftovers(dataFolder);
    return startHere(options, detached);
  });
}
