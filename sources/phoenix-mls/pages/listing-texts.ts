import type { ListingPlaces } from '../selectors.js';
import { type Elements, type Found, readPlaces, readRows } from './text.js';

/** What a card or a page says about one listing, as it stands there; null where it says nothing. */
export interface ListingTexts {
  readonly key: Found | null;
  readonly address: Found | null;
  readonly price: Found | null;
  /** Null for an active listing; undefined where the template does not tell. */
  readonly status: Found | null | undefined;
  /** Numbers of the heading. */
  readonly beds: Found | null;
  readonly baths: Found | null;
  readonly area: Found | null;
  readonly photos: Found | null;
  /** Labelled rows, by our labels. */
  readonly rows: ReadonlyMap<string, Found>;
}

/** Reads one listing inside its card, or on its page. Pure. */
export function readListingTexts(scope: Elements, places: ListingPlaces): ListingTexts {
  const rows = places.rows === null ? new Map<string, Found>() : readRows(scope, places.rows);
  return {
    key: readPlaces(scope, places.key),
    address: readPlaces(scope, places.address, ', '),
    price: readPlaces(scope, places.price),
    status: places.status === null ? undefined : (rows.get('Status') ?? readPlaces(scope, places.status)),
    beds: readPlaces(scope, places.beds),
    baths: readPlaces(scope, places.baths),
    area: readPlaces(scope, places.area),
    photos: readPlaces(scope, places.photos),
    rows,
  };
}
