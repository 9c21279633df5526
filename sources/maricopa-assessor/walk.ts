import type { Cursor } from '../../core/schemas/collect.js';
import { PAGE_ROWS, type WalkCursor, walkCursor } from './schema.js';

/** Place of a walk before its first page. The total is not known yet. */
const START = { page: 1, total: null, pass: 1, moved: false } as const;
type Place = Omit<WalkCursor, 'total'> & { readonly total: number | null };

/**
 * Place that a cursor names; null starts a walk.
 * @returns null for a cursor that is not of this source
 */
export function placeOf(cursor: Cursor | null): Place | null {
  if (cursor === null) return START;
  const checked = walkCursor.safeParse(cursor);
  return checked.success ? checked.data : null;
}

/**
 * Where the walk goes on after a page. It ends on an empty page or after page ceil(TOTAL at start / 25). If TOTAL moved on
 * the way, rows may have slipped between pages, so one more pass follows, and never a third.
 * @returns null after the last page
 */
export function placeAfter(
  place: Place,
  page: { readonly total: number; readonly rows: number; readonly mark: string },
): WalkCursor | null {
  const total = place.total ?? page.total;
  const moved = place.moved || page.total !== total;
  if (page.rows > 0 && place.page < Math.ceil(total / PAGE_ROWS)) {
    return { page: place.page + 1, total, pass: place.pass, moved, mark: page.mark };
  }
  if (moved && place.pass === 1 && page.total > 0) return { page: 1, total: page.total, pass: 2, moved: false };
  return null;
}
