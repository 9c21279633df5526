import { existsSync, readFileSync } from 'node:fs';

/**
 * Most memory that a process ever had in RAM, in bytes. On Linux `maxRSS` is no answer: a process begins with that of the one
 * that started it (getrusage(2) after execve(2)), so `VmHWM` is read, which begins anew (proc(5)). Elsewhere only our own can be told.
 * @param pid left out: this process
 * @throws Error when another process has ended, or the system tells nothing of others
 */
export function peakMemoryBytes(pid: number | 'self' = 'self'): number {
  const status = `/proc/${pid}/status`;
  const held = existsSync(status) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8')) : null;
  if (held !== null) return Number(held[1]) * 1_024;
  if (pid !== 'self')
    throw new Error(`there is no ${status}: the process has ended, or this system tells nothing of others`);
  return process.resourceUsage().maxRSS * 1_024;
}
