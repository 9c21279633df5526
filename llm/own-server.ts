import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, startMarkOf } from '../core/process-alive.js';
import { type PartState, stackStateSchema } from '../core/schemas/stack.js';

/**
 * Ends the model server that our own stack started and watches; the stack starts it again. It is killed, since one that hangs obeys
 * nothing, and it has nothing to lose.
 * @returns false when the server at this address is not one of ours, or has ended already
 */
export async function endOwnServer(dataFolder: string, host: string): Promise<boolean> {
  const part = await llmPart(dataFolder);
  if (part === null || part.address !== host || part.pid === null || !isAlive(part.pid)) return false;
  // Another process may have the number by now: only the one that was noted is ours.
  if (startMarkOf(part.pid) !== part.startMark) return false;
  process.kill(part.pid, 'SIGKILL');
  return true;
}

/** The model server as the stack of this data folder notes it; null when no stack runs that would start it again. */
async function llmPart(dataFolder: string): Promise<PartState | null> {
  const text = await readFile(join(dataFolder, 'stack.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const state = stackStateSchema.safeParse(JSON.parse(text));
  return state.success && isAlive(state.data.pid) ? (state.data.parts.llm ?? null) : null;
}
