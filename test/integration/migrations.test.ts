import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Binary, type Document } from 'mongodb';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { decide } from '../../store/decisions.js';
import { takeLease } from '../../store/leases.js';
import { MIGRATIONS } from '../../store/migrations/index.js';
import type { Migration } from '../../store/migrations/migration.js';
import { migrateUp, rehearseUp, undoLast } from '../../store/migrations/runner.js';
import { assertMigrated, migrationStatus } from '../../store/migrations/state.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';
import { phx, startPhx } from '../support/phx.js';

const ANSWERS = 600;
const DATABASE = 'phoenix_demo';

let server: TestDatabase;
let database: Database;
const rows = (name: string) => database.db.collection<Document & { _id: string }>(name);
const content = async (name: string) => JSON.stringify(await rows(name).find().sort({ _id: 1 }).toArray());
const quiet = { signal: new AbortController().signal, onBatch: () => undefined };
const env = () => ({ PHOENIX_MODE: 'demo', PHOENIX_DATA: '/nonexistent', MONGODB_URL: server.url });

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, DATABASE);
  await initDatabase(database.db);
}, 60_000);
afterAll(async () => {
  await database?.close();
  await server?.stop();
}, 60_000);

const idOf = (at: number) => `answer-${String(at).padStart(4, '0')}`;

/** A database as 0.1.0 left it: answers that do not say which parcel they are about; every third is a page of many. */
beforeEach(async () => {
  for (const name of ['raw_payloads', 'record_versions', 'migrations', 'migration_undo', 'leases'])
    await rows(name).deleteMany({});
  const numbers = Array.from({ length: ANSWERS }, (_, at) => at);
  await rows('raw_payloads').insertMany(
    numbers.map((at) => ({
      _id: idOf(at),
      ...{ source: 'maricopa-assessor', kind: at % 3 === 0 ? 'search-page' : 'valuations', type: 'json' },
      ...{ body: new Binary(Buffer.from([at % 256])), bodyBytes: 1, firstFetchId: `fetch-${at}` },
      firstFetchedAt: new Date(at),
    })),
  );
  await rows('record_versions').insertMany(
    numbers.map((at) => ({
      _id: `maricopa-assessor:p${at}@1`,
      ...{ recordId: `maricopa-assessor:p${at}`, key: `p${at}`, version: 1, contentHash: '', runKey: 'r' },
      ...{ validFrom: new Date(at), knownFrom: new Date(at) },
      kinds: { valuations: { rawRef: idOf(at), fetchId: `fetch-${at}` } },
    })),
  );
}, 60_000);

async function expectApplied(): Promise<void> {
  const answers = await rows('raw_payloads').find().sort({ _id: 1 }).toArray();
  expect(answers.map(({ firstKey }) => firstKey)).toEqual(answers.map((_, at) => (at % 3 === 0 ? null : `p${at}`)));
  expect(await migrationStatus(database.db)).toMatchObject([{ id: '0001-first-key', state: 'applied' }]);
  await assertMigrated(database.db);
}

