import type { StackState } from '../core/schemas/stack.js';
import { errorCode } from './error-code.js';
import { livesStill, readStackState, removeStackState } from './state-file.js';
import { waitUntil } from './wait-until.js';

/** Parts end one after the other, the worker after at most 70 s; then the process itself is ended. */
const STOP_MS = 120_000;
/** The guards end what a killed stack left behind; what then still lives is killed. */
const LEFTOVER_MS = 20_000;

/**
 * Stops the stack of the data folder, also one that another process watches. Safe to repeat.
 * @returns true when one was up
 */
export async function stopStack(dataFolder: string): Promise<boolean> {
  const state = await readStackState(dataFolder);
  if (state === null) return false;
  const wasUp = livesStill(state);
  if (wasUp) await endProcess(state, STOP_MS);
  await endLeftovers(dataFolder);
  return wasUp;
}

/** Ends processes that a dead stack left behind and removes its `stack.json`. Nothing happens to a living stack. */
export async function endLeftovers(dataFolder: string): Promise<void> {
  const state = await readStackState(dataFolder);
  if (state === null || livesStill(state)) return;
  const parts = Object.values(state.parts).flatMap((part) => (part?.pid ? [{ ...part, pid: part.pid }] : []));
  await waitUntil(async () => (parts.some(livesStill) ? null : true), { timeoutMs: LEFTOVER_MS });
  for (const part of parts) if (livesStill(part)) kill(-part.pid, 'SIGKILL');
  await removeStackState(dataFolder);
}

async function endProcess(state: StackState, timeoutMs: number): Promise<void> {
  kill(state.pid, 'SIGTERM');
  const gone = await waitUntil(async () => (livesStill(state) ? null : true), { timeoutMs });
  if (gone === null) kill(state.pid, 'SIGKILL');
}

function kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
