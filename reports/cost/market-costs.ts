import type { Db } from 'mongodb';
import type { CostEntryDocument } from '../../store/cost/entries.js';
import { costsOf } from './state.js';

/**
 * Part of what serves all markets that counts for one: its properties kept ÷ those of all markets, as they are now; all of it while none is
 * kept anywhere.
 */
export async function sharedPart(db: Db, market: string): Promise<number> {
  const properties = db.collection('processed_properties');
  const all = await properties.countDocuments({});
  return all === 0 ? 1 : (await properties.countDocuments({ market })) / all;
}

/**
 * What of some entries counts for a market, micro-dollars, not rounded: what was booked for it, and its part of what serves all. The parts of
 * all markets add up to the whole.
 */
export function costOfMarket(
  entries: readonly Pick<CostEntryDocument, 'market' | 'costUsdMicros'>[],
  market: string,
  part: number,
): number {
  const own = costsOf(entries.filter((entry) => entry.market === market));
  return own + costsOf(entries.filter((entry) => entry.market === null)) * part;
}
