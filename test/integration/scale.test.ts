import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fillDatabase } from '../../bench/fill/index.js';
import { daysUpTo, MARKET } from '../../bench/fill/plan.js';
import { loadConfig } from '../../core/config.js';
import { marketOf } from '../../core/product-settings.js';
import type { Window } from '../../core/schemas/collect.js';
import type { GatherableRow } from '../../domain/quality/row.js';
import { createOfflineSources, kindOrders } from '../../sources/offline.js';
import { dueDeliveries, waitingNotices } from '../../store/alerts/deliveries.js';
import type { DeliveryDocument } from '../../store/alerts/documents.js';
import { isNotedBy, minutesUp } from '../../store/alerts/minutes.js';
import { type Database, openDatabase } from '../../store/database.js';
import { latestDay as latestDayOf } from '../../store/detectors/context.js';
import type {
  ChangeEventDocument,
  QueueDocument,
  RawPropertyDocument,
  RunDocument,
  WindowDocument,
} from '../../store/documents.js';
import { missingIds } from '../../store/integrity.js';
import {
  earlierQualityRuns,
  lastWindows,
  type QualityRunDocument,
  type QualityScoreDocument,
  readQuality,
  scoreMarket,
} from '../../store/quality.js';
import { claimForModel, releaseClaims, waitingAmong } from '../../store/queue.js';
import { changesBetween } from '../../store/reports/facts.js';
import { verifyDatabase } from '../../store/verify/verify.js';
import { planDetails } from '../../store/windows/details.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const SIZE = { properties: 60, days: 5 };
const NOW_MS = Date.parse('2026-03-01T15:00:00Z');
const CONFIG = loadConfig({ env: {} });
const KIND_ORDER = kindOrders(createOfflineSources(CONFIG));

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'scale');
  await fillDatabase(database.db, SIZE, KIND_ORDER, NOW_MS);
}, 120_000);
afterAll(async () => {
  await database?.close();
  await server?.stop();
});

const latestDay = () => {
  const day = daysUpTo(NOW_MS, SIZE.days).at(-1);
  if (day === undefined) throw new Error('there are five');
  return day;
};

describe('the database of the bench', () => {
  it('is what the product would have written: verification finds no fault', async () => {
    const checked = new Map<string, number>();
    for await (const finding of verifyDatabase(database.db, { sample: null, kindOrder: KIND_ORDER })) {
      if (finding.kind === 'fault')
        throw new Error(`${finding.fault.collection} ${finding.fault.id}: ${finding.fault.wrong}`);
      checked.set(finding.collection, finding.documents);
    }
    expect(checked.get('processing_queue')).toBe(SIZE.properties);
    expect(checked.get('runs')).toBe(SIZE.days);
    expect(checked.get('change_events')).toBeGreaterThan(0);
  });
});

describe('looks that years must not slow down', () => {
  const DAY_MS = 86_400_000;

  it('find the latest day among the last ones, and an older one where there is none', async () => {
    const { runKey } = latestDay();
    const at = (nowMs: number, market = MARKET) => latestDayOf({ db: database.db, market, nowMs });
    const runs = database.db.collection<RunDocument>('runs');
    const last = await at(NOW_MS);
    if (last === null) throw new Error('there are runs');
    const workflowId = `adhoc/${MARKET}/2026-03-09/x`;
    await runs.insertOne({ ...last, _id: 'narrower', workflowId, runDate: '2026-03-09' });
    expect((await at(NOW_MS))?._id).toBe(runKey);
    expect((await at(NOW_MS + 400 * DAY_MS))?._id).toBe(runKey);
    expect(await at(NOW_MS, 'tucson')).toBeNull();
    await runs.deleteOne({ _id: 'narrower' });
  });

  it('know whether a minute was noted by a moment, near and far from it', async () => {
    const first = daysUpTo(NOW_MS, SIZE.days)[0]?.startedAt.getTime() ?? 0;
    const noted = (ms: number) => isNotedBy(database.db, ms);
    expect(await Promise.all([first - 1, first, first + 90 * 60_000].map(noted))).toEqual([false, true, true]);
    expect(await noted(first + 400 * DAY_MS)).toBe(true);
  });

  it('count minutes up from the first one, or from the beginning of the time', async () => {
    const first = daysUpTo(NOW_MS, SIZE.days)[0]?.startedAt.getTime() ?? 0;
    expect(await minutesUp(database.db, first - DAY_MS, first + 10 * 60_000)).toEqual({ up: 10, of: 10 });
    expect(await minutesUp(database.db, first + 5 * 60_000, first + 10 * 60_000)).toEqual({ up: 5, of: 5 });
    expect(await minutesUp(database.db, first - 2 * DAY_MS, first - DAY_MS)).toEqual({ up: 0, of: expect.any(Number) });
  });

  it('tell the notices that wait, without those of the digest', async () => {
    const deliveries = database.db.collection<DeliveryDocument>('deliveries');
    const one = await deliveries.findOne({});
    if (one === null) throw new Error('there are deliveries');
    const at = (ms: number) => ({ createdAt: new Date(NOW_MS + ms), notBefore: new Date(NOW_MS + ms) });
    const waiting = { ...one, state: 'waiting' } as const;
    await deliveries.insertMany([
      { ...waiting, _id: 'later', ...at(2) },
      { ...waiting, _id: 'first', ...at(1) },
      { ...waiting, _id: 'digest', channel: 'digest', ...at(0) },
      { ...waiting, _id: 'of another market', market: 'tucson', ...at(0) },
    ]);
    expect((await dueDeliveries(database.db, MARKET)).map(({ id }) => id)).toEqual(['first', 'later']);
    expect(await waitingNotices(database.db, NOW_MS + 1)).toEqual([
      { channel: one.channel, oldestMs: NOW_MS, notices: 2 },
    ]);
  });
});

