import type { Config } from '../core/config.js';

/** How a part was found; `absent`: it was not, and `line` says what to install. */
export type How = 'environment' | 'path' | 'managed' | 'absent';

/** What every resolution says. */
export interface Resolved {
  readonly how: How;
  /** Exact version where it is known before the part runs. */
  readonly version: string | null;
  /** One line for people: what was chosen and why, or what to install. */
  readonly line: string;
}

/** A program of ours to start. In `args`, `{port}`, `{folder}` and the like are filled in by the part that starts it. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** True when a person or the environment set the variable, not a default and not a stack of ours that is up. */
export function isGiven(config: Config, variable: string): boolean {
  const origin = config.origins[variable];
  return origin !== undefined && origin !== 'default' && origin !== 'running stack';
}
