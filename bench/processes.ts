import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of `/proc/<pid>/stat` in one second: USER_HZ, 100 on every Linux that Node runs on (proc(5)). */
const TICKS_PER_S = 100;

/** CPU seconds, user and system, that a process and the living members of its group have used so far. */
export function cpuSeconds(pid: number): number {
  const members = allStats().filter((stat) => stat.pid === pid || stat.group === pid);
  return members.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_S;
}

/** How often processes that come and go are looked at; what one uses after the last look is not counted. */
const LOOK_MS = 200;

/** CPU time of the processes below one. */
export interface ChildrenWatch {
  /** CPU seconds of all there ever were while it watched, in all. */
  seconds(): number;
  stop(): void;
}

/** Watches all processes that a process starts, and those they start. It counts them after their end too: browsers come and go. */
export function watchChildren(parent: number): ChildrenWatch {
  const seen = new Map<number, number>();
  const look = (): void => {
    const all = allStats();
    const family = new Set([parent, ...seen.keys()]);
    // A child may have a lower number than its parent, so it is looked again until nobody is new.
    for (let known = 0; known < family.size; ) {
      known = family.size;
      for (const { pid, parent: above } of all) if (family.has(above)) family.add(pid);
    }
    for (const { pid, ticks } of all) if (pid !== parent && family.has(pid)) seen.set(pid, ticks);
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    seconds() {
      look();
      return [...seen.values()].reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_S;
    },
    stop: () => clearInterval(timer),
  };
}

function allStats() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== null);
}

function statOf(pid: number) {
  try {
    // The name in brackets may hold blanks, so fields are counted behind it: state, parent, group, …, utime, stime.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { pid, parent: Number(fields[1]), group: Number(fields[2]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return null; // it ended while it was read
  }
}
