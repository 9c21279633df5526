import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../../client/cli.js';
import { lookAtQueries } from '../../../reports/optimize/queries.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { noteBatch } from '../../../store/llm.js';
import { batchStart } from '../../../store/tuning.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { keepingIo } from '../../support/phx.js';

let server: TestDatabase;
let database: Database;
let folder: string;

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'phoenix_demo');
  await initDatabase(database.db);
  folder = await mkdtemp(join(tmpdir(), 'phoenix-optimize-'));
  await writeFile(join(folder, 'settings'), `MONGODB_URL=${server.url}\nPHOENIX_DATA=${folder}\nPHOENIX_MODE=demo\n`);
}, 120_000);
afterAll(async () => {
  await database.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** A command against the database of this suite. */
async function run(...args: readonly string[]) {
  const io = keepingIo();
  const code = await runCli(
    ['--config', join(folder, 'settings'), ...args, '--json'],
    io,
    new AbortController().signal,
  );
  const { stdout, stderr } = io.written;
  return { code, document: stdout === '' ? null : JSON.parse(stdout), stderr };
}

async function keepBatches(runs: number, day: string, batch: number, size: number, lanes: number, ms: number) {
  for (let at = 0; at < runs; at += 1)
    await noteBatch(database.db, {
      ...{ runKey: `daily/phoenix/${day}-${at}`, batch, size, lanes, why: 'test', claimed: size, asked: size },
      ...{ described: size, timeouts: 0, refused: 0, milliseconds: ms * size, trouble: null },
    });
}

describe('phx optimize batch', () => {
  it('proposes, applies for the runs to come, and says whether it held', async () => {
    await keepBatches(6, 'before', 1, 10, 1, 5_000);
    await keepBatches(6, 'before', 8, 20, 2, 3_000);
    const applied = await run('optimize', 'batch', '--apply', '--by', 'A. Operator', '--note', 'six nights agree');
    expect(applied.document).toMatchObject({
      proposals: [{ id: 'batch-20-2' }],
      applied: ['batch-20-2'],
      measured: { size: 20, lanes: 2, msPerProperty: 5_000, by: 'A. Operator', held: null },
    });
    expect(await batchStart(database.db)).toMatchObject({ size: 20, lanes: 2 });
    await keepBatches(5, 'after', 1, 20, 2, 3_100);
    const again = await run('optimize', 'batch');
    expect(again.document.measured).toMatchObject({ sinceMs: 3_100, batches: 5, held: true });
    await run('optimize', 'batch', '--reset', '--by', 'A. Operator', '--note', 'the model changed');
    expect(await batchStart(database.db)).toEqual({ size: 10, lanes: 1 });
  }, 60_000);

  it('wants to know who and why', async () => {
    expect((await run('optimize', 'batch', '--apply')).code).toBe(2);
  });
});

describe('phx optimize db', () => {
  it('finds an index for every declared query, and one that is missing', async () => {
    const { db } = database;
    await db.collection('fetches').insertMany(
      Array.from({ length: 1_200 }, (_, n) => ({
        ...{ source: 'maricopa-assessor', host: 'h', endpoint: 'e', url: 'u', runKey: `r${n}` },
        grantedAt: new Date(n),
      })),
    );
    const before = await lookAtQueries(db, 'phoenix');
    expect(before.notes.filter((note) => note.includes('no index'))).toEqual([]);
    expect(before.proposals).toEqual([]);
    expect(before.notes.at(-1)).toMatch(/does not count it|too early to tell/);
    await db.collection('fetches').dropIndex('grantedAt');
    const after = await lookAtQueries(db, 'phoenix');
    expect(after.proposals.map(({ id }) => id)).toContain('query-fetches-requests-of-the-last-hour');
    await initDatabase(db);
  }, 60_000);
});

describe('phx optimize network, resources, and phx capacity', () => {
  it('say what they looked at, and exit with 0 also where there is nothing', async () => {
    for (const area of ['network', 'resources']) {
      const { code, document } = await run('optimize', area);
      expect([area, code, document.notes.length > 0]).toEqual([area, 0, true]);
    }
    const { code, document } = await run('capacity', '--markets', '2', '--zips', '3');
    expect(code).toBe(0);
    expect(document.rows.map(({ unit }: { unit: string }) => unit)).toEqual(expect.arrayContaining(['bytes', 'usd']));
    expect(document.first.arithmetic.length).toBeGreaterThan(20);
  }, 60_000);
});

describe('phx baseline', () => {
  it('says that there is nothing yet, and updates without a run', async () => {
    expect((await run('baseline', 'current')).stderr).toContain('NotFound');
    expect((await run('baseline', 'update')).document).toMatchObject({ runs: 0, known: 0, tooFew: 12 });
    expect((await run('baseline', 'trend')).document.rows).toHaveLength(12);
    expect((await run('baseline', 'weekly')).document.composites).toHaveLength(3);
    expect((await run('baseline', 'daily', '--day', 'soon')).code).toBe(2);
  }, 60_000);
});
