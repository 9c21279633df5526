import type { Db } from 'mongodb';
import { recordId, windowId } from '../../core/ids.js';
import type { DetailBatch, PlanDetailsResult, Window } from '../../core/schemas/collect.js';
import { LISTING_SOURCES, type SourceName } from '../../core/schemas/names.js';
import type { Source } from '../../core/source.js';
import type { RawPropertyDocument, WindowPageDocument } from '../documents.js';
import { inParts } from '../parts.js';
import { detailsDone } from './windows.js';

/** Keys of one batch; one activity works on one batch. */
const BATCH = 25;

interface Candidate {
  readonly window: Window;
  readonly key: string;
  /** 1 new, 2 changed, 3 listed, 4 stale: the order of the work. */
  readonly priority: number;
  readonly lastDetailAt: number;
}

/**
 * The detail work of one source: one list over all its windows, new keys first, then changed, listed and stale ones,
 * within what the run's request budget leaves. Keys whose detail is in for this day are left out.
 */
export async function planDetails(
  db: Db,
  source: Pick<Source, 'name' | 'traits'>,
  windows: readonly Window[],
  force: boolean,
): Promise<PlanDetailsResult> {
  const [first] = windows;
  const { detailKind } = source.traits;
  if (!first || detailKind === null) return { batches: [], leftForLater: 0 };
  const done = await detailsDone(db, windows.map(windowId), force ? first.runKey : null);
  const candidates: Candidate[] = [];
  for (const window of windows) {
    candidates.push(
      ...(await candidatesOf(db, { ...source.traits, name: source.name, detailKind }, window, done, force)),
    );
  }
  candidates.sort((a, b) => a.priority - b.priority || a.lastDetailAt - b.lastDetailAt || (a.key < b.key ? -1 : 1));
  const room = Math.floor((await budgetLeft(db, source, first.runKey)) / (source.traits.requestsPerDetail ?? 1));
  const chosen = candidates.slice(0, room);
  return { batches: batchesOf(chosen), leftForLater: candidates.length - chosen.length };
}

async function candidatesOf(
  db: Db,
  source: { readonly name: SourceName; readonly detailKind: string; readonly detailFreshMs: number },
  window: Window,
  done: ReadonlySet<string>,
  force: boolean,
): Promise<readonly Candidate[]> {
  const id = windowId(window);
  const pages = await db
    .collection<WindowPageDocument>('window_pages')
    .find({ windowId: id, runKey: window.runKey, step: { $regex: '^walk:' } })
    .toArray();
  const keys = pages.flatMap((page) =>
    page.keys.filter(({ outcome }) => outcome === 'stored' || outcome === 'unchanged'),
  );
  const open = [...new Set(keys.map(({ key }) => key))].filter((key) => !done.has(`${id} detail:${key}`));
  const candidates: Candidate[] = [];
  for (const some of inParts(open)) {
    for (const held of await heldOf(db, source, some, window.runKey)) {
      const { key, lastDetailAt, changed } = held;
      const isFresh = lastDetailAt !== null && lastDetailAt > Date.now() - source.detailFreshMs;
      if (isFresh && !changed && !force) continue;
      candidates.push({ window, key, priority: priorityOf(held), lastDetailAt: lastDetailAt ?? 0 });
    }
  }
  return candidates;
}

function priorityOf({ lastDetailAt, changed, listed }: Held): number {
  if (lastDetailAt === null) return 1;
  if (changed) return 2;
  return listed ? 3 : 4;
}

/** A key that is held. */
interface Held {
  readonly key: string;
  /** Null: its detail never came. */
  readonly lastDetailAt: number | null;
  /** By this run. */
  readonly changed: boolean;
  /** Its property has a listing. */
  readonly listed: boolean;
}

/** Of a record only what decides is read: the facts of a whole ZIP code would fill the memory. */
type HeldRecord = Pick<RawPropertyDocument, 'key' | 'propertyId' | 'versionRunKey'> & {
  readonly kinds?: Readonly<Record<string, { readonly fetchedAt: Date } | undefined>>;
};

async function heldOf(
  db: Db,
  { name, detailKind }: { readonly name: SourceName; readonly detailKind: string },
  keys: readonly string[],
  runKey: string,
): Promise<readonly Held[]> {
  const raw = db.collection<RawPropertyDocument>('raw_properties');
  const records = await raw
    .find<HeldRecord>(
      { _id: { $in: keys.map((key) => recordId(name, key)) } },
      { projection: { [`kinds.${detailKind}.fetchedAt`]: 1, key: 1, propertyId: 1, versionRunKey: 1 } },
    )
    .toArray();
  const listed = new Set(
    await raw.distinct('propertyId', {
      propertyId: { $in: records.map(({ propertyId }) => propertyId) },
      source: { $in: [...LISTING_SOURCES] },
    }),
  );
  return records.map(({ key, propertyId, versionRunKey, kinds }) => ({
    key,
    lastDetailAt: kinds?.[detailKind]?.fetchedAt.getTime() ?? null,
    changed: versionRunKey === runKey,
    listed: listed.has(propertyId),
  }));
}

async function budgetLeft(db: Db, source: Pick<Source, 'name' | 'traits'>, runKey: string): Promise<number> {
  if (source.traits.requestBudget === null) return Number.POSITIVE_INFINITY;
  const sent = await db.collection('fetches').countDocuments({ runKey, source: source.name });
  return Math.max(0, source.traits.requestBudget - sent);
}

/** Batches keep the order of priority as far as a batch of one window can. */
function batchesOf(candidates: readonly Candidate[]): readonly DetailBatch[] {
  const open = new Map<string, { window: Window; keys: string[] }>();
  const batches: { window: Window; keys: string[] }[] = [];
  for (const { window, key } of candidates) {
    const id = windowId(window);
    let batch = open.get(id);
    if (!batch || batch.keys.length >= BATCH) {
      batch = { window, keys: [] };
      open.set(id, batch);
      batches.push(batch);
    }
    batch.keys.push(key);
  }
  return batches;
}
