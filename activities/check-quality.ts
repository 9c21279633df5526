import type { Db } from 'mongodb';
import { loadQualityLimits } from '../core/product-settings.js';
import type { RunName } from '../core/schemas/sequence.js';
import type { KindOrder } from '../domain/compose.js';
import { judgeRun } from '../domain/quality/gate.js';
import { createGatherer } from '../domain/quality/gather.js';
import {
  earlierQualityRuns,
  keepQualityRun,
  lastWindows,
  readQuality,
  readSpreads,
  scoreMarket,
} from '../store/quality.js';

/** Judging stops in time for the rest of the check, which has five minutes in all; the next run goes on. */
const MOST_MS = 180_000;

/**
 * Judges what the run changed, gathers the quality of its market, and holds it against the limits and earlier runs. Kept in
 * `quality_runs`. Safe to repeat.
 * @returns what is below, one sentence each; empty when the quality holds
 */
export async function checkQuality(db: Db, run: RunName, kindOrder: KindOrder): Promise<readonly string[]> {
  const { market, runDate, runKey } = run;
  const { freshness: limits, gate: gateLimits } = loadQualityLimits();
  const { left } = await scoreMarket(db, run, kindOrder, Date.now() + MOST_MS);
  const at = new Date();
  const context = { windows: await lastWindows(db, market), limits, nowMs: at.getTime() };
  const gatherer = createGatherer({ ...context, spreads: await readSpreads(db, market) });
  for await (const row of readQuality(db, market)) gatherer.add(row);
  const gathered = gatherer.total();
  const earlier = await earlierQualityRuns(db, run, gateLimits.baselineRuns);
  const gate = judgeRun(
    gathered,
    earlier.map((one) => one.gathered),
    gateLimits,
  );
  await keepQualityRun(db, { _id: runKey, market, runDate, at, gathered, gate });
  const late = left === 0 ? [] : [`${left} properties are not judged yet; the next run goes on`];
  return [...gate.reasons.map((reason) => `quality below the gate: ${reason}`), ...late];
}
