import type { Db } from 'mongodb';
import type { CapacityBase } from '../../domain/capacity.js';
import { msPerProperty } from '../../domain/optimize/batch.js';
import { median } from '../../domain/statistics.js';
import { runFiguresBetween } from '../../store/baselines/run-figures.js';
import { accountingDay, entriesBetween } from '../../store/cost/entries.js';
import { dailyRunsSince } from '../../store/runs.js';
import { growthOf, measureCollections } from '../../store/size.js';
import { batchesSince } from '../optimize/look.js';

/** Days that are looked at. */
const DAYS = 14;
const DAY_MS = 86_400_000;
const USD_MICROS = 1_000_000;

/**
 * Measures a market as it runs now. Reads alone.
 * @param spacingOf time between two requests to a host at its ceiling, milliseconds
 */
export async function measureCapacity(
  db: Db,
  market: string,
  now: Date,
  spacingOf: (host: string) => number | null,
): Promise<CapacityBase> {
  const since = new Date(now.getTime() - DAYS * DAY_MS);
  const runs = await dailyRunsSince(db, market, since);
  const keys = runs.map(({ _id }) => _id);
  const { bytes, bytesPerDay } = growthOf(await measureCollections(db, now));
  const zips: unknown[] = await db.collection('windows').distinct('zip', { market, updatedAt: { $gte: since } });
  const figures = await runFiguresBetween(db, market, since, now);
  const batches = (await batchesSince(db, market, since)).filter(({ asked }) => asked > 0);
  const perRun = (count: number) => (runs.length === 0 ? 0 : count / runs.length);
  return {
    zips: zips.length,
    runs: runs.length,
    databaseBytes: bytes,
    bytesPerDay,
    hosts: await hostsOf(db, keys, perRun, spacingOf),
    collectMinutes: median(figures.flatMap((one) => one.figures['processing-time'] ?? [])),
    modelPerRun: perRun(batches.reduce((sum, { asked }) => sum + asked, 0)),
    msPerProperty: median(batches.map(msPerProperty)),
    ...(await moneyOf(db, since, now)),
  };
}

async function hostsOf(
  db: Db,
  keys: readonly string[],
  perRun: (count: number) => number,
  spacingOf: (host: string) => number | null,
): Promise<CapacityBase['hosts']> {
  const groups = await db
    .collection('fetches')
    .aggregate<{ readonly _id: string; readonly n: number }>([
      { $match: { runKey: { $in: [...keys] } } },
      { $group: { _id: '$host', n: { $sum: 1 } } },
    ])
    .toArray();
  return groups.flatMap(({ _id: host, n }) => {
    const spacingMs = spacingOf(host);
    return spacingMs === null ? [] : [{ host, perRun: perRun(n), spacingMs }];
  });
}

/** Subscriptions stay as they are; what a run or a source caused grows with the volume. */
async function moneyOf(
  db: Db,
  since: Date,
  now: Date,
): Promise<Pick<CapacityBase, 'fixedUsdPerDay' | 'volumeUsdPerDay'>> {
  const entries = await entriesBetween(db, accountingDay(since.getTime()), accountingDay(now.getTime()));
  const first = entries[0]?.day;
  const days = first === undefined ? 1 : Math.max(1, Math.round((now.getTime() - Date.parse(first)) / DAY_MS));
  const usd = (some: typeof entries) =>
    some.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0) / USD_MICROS / days;
  const volume = entries.filter(({ runKey, source }) => runKey !== null || source !== null);
  return { volumeUsdPerDay: usd(volume), fixedUsdPerDay: usd(entries.filter((entry) => !volume.includes(entry))) };
}
