import type { Config } from '../core/config.js';
import type { Mode } from '../core/schemas/names.js';
import type { PartName, StackState } from '../core/schemas/stack.js';

/** What a stack is started for. */
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

/** A stack that is up. */
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
