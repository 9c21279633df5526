import type { Db } from 'mongodb';
import { type WindowName, windowId } from '../../core/ids.js';
import {
  type Counts,
  NO_COUNTS,
  OUTCOMES,
  type Outcome,
  type WalkPart,
  type Window,
  type WindowState,
} from '../../core/schemas/collect.js';
import type { SourceName } from '../../core/schemas/names.js';
import { type EarlierDay, unusual } from '../../domain/expected-band.js';
import type { WindowDocument, WindowPageDocument, WindowWalk } from '../documents.js';
import { noteAbsences } from './absences.js';
import { decisiveParts, listingPart, type Walked, walkedSoFar } from './walks.js';

/** What one step of a window gave. */
export interface PageOutcome {
  /** `walk:<cursor>` or `detail:<key>`; the same step twice is the same row. */
  readonly step: string;
  readonly part?: WalkPart;
  readonly pass?: 2;
  readonly keys: WindowPageDocument['keys'];
  readonly total: number | null;
  readonly detail?: 'done' | 'missing';
  readonly reason?: string;
}

/**
 * Opens a window for a run. A window that is complete already is not walked again (unless forced, or its pages are gone): its keys
 * count for this run as they were, what was stored then as unchanged now.
 * @param walk how it is to be walked; null for sources whose walks are always whole
 * @returns true when nothing is to be asked
 */
export async function openWindow(
  db: Db,
  window: Window,
  force: boolean,
  walk: WindowWalk | null = null,
): Promise<boolean> {
  const id = windowId(window);
  const windows = db.collection<WindowDocument>('windows');
  const found = await windows.findOne({ _id: id });
  if (found?.state === 'complete' && found.completedBy !== null && found.prunedAt === undefined && !force) {
    if (found.completedBy !== window.runKey) await carryPages(db, window, found.completedBy);
    return true;
  }
  const { market, source, zip, runDate, limit } = window;
  await windows.updateOne(
    { _id: id },
    {
      $set: { state: 'open', reason: null, limit, updatedAt: new Date(), ...(walk === null ? {} : { walk }) },
      $unset: { prunedAt: '' },
      $setOnInsert: { market, source, zip, runDate, total: null, seen: 0, completedBy: null },
    },
    { upsert: true },
  );
  return false;
}

async function carryPages(db: Db, window: Window, completedBy: string): Promise<void> {
  const pages = db.collection<WindowPageDocument>('window_pages');
  const earlier = await pages.find({ windowId: windowId(window), runKey: completedBy }).toArray();
  // What this run did not ask for is not a detail of this run: only keys and their outcomes are carried.
  const operations = earlier.map(({ detail: _detail, reason: _reason, ...page }) => ({
    replaceOne: {
      filter: { _id: pageId(window, page.step) },
      replacement: {
        ...page,
        _id: pageId(window, page.step),
        runKey: window.runKey,
        keys: page.keys.map(({ key, outcome }) => ({
          key,
          outcome: outcome === 'stored' ? ('unchanged' as const) : outcome,
        })),
      },
      upsert: true,
    },
  }));
  if (operations.length > 0) await pages.bulkWrite(operations);
}

/** Writes down what one step gave. A repeat replaces the row. */
export async function keepPage(db: Db, window: Window, outcome: PageOutcome): Promise<void> {
  const { market, source, zip, runKey } = window;
  const document: WindowPageDocument = {
    _id: pageId(window, outcome.step),
    windowId: windowId(window),
    market,
    source,
    zip,
    runKey,
    ...outcome,
    at: new Date(),
  };
  await db.collection<WindowPageDocument>('window_pages').replaceOne({ _id: document._id }, document, { upsert: true });
}

/** Keys a run has taken from a window so far, the steps named left out. */
export async function keysTaken(db: Db, window: Window, exceptStep: string): Promise<ReadonlySet<string>> {
  const found = await db
    .collection<WindowPageDocument>('window_pages')
    .aggregate<{ _id: string }>([
      { $match: { runKey: window.runKey, windowId: windowId(window), step: { $regex: '^walk:', $ne: exceptStep } } },
      { $unwind: '$keys' },
      { $match: { 'keys.outcome': { $ne: 'excluded' } } },
      { $group: { _id: '$keys.key' } },
    ])
    .toArray();
  return new Set(found.map(({ _id }) => _id));
}

