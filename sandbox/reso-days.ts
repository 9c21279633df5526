import type { WorldDay } from './days.js';
import type { JsonObject } from './json.js';
import type { Listing } from './listing.js';
import type { ResoDesk } from './reso-desk.js';
import { resoRecord } from './reso-record.js';

/** Makes the RESO service show a new day: what was changed, sold or came says so by its instant of change; what went, does not. */
export function showDay(desk: ResoDesk, { happenings, listings }: WorldDay, seed: string): void {
  const now = new Map(listings.map((listing) => [listing.listingId, listing] as const));
  for (const { about, id, kind, after } of happenings) {
    if (about !== 'listing') continue;
    const listing = now.get(id);
    if (kind === 'gone') desk.remove(id);
    else if (kind === 'sold') desk.change(id, { ...after, MlsStatus: 'Closed' });
    else if (listing === undefined) throw new Error(`listing ${id} is not there after "${kind}"`);
    else if (desk.rows().some(({ ListingId }) => ListingId === id)) desk.change(id, fieldsOf(listing, seed));
    else desk.add(anyOf(desk), id, fieldsOf(listing, seed));
  }
}

/** A listing that is there now; all its fields are replaced. */
function anyOf(desk: ResoDesk): string {
  return String(desk.rows()[0]?.ListingId ?? '');
}

/** All fields of a row but the instant of its change. */
function fieldsOf(listing: Listing, seed: string): JsonObject {
  const { ModificationTimestamp: _instant, ...fields } = resoRecord(listing, seed).row;
  return fields;
}
