import type { Db } from 'mongodb';
import { recordId, windowId } from '../../core/ids.js';
import type { Window } from '../../core/schemas/collect.js';
import { isExpected } from '../../domain/listing-status.js';
import { goneEvent, keepEvents, readGoings, returnEvent } from '../change-events.js';
import type { AbsenceDocument, RawPropertyDocument, WindowDocument, WindowPageDocument } from '../documents.js';
import { inParts } from '../parts.js';

/** A window that names all there is, and the run that walked it. */
export type ListingWindow = Pick<Window, 'market' | 'source' | 'zip' | 'runDate' | 'runKey'>;

/**
 * Compares what a window named with the complete window before it. What that one named and this one does not is marked as absent;
 * what was absent there already is `gone`; what was gone and is named again is `back on market`. Costs one aggregation, and reads
 * no record but those that went or came. A repeat, and a second walk of the window, replaces its marks; events are written once.
 * @param met keys that the window named
 * @param statuses in which a thing is expected; null: those on the market, and whatever has no status
 */
export async function noteAbsences(
  db: Db,
  window: ListingWindow,
  met: ReadonlySet<string>,
  statuses: readonly string[] | null,
): Promise<void> {
  const id = windowId(window);
  const absences = db.collection<AbsenceDocument>('absences');
  const previous = await previousListing(db, window);
  if (previous === null) {
    await absences.deleteMany({ windowId: id });
    return;
  }
  const [named, missed] = await Promise.all([keysNamed(db, previous), missedBy(db, previous)]);
  const absent = await stillExpected(db, window, [...named, ...missed.keys()], met, statuses);
  const at = new Date();
  await absences.deleteMany({ windowId: id, key: { $nin: absent.map(({ key }) => key) } });
  await mark(db, window, absent, missed, at);
  await tellGone(db, window, absent, missed, at);
  await tellReturned(
    db,
    window,
    [...met].filter((key) => !named.has(key)),
    at,
  );
}

/** The last complete window of the ZIP before this one that named all there is, and still says what. */
async function previousListing(
  db: Db,
  { market, source, zip, runDate }: Omit<ListingWindow, 'runKey'>,
): Promise<WindowDocument | null> {
  return db.collection<WindowDocument>('windows').findOne(
    {
      source,
      zip,
      market,
      runDate: { $lt: runDate },
      state: 'complete',
      listed: { $ne: null },
      prunedAt: { $exists: false },
    },
    { sort: { runDate: -1 } },
  );
}

/**
 * Of keys that are held for the first time, those that are news: an earlier complete window had named all there was, and not them.
 * Where there is no such window, nothing is: what was found there first had been there before.
 */