/** How many keys a run has taken from a window so far, the step named left out; a key on two pages counts twice. */
export async function countTaken(db: Db, window: Window, exceptStep: string): Promise<number> {
  const own = { $filter: { input: '$keys', cond: { $ne: ['$$this.outcome', 'excluded'] } } };
  const [found] = await db
    .collection<WindowPageDocument>('window_pages')
    .aggregate<{ n: number }>([
      { $match: { windowId: windowId(window), runKey: window.runKey, step: { $regex: '^walk:', $ne: exceptStep } } },
      { $group: { _id: null, n: { $sum: { $size: own } } } },
    ])
    .toArray();
  return found?.n ?? 0;
}

/** Of some detail steps, those that a run has done in a window. */
export async function stepsDone(db: Db, window: Window, steps: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await db
    .collection<WindowPageDocument>('window_pages')
    .find({ _id: { $in: steps.map((step) => pageId(window, step)) } }, { projection: { step: 1 } })
    .toArray();
  return new Set(found.map(({ step }) => step));
}

/** Detail keys that a window of this day has already, from any of its runs. With `runKey`, from that run alone. */
export async function detailsDone(db: Db, ids: readonly string[], runKey: string | null): Promise<ReadonlySet<string>> {
  const filter = { windowId: { $in: [...ids] }, detail: { $exists: true }, ...(runKey === null ? {} : { runKey }) };
  const found = await db
    .collection<WindowPageDocument>('window_pages')
    .find(filter, { projection: { step: 1, windowId: 1 } })
    .toArray();
  return new Set(found.map((page) => `${page.windowId} ${page.step}`));
}

export interface ClosedWindow {
  readonly state: WindowState;
  readonly reason: string | null;
}

/**
 * Ends a window. A walk that says it is complete is held against what the source said it holds, and against what the ZIP
 * gave on earlier days. With it, what the next walk goes on from moves on.
 * @param listedStatuses of the source's `ChangesPolicy`: only a key in one of them is expected where all are named; null: those on
 *   the market, and parcels
 */
export async function closeWindow(
  db: Db,
  window: Window,
  state: WindowState,
  reason: string | null,
  listedStatuses: readonly string[] | null = null,
): Promise<ClosedWindow> {
  const walked = await walkedSoFar(db, window);
  const list = listingPart(walked);
  const listed = list === null ? null : { by: list.part, keys: list.keys.size };
  const { total } = list ?? walked.parts.at(-1) ?? { total: null };
  const seen = walked.keys.size;
  const closed = state === 'complete' ? await checkComplete(db, window, walked) : { state, reason };
  // Before the window is complete: if this breaks off, it is done again with the closing.
  if (closed.state === 'complete' && list !== null) {
    await noteAbsences(db, window, walked.keys, listedStatuses);
  }
  const completedBy = closed.state === 'complete' ? window.runKey : null;
  const { market, source, zip, runDate, limit } = window;
  await db.collection<WindowDocument>('windows').updateOne(
    { _id: windowId(window) },
    {
      $set: { state: closed.state, reason: closed.reason, total, seen, listed, completedBy, updatedAt: new Date() },
      $setOnInsert: { market, source, zip, runDate, limit },
    },
    { upsert: true },
  );
  return closed;
}

/** Days of a ZIP that are looked at: enough for eight of one weekday. */
const DAYS_LOOKED_AT = 60;

/** Each part is held against the count of the source for that part; what is usual, only where all keys were named. */
async function checkComplete(db: Db, window: Window, walked: Walked): Promise<ClosedWindow> {
  for (const { keys, total } of decisiveParts(walked)) {
    if (total !== null && keys.size < total) {
      return { state: 'partial', reason: `${keys.size} of ${total} that the source names` };
    }
  }
  const list = listingPart(walked);
  if (list === null) return { state: 'complete', reason: null };
  const { source, zip, market, runDate } = window;
  const earlier = await db
    .collection<WindowDocument>('windows')
    .find({ source, zip, market, runDate: { $lt: runDate }, state: { $in: ['complete', 'suspect'] } })
    .sort({ runDate: -1 })
    .limit(DAYS_LOOKED_AT)
    .toArray();
  const reason = unusual({ runDate, seen: list.keys.size }, earlier.flatMap(earlierDay));
  return reason === null ? { state: 'complete', reason } : { state: 'suspect', reason };
}

/** A day that says what is usual; none where only changes were asked for. */
function earlierDay({ state, runDate, seen, listed }: WindowDocument): readonly EarlierDay[] {
  if (listed === null) return [];
  return [{ runDate, state: state === 'suspect' ? state : 'complete', seen: listed?.keys ?? seen }];
}

