import { expect, it } from '@jest/globals';
import type { SourceDetail } from '../../core/raw-payload.js';
import type { Window } from '../../core/schemas/collect.js';
import type { WindowPageDocument } from '../../store/documents.js';
import { detailStep, storeDetail, storePage } from '../../store/windows/pages.js';
import { closeWindow, countRun, openWindow } from '../../store/windows/windows.js';
import { contentOf } from '../support/world.js';
import { type Kit, keysOf, NEVER, throughHistory, typedErrorOf, type WalkedPage, walk } from './kit.js';

/** Stores pages as the activity does. */
async function storeAll({ database, source }: Kit, window: Window, pages: readonly WalkedPage[]): Promise<void> {
  for (const { cursor, page } of pages) {
    await storePage(database, source, 'demo', window, throughHistory(cursor), page);
  }
}

type Details = Awaited<ReturnType<Kit['details']>>;

/** Stores details as the activity does. A source without details says of each that it has none. */
async function storeDetails({ database, source }: Kit, window: Window, details: Details): Promise<void> {
  for (const [key, detail] of details) await storeDetail(database, source, 'demo', window, key, detail);
}

/** Asks for the same details once more. */
async function askAgain({ source, window }: Kit, details: Details): Promise<Details> {
  const again: [string, SourceDetail][] = [];
  for (const [key] of details) again.push([key, await source.readDetail(window, key, NEVER)]);
  return again;
}

/** All that is kept, times and request ids left out. */
async function kept({ database: { db } }: Kit) {
  const steps = await db
    .collection<WindowPageDocument>('window_pages')
    .find({}, { projection: { windowId: 0, at: 0 } })
    .sort({ _id: 1 })
    .toArray();
  const versions = await db.collection('record_versions').countDocuments();
  const quarantined = await db
    .collection('quarantine')
    .find({}, { projection: { _id: 1, reason: 1 } })
    .toArray();
  return { ...(await contentOf(db)), steps, versions, quarantined };
}

const takenOf = async ({ database: { db } }: Kit) => {
  const pages = await db.collection<WindowPageDocument>('window_pages').find().toArray();
  const keys = pages.flatMap((page) => page.keys);
  return new Set(keys.filter(({ outcome }) => outcome !== 'excluded').map(({ key }) => key)).size;
};

/** Storing: every key has one outcome, the same however often a page comes. */
export function storingContract(kit: () => Kit): void {
  it('keeps every key of a walk, and the window is complete by the count of the source', async () => {
    const { window, standIn, database } = kit();
    await openWindow(database.db, window, false);
    await storeAll(kit(), window, await kit().walked());
    expect(await countRun(database.db, window.runKey)).toMatchObject([
      { seen: standIn.keys().length, stored: standIn.keys().length, quarantined: 0, excluded: 0 },
    ]);
    expect(await closeWindow(database.db, window, 'complete', null)).toEqual({ state: 'complete', reason: null });
  });

  it('keeps the same when all is stored twice, and when all is asked for and stored again', async () => {
    const { source, window } = kit();
    const pages = await kit().walked();
    const details = await kit().details();
    await storeAll(kit(), window, pages);
    await storeDetails(kit(), window, details);
    const once = await kept(kit());
    await storeAll(kit(), window, pages);
    await storeDetails(kit(), window, details);
    expect(await kept(kit())).toEqual(once);
    await storeAll(kit(), window, await walk(source, window));
    await storeDetails(kit(), window, await askAgain(kit(), details));
    expect(await kept(kit())).toEqual(once);
  });

  it('finds everything unchanged in the next run', async () => {
    const { window, standIn, database } = kit();
    await storeAll(kit(), window, await kit().walked());
    const versions = await database.db.collection('record_versions').countDocuments();
    const next = { ...window, runKey: 'contract#2' };
    await storeAll(kit(), next, await kit().walked());
    expect(await countRun(database.db, next.runKey)).toMatchObject([{ stored: 0, unchanged: standIn.keys().length }]);
    expect(await database.db.collection('record_versions').countDocuments()).toBe(versions);
  });

  it('takes as many as the limit says, on one page and over several, also when a page is stored twice', async () => {
    const { source, window, database } = kit();
    const pages = await kit().walked();
    const rows = keysOf(source, pages.slice(0, 1)).length;
    for (const limit of [1, rows - 1, rows, rows + 3]) {
      await database.db.collection('window_pages').deleteMany({});
      const limited = { ...window, limit };
      let reached = false;
      for (const { cursor, page } of pages) {
        if (reached) break;
        await storePage(database, source, 'demo', limited, cursor, page);
        ({ limitReached: reached } = await storePage(database, source, 'demo', limited, cursor, page));
      }
      expect({ limit, reached, taken: await takenOf(kit()) }).toEqual({ limit, reached: true, taken: limit });
    }
  });

  it('marks the detail of a key that is not there as missing, and goes on', async () => {
    const { source, window, database } = kit();
    for (const key of ['00000000', 'no key', '$where', '__proto__', '../../admin', '']) {
      const detail = await source.readDetail(window, key, NEVER);
      expect(detail.status).toBe('missing');
      await storeDetail(database, source, 'demo', window, key, detail);
      expect(
        await database.db.collection<WindowPageDocument>('window_pages').findOne({ step: detailStep(key) }),
      ).toMatchObject({ detail: 'missing', keys: [] });
    }
  });

  it('raises the same typed error each time a window is refused', async () => {
    const { source, window, front, standIn } = kit();
    front.tamper((request) => (standIn.isPage(request) ? { status: 403, headers: {}, body: '' } : null));
    expect((await typedErrorOf(source.readPage(window, null, NEVER))).code).toBe('Blocked');
    expect((await typedErrorOf(source.readPage(window, null, NEVER))).code).toBe('Blocked');
  });
}
