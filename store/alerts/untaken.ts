import type { Db } from 'mongodb';
import type { Measure } from '../../core/schemas/alerts.js';

/** `alert_untaken`: a measure of a market that could not be taken the last time it was due. */
interface UntakenDocument {
  /** Market and measure. */
  readonly _id: string;
  readonly market: string;
  readonly measure: Measure;
  readonly problem: string;
  readonly at: Date;
}

const untakenOf = (db: Db) => db.collection<UntakenDocument>('alert_untaken');

/** Keeps which of some measures could not be taken, and forgets it of those that could. A repeat changes nothing. */
export async function noteUntaken(
  db: Db,
  market: string,
  nowMs: number,
  tried: readonly { readonly measure: Measure; readonly problem: string | null }[],
): Promise<void> {
  const known = new Set((await findUntaken(db, market)).map(({ measure }) => measure));
  for (const { measure, problem } of tried) {
    const _id = `${market}:${measure}`;
    if (problem !== null) {
      const row = { market, measure, problem, at: new Date(nowMs) };
      await untakenOf(db).updateOne({ _id }, { $set: row }, { upsert: true });
    } else if (known.has(measure)) await untakenOf(db).deleteOne({ _id });
  }
}

/** Measures of a market that could not be taken when they were due last. */
export async function findUntaken(db: Db, market: string): Promise<readonly UntakenDocument[]> {
  return untakenOf(db).find({ market }).sort({ _id: 1 }).toArray();
}
