import type { Db } from 'mongodb';
import { FEWEST_ASKED, FEWEST_BATCHES, msPerProperty } from '../../domain/optimize/batch.js';
import { median } from '../../domain/statistics.js';
import { type AppliedBatch, appliedBatch } from '../../store/tuning.js';
import { batchesSince } from './look.js';

/** What was applied, and what came of it. */
export interface Remeasured extends AppliedBatch {
  /** Median wall time a property since, over the batches cut so; null for too few. */
  readonly sinceMs: number | null;
  readonly batches: number;
  /** Whether it is faster than before; null as long as nobody can tell. */
  readonly held: boolean | null;
}

/** Measures again what was applied; null where nothing is. Reads alone. */
export async function remeasure(db: Db, market: string): Promise<Remeasured | null> {
  const applied = await appliedBatch(db);
  if (applied === null) return null;
  const since = await batchesSince(db, market, applied.at);
  const own = since.filter(
    ({ size, lanes, asked }) => size === applied.size && lanes === applied.lanes && asked >= FEWEST_ASKED,
  );
  const sinceMs = own.length < FEWEST_BATCHES ? null : median(own.map(msPerProperty));
  return { ...applied, sinceMs, batches: own.length, held: sinceMs === null ? null : sinceMs < applied.msPerProperty };
}

/** The same in one sentence. */
export function remeasuredInWords({
  size,
  lanes,
  by,
  at,
  msPerProperty: before,
  sinceMs,
  batches,
  held,
}: Remeasured): string {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  const now =
    sinceMs === null
      ? `${batches} batches since, ${FEWEST_BATCHES} are needed to tell`
      : `${seconds(sinceMs)} over ${batches} batches since: ${held ? 'it held' : 'it did NOT hold; phx optimize batch --reset takes it back'}`;
  return `applied ${at.toISOString()} by ${by}: batches of ${size}, ${lanes} at a time; ${seconds(before)} a property before, ${now}`;
}
