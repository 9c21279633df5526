import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { noteRecovery, type Recovery, readRecoveries } from '../../../store/errors/recoveries.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';

const RECOVERY: Recovery = {
  id: 'first',
  action: 'retry',
  cause: 'NetworkError',
  market: 'phoenix',
  source: 'maricopa-assessor',
  runKey: 'daily/phoenix/2026-03-02/1',
  startedAt: '2026-03-02T10:00:00.000Z',
  detectedAt: '2026-03-02T10:00:01.000Z',
  endedAt: '2026-03-02T10:00:10.000Z',
  outcome: 'recovered',
  tries: 1,
};
const DAY = { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' };

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'recoveries');
  await initDatabase(database.db);
}, 60_000);
afterAll(async () => {
  await database?.close();
  await server?.stop();
});

it('says that there were none', async () => {
  expect(await readRecoveries(database.db, DAY)).toMatchObject({
    recovered: 0,
    failed: 0,
    rate: null,
    detect: { meanMs: null, maxMs: null },
  });
});

it('counts each recovery once, with its rate and times', async () => {
  const { db } = database;
  expect(await noteRecovery(db, RECOVERY)).toBe(true);
  expect(await noteRecovery(db, { ...RECOVERY, outcome: 'failed' })).toBe(false);
  await noteRecovery(db, { ...RECOVERY, id: 'second', action: 'rotated-proxy', endedAt: '2026-03-02T10:00:30.000Z' });
  await noteRecovery(db, { ...RECOVERY, id: 'third', outcome: 'failed', endedAt: '2026-03-02T11:00:00.000Z' });
  await noteRecovery(db, { ...RECOVERY, id: 'later', endedAt: '2026-03-03T00:00:00.000Z' });
  await noteRecovery(db, { ...RECOVERY, id: 'other', market: 'tucson', source: null });
  expect(await readRecoveries(db, { ...DAY, market: 'phoenix', source: 'maricopa-assessor' })).toEqual({
    recovered: 2,
    failed: 1,
    rate: 2 / 3,
    detect: { meanMs: 1_000, maxMs: 1_000 },
    recover: { meanMs: 20_000, maxMs: 30_000 },
    actions: [
      { action: 'retry', recovered: 1, failed: 1 },
      { action: 'rotated-proxy', recovered: 1, failed: 0 },
    ],
    causes: [{ cause: 'NetworkError', recovered: 2, failed: 1 }],
  });
  expect(await readRecoveries(db, DAY)).toMatchObject({ recovered: 3, failed: 1, rate: 0.75 });
});

it('counts one that two workers end at the same time once', async () => {
  const raced = await Promise.all(
    Array.from({ length: 8 }, () => noteRecovery(database.db, { ...RECOVERY, id: 'raced' })),
  );
  expect(raced.filter((first) => first)).toHaveLength(1);
});