describe('work over many ids', () => {
  it('misses none, however many there are', async () => {
    const records = await database.db.collection<RawPropertyDocument>('raw_properties').find({}).toArray();
    const ids = records.map(({ _id }) => _id);
    const lost = Array.from({ length: 250 }, (_, at) => `lost:${at}`);
    expect(await missingIds(database.db, 'raw_properties', [...ids, ...lost, ...lost])).toEqual(lost);
    expect(await missingIds(database.db, 'raw_properties', [])).toEqual([]);
  });

  it('plans the details of every key of a day, none twice, the never asked first', async () => {
    const { runKey, runDate } = latestDay();
    const windows = marketOf(MARKET).zips.map(
      (zip): Window => ({
        ...{ market: MARKET, county: 'us-az-maricopa', source: 'phoenix-mls', zip, runDate, runKey, limit: null },
      }),
    );
    const traits = { ...createOfflineSources(CONFIG).get('phoenix-mls').traits, requestBudget: null, detailFreshMs: 0 };
    const raw = database.db.collection<RawPropertyDocument>('raw_properties');
    const planned = async (detailKind: string) => {
      const source = { name: 'phoenix-mls', traits: { ...traits, detailKind } } as const;
      return (await planDetails(database.db, source, windows, false)).batches.flatMap(({ keys }) => keys);
    };
    const held = (await raw.find({ source: 'phoenix-mls' }).toArray()).map(({ key }) => key).sort();
    expect([...(await planned('listing-page'))].sort()).toEqual(held);
    await raw.updateOne({ _id: `phoenix-mls:${held.at(-1)}` }, { $rename: { 'kinds.listing-page': 'kinds.other' } });
    expect((await planned('listing-page'))[0]).toBe(held.at(-1));
    await raw.updateOne({ _id: `phoenix-mls:${held.at(-1)}` }, { $rename: { 'kinds.other': 'kinds.listing-page' } });
  });

  it('counts changes by kind, the most frequent first', async () => {
    const events = await database.db
      .collection<ChangeEventDocument>('change_events')
      .find({ market: MARKET })
      .toArray();
    const told = await changesBetween(database.db, MARKET, new Date(0), new Date(NOW_MS));
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(events.length);
    expect(told.map(({ count }) => count)).toEqual(told.map(({ count }) => count).sort((a, b) => b - a));
    expect(await changesBetween(database.db, 'tucson', new Date(0), new Date(NOW_MS))).toEqual([]);
  });

  it('gives the model what is composed as it is, in the order of the queue', async () => {
    const queue = database.db.collection<QueueDocument>('processing_queue');
    const pending = await queue.find({ state: 'pending' }).sort({ priority: 1, _id: 1 }).toArray();
    const [first, ...others] = pending.map(({ _id }) => _id);
    await queue.updateOne({ _id: first ?? '' }, { $set: { composedHash: null } });
    expect(
      (
        await waitingAmong(
          database.db,
          pending.map(({ _id }) => _id),
        )
      ).map(({ _id }) => _id),
    ).toEqual([first]);
    const claimed = await claimForModel(database.db, MARKET, 'test batch', 3);
    expect(claimed.map(({ _id }) => _id)).toEqual(others.slice(0, 3));
    await releaseClaims(database.db, 'test');
    await queue.updateOne({ _id: first ?? '' }, [{ $set: { composedHash: '$contentHash' } }]);
  });

  it('looks at a few runs and windows of a sample, at as many others as it says', async () => {
    const checked = new Map<string, number>();
    for await (const finding of verifyDatabase(database.db, { sample: 20, kindOrder: KIND_ORDER })) {
      if (finding.kind === 'checked') checked.set(finding.collection, finding.documents);
    }
    expect([checked.get('runs'), checked.get('windows'), checked.get('raw_properties')]).toEqual([3, 12, 20]);
  });
});

