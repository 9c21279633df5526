import type { Config } from '../core/config.js';
import type { PartName, PartState } from '../core/schemas/stack.js';
import type { PartPlan, SupervisedPart } from './supervised-part.js';

/** What a part needs to start. */
export interface StartContext {
  readonly config: Config;
  /** Says one line to the person. */
  onLine(line: string): void;
  /** Starts a process and keeps it up; it stops with the stack. */
  supervise<T>(name: PartName, plan: Omit<PartPlan<T>, 'name' | 'logFile' | 'folder'>): Promise<SupervisedPart<T>>;
}

/** A part that is up, or known to be absent. */
export interface StartedPart {
  readonly state: PartState;
  /** Environment variables that point at it. */
  readonly variables: Readonly<Record<string, string>>;
}

/** State of a part for which this stack started no process. */
export function foreignPart(state: Pick<PartState, 'how' | 'version' | 'address' | 'line'>): PartState {
  return { ...state, pid: null, startMark: '', log: null };
}
