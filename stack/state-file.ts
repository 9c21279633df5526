import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAlive, startMarkOf } from '../core/process-alive.js';
import { type StackState, stackStateSchema } from '../core/schemas/stack.js';

/**
 * What is noted about the stack of a data folder. Its processes may have died since.
 * @returns null when there is none, or when another release wrote it
 */
export async function readStackState(dataFolder: string): Promise<StackState | null> {
  const text = await readFile(pathOf(dataFolder), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return stackStateSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Writes it whole or not at all; readable by its owner alone. */
export async function writeStackState(dataFolder: string, state: StackState): Promise<void> {
  const path = pathOf(dataFolder);
  const draft = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

export async function removeStackState(dataFolder: string): Promise<void> {
  await rm(pathOf(dataFolder), { force: true });
}

/** True when the very process that was noted lives, not another one with its id. */
export function livesStill({ pid, startMark }: { readonly pid: number | null; readonly startMark: string }): boolean {
  return pid !== null && isAlive(pid) && startMarkOf(pid) === startMark;
}

function pathOf(dataFolder: string): string {
  return join(dataFolder, 'stack.json');
}
