import type { Db } from 'mongodb';
import { recordId, windowId } from '../core/ids.js';
import type { DetailBatch, PlanDetailsResult, Window } from '../core/schemas/collect.js';
import { LISTING_SOURCES, type SourceName } from '../core/schemas/names.js';
import type { Source } from '../core/source.js';
import type { RawPropertyDocument, WindowPageDocument } from './documents.js';
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
  const records = await db
    .collection<RawPropertyDocument>('raw_properties')
    .find(
      { _id: { $in: open.map((key) => recordId(source.name, key)) } },
      { projection: { kinds: 1, key: 1, propertyId: 1, versionRunKey: 1 } },
    )
    .toArray();
  const listed = new Set(
    await db.collection<RawPropertyDocument>('raw_properties').distinct('propertyId', {
      propertyId: { $in: records.map(({ propertyId }) => propertyId) },
      source: { $in: [...LISTING_SOURCES] },
    }),
  );
  const freshAfter = Date.now() - source.detailFreshMs;
  return records.flatMap((record): readonly Candidate[] => {
    const detail = record.kinds[source.detailKind];
    const lastDetailAt = detail?.fetchedAt.getTime() ?? 0;
    const changed = record.versionRunKey === window.runKey;
    if (detail && !changed && !force && lastDetailAt > freshAfter) return [];
    const priority = !detail ? 1 : changed ? 2 : listed.has(record.propertyId) ? 3 : 4;
    return [{ window, key: record.key, priority, lastDetailAt }];
  });
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
