import type { CollectPlan } from '../../core/source.js';
import { PAGE_ROWS } from './schema.js';
import { ASSUMED_TOTAL, KNOWN_TOTALS, type MaricopaSettings } from './settings.js';

/**
 * Requests of a run before anything is sent: every search page of the ZIPs, then the details of a parcel as far as the
 * budget reaches. An estimate: totals are those of 2025-07-23 where known. The service costs nothing.
 */
export function planOf(
  scope: { readonly zips: readonly string[]; readonly limit: number | null },
  { requestBudget, details: kinds, target }: Pick<MaricopaSettings, 'requestBudget' | 'details' | 'target'>,
): CollectPlan {
  const parcels = scope.zips.map((zip) => Math.min(KNOWN_TOTALS.get(zip) ?? ASSUMED_TOTAL, scope.limit ?? Infinity));
  const pages = sum(parcels.map((count) => Math.ceil(count / PAGE_ROWS)));
  const details = Math.max(0, Math.min(sum(parcels), Math.floor((requestBudget - pages) / kinds.length)));
  const requests = pages + details * kinds.length;
  const { windowLimit, windowMs } = target.limit;
  return { requests, milliseconds: Math.ceil((requests * windowMs) / windowLimit), costUsdMicros: 0 };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
