import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { dayAfter } from '../../core/dates.js';
import { windowId } from '../../core/ids.js';
import type { Listing } from '../../sandbox/listing.js';
import { listingKey } from '../../sandbox/reso-record.js';
import type { AbsenceDocument, RawPropertyDocument, WindowDocument } from '../../store/documents.js';
import { startWindowWalks, type WindowWalks } from '../support/window-walks.js';

const ZIP = '85031';
const DAYS = ['2026-03-02', '2026-03-03', '2026-03-04'] as const;
const PAGE = '/Reso/OData/Property';
const OVERLAP_MS = 20 * 60_000;

let walks: WindowWalks;
let listings: readonly Listing[];

beforeAll(async () => {
  // Links by number: the ones that lose a row when another moves.
  const sandbox = { parcelsPerZip: 40, listings: 60, resoPageRows: 4, resoPagingBy: 'number' as const };
  walks = await startWindowWalks('reso', ZIP, sandbox);
  listings = walks.sandbox.world.listings.filter(({ zip }) => zip === ZIP);
}, 60_000);
afterAll(() => walks?.stop(), 60_000);
beforeEach(() => walks.reset());

const desk = () => walks.sandbox.reso.desk;
const listing = (at: number): Listing => {
  const found = listings[at];
  if (found === undefined) throw new Error('the world has too few listings');
  return found;
};
const windows = () => walks.database.db.collection<WindowDocument>('windows');
const idOf = (runDate: string) => windowId({ market: 'phoenix', source: 'reso', zip: ZIP, runDate });
const windowOf = (runDate: string) => windows().findOne({ _id: idOf(runDate) });
const absences = () => walks.database.db.collection<AbsenceDocument>('absences').find().sort({ _id: 1 }).toArray();
const held = (key: string) => walks.database.db.collection<RawPropertyDocument>('raw_properties').findOne({ key });
const factOf = async (key: string, name: string) =>
  Object.values((await held(key))?.kinds ?? {})
    .flatMap(({ facts }) => facts)
    .find((fact) => fact.name === name)?.value;
/** Filters of first pages, in the order in which they were asked. */
const filters = () =>
  walks.sandbox.reso.log.flatMap(({ path, query }) =>
    path === PAGE && query.$filter !== undefined && query.$skip === undefined ? [String(query.$filter)] : [],
  );
/** What a walk asked for, part by part. */
const asked = () =>
  walks.sandbox.reso.log.flatMap(({ path, query }) => {
    if (path !== PAGE || query.$filter === undefined) return [];
    if (query.$select === 'ListingKey') return ['keys'];
    return [String(query.$filter).includes('ModificationTimestamp') ? 'changes' : 'whole'];
  });
/** From when on the last walk asked for changes, and when the walk of a day had begun; epoch milliseconds. */
const sinceMs = () => Date.parse(/ModificationTimestamp ge (\S+)/.exec(filters().at(-1) ?? '')?.[1] ?? '');
const asOfMs = async (runDate: string) => (await windowOf(runDate))?.walk?.asOf?.getTime() ?? Number.NaN;

async function day(runDate: string, options: Parameters<WindowWalks['walk']>[1] = {}) {
  walks.sandbox.log.clear();
  return walks.walk(runDate, options);
}

describe('the day after a complete one', () => {
  it('asks for keys and changes alone, and has what changed, came, closed and went', async () => {
    expect((await day(DAYS[0])).state).toBe('complete');
    expect(asked()).toEqual(['whole']);
    const [dearer, closed, gone] = [listing(0), listing(1), listing(2)];
    desk().change(dearer.listingId, { ListPrice: dearer.listPrice + 5_000 });
    desk().change(closed.listingId, { StandardStatus: 'Closed', ClosePrice: 400_000, CloseDate: '2026-03-02' });
    desk().remove(gone.listingId);
    desk().add(listing(3).listingId, '9999001');

    const second = await day(DAYS[1]);
    expect(second).toMatchObject({
      state: 'complete',
      counts: { seen: listings.length, stored: 3, unchanged: listings.length - 3, quarantined: 0, excluded: 0 },
    });
    expect(asked()).toEqual(['keys', 'changes']);
    expect(sinceMs()).toBe((await asOfMs(DAYS[0])) - OVERLAP_MS);
    expect(await factOf(listingKey(dearer), 'ListPrice')).toBe(dearer.listPrice + 5_000);
    expect(await factOf(listingKey(closed), 'StandardStatus')).toBe('Closed');
    expect(await held('20250000000009999001000000')).not.toBeNull();
    // What went without a word is marked, and stays.
    expect(await absences()).toMatchObject([
      { key: listingKey(gone), runDate: DAYS[1], windowId: `phoenix:reso:${ZIP}:${DAYS[1]}`, status: gone.status },
    ]);
    expect(await held(listingKey(gone))).not.toBeNull();
    expect(await windowOf(DAYS[1])).toMatchObject({
      state: 'complete',
      listed: { by: 'keys', keys: listings.length - 1 },
    });

    // The mark of the next complete window is the second one: what a rule about two windows needs.
    await day(DAYS[2]);
    expect((await absences()).map(({ key, runDate }) => [key, runDate])).toEqual([
      [listingKey(gone), DAYS[1]],
      [listingKey(gone), DAYS[2]],
    ]);
  });

  it('walks all when a person wants it, and the marks of the window follow', async () => {
    await day(DAYS[0]);
    const gone = listing(0);
    desk().remove(gone.listingId);
    await day(DAYS[1]);
    expect(await absences()).toHaveLength(1);
    desk().reset();
    await day(DAYS[1], { force: true, runKey: 'again' });
    expect(asked()).toEqual(['whole']);
    expect(await absences()).toEqual([]);
  });

  it('walks all in the same window when the list names a key that nobody holds', async () => {
    await day(DAYS[0]);
    // Put in with an old date: it is in no list of changes.
    desk().add(listing(0).listingId, '9999002', { ModificationTimestamp: '2025-01-01T00:00:00.000Z' });
    expect((await day(DAYS[1])).state).toBe('complete');
    expect(asked()).toEqual(['keys', 'changes', 'whole']);
    expect(await held('20250000000009999002000000')).not.toBeNull();
    expect(await windowOf(DAYS[1])).toMatchObject({ listed: { by: 'whole', keys: listings.length + 1 } });
  });

  it('finds every change although rows change behind the walk and others slip between pages', async () => {
    await day(DAYS[0]);
    for (const { listingId, listPrice } of listings) desk().change(listingId, { ListPrice: listPrice + 1 });
    walks.sandbox.faults.add({
      service: 'reso',
      effect: { kind: 'row-moves' },
      path: 'orderby=ModificationTimestamp',
      times: 1,
    });
    const { state, counts } = await day(DAYS[1]);
    expect([state, counts?.seen, counts?.stored]).toEqual(['complete', listings.length, listings.length]);
    for (const one of listings) expect(await factOf(listingKey(one), 'ListPrice')).toBe(one.listPrice + 1);
    expect(await absences()).toEqual([]);
  });

  it('is not believed when the list names far fewer than usual, and nobody is marked', async () => {
    await day(DAYS[0]);
    await windows().updateOne({ _id: idOf(DAYS[0]) }, { $set: { listed: { by: 'whole', keys: 300 } } });
    desk().remove(listing(0).listingId);
    const { state, reason } = await day(DAYS[1]);
    expect([state, reason]).toEqual(['suspect', `${listings.length - 1} keys, and 300 on ${DAYS[0]}`]);
    expect(await absences()).toEqual([]);
    // What is suspect moves nothing on.
    await day(DAYS[2]);
    expect(sinceMs()).toBe((await asOfMs(DAYS[0])) - OVERLAP_MS);
  });
});

