import { PART_NAMES, type PartName, type PartState } from '../core/schemas/stack.js';
import { livesStill, readStackState } from './state-file.js';

export interface PartStatus extends PartState {
  readonly name: PartName;
  /** `given`: an address or a program file, no process of this stack. */
  readonly state: 'running' | 'dead' | 'given' | 'absent';
}

export interface StackStatus {
  /** True when the process that watches the parts lives. */
  readonly up: boolean;
  /** Null when no stack was started, or it was stopped. */
  readonly mode: string | null;
  readonly pid: number | null;
  readonly startedAt: string | null;
  readonly parts: readonly PartStatus[];
  readonly variables: Readonly<Record<string, string>>;
}

/** How the stack of the data folder stands. Asks the system for its processes, not the parts themselves. */
export async function stackStatus(dataFolder: string): Promise<StackStatus> {
  const state = await readStackState(dataFolder);
  if (state === null) return { up: false, mode: null, pid: null, startedAt: null, parts: [], variables: {} };
  const { mode, pid, startedAt, variables } = state;
  const parts = PART_NAMES.flatMap((name) => {
    const part = state.parts[name];
    return part === undefined ? [] : [{ ...part, name, state: stateOf(part) }];
  });
  return { up: livesStill(state), mode, pid, startedAt, parts, variables };
}

function stateOf(part: PartState): PartStatus['state'] {
  if (part.how === 'absent') return 'absent';
  if (part.pid === null) return 'given';
  return livesStill(part) ? 'running' : 'dead';
}
