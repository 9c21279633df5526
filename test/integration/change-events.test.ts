import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AsOf } from '../../domain/as-of.js';
import type { JsonObject } from '../../sandbox/json.js';
import type { Listing } from '../../sandbox/listing.js';
import { listingKey } from '../../sandbox/reso-record.js';
import type { ChangeEventDocument, RecordVersionDocument } from '../../store/documents.js';
import { marketAsOf, propertyAsOf, type RecordThen } from '../../store/history.js';
import { startWindowWalks, type WindowWalks } from '../support/window-walks.js';

const ZIP = '85031';
const NEW_KEY = '20250000000009999001000000';

let walks: WindowWalks;
let listings: readonly Listing[];
/** A moment after each day's walk and before the next one's, epoch milliseconds. */
const after: Record<number, number> = {};

beforeAll(async () => {
  walks = await startWindowWalks('reso', ZIP, { parcelsPerZip: 30, listings: 24 });
  listings = walks.sandbox.world.listings.filter(({ zip }) => zip === ZIP);
}, 60_000);
afterAll(() => walks?.stop(), 60_000);

const desk = () => walks.sandbox.reso.desk;
const listing = (at: number): Listing => {
  const found = listings[at];
  if (found === undefined) throw new Error('the world has too few listings');
  return found;
};
const collection = <T extends object>(name: string) => walks.database.db.collection<T>(name);
const events = () => collection<ChangeEventDocument>('change_events').find().sort({ knownFrom: 1, _id: 1 }).toArray();
const toldOn = async (n: number) => {
  const from = new Date(after[n - 1] ?? 0);
  return (await events())
    .filter(({ knownFrom }) => knownFrom > from)
    .map(({ kind, key }) => `${kind} ${key}`)
    .sort();
};
/** How many documents there are of whatever a changed fact would be written to. */
async function written() {
  const names = ['record_versions', 'raw_properties', 'change_events', 'absences'];
  return Promise.all(names.map((name) => collection(name).countDocuments({})));
}

async function day(n: number, options: Parameters<WindowWalks['walk']>[1] = {}) {
  const { state } = await walks.walk(`2026-03-0${n}`, options);
  await new Promise((wake) => setTimeout(wake, 5));
  after[n] = Date.now();
  await new Promise((wake) => setTimeout(wake, 5));
  return state;
}

async function present(asOf: AsOf): Promise<readonly RecordThen[]> {
  const found: RecordThen[] = [];
  for await (const batch of marketAsOf(walks.database.db, 'phoenix', ['reso'], asOf)) found.push(...batch);
  return found.filter(({ goneSince }) => goneSince === null);
}
const isThere = async (key: string, validMs: number | null, knownMs: number | null) =>
  (await present({ validMs, knownMs })).some(({ record }) => record.key === key);
const priceThen = async (key: string, validMs: number | null, knownMs: number | null = null) =>
  (await present({ validMs, knownMs }))
    .find(({ record }) => record.key === key)
    ?.record.facts.find(({ name }) => name === 'ListPrice')?.value;

