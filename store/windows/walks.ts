import type { Db } from 'mongodb';
import { recordId, type WindowName, windowId } from '../../core/ids.js';
import type { Cursor, Walk, WalkPart, Window } from '../../core/schemas/collect.js';
import type { ChangesPolicy, SourcePage } from '../../core/source.js';
import { planWalk, type WalkedBefore, type WalkWish } from '../../domain/walk-plan.js';
import type { WindowDocument, WindowPageDocument, WindowWalk } from '../documents.js';
import { missingIds } from '../integrity.js';

/** A part of a walk as far as it went. */
export interface WalkedPart {
  readonly part: WalkPart;
  readonly keys: ReadonlySet<string>;
  /**
   * The largest the source named: an answer of nothing in the middle of a walk must not make it look complete. Of a second pass that
   * gave all it named, the largest of that pass: what went during the first one is not missing.
   */
  readonly total: number | null;
}

/** What a run met in a window. */
export interface Walked {
  readonly keys: ReadonlySet<string>;
  /** In the order in which they were begun. */
  readonly parts: readonly WalkedPart[];
}

/** Days that are looked at for the last complete walk; what is older is followed by a whole walk anyway. */
const DAYS_LOOKED_AT = 60;

/**
 * Decides how a window is walked, by the complete windows of its ZIP. What a window is as of is its beginning, by our clock; the
 * policy's overlap stands for clocks that differ.
 */
export async function planWindowWalk(
  db: Db,
  policy: ChangesPolicy,
  window: Window,
  wish: Omit<WalkWish, 'limit'>,
): Promise<WindowWalk> {
  const ask = planWalk(policy, await walkedBefore(db, window), { ...wish, limit: window.limit });
  return { ask, asOf: ask.kind === 'past' ? null : new Date(wish.nowMs) };
}

async function walkedBefore(db: Db, { market, source, zip }: Window): Promise<WalkedBefore> {
  const complete = await db
    .collection<WindowDocument>('windows')
    .find({ source, zip, market, state: 'complete' }, { projection: { walk: 1, listed: 1 } })
    .sort({ runDate: -1 })
    .limit(DAYS_LOOKED_AT)
    .toArray();
  const walks = complete.flatMap(({ walk, listed }) => (walk?.asOf ? [{ atMs: walk.asOf.getTime(), listed }] : []));
  const latest = (some: typeof walks) => (some.length === 0 ? null : Math.max(...some.map(({ atMs }) => atMs)));
  return {
    asOfMs: latest(walks),
    wholeAtMs: latest(walks.filter(({ listed }) => listed?.by === 'whole')),
    listedAtMs: latest(walks.filter(({ listed }) => listed)),
  };
}

/** How an open window is to be walked; undefined for sources whose walks are always whole. */
export async function walkOf(db: Db, window: Window): Promise<Walk | undefined> {
  const found = await db
    .collection<WindowDocument>('windows')
    .findOne({ _id: windowId(window) }, { projection: { walk: 1 } });
  return found?.walk?.ask;
}

/**
 * Where a walk goes on after a page that is stored. Changes that do not add up are followed by a whole walk in the same window:
 * fewer keys than the source counted, or a key in its list that is not in.
 */
export async function goesOnAt(db: Db, window: Window, page: SourcePage): Promise<Cursor | null> {
  if (page.nextCursor !== null || page.wholeFrom === undefined) return page.nextCursor;
  const { parts } = await walkedSoFar(db, window);
  const short = parts.some(({ keys, total }) => total !== null && keys.size < total);
  return short || (await hasUnheld(db, window, parts)) ? page.wholeFrom : null;
}

async function hasUnheld(db: Db, { source }: Window, parts: readonly WalkedPart[]): Promise<boolean> {
  const listed = parts.find(({ part }) => part === 'keys')?.keys ?? new Set();
  const ids = [...listed].map((key) => recordId(source, key));
  return (await missingIds(db, 'raw_properties', ids)).length > 0;
}

/** What a run met in a window so far, part by part. */
export async function walkedSoFar(db: Db, window: WindowName & Pick<Window, 'runKey'>): Promise<Walked> {
  const filter = { runKey: window.runKey, windowId: windowId(window), step: { $regex: '^walk:' } };
  const pages = await db.collection<WindowPageDocument>('window_pages').find(filter).sort({ at: 1 }).toArray();
  // Without a page it is a whole walk that met nothing.
  const names = new Set(pages.length === 0 ? ['whole' as const] : pages.map(({ part = 'whole' }) => part));
  const parts = [...names].map((name): WalkedPart => {
    const own = pages.filter(({ part = 'whole' }) => part === name);
    return { part: name, keys: keysOf(own), total: settledTotal(own) ?? largestTotal(own) };
  });
  return { keys: keysOf(pages), parts };
}

/** Total of a second pass that gave as many keys; null without such a pass. */
function settledTotal(pages: readonly WindowPageDocument[]): number | null {
  const second = pages.filter(({ pass }) => pass === 2);
  const total = largestTotal(second);
  return total !== null && total > 0 && keysOf(second).size >= total ? total : null;
}

function largestTotal(pages: readonly WindowPageDocument[]): number | null {
  const totals = pages.flatMap(({ total }) => (total === null ? [] : [total]));
  return totals.length === 0 ? null : Math.max(...totals);
}

function keysOf(pages: readonly Pick<WindowPageDocument, 'keys'>[]): ReadonlySet<string> {
  return new Set(pages.flatMap((page) => page.keys.map(({ key }) => key)));
}

/** The part that names all there is; null where only changes were asked for, or nothing yet. */
export function listingPart({ parts }: Walked): WalkedPart | null {
  return parts.find(({ part }) => part === 'whole') ?? parts.find(({ part }) => part === 'keys') ?? null;
}

/** The parts that decide whether all is in: a whole walk makes up for what went before it. */
export function decisiveParts({ parts }: Walked): readonly WalkedPart[] {
  const whole = parts.filter(({ part }) => part === 'whole');
  return whole.length > 0 ? whole : parts;
}
