import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { withFileLock } from './file-lock.js';

const WAIT_FOR_OTHER_MS = 15 * 60_000;

/**
 * Makes `target` once: `build` fills a temporary folder beside it, which is renamed when complete. A kill in the middle
 * leaves no half install, and a second process waits for the first. Safe to repeat.
 * @returns true when it was built now, false when it was there
 */
export async function installOnce(target: string, build: (folder: string) => Promise<void>): Promise<boolean> {
  if (existsSync(target)) return false;
  await mkdir(dirname(target), { recursive: true });
  return withFileLock(`${target}.lock`, WAIT_FOR_OTHER_MS, async () => {
    if (existsSync(target)) return false;
    // One name per target: the rest of a killed install is removed by the next try.
    const draft = join(dirname(target), `.${basename(target)}.part`);
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    try {
      await build(draft);
      await rename(draft, target);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return true;
  });
}
