import type { ClientSession, Db } from 'mongodb';
import type { ChangeKind } from '../core/schemas/changes.js';
import { type Change, changesBetween, comeBack, firstSight, goneSince } from '../domain/change-events.js';
import type { ChangeEventDocument, RawPropertyDocument } from './documents.js';
import { inParts } from './parts.js';

/** A record as it was, null before its first version, and as it is now. */
export interface Changed {
  readonly before: RawPropertyDocument | undefined;
  readonly after: RawPropertyDocument;
}

/** How often each record has gone, and come back from it. A record that never went is left out. */
export type Goings = ReadonlyMap<string, { readonly gone: number; readonly back: number }>;

/**
 * Writes what new versions of records tell, in the transaction that writes the versions.
 * @param news keys seen for the first time of which that is news
 */
export async function writeVersionEvents(
  db: Db,
  session: ClientSession,
  changed: readonly Changed[],
  news: ReadonlySet<string>,
  knownFrom: Date,
): Promise<void> {
  const known = changed.flatMap(({ before, after }) => (before === undefined ? [] : [after._id]));
  const goings = await readGoings(db, known, session);
  const events = changed.flatMap(({ before, after }) => {
    if (before === undefined) return news.has(after.key) ? [eventOf(after, firstSight(after), knownFrom)] : [];
    const { gone, back } = goings.get(after._id) ?? { gone: 0, back: 0 };
    return changesBetween(before, after, gone > back).map((change) => {
      const isReturn = gone > back && change.kind === 'back on market';
      return isReturn ? returnOf(after, change, gone, [], knownFrom) : eventOf(after, change, knownFrom);
    });
  });
  if (events.length === 0) return;
  await db.collection<ChangeEventDocument>('change_events').insertMany(events, { session });
}

/** Goings of some records. */
export async function readGoings(db: Db, recordIds: readonly string[], session?: ClientSession): Promise<Goings> {
  const goings = new Map<string, { gone: number; back: number }>();
  for (const some of inParts(recordIds)) {
    const found = db
      .collection<ChangeEventDocument>('change_events')
      .find(
        { recordId: { $in: [...some] }, absence: { $gte: 1 } },
        { projection: { recordId: 1, kind: 1, absence: 1 }, ...(session ? { session } : {}) },
      );
    for await (const { recordId, kind, absence = 0 } of found) {
      const own = goings.get(recordId) ?? { gone: 0, back: 0 };
      const side = kind === 'gone' ? 'gone' : 'back';
      goings.set(recordId, { ...own, [side]: Math.max(own[side], absence) });
    }
  }
  return goings;
}

/** The event of a record that two windows did not name; `nth`: how often it has gone with this time. */
export function goneEvent(
  record: RawPropertyDocument,
  nth: number,
  windows: readonly string[],
  since: Date,
  knownFrom: Date,
): ChangeEventDocument {
  const event = eventOf(record, goneSince(record), knownFrom);
  return {
    ...event,
    _id: absenceId(record._id, 'gone', nth),
    absence: nth,
    evidence: { ...event.evidence, windows },
    validFrom: since,
  };
}

/** The event of a gone record that a window names again as it was; null when it is not on the market by its source's word. */
export function returnEvent(
  record: RawPropertyDocument,
  nth: number,
  windowId: string,
  at: Date,
): ChangeEventDocument | null {
  const change = comeBack(record, record);
  return change === null ? null : { ...returnOf(record, change, nth, [windowId], at), validFrom: at };
}

/** Writes events that are told by windows. A repeat writes nothing. */
export async function keepEvents(db: Db, events: readonly ChangeEventDocument[]): Promise<void> {
  if (events.length === 0) return;
  await db.collection<ChangeEventDocument>('change_events').bulkWrite(
    events.map(({ _id, ...event }) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: event }, upsert: true },
    })),
  );
}

function returnOf(
  record: RawPropertyDocument,
  change: Change,
  nth: number,
  windows: readonly string[],
  knownFrom: Date,
): ChangeEventDocument {
  const event = eventOf(record, change, knownFrom);
  return {
    ...event,
    _id: absenceId(record._id, change.kind, nth),
    absence: nth,
    evidence: { ...event.evidence, windows },
  };
}

/** What is kept of a change between two versions. */
export function eventOf(record: RawPropertyDocument, change: Change, knownFrom: Date): ChangeEventDocument {
  const { _id, source, key, propertyId, market, zip, version, versionRunKey, changedAt } = record;
  const { kind, before, after, from, to } = change;
  return {
    _id: `${_id}@${version}|${kind}`,
    kind,
    source,
    key,
    recordId: _id,
    propertyId,
    market,
    zip,
    runKey: versionRunKey,
    before,
    after,
    evidence: { from, to, windows: [] },
    validFrom: changedAt,
    knownFrom,
  };
}

function absenceId(recordId: string, kind: ChangeKind, nth: number): string {
  return `${recordId}|${kind}|${nth}`;
}

/** Which events are wanted. */
export interface ChangeFilter {
  readonly market: string;
  /** Known from this moment on; null: all there are. */
  readonly since: Date | null;
  readonly kinds: readonly ChangeKind[] | null;
  readonly zips: readonly string[] | null;
  readonly propertyId: string | null;
  readonly limit: number;
}

/** The newest events of a market, the youngest last; in the order in which they became known. */
export async function readChanges(db: Db, filter: ChangeFilter): Promise<readonly ChangeEventDocument[]> {
  const { market, since, kinds, zips, propertyId, limit } = filter;
  const found = await db
    .collection<ChangeEventDocument>('change_events')
    .find({
      market,
      ...(since === null ? {} : { knownFrom: { $gte: since } }),
      ...(kinds === null ? {} : { kind: { $in: [...kinds] } }),
      ...(zips === null ? {} : { zip: { $in: [...zips] } }),
      ...(propertyId === null ? {} : { propertyId }),
    })
    .sort({ knownFrom: -1, _id: -1 })
    .limit(limit)
    .toArray();
  return found.reverse();
}
