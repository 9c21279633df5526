import { existsSync, readFileSync } from 'node:fs';

const OWN_STATUS = '/proc/self/status';

/**
 * Most memory that this process ever had in RAM, in bytes. On Linux `maxRSS` is no answer: a process begins with that of the one
 * that started it (getrusage(2) after execve(2)), so `VmHWM` is read, which begins anew (proc(5)).
 */
export function peakMemoryBytes(): number {
  const own = existsSync(OWN_STATUS) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(OWN_STATUS, 'utf8')) : null;
  return (own === null ? process.resourceUsage().maxRSS : Number(own[1])) * 1_024;
}
