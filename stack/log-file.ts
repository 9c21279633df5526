import { existsSync, renameSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

const KEEP_BYTES = 20 * 1024 * 1024;
const TAIL_BYTES = 8_192;
const TAIL_LINES = 15;

/** Log of a part. */
export function logFileOf(dataFolder: string, part: string): string {
  return join(dataFolder, 'logs', `${part}.log`);
}

/** Puts a log past 20 MB aside as `.1`, which replaces the older one. To be called while nobody writes to it. */
export function rotateLog(path: string): void {
  if (sizeOf(path) > KEEP_BYTES) renameSync(path, `${path}.1`);
}

/** Bytes written so far; 0 when there is no file. */
export function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** The last lines, for an error message; `''` when there are none. */
export async function tailOf(path: string): Promise<string> {
  const text = await readFrom(path, Math.max(0, sizeOf(path) - TAIL_BYTES));
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}

/**
 * The JSON line by which a program of ours says that it is ready.
 * @param from bytes to skip: what earlier starts wrote
 * @returns its fields, null while it is not there
 */
export async function readyLineIn(path: string, from: number): Promise<Readonly<Record<string, unknown>> | null> {
  const text = await readFrom(path, from);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const line of whole.split('\n')) {
    if (!line.startsWith('{') || !line.includes('"ready"')) continue;
    const fields = parsed(line);
    if (fields !== null && 'ready' in fields && fields.ready === true) return { ...fields };
  }
  return null;
}

async function readFrom(path: string, from: number): Promise<string> {
  const length = sizeOf(path) - from;
  if (length <= 0) return '';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function parsed(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
