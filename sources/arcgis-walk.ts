import { ResponseInvalid } from '../core/errors.js';
import type { RawPayload } from '../core/raw-payload.js';
import type { Cursor, Window } from '../core/schemas/collect.js';
import type { SourcePage } from '../core/source.js';
import { fieldOf } from '../domain/readings.js';
import type { Asked, LayerClient } from './arcgis-client.js';
import { type LayerPages, readPage } from './arcgis-rows.js';
import { countEnvelope, type WalkCursor, walkCursor } from './arcgis-schema.js';
import { passOf } from './pass.js';
import { markOfPage } from './repeated-page.js';

type Place = Omit<WalkCursor, 'total'> & { readonly total: number | null };

/**
 * Reads one page of a ZIP code's rows. The layer is asked for its count before each pass. A pass ends on an empty page, or when
 * all counted rows are in and no more are said to follow. If it met another number of rows than were counted, rows were added or taken away meanwhile and may
 * have slipped between pages: one more pass follows, and never a third.
 */
export async function walkPage(
  client: LayerClient,
  pages: LayerPages,
  window: Window,
  cursor: Cursor | null,
  signal: AbortSignal,
): Promise<SourcePage> {
  const place = placeOf(pages, window, cursor);
  const total = place.total ?? countIn(pages, (await client.count(window.zip, window, signal)).json);
  const asked = await client.rows(window.zip, place.offset, pages.mostRows, window, signal);
  const { features, more } = readPage(pages, asked.json);
  const keys = features.map((feature) => fieldOf(fieldOf(feature, 'attributes'), pages.keyField));
  const mark = markOfPage({ source: pages.source, zip: window.zip, markBefore: place.mark, keys });
  const next = placeAfter({ ...place, total }, features.length, more);
  if (next !== 'again')
    return { payloads: [payloadOf(pages, asked)], nextCursor: next && { ...next, mark }, total, ...passOf(place) };
  const now = countIn(pages, (await client.count(window.zip, window, signal)).json);
  const second = { offset: 0, total: now, pass: 2 } as const;
  return { payloads: [payloadOf(pages, asked)], nextCursor: now === 0 ? null : second, total: now };
}

/** @returns the next place of the pass, null after the last page, `again` when a second pass is due */
export function placeAfter(place: WalkCursor, rows: number, more: boolean): WalkCursor | null | 'again' {
  const offset = place.offset + rows;
  if (rows > 0 && (more || offset < place.total)) return { ...place, offset };
  return offset !== place.total && place.pass === 1 ? 'again' : null;
}

/** Rows counted. @throws SchemaDrift when the answer is no count */
function countIn({ errors }: LayerPages, json: unknown): number {
  const checked = countEnvelope.safeParse(json);
  if (checked.success) return checked.data.count;
  throw errors.envelopeDrift('count', 'is no count of rows');
}

function placeOf({ source }: LayerPages, window: Window, cursor: Cursor | null): Place {
  if (cursor === null) return { offset: 0, total: null, pass: 1 };
  const checked = walkCursor.safeParse(cursor);
  if (!checked.success) throw new ResponseInvalid(source, `${window.zip}: the cursor is not of this source`);
  return checked.data;
}

function payloadOf({ pageKind }: LayerPages, { json, url, fetchId, fetchedAt }: Asked): RawPayload {
  return { kind: pageKind, key: null, url, fetchId, fetchedAt, body: { type: 'json', json } };
}