describe('migrations', () => {
  it('are all noted in a database without work for them, and demanded of an old one, by the command that applies them', async () => {
    await expect(assertMigrated(database.db)).rejects.toMatchObject({
      code: 'BadConfig',
      faults: [expect.stringContaining('phx db migrate up')],
    });
    await initDatabase(database.db);
    await expect(assertMigrated(database.db)).rejects.toMatchObject({ code: 'BadConfig' });
    const fresh = database.client.db('fresh');
    await Promise.all([initDatabase(fresh), initDatabase(fresh)]);
    await assertMigrated(fresh);
    expect(await undoLast(fresh, quiet)).toEqual({ status: 'nothing' });
    await fresh.dropDatabase();
    await decide(fresh, { kind: 'proxies', subject: 'phoenix-mls', granted: true, reference: 'test', by: 'test' });
    await initDatabase(fresh);
    await assertMigrated(fresh);
    await fresh.dropDatabase();
  });

  it('of a newer version, or edited ones, are refused', async () => {
    await migrateUp(database.db, quiet);
    await expect(assertMigrated(database.db, [])).rejects.toMatchObject({
      faults: [expect.stringContaining('newer version')],
    });
    const edited = MIGRATIONS.map((one) => ({ ...one, checksum: 'another' }));
    await expect(assertMigrated(database.db, edited)).rejects.toMatchObject({
      faults: [expect.stringContaining('another form')],
    });
  });

  it('write nothing when they are tried, and are undone to the former content', async () => {
    const before = await content('raw_payloads');
    const tried = await phx(['db', 'migrate', 'up', '--dry-run', '--json'], env());
    expect(JSON.parse(tried.stdout)).toMatchObject({ migrations: [{ id: '0001-first-key', documents: ANSWERS }] });
    expect(await content('raw_payloads')).toBe(before);
    expect(await rows('migrations').countDocuments()).toBe(0);
    expect((await phx(['db', 'migrate', 'status'], env())).code).toBe(3);

    await migrateUp(database.db, quiet);
    await expectApplied();
    expect(await rehearseUp(database.db)).toEqual([]);
    expect(await migrateUp(database.db, quiet)).toEqual([]);
    const changed = { firstKey: 'changed since' };
    await rows('raw_payloads').updateOne({ _id: idOf(1) }, { $set: changed });
    expect(await undoLast(database.db, quiet)).toEqual({
      ...{ status: 'done', id: '0001-first-key', documents: ANSWERS - 1, kept: 1 },
    });
    expect(await rows('raw_payloads').findOne({ _id: idOf(1) })).toMatchObject(changed);
    await rows('raw_payloads').updateOne({ _id: idOf(1) }, { $unset: { firstKey: '' } });
    expect(await content('raw_payloads')).toBe(before);
    await expect(assertMigrated(database.db)).rejects.toMatchObject({ code: 'BadConfig' });
  }, 60_000);

  it('go on where a killed one stopped, after its lease is over', async () => {
    const first = startPhx(['db', 'migrate', 'up'], env());
    while ((await rows('migration_undo').countDocuments()) === 0) await new Promise((wake) => setTimeout(wake, 5));
    first.child.kill('SIGKILL');
    await first.ended;
    const done = await rows('migration_undo').countDocuments();
    expect(done).toBeLessThan(ANSWERS);
    expect(await migrationStatus(database.db)).toMatchObject([{ state: 'begun' }]);
    await expect(assertMigrated(database.db)).rejects.toMatchObject({
      faults: [expect.stringContaining('broken off')],
    });
    expect(await migrateUp(database.db, quiet)).toEqual([{ id: '0001-first-key', documents: ANSWERS - done }]);
    await expectApplied();
    expect(await undoLast(database.db, quiet)).toMatchObject({ documents: ANSWERS, kept: 0 });
  }, 60_000);

  it('are applied once by two at one time', async () => {
    const both = await Promise.all([migrateUp(database.db, quiet), migrateUp(database.db, quiet)]);
    expect(both.flat().map((one) => one?.documents)).toEqual([ANSWERS]);
    await expectApplied();
  }, 60_000);

  it('leave nothing of a batch whose holder lost its lease', async () => {
    const [real] = MIGRATIONS;
    if (real === undefined) throw new Error('there is no migration');
    const robbed: Migration = {
      ...real,
      async *changes(db) {
        for await (const batch of real.changes(db)) {
          yield batch;
          await rows('leases').updateOne({ _id: 'migrations' }, { $set: { holder: 'another' } });
        }
      },
    };
    await expect(migrateUp(database.db, quiet, [robbed])).rejects.toThrow('is another');
    expect(await rows('raw_payloads').countDocuments({ firstKey: { $exists: true } })).toBe(200);
    await rows('leases').deleteMany({});
    await migrateUp(database.db, quiet);
    await expectApplied();
  }, 60_000);
});

describe('a lease', () => {
  it('is one holder’s until it is given back', async () => {
    const [one, other] = await Promise.all([takeLease(database.db, 'x'), takeLease(database.db, 'x')]);
    expect([one, other].filter((lease) => lease !== null)).toHaveLength(1);
    await (one ?? other)?.release();
    const next = await takeLease(database.db, 'x');
    expect(next).not.toBeNull();
    await next?.release();
  });
});
