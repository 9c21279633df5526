import type { Db } from 'mongodb';
import { assertNever } from '../../core/assert.js';
import { type MeasuredBatch, msPerProperty, proposeBatch } from '../../domain/optimize/batch.js';
import { type MeasuredHost, proposeNetwork } from '../../domain/optimize/network.js';
import type { Looked, OptimizeArea } from '../../domain/optimize/proposal.js';
import { type MachineUse, proposeResources } from '../../domain/optimize/resources.js';
import { median } from '../../domain/statistics.js';
import type { LlmBatchDocument } from '../../store/llm.js';
import { MACHINE_PARTS, type MachineRow, machineBetween } from '../../store/measures.js';
import { dailyRunsSince } from '../../store/runs.js';
import { batchStart } from '../../store/tuning.js';
import { lookAtQueries } from './queries.js';

/** What is looked at. */
export interface LookOptions {
  readonly market: string;
  readonly days: number;
  readonly now: Date;
  /** Requests of each host with its ceiling, by whoever knows the sources. */
  readonly hosts: (db: Db, since: Date) => Promise<readonly MeasuredHost[]>;
}

const DAY_MS = 86_400_000;

/** Proposals of one area from what was measured. Reads alone. */
export async function look(db: Db, area: OptimizeArea, options: LookOptions): Promise<Looked> {
  const since = new Date(options.now.getTime() - options.days * DAY_MS);
  switch (area) {
    case 'batch':
      return proposeBatch(await batchesSince(db, options.market, since), await batchStart(db));
    case 'db':
      return lookAtQueries(db, options.market);
    case 'network':
      return proposeNetwork(await options.hosts(db, since));
    case 'resources': {
      const batches = (await batchesSince(db, options.market, since)).filter(({ asked }) => asked > 0);
      const ms = median(batches.map(msPerProperty));
      return proposeResources(await machineUse(db, options.market, since), await batchStart(db), ms);
    }
    default:
      return assertNever(area, 'area');
  }
}

/** Batches of a market since a time, as they went. */
export async function batchesSince(db: Db, market: string, since: Date): Promise<readonly MeasuredBatch[]> {
  const rows = await db
    .collection<LlmBatchDocument>('llm_batches')
    .find({ runKey: { $regex: `^[a-z]+/${market}/` }, at: { $gte: since } })
    .sort({ at: 1 })
    .toArray();
  return rows.map(({ runKey, batch, size, lanes, asked, milliseconds, timeouts, refused, trouble }) => ({
    ...{ runKey, batch, size, lanes, asked, milliseconds },
    troubled: timeouts > 0 || refused > 0 || trouble !== null,
  }));
}

/** Samples of the five minutes in which a daily run was under way. */
async function machineUse(db: Db, market: string, since: Date): Promise<MachineUse> {
  const runs = await dailyRunsSince(db, market, since);
  const rows: MachineRow[] = [];
  for (const { startedAt, endedAt } of runs)
    if (endedAt !== null) rows.push(...(await machineBetween(db, startedAt.getTime(), endedAt.getTime())));
  return Object.fromEntries(
    MACHINE_PARTS.flatMap((part) => {
      const tallies = rows.flatMap(({ parts }) => parts[part] ?? []);
      const samples = tallies.reduce((sum, { n }) => sum + n, 0);
      if (samples === 0) return [];
      const mean = tallies.reduce((sum, tally) => sum + tally.sum, 0) / samples;
      const highest = Math.max(...tallies.map(({ max }) => max));
      return [[part, { samples, runs: runs.length, mean, highest }]];
    }),
  );
}
