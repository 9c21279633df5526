import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createReplayActivities } from '../../activities/replay.js';
import { loadConfig } from '../../core/config.js';
import type { SourceRecord } from '../../core/schemas/facts.js';
import type { ReplayBatchResult, ReplayCursor, ReplayTotals } from '../../core/schemas/replay.js';
import type { Source } from '../../core/source.js';
import { addReplays } from '../../domain/replay.js';
import { listingKey } from '../../sandbox/reso-record.js';
import type { SourceRegistry } from '../../sources/index.js';
import { createOfflineSources, kindOrders } from '../../sources/offline.js';
import type { RawPayloadDocument } from '../../store/documents.js';
import { propertyAsOf } from '../../store/history.js';
import { verifyDatabase } from '../../store/verify/verify.js';
import { startWindowWalks, type WindowWalks } from '../support/window-walks.js';

const ZIP = '85031';
const DAY = '2026-03-01';

let walks: WindowWalks;
let changedKey: string;
let price: number;
/** A moment between the days, epoch milliseconds. */
let betweenMs: number;
const offline = createOfflineSources(loadConfig({ env: { PHOENIX_MODE: 'demo' }, file: '/dev/null' }));

beforeAll(async () => {
  walks = await startWindowWalks('reso', ZIP, { parcelsPerZip: 30, listings: 60 });
  await walks.walk(DAY);
  betweenMs = Date.now();
  await new Promise((wake) => setTimeout(wake, 5));
  const [changed] = walks.sandbox.world.listings.filter(({ zip }) => zip === ZIP);
  if (changed === undefined) throw new Error('the world has no listing');
  price = changed.listPrice;
  changedKey = listingKey(changed);
  walks.sandbox.reso.desk.change(changed.listingId, { ListPrice: price - 1_000 });
  await walks.walk('2026-03-02');
  walks.sandbox.log.clear();
}, 60_000);
afterAll(() => walks?.stop(), 60_000);

const count = (name: string) => walks.database.db.collection(name).countDocuments({});
const written = () => Promise.all(['record_versions', 'raw_properties', 'change_events', 'fetches'].map(count));

/** Today's parser of the test: what `change` makes of each record. */
function parsing(change: (record: SourceRecord) => readonly SourceRecord[]): SourceRegistry {
  const reso: Source = {
    ...offline.get('reso'),
    parse: (payload) => {
      const read = offline.get('reso').parse(payload);
      return { ...read, records: read.records.flatMap(change) };
    },
  };
  return { get: () => reso, all: [reso] };
}

async function replay(sources: SourceRegistry, apply: boolean, runDate = DAY): Promise<ReplayTotals | undefined> {
  const { replayBatch } = createReplayActivities({ database: walks.database, offline: sources, mode: 'demo' });
  const scope = {
    market: 'phoenix',
    county: 'us-az-maricopa',
    runDate,
    sources: ['reso'],
    apply,
    runKey: 'replay',
  } as const;
  const totals: ReplayTotals[] = [];
  for (let cursor: ReplayCursor | null = { part: 'answers', after: '' }; cursor !== null; ) {
    const at: ReplayCursor = cursor;
    const batch: ReplayBatchResult = await new MockActivityEnvironment().run(() =>
      replayBatch({ ...scope, cursor: at }),
    );
    totals.push(...batch.totals);
    cursor = batch.next;
  }
  return addReplays(totals)[0];
}

async function factsOf(name: string, validMs: number | null, knownMs: number | null = null): Promise<unknown> {
  const record = await walks.database.db
    .collection<{ _id: string; propertyId: string }>('raw_properties')
    .findOne({ _id: `reso:${changedKey}` });
  const [then] = await propertyAsOf(walks.database.db, String(record?.propertyId), { validMs, knownMs });
  return then?.record.facts.find((fact) => fact.name === name)?.value;
}

async function faults(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const one of verifyDatabase(walks.database.db, { sample: null, kindOrder: kindOrders(offline) })) {
    if (one.kind === 'fault') found.push(`${one.fault.collection} ${one.fault.id}: ${one.fault.wrong}`);
  }
  return found;
}

