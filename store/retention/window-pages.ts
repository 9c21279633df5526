import type { Db } from 'mongodb';
import type { RetentionPolicy, RetentionRow } from '../../core/schemas/retention.js';
import type { RunDocument, WindowDocument, WindowPageDocument } from '../documents.js';
import { lastListings } from '../windows/windows.js';

const DAY_MS = 86_400_000;
/** A page with keys that were left out on purpose stays: without it a replay of the day would take them for news. */
const USED_UP = { 'keys.outcome': { $ne: 'excluded' } };

const windowsOf = (db: Db) => db.collection<WindowDocument>('windows');
const pagesOf = (db: Db) => db.collection<WindowPageDocument>('window_pages');

/**
 * Removes what the steps of old windows gave; the window keeps its counts, and says since when its pages are gone. The last window of a
 * ZIP that named all there is keeps them however old it is, for the next one is compared with it; so does one that waits for a person
 * or is open. Each window is a transaction. A repeat goes on.
 */
export async function keepWindowPages(
  db: Db,
  {
    policy,
    apply,
    now,
    signal,
  }: {
    readonly policy: RetentionPolicy;
    readonly apply: boolean;
    readonly now: Date;
    readonly signal: AbortSignal;
  },
): Promise<RetentionRow> {
  const days = policy.windowPages;
  const before = new Date(now.getTime() - days * DAY_MS);
  const compared = new Set((await lastListings(db)).map(({ id }) => id));
  const { avgObjSize } = await db.command({ collStats: 'window_pages' });
  const counted = { old: 0, cited: 0, removed: 0 };
  const old = windowsOf(db).find({ updatedAt: { $lt: before }, prunedAt: { $exists: false } });
  for await (const window of old) {
    signal.throwIfAborted();
    const pages = await pagesOf(db).countDocuments({ windowId: window._id });
    const isNeeded = window.state === 'open' || window.state === 'suspect' || compared.has(window._id);
    const removed = isNeeded ? 0 : await (apply ? prune(db, window, now) : countUsedUp(db, window));
    counted.old += pages;
    counted.removed += removed;
    counted.cited += pages - removed;
  }
  const bytes = Math.round(counted.removed * Number(avgObjSize ?? 0));
  return { what: 'window_pages', days, marked: 0, ...counted, bytes };
}

function countUsedUp(db: Db, { _id }: WindowDocument): Promise<number> {
  return pagesOf(db).countDocuments({ windowId: _id, ...USED_UP });
}

/** @returns pages that were removed; 0 for a window that somebody took up again meanwhile */
async function prune(db: Db, { _id, updatedAt }: WindowDocument, now: Date): Promise<number> {
  return db.client.withSession((session) =>
    session.withTransaction(async () => {
      const runKeys: string[] = await pagesOf(db).distinct('runKey', { windowId: _id }, { session });
      const { matchedCount } = await windowsOf(db).updateOne(
        { _id, updatedAt },
        { $set: { prunedAt: now, runKeys } },
        { session },
      );
      if (matchedCount === 0) return 0;
      await db
        .collection<RunDocument>('runs')
        .updateMany({ _id: { $in: runKeys } }, { $set: { prunedAt: now } }, { session });
      return (await pagesOf(db).deleteMany({ windowId: _id, ...USED_UP }, { session })).deletedCount;
    }),
  );
}