/** Counts of one ZIP of one source in one run. */
export interface WindowCounts extends Counts {
  readonly source: SourceName;
  readonly zip: string;
  readonly total: number | null;
}

/**
 * All counts of a run, by source and ZIP: one aggregation over what its steps gave, so steps done twice count once and
 * `seen = stored + unchanged + quarantined + excluded` holds by construction.
 */
export async function countRun(db: Db, runKey: string): Promise<readonly WindowCounts[]> {
  const rank = { $indexOfArray: [[...OUTCOMES], '$keys.outcome'] };
  const rows = await db
    .collection<WindowPageDocument>('window_pages')
    .aggregate<{ _id: { source: SourceName; zip: string; rank: number }; n: number }>([
      { $match: { runKey } },
      { $unwind: '$keys' },
      { $group: { _id: { source: '$source', zip: '$zip', key: '$keys.key' }, rank: { $min: rank } } },
      { $group: { _id: { source: '$_id.source', zip: '$_id.zip', rank: '$rank' }, n: { $sum: 1 } } },
    ])
    .toArray();
  const totals = await db
    .collection<WindowPageDocument>('window_pages')
    .aggregate<{ _id: { source: SourceName; zip: string }; total: number | null }>([
      { $match: { runKey } },
      { $group: { _id: { source: '$source', zip: '$zip' }, total: { $max: '$total' } } },
    ])
    .toArray();
  return totals
    .map(({ _id: { source, zip }, total }) => {
      const own = rows.filter(({ _id }) => _id.source === source && _id.zip === zip);
      const of = (outcome: Outcome) => own.find(({ _id }) => OUTCOMES[_id.rank] === outcome)?.n ?? 0;
      const parts = {
        stored: of('stored'),
        unchanged: of('unchanged'),
        quarantined: of('quarantined'),
        excluded: of('excluded'),
      };
      return { source, zip, total, ...withSeen(parts) };
    })
    .sort((a, b) => (`${a.source} ${a.zip}` < `${b.source} ${b.zip}` ? -1 : 1));
}

function withSeen(parts: Omit<Counts, 'seen'>): Counts {
  return { seen: parts.stored + parts.unchanged + parts.quarantined + parts.excluded, ...parts };
}

/** Details that a run has asked for so far, by source; those the source did not have count too. */
export async function countDetails(
  db: Db,
  runKey: string,
): Promise<readonly { readonly source: SourceName; readonly details: number }[]> {
  const rows = await db
    .collection<WindowPageDocument>('window_pages')
    .aggregate<{ _id: SourceName; n: number }>([
      { $match: { runKey, detail: { $exists: true } } },
      { $group: { _id: '$source', n: { $sum: 1 } } },
    ])
    .toArray();
  return rows.map(({ _id, n }) => ({ source: _id, details: n }));
}

/** Sum of several counts. */
export function addCounts(all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, { seen, stored, unchanged, quarantined, excluded }) => ({
      seen: sum.seen + seen,
      stored: sum.stored + stored,
      unchanged: sum.unchanged + unchanged,
      quarantined: sum.quarantined + quarantined,
      excluded: sum.excluded + excluded,
    }),
    NO_COUNTS,
  );
}

/** Of each ZIP of each source, the last complete window that named all there is, and how many things it named. */
export async function lastListings(
  db: Db,
  market?: string,
): Promise<
  readonly { readonly id: string; readonly source: SourceName; readonly zip: string; readonly held: number }[]
> {
  return db
    .collection<WindowDocument>('windows')
    .aggregate<{ readonly id: string; readonly source: SourceName; readonly zip: string; readonly held: number }>([
      { $match: { state: 'complete', listed: { $ne: null }, ...(market === undefined ? {} : { market }) } },
      { $sort: { runDate: 1 } },
      {
        $group: {
          _id: { market: '$market', source: '$source', zip: '$zip' },
          id: { $last: '$_id' },
          source: { $last: '$source' },
          zip: { $last: '$zip' },
          held: { $last: '$listed.keys' },
        },
      },
      { $project: { _id: 0 } },
    ])
    .toArray();
}

/** Windows of a market's day. */
export async function windowsOfDay(db: Db, market: string, runDate: string): Promise<readonly WindowDocument[]> {
  return db.collection<WindowDocument>('windows').find({ market, runDate }).sort({ source: 1, zip: 1 }).toArray();
}

/** Key of what one step of a run gave in a window. */
export function pageId(window: WindowName & Pick<Window, 'runKey'>, step: string): string {
  return `${windowId(window)}|${window.runKey}|${step}`;
}