const withoutFirst = (): ((record: SourceRecord) => readonly SourceRecord[]) => (record) =>
  record.key === changedKey ? [] : [record];
const withRooms = (record: SourceRecord): readonly SourceRecord[] => [
  {
    ...record,
    facts: [
      ...record.facts.filter(({ name }) => name !== 'BedroomsTotal'),
      { name: 'BedroomsTotal', value: 42, path: 'value[0].BedroomsTotal' },
    ],
  },
];

describe('the stored answers of a day, read once more', () => {
  it('say the same with the same parser', async () => {
    const before = await written();
    for (const runDate of [DAY, '2026-03-02']) {
      const totals = await replay(offline, true, runDate);
      expect(totals).toMatchObject({ changed: 0, fresh: 0, lost: 0, rejected: 0, written: 0, names: {} });
      expect(totals?.records).toBe(totals?.equal);
      expect(totals?.records).toBeGreaterThan(0);
    }
    expect(await written()).toEqual(before);
  });

  it('take for kept what the same run kept when an answer came once more, after a worker that died with the first', async () => {
    const answers = walks.database.db.collection<RawPayloadDocument>('raw_payloads');
    const all = await answers.find().toArray();
    const came = async (earlierMs: number) => {
      for (const { _id, firstFetchedAt } of all)
        await answers.updateOne({ _id }, { $set: { firstFetchedAt: new Date(firstFetchedAt.getTime() - earlierMs) } });
    };
    await came(1_000);
    const totals = await replay(offline, true);
    expect(totals).toMatchObject({ changed: 0, fresh: 0, lost: 0, written: 0 });
    expect(totals?.equal).toBeGreaterThan(0);
    await came(0);
  });

  it('tell by name what another parser reads, and write nothing unless told to', async () => {
    const before = await written();
    const totals = await replay(parsing(withRooms), false);
    expect(totals).toMatchObject({ equal: 0, fresh: 0, lost: 0, written: 0 });
    expect(totals?.names).toEqual({ BedroomsTotal: totals?.changed });
    expect(await replay(parsing(withoutFirst()), false)).toMatchObject({ lost: 1, changed: 0 });
    expect(await written()).toEqual(before);
  });

  it('are written once: valid from that day, known from now, without an event', async () => {
    const [, records, events, fetches] = await written();
    const beforeMs = Date.now();
    const totals = await replay(parsing(withRooms), true);
    expect(totals?.written).toBe(totals?.changed);
    const after = await written();
    expect(after.slice(1)).toEqual([records, events, fetches]);
    expect(await replay(parsing(withRooms), true)).toMatchObject({ changed: 0, written: 0 });
    expect(await written()).toEqual(after);
    expect(await factsOf('BedroomsTotal', betweenMs)).toBe(42);
    expect(await factsOf('BedroomsTotal', betweenMs, beforeMs - 1)).not.toBe(42);
    expect(await factsOf('ListPrice', betweenMs)).toBe(price);
  });

  it('leave younger answers as they are', async () => {
    expect(await factsOf('ListPrice', null)).toBe(price - 1_000);
    expect(await factsOf('BedroomsTotal', null)).not.toBe(42);
    expect(await faults()).toEqual([]);
  });

  it('give back a record that was not kept', async () => {
    const { db } = walks.database;
    const lost = { recordId: `reso:${changedKey}` };
    await db.collection('record_versions').deleteMany(lost);
    await db.collection('change_events').deleteMany(lost);
    await db.collection<{ _id: string }>('raw_properties').deleteOne({ _id: lost.recordId });
    expect(await replay(offline, true)).toMatchObject({ fresh: 1 });
    expect(await replay(offline, true, '2026-03-02')).toMatchObject({
      changed: 1,
      written: 1,
      names: { ListPrice: 1 },
    });
    expect(await factsOf('ListPrice', null)).toBe(price - 1_000);
    expect(await factsOf('ListPrice', betweenMs)).toBe(price);
    expect(await faults()).toEqual([]);
  });

  it('asked nobody anything', () => {
    expect(walks.sandbox.log.entries()).toEqual([]);
  });
});
