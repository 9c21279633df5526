import type { Db } from 'mongodb';
import { daysFrom } from '../../core/dates.js';
import type { CostEntryDocument } from '../cost/entries.js';
import type { WindowDocument } from '../documents.js';

/** What the days of an incident lack and what they cost. */
export interface IncidentImpact {
  readonly windows: number;
  readonly complete: number;
  /** Windows that are not complete: source, ZIP, day, how they stand. */
  readonly lacking: readonly string[];
  /** Of all markets, since the ledger knows no market before a charge names one. */
  readonly costUsdMicros: number;
}

/** Figures of the days of a market from one to another, both inside. One look at the ledger of windows and the one of costs. */
// The days are named one by one: SecantusDB finds nothing for a range with equal ends on a middle field of an index.
export async function impactOf(db: Db, market: string, from: string, to: string): Promise<IncidentImpact> {
  const days = [...daysFrom(from, to)];
  const windows = await db
    .collection<WindowDocument>('windows')
    .find({ market, runDate: { $in: days } })
    .sort({ runDate: 1, source: 1, zip: 1 })
    .toArray();
  const costs = await db
    .collection<CostEntryDocument>('cost_entries')
    .find({ day: { $in: days } }, { projection: { costUsdMicros: 1 } })
    .toArray();
  const lacking = windows
    .filter(({ state }) => state !== 'complete')
    .map(({ source, zip, runDate, state, reason }) =>
      [`${source} ${zip} of ${runDate}: ${state}`, ...(reason === null ? [] : [reason])].join(', '),
    );
  return {
    windows: windows.length,
    complete: windows.length - lacking.length,
    lacking,
    costUsdMicros: costs.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0),
  };
}
