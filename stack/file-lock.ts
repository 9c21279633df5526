import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, startMarkOf } from '../core/process-alive.js';
import { errorCode } from './error-code.js';

const POLL_MS = 200;

/**
 * Runs `work` while holding a lock file, so that two processes never do the same work at once. The lock of a dead
 * process is taken over.
 * @param waitMs how long to wait for another living holder
 * @throws Error naming the lock file and its holder when the wait is over
 */
export async function withFileLock<T>(path: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const mark = `${process.pid} ${startMarkOf(process.pid)}`;
  const until = Date.now() + waitMs;
  while (!(await tryTake(path, mark))) {
    if (Date.now() > until) throw new Error(`${path} is still held by process ${await holderOf(path)}`);
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryTake(path: string, mark: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(mark);
    await file.close();
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  await dropIfStale(path);
  return false;
}

async function holderOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function dropIfStale(path: string): Promise<void> {
  let holder = await holderOf(path);
  if (holder === '') {
    // Its owner may be between creating and writing; only a file that stays empty was left by a killed process.
    await sleep(POLL_MS);
    holder = await holderOf(path);
  }
  const [pid = '', startMark = ''] = holder.split(' ');
  if (holder !== '' && isAlive(Number(pid)) && startMarkOf(Number(pid)) === startMark) return;
  const aside = `${path}.stale-${process.pid}`;
  // Renaming is atomic: of two processes that see the same stale lock only one gets it.
  await rename(path, aside).catch(() => undefined);
  if ((await holderOf(aside)) !== holder) await rename(aside, path).catch(() => undefined);
  else await rm(aside, { force: true });
}
