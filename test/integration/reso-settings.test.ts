import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { windowId } from '../../core/ids.js';
import type { WindowDocument } from '../../store/documents.js';
import { startWindowWalks, type WindowWalks } from '../support/window-walks.js';

const ZIP = '85031';
let walks: WindowWalks;

beforeAll(async () => {
  const sandbox = { parcelsPerZip: 40, listings: 60, resoPageRows: 2, resoQuota: { requests: 4, spanMs: 1_500 } };
  walks = await startWindowWalks('reso', ZIP, sandbox, { RESO_KEYS_HOURS: '24' });
}, 60_000);
afterAll(() => walks?.stop(), 60_000);

it('a quota lower than our own ceiling is kept to before the service has to refuse, and nothing is lost', async () => {
  const listings = walks.sandbox.world.listings.filter(({ zip }) => zip === ZIP).length;
  expect(await walks.walk('2026-03-02')).toMatchObject({ state: 'complete', counts: { stored: listings } });
  const pages = walks.sandbox.reso.log.filter(({ path }) => path === '/Reso/OData/Property');
  expect(pages.length).toBeGreaterThan(4);
  expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
}, 60_000);

it('between two lists of keys a walk of changes is complete by its own count, and is no measure of what is usual', async () => {
  const windows = walks.database.db.collection<WindowDocument>('windows');
  const idOf = (runDate: string) => windowId({ market: 'phoenix', source: 'reso', zip: ZIP, runDate });
  await windows.updateOne({ _id: idOf('2026-03-02') }, { $set: { listed: { by: 'whole', keys: 300 } } });
  const [changed] = walks.sandbox.world.listings.filter(({ zip }) => zip === ZIP);
  walks.sandbox.reso.desk.change(changed?.listingId ?? '', { ListPrice: 99_000 });
  expect(await walks.walk('2026-03-03')).toMatchObject({ state: 'complete', counts: { seen: 1, stored: 1, total: 1 } });
  expect(await windows.findOne({ _id: idOf('2026-03-03') })).toMatchObject({ listed: null });
  expect(await walks.walk('2026-03-04')).toMatchObject({ state: 'complete' });
  // All of them, and 300 were usual: the day of one change in between says nothing about it.
  expect(await walks.walk('2026-03-05', { force: true })).toMatchObject({ state: 'suspect' });
}, 60_000);
