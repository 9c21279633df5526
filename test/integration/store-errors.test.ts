import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoServerError } from 'mongodb';
import { asStoreError, type Database, isDuplicateKey, openDatabase } from '../../store/database.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

describe('what a database says of itself', () => {
  let server: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'store_errors');
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
  }, 60_000);

  const failing = (work: Promise<unknown>) => work.then(() => null).catch((problem: unknown) => problem);

  it('is passing where a cursor is not known any more', async () => {
    const lost = database.db.command({ getMore: 4_711n, collection: 'none' });
    const problem = await failing(lost);
    expect(problem).toBeInstanceOf(MongoServerError);
    expect(asStoreError(problem)).toMatchObject({ code: 'StoreUnavailable', retry: 'retry' });
  });

  it('stays itself where what was asked is wrong', async () => {
    const rows = database.db.collection<{ _id: string }>('rows');
    await rows.insertOne({ _id: 'one' });
    const twice = await failing(rows.insertOne({ _id: 'one' }));
    expect([asStoreError(twice), isDuplicateKey(twice)]).toEqual([null, true]);
    expect(asStoreError(await failing(database.db.command({ noSuchCommand: 1 })))).toBeNull();
    expect(asStoreError(new Error('of another kind'))).toBeNull();
  });
});
