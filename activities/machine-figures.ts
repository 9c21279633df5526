import { existsSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineFigures } from '../store/detectors/context.js';

/** A shorter look would show one moment. */
const LOOK_MS = 500;

/** How busy this machine is now, and how full the disk with the data folder. */
export async function machineFigures(dataFolder: string): Promise<MachineFigures> {
  const [cpu, memory, disk] = await Promise.all([cpuShare(), memoryShare(), diskShare(dataFolder)]);
  return { cpu, memory, disk };
}

async function cpuShare(): Promise<number | null> {
  const before = cpuTimes();
  await sleep(LOOK_MS);
  const after = cpuTimes();
  const all = after.all - before.all;
  return all <= 0 ? null : 1 - (after.idle - before.idle) / all;
}

function cpuTimes(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((one) => one.times);
  const idle = times.reduce((sum, one) => sum + one.idle, 0);
  return { idle, all: times.reduce((sum, one) => sum + one.user + one.nice + one.sys + one.idle + one.irq, 0) };
}

/** What the system could give at once counts as free, caches too; where it does not say, what is unused. */
async function memoryShare(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN);
  const share = 1 - kib('MemAvailable') / kib('MemTotal');
  return Number.isFinite(share) ? share : 1 - freemem() / totalmem();
}

async function diskShare(dataFolder: string): Promise<number> {
  let folder = dataFolder;
  while (!existsSync(folder)) folder = dirname(folder);
  const { blocks, bavail, bfree } = await statfs(folder);
  const used = blocks - bfree;
  return used / (used + bavail);
}
