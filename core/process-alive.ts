import { readFileSync } from 'node:fs';

/** True when a process with this id exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
  return statFieldsOf(pid)?.[0] !== 'Z';
}

/**
 * Names one life of a process id, since ids are used again.
 * @returns the kernel's start time in ticks; `''` where the system has no `/proc`
 */
export function startMarkOf(pid: number): string {
  return statFieldsOf(pid)?.[19] ?? '';
}

/** Fields of `/proc/<pid>/stat` from the state on (proc(5)); the name before it may hold blanks and brackets. */
function statFieldsOf(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
