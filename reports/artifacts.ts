import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isRunDate } from '../core/dates.js';
import { StoreUnavailable, UnsafeTarget } from '../core/errors.js';

const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/;

/**
 * Keeps a file of a run under `<dataFolder>/artifacts/<runDate>/<run>/<name>`. Readers see the old file or the new one,
 * never a half: it is written beside, flushed to the disk and renamed. A repeat overwrites the same file.
 * @param runKey `ids.runKeyOf`; the run date is the last of its parts that is a day
 * @param name plain file name: letters, digits, dot, dash, underscore
 * @returns path relative to the data folder, with `/` between
 * @throws UnsafeTarget (not retried) when name or run key could lead outside the folder
 * @throws StoreUnavailable (retried) when the disk is full or not writable
 */
export async function saveArtifact(
  dataFolder: string,
  runKey: string,
  name: string,
  content: string | Uint8Array,
): Promise<string> {
  if (!SAFE_NAME.test(name))
    throw new UnsafeTarget(`artifact name ${JSON.stringify(name.slice(0, 80))} is no plain file name`);
  const target = join(dataFolder, 'artifacts', ...runFolder(runKey), name);
  const temporary = join(dirname(target), `.${randomUUID()}.tmp`);
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFlushed(temporary, content);
    await rename(temporary, target);
    await flushFolder(dirname(target));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first fault is the one to report
    throw new StoreUnavailable(`artifact ${name}: ${codeOf(cause)}`, { cause });
  }
  return relative(dataFolder, target).split('\\').join('/');
}

function runFolder(runKey: string): readonly [string, string] {
  const runDate = runKey.split(/[/#]/).findLast(isRunDate);
  if (runDate === undefined) throw new UnsafeTarget(`run key ${JSON.stringify(runKey.slice(0, 120))} names no day`);
  // `#` and `/` differ, so that two run keys of `ids.ts` never share a folder.
  const folder = runKey
    .replaceAll('#', '_')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^\.+/, '');
  return [runDate, folder.slice(0, 200)];
}

async function writeFlushed(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o640);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Without it a crash may forget the rename though the file itself is on the disk. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'write failed';
}
