import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../../client/cli.js';
import type { Failure } from '../../../core/schemas/failures.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { countWaits, endOverdue, endTrouble, fingerprintOf, recordFailures } from '../../../store/errors/errors.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { keepingIo } from '../../support/phx.js';

const DAY_MS = 86_400_000;
const YESTERDAY_MS = Date.now() - DAY_MS;
const SHAPE = {
  ...{ kind: 'error' as const, code: 'NetworkError', activity: 'collectPage', source: 'maricopa-assessor' },
  ...{ host: 'county.example', pattern: 'county.example: time-out (response)' },
};
const OTHER = { ...SHAPE, code: 'TypeError', source: null, host: null, pattern: 'x is undefined' };
const BY = ['--by', 'A. Operator'] as const;

let folder: string;
let file: string;
let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-errors-'));
  file = join(folder, 'settings');
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'phoenix_demo');
  await initDatabase(database.db);
  await writeFile(file, `MONGODB_URL=${server.url}\nPHOENIX_DATA=${folder}\n`);
}, 60_000);
afterAll(async () => {
  await database?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function phx(...args: readonly string[]) {
  const io = keepingIo();
  const code = await runCli(['--config', file, ...args], io, AbortSignal.timeout(30_000));
  return { code, ...io.written };
}
const json = async (...args: readonly string[]) => JSON.parse((await phx('--json', ...args)).stdout);

function failure(id: string, atMs: number, shape: typeof SHAPE | typeof OTHER = SHAPE): Failure {
  return {
    ...shape,
    ...{
      id,
      trouble: id,
      attempt: 1,
      message: shape.pattern,
      beganAtMs: atMs - 1_000,
      failedAtMs: atMs,
      lostMs: 60_000,
    },
    ...{ workflowId: 'w', runKey: `run of ${id}`, market: 'phoenix', zip: '85031', deadlineAtMs: atMs + DAY_MS * 2 },
  };
}

it('says that nothing failed', async () => {
  expect((await phx('errors', 'list')).stdout).toContain('nothing failed since');
  expect((await phx('errors', 'top')).stdout).toContain('nothing had to be put right');
});

describe('kinds of failure', () => {
  beforeAll(async () => {
    const { db } = database;
    await recordFailures(
      db,
      ['a', 'b', 'c'].map((id) => failure(id, YESTERDAY_MS)),
    );
    await recordFailures(db, [failure('c', YESTERDAY_MS), failure('old', YESTERDAY_MS - 30 * DAY_MS)]);
    await recordFailures(db, [failure('bug', YESTERDAY_MS, OTHER)]);
    await countWaits(db, [{ ...SHAPE, kind: 'wait', code: 'RateLimited', atMs: YESTERDAY_MS, lostMs: 5, times: 7 }]);
    await endTrouble(db, { trouble: 'a', outcome: 'recovered', action: null, atMs: YESTERDAY_MS + 9_000 });
    await endTrouble(db, { trouble: 'bug', outcome: 'failed', action: null, atMs: YESTERDAY_MS });
  });

  it('are counted once each, with their share, runs and minutes; waiting stands apart', async () => {
    const { errors, waits, recoveries } = await json('errors', 'top');
    expect(errors).toMatchObject([
      { code: 'NetworkError', count: 3, share: 0.75, runs: 3, minutesLost: 3, nextStep: 'phx doctor', fix: null },
      { code: 'TypeError', count: 1, share: 0.25, likelyCause: expect.stringContaining('nobody foresaw') },
    ]);
    expect(waits).toMatchObject([{ code: 'RateLimited', count: 7, share: 1 }]);
    expect(recoveries).toMatchObject({ recovered: 1, failed: 1, rate: 0.5, recover: { maxMs: 10_000 } });
    const { stdout } = await phx('errors', 'top');
    expect(stdout).toContain('put right without a person: 1 of 2');
    expect(stdout).toContain('likely: the service or the line to it was away');
  });

  it('are those of the time and source that is asked for', async () => {
    const since = new Date(YESTERDAY_MS - 40 * DAY_MS).toISOString().slice(0, 10);
    const { errors } = await json('errors', 'list', '--since', since, '--source', 'maricopa-a');
    expect(errors.map(({ code, count }: { code: string; count: number }) => [code, count]).sort()).toEqual([
      ['NetworkError', 4],
      ['RateLimited', 7],
    ]);
    expect((await phx('errors', 'list', '--source', 'nobody')).code).toBe(2);
  });

  it('are shown by day with their latest times, by the beginning of a fingerprint', async () => {
    const fingerprint = fingerprintOf(SHAPE);
    const shown = await json('errors', 'show', fingerprint.slice(0, 8));
    expect(shown).toMatchObject({ fingerprint, code: 'NetworkError', latest: expect.any(Array), fix: null });
    expect(shown.latest).toHaveLength(4);
    expect(Object.keys(shown.days)).toHaveLength(2);
    expect((await phx('errors', 'show', fingerprint)).stdout).toContain('likely:');
    expect((await phx('errors', 'show', 'ffffffffffff')).code).toBe(5);
  });

  it('that come back after somebody put them right are told, with counts before and after', async () => {
    const fingerprint = fingerprintOf(SHAPE);
    expect((await phx('errors', 'fixed', fingerprint, ...BY)).code).toBe(2);
    expect((await phx('errors', 'fixed', fingerprint, '--release', '0.2.0', ...BY)).code).toBe(0);
    const before = await json('errors', 'show', fingerprint);
    expect(before.fix).toMatchObject({ version: '0.2.0', by: 'A. Operator', before: 4, after: 0 });
    await recordFailures(database.db, [failure('again', Date.now() + 1_000)]);
    expect((await json('errors', 'show', fingerprint)).fix).toMatchObject({ before: 4, after: 1 });
    expect((await phx('errors', 'top')).stdout).toContain('CAME BACK AFTER THE FIX: 1 times since, 4 before');
  });

  it('whose step nobody works on any more count as given up', async () => {
    await endOverdue(database.db, YESTERDAY_MS + DAY_MS * 4);
    const states = await database.db.collection('error_events').distinct('state');
    expect(states.sort()).toEqual(['failed', 'recovered']);
  });
});