export async function newsIn(db: Db, window: ListingWindow, keys: readonly string[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const previous = await previousListing(db, window);
  if (previous === null) return new Set();
  const pages = await db
    .collection<WindowPageDocument>('window_pages')
    .find({ windowId: previous._id, runKey: previous.completedBy ?? '', 'keys.key': { $in: [...keys] } })
    .toArray();
  const named = new Set(pages.flatMap((page) => page.keys.map(({ key }) => key)));
  return new Set(keys.filter((key) => !named.has(key)));
}

/** Keys that the walk of a complete window named. */
async function keysNamed(db: Db, { _id, completedBy }: WindowDocument): Promise<ReadonlySet<string>> {
  const found = await db
    .collection<WindowPageDocument>('window_pages')
    .aggregate<{ _id: string }>([
      { $match: { windowId: _id, runKey: completedBy, step: { $regex: '^walk:' } } },
      { $unwind: '$keys' },
      { $match: { 'keys.outcome': { $ne: 'excluded' } } },
      { $group: { _id: '$keys.key' } },
    ])
    .toArray();
  return new Set(found.map((row) => row._id));
}

type Missed = ReadonlyMap<string, AbsenceDocument>;

async function missedBy(db: Db, { _id, completedBy }: WindowDocument): Promise<Missed> {
  const marks = await db
    .collection<AbsenceDocument>('absences')
    .find({ windowId: _id, runKey: completedBy ?? '' })
    .toArray();
  return new Map(marks.map((mark) => [mark.key, mark]));
}

interface Absent {
  readonly key: string;
  readonly status: string | null;
  readonly record: RawPropertyDocument;
  /** How often it has gone before. */
  readonly gone: number;
}

/** Of some keys, those that are not met, not gone already, not moved to another ZIP, and not closed by the source's own word. */
async function stillExpected(
  db: Db,
  { source, zip }: ListingWindow,
  keys: readonly string[],
  met: ReadonlySet<string>,
  statuses: readonly string[] | null,
): Promise<readonly Absent[]> {
  const ids = [...new Set(keys)].filter((key) => !met.has(key)).map((key) => recordId(source, key));
  if (ids.length === 0) return [];
  const goings = await readGoings(db, ids);
  const records = await readRecords(db, ids);
  return records.flatMap((record) => {
    const { gone, back } = goings.get(record._id) ?? { gone: 0, back: 0 };
    const status = statusIn(record.kinds);
    const isElsewhere = record.zip !== null && record.zip !== zip;
    return gone > back || isElsewhere || !isExpected(status, statuses)
      ? []
      : [{ key: record.key, status, record, gone }];
  });
}

/** Some records, in the order of their ids. */
async function readRecords(db: Db, ids: readonly string[]): Promise<readonly RawPropertyDocument[]> {
  const records: RawPropertyDocument[] = [];
  for (const some of inParts([...ids].sort())) {
    const found = db.collection<RawPropertyDocument>('raw_properties').find({ _id: { $in: [...some] } });
    records.push(...(await found.sort({ _id: 1 }).toArray()));
  }
  return records;
}

async function mark(db: Db, window: ListingWindow, absent: readonly Absent[], missed: Missed, at: Date): Promise<void> {
  if (absent.length === 0) return;
  const { market, source, zip, runDate, runKey } = window;
  const id = windowId(window);
  await db.collection<AbsenceDocument>('absences').bulkWrite(
    absent.map(({ key, status }) => ({
      updateOne: {
        filter: { _id: `${id}|${key}` },
        update: {
          $set: { runKey, status, firstWindowId: missed.get(key)?.firstWindowId ?? id },
          $setOnInsert: { windowId: id, market, source, zip, runDate, key, since: missed.get(key)?.since ?? at, at },
        },
        upsert: true,
      },
    })),
  );
}

async function tellGone(
  db: Db,
  window: ListingWindow,
  absent: readonly Absent[],
  missed: Missed,
  at: Date,
): Promise<void> {
  const events = absent.flatMap(({ key, record, gone }) => {
    const first = missed.get(key);
    if (first === undefined) return [];
    const event = goneEvent(record, gone + 1, [first.windowId, windowId(window)], first.since, at);
    return [{ ...event, runKey: window.runKey }];
  });
  await keepEvents(db, events);
}

async function tellReturned(db: Db, window: ListingWindow, came: readonly string[], at: Date): Promise<void> {
  const ids = came.map((key) => recordId(window.source, key));
  const goings = await readGoings(db, ids);
  const away = [...goings].flatMap(([id, { gone, back }]) => (gone > back ? [id] : []));
  if (away.length === 0) return;
  const records = await readRecords(db, away);
  const events = records.flatMap((record) => {
    const event = returnEvent(record, goings.get(record._id)?.gone ?? 1, windowId(window), at);
    return event === null ? [] : [{ ...event, runKey: window.runKey }];
  });
  await keepEvents(db, events);
}

function statusIn(kinds: RawPropertyDocument['kinds']): string | null {
  const youngest = Object.values(kinds).sort((a, b) => b.fetchedAt.getTime() - a.fetchedAt.getTime());
  const value = youngest.flatMap(({ facts }) => facts).find(({ name }) => name === 'StandardStatus')?.value;
  return typeof value === 'string' ? value : null;
}
