import type { Db } from 'mongodb';
import { BASELINE_NAMES, type BaselineName, type BaselineSettings } from '../../core/schemas/baselines.js';
import { type Baseline, baselineOf } from '../../domain/baselines/compare.js';
import {
  keepRunFigures,
  measureRun,
  type RunFiguresRow,
  runFiguresBetween,
  runsWithoutFigures,
} from './run-figures.js';

/** `baselines`: what is usual for one row of one market. */
export interface BaselineDocument {
  /** Market and name. */
  readonly _id: string;
  readonly market: string;
  readonly name: BaselineName;
  readonly title: string;
  readonly formula: string;
  readonly unit: string;
  readonly direction: 'higher' | 'lower';
  readonly target: number;
  /** Null where there are too few runs. */
  readonly usual: Baseline | null;
  /** First and last day of the runs it is made of; null without one. */
  readonly from: string | null;
  readonly to: string | null;
  readonly updatedAt: Date;
  /** Medians of the updates before, oldest first, a year of weeks at most. */
  readonly earlier: readonly { readonly at: Date; readonly median: number | null; readonly runs: number }[];
}

const DAY_MS = 86_400_000;
const MOST_EARLIER = 52;
const baselinesOf = (db: Db) => db.collection<BaselineDocument>('baselines');

/**
 * Makes the baselines of a market anew from the daily runs of the last days. A repeat gives the same, with one more entry in what was
 * before. Runs that have no figures yet get theirs.
 * @returns runs looked at, and rows with enough of them
 */
export async function updateBaselines(
  db: Db,
  market: string,
  settings: BaselineSettings,
  now: Date,
): Promise<{ readonly runs: number; readonly known: number }> {
  const since = new Date(now.getTime() - settings.windowDays * DAY_MS);
  for (const run of await runsWithoutFigures(db, market, since))
    await keepRunFigures(db, run, await measureRun(db, run, null));
  const runs = await runFiguresBetween(db, market, since, now);
  const before = await standingBaselines(db, market);
  let known = 0;
  for (const row of settings.rows) {
    const usual = usualOf(runs, row.name, settings.leastRuns);
    if (usual !== null) known += 1;
    const last = before.get(row.name);
    const { name, title, formula, unit, direction, target } = row;
    await baselinesOf(db).replaceOne(
      { _id: `${market}|${name}` },
      {
        ...{ market, name, title, formula, unit, direction, target, usual, updatedAt: now },
        from: runs[0]?.runDate ?? null,
        to: runs.at(-1)?.runDate ?? null,
        earlier: [
          ...(last?.earlier ?? []),
          ...(last ? [{ at: last.updatedAt, median: last.usual?.median ?? null, runs: last.usual?.runs ?? 0 }] : []),
        ].slice(-MOST_EARLIER),
      },
      { upsert: true },
    );
  }
  return { runs: runs.length, known };
}

function usualOf(runs: readonly RunFiguresRow[], name: BaselineName, leastRuns: number): Baseline | null {
  return baselineOf(
    runs.map(({ figures }) => figures[name]),
    leastRuns,
  );
}

/** The baselines of a market as they were updated last. */
export async function standingBaselines(db: Db, market: string): Promise<ReadonlyMap<BaselineName, BaselineDocument>> {
  const rows = await baselinesOf(db).find({ market }).toArray();
  const known = rows.filter(({ name }) => BASELINE_NAMES.includes(name));
  return new Map(known.map((row) => [row.name, row]));
}
