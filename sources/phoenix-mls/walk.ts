import type { Cursor } from '../../core/schemas/collect.js';
import { cursorSchema, type ResultsCursor } from './schema.js';

/** Place of a walk before its first page. */
const START: ResultsCursor = { page: 1, seen: 0, total: null, pass: 1, moved: false };

/**
 * Place that a cursor names; null starts a walk.
 * @returns null for a cursor that is not of this source
 */
export function placeOf(cursor: Cursor | null): ResultsCursor | null {
  if (cursor === null) return START;
  const checked = cursorSchema.safeParse(cursor);
  return checked.success ? checked.data : null;
}

/** What a results page says about the walk. */
export interface PageSeen {
  /** Matches the site counts; null when it says nothing. */
  readonly total: number | null;
  readonly cards: number;
  /** True when the page links to later ones. */
  readonly hasNext: boolean;
  /** Of its cards, for the cursor. */
  readonly mark: string;
}

/**
 * Where the walk goes on after a page. If the number of matches moved on the way, a listing may have slipped from a page not
 * yet read to one read already, so one more pass follows, and never a third.
 * @returns null after the last page
 */
export function placeAfter(place: ResultsCursor, page: PageSeen): ResultsCursor | null {
  const total = place.total ?? page.total;
  const moved = place.moved || page.total !== total;
  const seen = place.seen + page.cards;
  const more = page.hasNext && page.cards > 0 && (page.total === null || seen < page.total);
  if (more) return { page: place.page + 1, seen, total, pass: place.pass, moved, mark: page.mark };
  if (moved && place.pass === 1) return { ...START, total: page.total, pass: 2 };
  return null;
}
