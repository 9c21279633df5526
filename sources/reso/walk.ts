import { ResponseInvalid } from '../../core/errors.js';
import type { Cursor, Window } from '../../core/schemas/collect.js';
import type { RawPayload, SourcePage } from '../../core/source.js';
import { type Asked, checkedLink, type ResoClient } from './client.js';
import { RESO_PAGE, type ResoPage, readPage } from './parse.js';
import { MOST_PAGES, type WalkCursor, walkCursor } from './schema.js';
import { RESO } from './settings.js';

type Place = Omit<WalkCursor, 'pages'> & { readonly pages: number };

const START: Place = { next: null, seen: 0, total: null, pass: 1, pages: 0 };

/**
 * Reads one page of a ZIP code's listings: the link of the page before as it was given, until there is none. A service that ends its
 * links before all counted rows are in is asked for the rest by number. If a pass met another number of rows than were counted when it
 * began, rows may have slipped between pages: one more pass follows, and never a third.
 * @throws ResponseInvalid for a cursor that is not of this source, or a walk that goes in a circle; UnsafeTarget for a link elsewhere
 */
export async function walkPage(
  client: ResoClient,
  window: Window,
  cursor: Cursor | null,
  signal: AbortSignal,
): Promise<SourcePage> {
  const place = placeOf(window, cursor);
  const asked =
    place.next === null
      ? await client.listings(window.zip, place.seen, window, signal)
      : await client.follow(place.next, window, signal);
  const page = readPage(asked.json);
  const nextLink = page.nextLink === null ? null : linkOf(window, asked.url, page.nextLink);
  const next = placeAfter(place, { ...page, nextLink });
  if (next !== null && next.pages >= MOST_PAGES) {
    throw new ResponseInvalid(RESO, `${window.zip}: no end of it after ${MOST_PAGES} pages`);
  }
  return { payloads: [payloadOf(asked)], nextCursor: next, total: place.total ?? page.count };
}

/** @returns null after the last page */
export function placeAfter(place: Place, { rows, count, nextLink }: ResoPage): WalkCursor | null {
  const seen = place.seen + rows.length;
  const total = place.total ?? count;
  const further = { ...place, seen, total, pages: place.pages + 1 };
  if (nextLink !== null) return { ...further, next: nextLink };
  if (rows.length > 0 && total !== null && seen < total) return { ...further, next: null };
  const slipped = total !== null && seen !== total && place.pass === 1;
  return slipped ? { next: null, seen: 0, total: null, pass: 2, pages: place.pages + 1 } : null;
}

/** OData lets a link be relative. A bad one is refused while the page that holds it is read, so that the cause is seen there. */
function linkOf(window: Window, asked: string, given: string): string {
  const link = URL.canParse(given) || !URL.canParse(given, asked) ? given : new URL(given, asked).href;
  checkedLink(link, new URL(asked).origin);
  if (link === asked) throw new ResponseInvalid(RESO, `${window.zip}: the next page is the page itself`);
  return link;
}

function placeOf(window: Window, cursor: Cursor | null): Place {
  if (cursor === null) return START;
  const checked = walkCursor.safeParse(cursor);
  if (!checked.success) throw new ResponseInvalid(RESO, `${window.zip}: the cursor is not of this source`);
  return checked.data;
}

function payloadOf({ json, url, fetchId, fetchedAt }: Asked): RawPayload {
  return { kind: RESO_PAGE, key: null, url, fetchId, fetchedAt, body: { type: 'json', json } };
}
