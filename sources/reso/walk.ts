import { ResponseInvalid } from '../../core/errors.js';
import type { RawPayload } from '../../core/raw-payload.js';
import type { Cursor, Walk, Window } from '../../core/schemas/collect.js';
import type { SourcePage } from '../../core/source.js';
import { passOf } from '../pass.js';
import { type Asked, checkedLink, type ResoClient } from './client.js';
import { RESO_KEYS, RESO_PAGE, type ResoPage, readPage } from './parse.js';
import { MOST_PAGES, type WalkCursor, type WalkSpan, walkCursor } from './schema.js';
import { RESO } from './settings.js';

type Place = Omit<WalkCursor, 'pages'> & { readonly pages: number };

const WHOLE: WalkSpan = { part: 'whole', since: null, until: null };
const START: Place = { next: null, seen: 0, total: null, pass: 1, pages: 0 };

/**
 * Reads one page of a part of a walk: the link of the page before as it was given, until there is none. A service that ends its
 * links before all counted rows are in is asked for the rest by number. If a pass met another number of rows than were counted when it
 * began, rows may have slipped between pages: one more pass follows, and never a third. The list of keys is followed by the changes:
 * what came on the market in between is among those, and is no key that nobody holds.
 * @throws ResponseInvalid for a cursor that is not of this source, or a walk that goes in a circle; UnsafeTarget for a link elsewhere
 */
export async function walkPage(
  client: ResoClient,
  window: Window,
  cursor: Cursor | null,
  signal: AbortSignal,
  walk: Walk = { kind: 'whole' },
): Promise<SourcePage> {
  const place = cursor === null ? beginningOf(walk) : placeOf(window, cursor);
  const span = place.span ?? WHOLE;
  const asked =
    place.next === null
      ? await client.listings(span, place.seen, window, signal)
      : await client.follow(place.next, window, signal);
  const page = readPage(asked.json);
  const nextLink = page.nextLink === null ? null : linkOf(window, asked.url, page.nextLink);
  const pages = place.pages + 1;
  const nextCursor = placeAfter(place, { ...page, nextLink }) ?? partAfter(span, pages);
  if (nextCursor !== null && pages >= MOST_PAGES) {
    throw new ResponseInvalid(RESO, `${window.zip}: no end of it after ${MOST_PAGES} pages`);
  }
  return {
    payloads: [payloadOf(asked, span)],
    nextCursor,
    total: place.total ?? page.count,
    ...passOf(place),
    part: span.part,
    ...(nextCursor === null && span.part === 'changes' ? { wholeFrom: { ...START, pages } } : {}),
  };
}

function beginningOf(walk: Walk): Place {
  if (walk.kind === 'whole') return START;
  if (walk.kind === 'past') return { ...START, span: { part: 'past', since: walk.since, until: walk.until } };
  return { ...START, span: { part: walk.keys ? 'keys' : 'changes', since: walk.since, until: null } };
}

/** @returns null after the last page of a part */
export function placeAfter(place: Place, { rows, count, nextLink }: ResoPage): WalkCursor | null {
  const seen = place.seen + rows.length;
  const total = place.total ?? count;
  const further = { ...place, seen, total, pages: place.pages + 1 };
  if (nextLink !== null) return { ...further, next: nextLink };
  if (rows.length > 0 && total !== null && seen < total) return { ...further, next: null };
  const slipped = total !== null && seen !== total && place.pass === 1;
  return slipped ? { ...further, next: null, seen: 0, total: null, pass: 2 } : null;
}

function partAfter(span: WalkSpan, pages: number): WalkCursor | null {
  return span.part === 'keys' ? { ...START, pages, span: { ...span, part: 'changes' } } : null;
}

/** OData lets a link be relative. A bad one is refused while the page that holds it is read, so that the cause is seen there. */
function linkOf(window: Window, asked: string, given: string): string {
  const link = URL.canParse(given) || !URL.canParse(given, asked) ? given : new URL(given, asked).href;
  checkedLink(link, new URL(asked).origin);
  if (link === asked) throw new ResponseInvalid(RESO, `${window.zip}: the next page is the page itself`);
  return link;
}

function placeOf(window: Window, cursor: Cursor): Place {
  const checked = walkCursor.safeParse(cursor);
  if (!checked.success) throw new ResponseInvalid(RESO, `${window.zip}: the cursor is not of this source`);
  return checked.data;
}

function payloadOf({ json, url, fetchId, fetchedAt }: Asked, { part }: WalkSpan): RawPayload {
  const kind = part === 'keys' ? RESO_KEYS : RESO_PAGE;
  return { kind, key: null, url, fetchId, fetchedAt, body: { type: 'json', json } };
}
