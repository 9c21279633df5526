import type { Output } from './output.js';

/** What every command gets. */
export interface CliContext {
  readonly out: Output;
  readonly globals: Globals;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Flags that mean the same for every command. */
export interface Globals {
  readonly verbose: boolean;
  /** As given, unchecked (`readMode`); null: the settings decide. */
  readonly mode: string | null;
  /** Settings file instead of `.env`; null for `.env`. */
  readonly config: string | null;
  /** Longest wait for an answer of a service, milliseconds. Null: the default of each command. */
  readonly timeoutMs: number | null;
}

/** A command's work. @returns the exit code */
export type Action = (context: CliContext) => Promise<number>;

/** Runs the work of a command that was named and whose flags were understood. */
export type Run = (action: Action) => Promise<void>;
