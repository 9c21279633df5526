import type { CollectPlan, PlanScope } from '../../core/source.js';
import { PAGE_ROWS } from './schema.js';
import { ASSUMED_TOTAL, KNOWN_TOTALS, type MaricopaSettings } from './settings.js';

/**
 * Requests of a run before anything is sent: every search page of the ZIPs, then the details of a parcel as far as the
 * budget reaches. An estimate: of a ZIP that was never walked the total is that of 2025-07-23 where known. The service costs nothing.
 */
export function planOf(
  { zips, limit }: PlanScope,
  { requestBudget, details: kinds, target }: Pick<MaricopaSettings, 'requestBudget' | 'details' | 'target'>,
): CollectPlan {
  const parcels = zips.map(({ zip, held }) =>
    Math.min(held ?? KNOWN_TOTALS.get(zip) ?? ASSUMED_TOTAL, limit ?? Number.POSITIVE_INFINITY),
  );
  const pages = sum(parcels.map((count) => Math.max(1, Math.ceil(count / PAGE_ROWS))));
  const details = Math.max(0, Math.min(sum(parcels), Math.floor((requestBudget - pages) / kinds.length)));
  const requests = pages + details * kinds.length;
  const { windowLimit, windowMs } = target.limit;
  return { requests, milliseconds: Math.ceil((requests * windowMs) / windowLimit), costUsdMicros: 0 };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
