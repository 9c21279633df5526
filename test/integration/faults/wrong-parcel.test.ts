import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { WindowPageDocument } from '../../../store/documents.js';
import { addsUp, type FaultWorld, startFaultWorld } from '../../support/fault-world.js';
import { contentOf } from '../../support/world.js';

const TODAY = '2026-03-03';
const EVERYTHING = { seen: 90, stored: 90, unchanged: 0, quarantined: 0, excluded: 0 };

const WRONG = 3;

let world: FaultWorld;
/** What an undisturbed run leaves. */
let expected: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  world = await startFaultWorld({ variables: { MARICOPA_REQUEST_BUDGET: '2700' } });
  expect((await world.day(TODAY)).counts).toEqual(EVERYTHING);
  expected = await contentOf(world.db);
}, 120_000);
beforeEach(() => world.empty());
afterAll(() => world.stop(), 60_000);

const wrongParcel = (times?: number) =>
  world.sandbox.faults.add({
    service: 'county',
    effect: { kind: 'wrong-parcel' },
    path: '^/parcel/',
    ...(times === undefined ? {} : { times }),
  });
/** Parcels of which a full document is stored. */
const withDocument = async () =>
  (
    await world.db
      .collection<{ key: string; kinds: { parcel?: { url: string; facts: { name: string; value: unknown }[] } } }>(
        'raw_properties',
      )
      .find({ 'kinds.parcel': { $exists: true } })
      .toArray()
  ).map(({ key, kinds }) => ({ key, facts: new Map(kinds.parcel?.facts.map(({ name, value }) => [name, value])) }));

describe('a document of another parcel', () => {
  it('is refused by name, quarantined and counted; the others are kept, and the next run asks for the refused again', async () => {
    wrongParcel(WRONG);
    const summary = await world.day(TODAY);
    expect(summary.status).toBe('complete');
    expect(summary.counts).toEqual({ ...EVERYTHING, stored: 90 - WRONG, quarantined: WRONG });
    expect(addsUp(summary)).toBe(true);
    expect(summary.sources[0]?.details).toMatchObject({ missing: WRONG, done: 90 - WRONG });
    const quarantined = await world.quarantined();
    expect(quarantined).toHaveLength(WRONG);
    for (const row of quarantined) {
      expect(row).toMatchObject({ path: 'TreasurersTransitionUrl', code: 'ResponseInvalid' });
      expect(row.reason).toMatch(new RegExp(`^is about parcel \\w+, and ${row.key} was asked for$`));
    }
    const marks = await world.db.collection<WindowPageDocument>('window_pages').find({ detail: 'missing' }).toArray();
    expect(marks).toHaveLength(WRONG);
    for (const { reason } of marks)
      expect(reason).toMatch(/^ResponseInvalid: TreasurersTransitionUrl is about parcel /);
    const refused = new Set(quarantined.map(({ key }) => key));
    const stored = await withDocument();
    expect(stored).toHaveLength(90 - WRONG);
    for (const { key, facts } of stored) {
      expect(refused.has(key)).toBe(false);
      expect(facts.get('UnparsedAddress')).toBe(world.sandbox.world.parcel(key)?.document().PropertyAddress);
    }

    world.sandbox.faults.clear();
    await world.day(TODAY, { force: true });
    const { records, properties } = await contentOf(world.db);
    expect({ records, properties }).toEqual({ records: expected.records, properties: expected.properties });
  }, 120_000);

  it('in most of a batch stops the source: the service has changed', async () => {
    wrongParcel();
    const summary = await world.day(TODAY);
    expect(summary.status).toBe('partial');
    expect(summary.sources[0]?.reason).toMatch(/SchemaDrift: .*TreasurersTransitionUrl/);
    expect(await withDocument()).toEqual([]);
    expect(await world.db.collection('raw_properties').countDocuments()).toBe(90);
  }, 120_000);
});
