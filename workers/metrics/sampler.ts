import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Db } from 'mongodb';
import type { Logger } from 'pino';
import { machineFigures } from '../../activities/machine-figures.js';
import { type MachineSample, noteMachine } from '../../store/measures.js';
import type { Metrics } from './registry.js';

const EVERY_MS = 30_000;

/**
 * Looks at the machine twice a minute, shows it, and keeps it in the row of its five minutes. What cannot be kept is left out: a look
 * later there is the next.
 * @param metrics null where nobody scrapes
 * @returns ends it, after the look under way
 */
export function startSampler(db: Db, dataFolder: string, metrics: Metrics | null, logger: Logger): () => Promise<void> {
  const busy = createDiskBusy();
  const look = async (): Promise<void> => {
    const sample: MachineSample = { ...(await machineFigures(dataFolder)), diskBusy: await busy() };
    for (const part of ['cpu', 'memory', 'disk', 'diskBusy'] as const) metrics?.set(part, [], sample[part]);
    await noteMachine(db, hostname(), sample, Date.now());
  };
  const leftOut = (err: unknown): void => logger.warn({ err }, 'a look at the machine is left out');
  let looking = look().catch(leftOut);
  const timer = setInterval(() => {
    looking = looking.then(() => look().catch(leftOut));
  }, EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/** Share of the time since the last look in which the busiest disk had work; null at the first, and where the system does not say. */
function createDiskBusy(): () => Promise<number | null> {
  let before: { readonly atMs: number; readonly busyMs: ReadonlyMap<string, number> } | null = null;
  return async () => {
    const text = await readFile('/proc/diskstats', 'utf8').catch(() => '');
    const now = { atMs: performance.now(), busyMs: busyTimes(text) };
    const last = before;
    before = now;
    if (last === null || now.busyMs.size === 0) return null;
    const shares = [...now.busyMs].map(([disk, ms]) => (ms - (last.busyMs.get(disk) ?? ms)) / (now.atMs - last.atMs));
    return Math.min(1, Math.max(0, ...shares));
  };
}

/** Milliseconds with work by disk: the tenth figure after the name (Linux, Documentation/admin-guide/iostats). */
function busyTimes(diskstats: string): ReadonlyMap<string, number> {
  const rows = diskstats.split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.flatMap(([, , name, ...figures]) => {
      const ms = Number(figures[9]);
      return name === undefined || /^(loop|ram|zram|sr)\d/.test(name) || !Number.isFinite(ms) ? [] : [[name, ms]];
    }),
  );
}