describe('the days of a ZIP', () => {
  let away: JsonObject;

  it('begin with a day on which nothing is news', async () => {
    expect(await day(1)).toBe('complete');
    expect(await events()).toEqual([]);
  });

  it('tell what changed, came and was sold, with both answers; and of what is missing once, nothing', async () => {
    const [cheaper, pending, missing, sold] = [listing(0), listing(1), listing(2), listing(3)];
    away =
      desk()
        .rows()
        .find(({ ListingId }) => ListingId === missing.listingId) ?? {};
    desk().change(cheaper.listingId, { ListPrice: cheaper.listPrice - 1_000 });
    desk().change(pending.listingId, { StandardStatus: 'Withdrawn' });
    desk().change(sold.listingId, { StandardStatus: 'Closed', ClosePrice: 400_000, CloseDate: '2026-03-01' });
    desk().remove(missing.listingId);
    desk().add(cheaper.listingId, '9999001', { StandardStatus: 'Active' });
    await day(2);
    expect(await toldOn(2)).toEqual(
      [
        `new ${NEW_KEY}`,
        `price cut ${listingKey(cheaper)}`,
        `sold ${listingKey(sold)}`,
        `status ${listingKey(pending)}`,
      ].sort(),
    );
    const cut = (await events()).find(({ kind }) => kind === 'price cut');
    expect(cut).toMatchObject({
      _id: `reso:${listingKey(cheaper)}@2|price cut`,
      before: { ListPrice: cheaper.listPrice },
      after: { ListPrice: cheaper.listPrice - 1_000 },
      evidence: { from: { version: 1, kind: 'reso-row' }, to: { version: 2, kind: 'reso-row' }, windows: [] },
    });
    for (const side of [cut?.evidence.from, cut?.evidence.to]) {
      expect(await collection<{ _id: string }>('raw_payloads').countDocuments({ _id: side?.rawRef ?? '' })).toBe(1);
      expect(await collection<{ _id: string }>('fetches').countDocuments({ _id: side?.fetchId ?? '' })).toBe(1);
    }
    const version = await collection<RecordVersionDocument>('record_versions').findOne({
      recordId: cut?.recordId ?? '',
      version: 2,
    });
    expect(cut).toMatchObject({ validFrom: version?.validFrom, knownFrom: version?.knownFrom });
  });

  it('tell nothing twice when one is walked again', async () => {
    const before = await written();
    walks.changeWorker();
    expect(await day(2, { force: true, runKey: 'again' })).toBe('complete');
    expect(await written()).toEqual(before);
  });

  it('tell on the second complete one that it has gone, as of the first', async () => {
    const gone = listingKey(listing(2));
    await day(3);
    expect(await toldOn(3)).toEqual([`gone ${gone}`]);
    const event = (await events()).at(-1);
    expect(event).toMatchObject({
      _id: `reso:${gone}|gone|1`,
      after: null,
      evidence: { windows: [`phoenix:reso:${ZIP}:2026-03-02`, `phoenix:reso:${ZIP}:2026-03-03`] },
    });
    expect(await isThere(gone, after[1] ?? 0, null)).toBe(true);
    expect(await isThere(gone, after[2] ?? 0, null)).toBe(false);
    // On the second day nobody could know.
    expect(await isThere(gone, after[2] ?? 0, after[2] ?? 0)).toBe(true);
  });

  it('write nothing when nothing changed', async () => {
    const before = await written();
    expect(await day(4)).toBe('complete');
    expect(await written()).toEqual(before);
  });

  it('tell that it is back, once, although it is as it was', async () => {
    const back = listingKey(listing(2));
    desk().add(listing(0).listingId, listing(2).listingId, away);
    await day(5);
    await day(5, { force: true, runKey: 'again' });
    expect(await toldOn(5)).toEqual([`back on market ${back}`]);
    expect(await isThere(back, after[4] ?? 0, null)).toBe(false);
    expect(await isThere(back, null, null)).toBe(true);
  });

  it('tell of a second going and a return with another price', async () => {
    const key = listingKey(listing(2));
    desk().remove(listing(2).listingId);
    await day(6);
    await day(7);
    expect(await toldOn(7)).toEqual([`gone ${key}`]);
    desk().add(listing(0).listingId, listing(2).listingId, {
      ...away,
      ListPrice: 1_000_000,
      ModificationTimestamp: new Date().toISOString(),
    });
    await day(8);
    expect(await toldOn(8)).toEqual([`back on market ${key}`, `price rise ${key}`]);
    expect((await events()).map(({ _id }) => _id)).toContain(`reso:${key}|back on market|2`);
  });

  it('can each be looked back to', async () => {
    const cheaper = listing(0);
    const key = listingKey(cheaper);
    expect(await priceThen(key, after[1] ?? 0)).toBe(cheaper.listPrice);
    expect(await priceThen(key, after[2] ?? 0)).toBe(cheaper.listPrice - 1_000);
    expect(await priceThen(key, null, after[1] ?? 0)).toBe(cheaper.listPrice);
    expect(await isThere(NEW_KEY, after[1] ?? 0, null)).toBe(false);
    const propertyId =
      cheaper.assessorNumber === null ? `listing:reso:${key}` : `us-az-maricopa:${cheaper.parcelNumber}`;
    const then = await propertyAsOf(walks.database.db, propertyId, { validMs: after[1] ?? 0, knownMs: null });
    expect(then.map(({ record, version }) => [record.key, version])).toEqual([[key, 1]]);
    expect(await propertyAsOf(walks.database.db, propertyId, { validMs: 0, knownMs: null })).toEqual([]);
  });
});
