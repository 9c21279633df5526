import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of `/proc/<pid>/stat` in one second: USER_HZ, 100 on every Linux that Node runs on (proc(5)). */
const TICKS_PER_S = 100;

/** CPU seconds, user and system, that a process and the living members of its group have used so far. */
export function cpuSeconds(pid: number): number {
  const members = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== null)
    .filter((stat) => stat.pid === pid || stat.group === pid);
  return members.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_S;
}

/** Most memory a process ever had in RAM, in bytes (`VmHWM`). */
export function peakMemoryBytes(pid: number): number {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) * 1_024;
}

function statOf(pid: number) {
  try {
    // The name in brackets may hold blanks, so fields are counted behind it: state, parent, group, …, utime, stime.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { pid, group: Number(fields[2]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return null; // it ended while it was read
  }
}
