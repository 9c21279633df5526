import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fillDatabase } from '../../bench/fill/index.js';
import { daysUpTo, MARKET } from '../../bench/fill/plan.js';
import { loadConfig } from '../../core/config.js';
import type { GatherableRow } from '../../domain/quality/row.js';
import { createOfflineSources, kindOrders } from '../../sources/offline.js';
import { type Database, openDatabase } from '../../store/database.js';
import type { WindowDocument } from '../../store/documents.js';
import {
  earlierQualityRuns,
  lastWindows,
  type QualityRunDocument,
  type QualityScoreDocument,
  readQuality,
  scoreMarket,
} from '../../store/quality.js';
import { verifyDatabase } from '../../store/verify/verify.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const SIZE = { properties: 60, days: 5 };
const NOW_MS = Date.parse('2026-03-01T15:00:00Z');
const KIND_ORDER = kindOrders(createOfflineSources(loadConfig({ env: {} })));

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
