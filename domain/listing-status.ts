import type { FactValue } from '../core/schemas/facts.js';

/** Values of `StandardStatus` with which a listing is on the market (RESO Data Dictionary 2.1). */
export const OPEN_STATUSES: readonly FactValue[] = ['Active', 'Coming Soon', 'Active Under Contract', 'Pending'];

/** Those with which it waits for a buyer. */
export const FOR_SALE: readonly FactValue[] = ['Active', 'Coming Soon'];

/** The status of a sale that is done. */
export const CLOSED = 'Closed';

/** True when a listing of this status, or a parcel (which has none: null), is to be found in a list of all there is. */
export function isExpected(status: string | null, listedStatuses: readonly FactValue[] | null): boolean {
  return status === null ? listedStatuses === null : (listedStatuses ?? OPEN_STATUSES).includes(status);
}
