import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { MongoClient } from 'mongodb';
import { SEARCH_ATTRIBUTES } from '../../../stack/temporal-ready.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { startTestTemporal, TEST_NAMESPACE, type TestTemporal } from '../../support/temporal.js';

/** Acknowledged writes after which the server is killed. */
const KILLED_AFTER = 30;

describe('the test database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startTestDatabase();
  }, 120_000);
  afterAll(() => database.stop());

  it('keeps every acknowledged write over kill -9, transactions included', async () => {
    const acknowledged = await writeUntil(database, () => database.kill());
    await database.restart();
    const client = await MongoClient.connect(database.url);
    const kept = await client.db('proof').collection('writes').countDocuments();
    const pairs = await client.db('proof').collection('pairs').countDocuments();
    await client.close();
    expect(acknowledged).toBeGreaterThanOrEqual(KILLED_AFTER);
    expect(kept).toBeGreaterThanOrEqual(acknowledged);
    expect(pairs).toBe(kept);
  }, 60_000);

  it('undoes a transaction that fails', async () => {
    const client = await MongoClient.connect(database.url);
    const rows = client.db('proof').collection<{ _id: string }>('undone');
    const failing = client.withSession((session) =>
      session.withTransaction(async () => {
        await rows.insertOne({ _id: 'first' }, { session });
        throw new Error('second step fails');
      }),
    );
    await expect(failing).rejects.toThrow('second step fails');
    expect(await rows.countDocuments()).toBe(0);
    await client.close();
  });
});

/** Writes pairs in transactions, one after the other, until the server is killed. @returns how many were acknowledged */
async function writeUntil(database: TestDatabase, kill: () => Promise<void>): Promise<number> {
  const client = await MongoClient.connect(database.url, { serverSelectionTimeoutMS: 500 });
  const proof = client.db('proof');
  let killed = Promise.resolve();
  let acknowledged = 0;
  try {
    for (;;) {
      await client.withSession((session) =>
        session.withTransaction(
          async () => {
            await proof.collection('writes').insertOne({ at: acknowledged }, { session });
            await proof.collection('pairs').insertOne({ at: acknowledged }, { session });
          },
          { timeoutMS: 2_000 },
        ),
      );
      acknowledged += 1;
      if (acknowledged === KILLED_AFTER) killed = kill(); // while the next ones are under way
    }
  } catch {
    await killed;
    return acknowledged;
  } finally {
    await client.close();
  }
}

describe('the test Temporal server', () => {
  let temporal: TestTemporal;
  beforeAll(async () => {
    temporal = await startTestTemporal();
  }, 120_000);
  afterAll(() => temporal.stop());

  it('has our namespace with 30 days of history and our search attributes, also after kill -9', async () => {
    await temporal.kill();
    await temporal.restart();
    const connection = await Connection.connect({ address: temporal.address });
    const { config } = await connection.workflowService.describeNamespace({ namespace: TEST_NAMESPACE });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: TEST_NAMESPACE });
    await connection.close();
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3_600);
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
  }, 60_000);
});
