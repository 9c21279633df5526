import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import type { QueueDocument } from '../../store/documents.js';
import { claimForModel, markComposed, releaseClaims } from '../../store/queue.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

let server: TestDatabase;
let database: Database;
const queue = () => database.db.collection<QueueDocument>('processing_queue');

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'phoenix_demo');
  await initDatabase(database.db);
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

const row = (id: string): QueueDocument => ({
  _id: id,
  market: 'm',
  zip: '85031',
  contentHash: `hash ${id}`,
  composedHash: null,
  state: 'pending',
  priority: 2,
  claimedBy: null,
  attempts: 0,
  errors: [],
  updatedAt: new Date(),
});

it('statements over many rows of the queue wait for a page that is being kept, and the page goes on meanwhile', async () => {
  await queue().insertMany(['a', 'b', 'c'].map(row));
  let others: Promise<unknown> = Promise.resolve();
  await database.client.withSession((session) =>
    session.withTransaction(async () => {
      await queue().updateOne({ _id: 'a' }, { $set: { priority: 1 } }, { session });
      others = markComposed(
        database.db,
        ['a', 'b'].map((id) => ({ propertyId: id, contentHash: `hash ${id}` })),
      );
      // They meet the row that is held: how long they have tried does not matter, only that the next write goes through.
      await sleep(200);
      await queue().updateOne({ _id: 'c' }, { $set: { priority: 1 } }, { session });
    }),
  );
  await others;
  const rows = await queue().find().sort({ _id: 1 }).toArray();
  expect(rows.map(({ priority, composedHash }) => [priority, composedHash])).toEqual([
    [1, 'hash a'],
    [2, 'hash b'],
    [1, null],
  ]);
  expect(await claimForModel(database.db, 'm', 'run batch 1;', 5)).toHaveLength(2);
  expect(await releaseClaims(database.db, 'run')).toBe(2);
}, 60_000);