describe('what the next walk goes on from', () => {
  it('moves with complete windows alone, and outlives the worker', async () => {
    await day(DAYS[0]);
    desk().change(listing(0).listingId, { ListPrice: 123_456 });
    walks.sandbox.faults.add({ service: 'reso', effect: { kind: 'error-body', code: 1021 }, path: '/Property' });
    expect(await day(DAYS[1])).toMatchObject({ state: 'failed', reason: 'AuthRejected' });
    walks.sandbox.faults.clear();
    await walks.database.db.collection('decisions').deleteMany({}); // a person lets the source go on
    walks.changeWorker();
    expect((await day(DAYS[2])).state).toBe('complete');
    expect(sinceMs()).toBe((await asOfMs(DAYS[0])) - OVERLAP_MS);
    expect(await factOf(listingKey(listing(0)), 'ListPrice')).toBe(123_456);
  });

  it('does not move with a walk that a limit cut', async () => {
    await day(DAYS[0]);
    expect(await day(DAYS[1], { limit: 3 })).toMatchObject({ state: 'partial', reason: 'limit' });
    expect(asked()).toEqual(['whole']);
    await day(DAYS[2]);
    expect(sinceMs()).toBe((await asOfMs(DAYS[0])) - OVERLAP_MS);
  });

  it.each([
    ['too old', 73, { by: 'whole' as const, keys: 16 }],
    ['of a list of keys, and no whole one is known', 1, { by: 'keys' as const, keys: 16 }],
  ])('is not used when it is %s: all is walked', async (_name, hours, listed) => {
    await day(DAYS[0]);
    const asOf = new Date(Date.now() - hours * 3_600_000);
    await windows().updateOne({ _id: idOf(DAYS[0]) }, { $set: { 'walk.asOf': asOf, listed } });
    await day(DAYS[1]);
    expect(asked()).toEqual(['whole']);
  });
});

describe('a past day', () => {
  const past = DAYS[0];
  const at = (time: string) => ({ ModificationTimestamp: time, ListPrice: 555_000 });

  it('is filled by what changed last on it, in the zone of the market, and moves nothing on', async () => {
    const [inside, before, after] = [listing(0), listing(1), listing(2)];
    await day(DAYS[2]);
    desk().change(inside.listingId, at(`${dayAfter(past)}T06:59:59.000Z`)); // Phoenix is seven hours behind
    desk().change(before.listingId, at(`${past}T05:00:00.000Z`));
    desk().change(after.listingId, at(`${dayAfter(past)}T07:00:00.000Z`));
    expect(await day(past, { past: true })).toMatchObject({ state: 'complete', counts: { seen: 1, stored: 1 } });
    expect(filters()).toEqual([
      `PostalCode eq '${ZIP}' and ModificationTimestamp ge ${past}T06:40:00.000Z and ModificationTimestamp lt ${dayAfter(past)}T07:00:00.000Z`,
    ]);
    expect(await factOf(listingKey(inside), 'ListPrice')).toBe(555_000);
    for (const other of [before, after]) expect(await factOf(listingKey(other), 'ListPrice')).toBe(other.listPrice);
    expect(await windowOf(past)).toMatchObject({ state: 'complete', listed: null, walk: { asOf: null } });
    expect(await absences()).toEqual([]);
    await day('2026-03-05');
    expect(sinceMs()).toBe((await asOfMs(DAYS[2])) - OVERLAP_MS);
  });
});
