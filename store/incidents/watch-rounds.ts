import type { Db } from 'mongodb';
import type { WatchdogResult, WatchFault } from '../../core/schemas/incidents.js';

/** `watch_rounds`: the last round of the watchdog of a market. */
interface WatchRoundDocument extends Omit<WatchdogResult, 'acts'> {
  readonly _id: string;
  readonly at: Date;
  readonly faults: readonly WatchFault[];
  /** What it did, the latest last. */
  readonly acts: readonly { readonly at: Date; readonly text: string }[];
}

export interface WatchRound extends WatchdogResult {
  readonly market: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly faults: readonly WatchFault[];
}

const KEPT_ACTS = 50;
const roundsOf = (db: Db) => db.collection<WatchRoundDocument>('watch_rounds');

/** Writes down a round. A repeat changes nothing. */
export async function keepRound(db: Db, { market, atMs, state, verdicts, acts, faults }: WatchRound): Promise<void> {
  const at = new Date(atMs);
  const before = await lastRound(db, market);
  if (before !== null && before.at >= at) return;
  const kept = [...(before?.acts ?? []), ...acts.map((text) => ({ at, text }))].slice(-KEPT_ACTS);
  const round = { at, state, verdicts, faults, acts: kept };
  await roundsOf(db).updateOne({ _id: market }, { $set: round }, { upsert: true });
}

/** The last round of a market; null before the first. */
export async function lastRound(db: Db, market: string): Promise<WatchRoundDocument | null> {
  return roundsOf(db).findOne({ _id: market });
}