describe('the quality of a market', () => {
  it('is read in the order of ids, whatever order the rows were written in', async () => {
    const { runKey } = latestDay();
    await scoreMarket(database.db, { market: MARKET, runKey }, KIND_ORDER, Number.POSITIVE_INFINITY);
    const rows: GatherableRow[] = [];
    for await (const row of readQuality(database.db, MARKET)) rows.push(row);
    const ids = rows.map(({ propertyId }) => propertyId);
    expect(ids).toHaveLength(SIZE.properties);
    expect(ids).toEqual([...ids].sort());
  });

  it('forgets the score of a property that is no more, and judges again what changed', async () => {
    const { runKey } = latestDay();
    const scores = database.db.collection<QualityScoreDocument>('quality_scores');
    const one = await scores.findOne({});
    if (one === null) throw new Error('there are scores');
    await scores.insertOne({ ...one, _id: `${one._id}X`, propertyId: `${one._id}X` });
    await scores.updateOne({ _id: one._id }, { $set: { contentHash: 'other' } });
    await scores.insertOne({ ...one, _id: 'of another market', market: 'tucson' });
    const run = { market: MARKET, runKey };
    // So few at a time that the rounds meet: none is left out or done twice.
    expect(await scoreMarket(database.db, run, KIND_ORDER, Number.POSITIVE_INFINITY, 7)).toEqual({
      judged: 1,
      left: 0,
    });
    expect(await scores.countDocuments({ market: MARKET })).toBe(SIZE.properties);
    expect(await scores.countDocuments({ market: 'tucson' })).toBe(1);
    await scores.updateOne({ _id: one._id }, { $set: { contentHash: 'other' } });
    expect(await scoreMarket(database.db, run, KIND_ORDER, 0, 7)).toEqual({ judged: 0, left: 1 });
  });

  it('is held against the runs before, the newest first, of one day the latest', async () => {
    const { runKey, runDate, endedAt } = latestDay();
    const runs = database.db.collection<QualityRunDocument>('quality_runs');
    const [today] = await runs.find({ _id: runKey }).toArray();
    if (today === undefined) throw new Error('it was judged');
    await runs.insertOne({ ...today, _id: 'later the same day', at: new Date(endedAt.getTime() + 1) });
    await runs.insertOne({ ...today, _id: 'tomorrow', runDate: '2026-03-02' });
    const earlier = await earlierQualityRuns(database.db, { market: MARKET, runDate, runKey }, 3);
    expect(earlier.map(({ _id }) => _id)[0]).toBe('later the same day');
    expect(earlier).toHaveLength(3);
    expect(await earlierQualityRuns(database.db, { market: 'tucson', runDate, runKey }, 3)).toEqual([]);
  });

  it('knows when each window was complete last, and nothing of a market without one', async () => {
    const windows = database.db.collection<WindowDocument>('windows');
    const all = await windows.find({ market: MARKET, state: 'complete' }).toArray();
    const last = await lastWindows(database.db, MARKET);
    expect(last).toHaveLength(6);
    for (const { source, zip, atMs } of last) {
      const own = all.filter((one) => one.source === source && one.zip === zip);
      expect(atMs).toBe(Math.max(...own.map(({ updatedAt }) => updatedAt.getTime())));
    }
    expect(await lastWindows(database.db, 'tucson')).toEqual([]);
  });
});
