import type { JsonObject } from './json.js';
import { type ResoRecord, resoRecord } from './reso-record.js';
import type { World } from './world.js';

/** The part of the sandbox's world that the service shows. */
export type ResoWorld = Pick<World, 'seed' | 'listings'>;

/** What became of listings since the world began. Everything takes effect at once, also in the middle of a walk. */
export interface ResoDesk {
  /** Changes fields of a listing; when it was changed last becomes this moment, unless the fields say another. */
  change(listingId: string, fields?: JsonObject): void;
  /** Takes a listing away without a word: it is in no list of changes. */
  remove(listingId: string): void;
  /** Puts a listing on the market that is like another, under an id of its own. */
  add(like: string, listingId: string, fields?: JsonObject): void;
  /** Undoes all of it. */
  reset(): void;
  /** Every row there is now. */
  rows(): readonly JsonObject[];
}

/** Every listing as the service showed it when the world began, by listing id. */
export function resoRecords({ listings, seed }: ResoWorld): ReadonlyMap<string, ResoRecord> {
  return new Map(listings.map((listing) => [listing.listingId, resoRecord(listing, seed)] as const));
}

/** @throws Error from `change`, `remove` and `add` for a listing that is not there */
export function createResoDesk(world: ResoWorld): ResoDesk {
  const begin = () => new Map([...resoRecords(world)].map(([id, { row }]) => [id, row] as const));
  let rows = begin();
  const rowOf = (listingId: string): JsonObject => {
    const row = rows.get(listingId);
    if (row === undefined) throw new Error(`there is no listing ${listingId}`);
    return row;
  };
  const changed = (row: JsonObject, fields: JsonObject): JsonObject => ({
    ...row,
    ModificationTimestamp: new Date().toISOString(),
    ...fields,
  });
  return {
    change(listingId, fields = {}) {
      rows.set(listingId, changed(rowOf(listingId), fields));
    },
    remove(listingId) {
      rowOf(listingId);
      rows.delete(listingId);
    },
    add(like, listingId, fields = {}) {
      const own = { ListingId: listingId, ListingKey: `2025${listingId.padStart(16, '0')}000000` };
      rows.set(listingId, changed({ ...rowOf(like), ...own }, fields));
    },
    reset() {
      rows = begin();
    },
    rows: () => [...rows.values()],
  };
}
