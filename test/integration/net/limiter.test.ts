import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { FetchDocument } from '../../../net/audit.js';
import { createLimiter, type HostLimit } from '../../../net/limiter.js';
import { maxInWindow } from '../../../sandbox/request-log.js';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';

const SENDER = fileURLToPath(new URL('../../support/limited-sender.mjs', import.meta.url));
/** Scaled as the design says: the number, never the margin. */
const WINDOW_MS = 6_000;
const WINDOW_LIMIT = 30;
const SPACING_MS = (WINDOW_MS + 300) / WINDOW_LIMIT;

let database: TestDatabase;
let client: MongoClient;
let sandbox: Sandbox;

beforeAll(async () => {
  database = await startTestDatabase();
  client = await new MongoClient(database.url).connect();
  sandbox = await startSandbox({ parcelsPerZip: 30 });
}, 60_000);

afterAll(async () => {
  await sandbox?.stop();
  await client?.close();
  await database?.stop();
});

function startSender(): ChildProcess {
  const { url, token } = sandbox.county;
  const args = [SENDER, database.url, 'limiter_test', url, token, String(WINDOW_LIMIT), String(WINDOW_MS)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

describe('the limiter under three workers, one of them killed', () => {
  it('never lets a window pass its ceiling, and uses at least 95 % of it', async () => {
    const senders = [startSender(), startSender(), startSender()];
    await Promise.all(senders.map((sender) => (sender.stdout ? once(sender.stdout, 'data') : null)));
    await sleep(5_000);
    senders[0]?.kill('SIGKILL');
    await sleep(11_000);
    for (const sender of senders.slice(1)) sender.kill('SIGTERM');
    await Promise.all(senders.slice(1).map((sender) => (sender.exitCode === null ? once(sender, 'exit') : null)));

    const log = sandbox.county.log;
    expect(log.length).toBeGreaterThan(60);
    expect(maxInWindow(log, WINDOW_MS)).toBeLessThanOrEqual(WINDOW_LIMIT);

    const rows = await client
      .db('limiter_test')
      .collection<FetchDocument>('fetches')
      .find()
      .sort({ grantedAt: 1 })
      .toArray();
    expect(rows.length).toBeGreaterThanOrEqual(log.length); // a killed sender's requests are in the audit as well
    const first = rows[0]?.grantedAt.getTime() ?? 0;
    const last = rows.at(-1)?.grantedAt.getTime() ?? 0;
    const utilisation = ((rows.length - 1) * SPACING_MS) / (last - first);
    process.stderr.write(`limiter: ${rows.length} requests, utilisation ${(utilisation * 100).toFixed(1)} %\n`);
    expect(utilisation).toBeGreaterThanOrEqual(0.95);
    expect(utilisation).toBeLessThanOrEqual(1.001);
  }, 60_000);
});

describe('one limiter', () => {
  const limit: HostLimit = { windowLimit: 10, windowMs: 700, inFlight: 2, requestTimeoutMs: 1_000 };
  const never = { signal: new AbortController().signal };
  const limiterOf = () => createLimiter(client.db('limiter_unit'));

  it('gives the slot back to the caller when the host asked for a longer pause than 20 s', async () => {
    const limiter = limiterOf();
    await limiter.defer('slow.example', 60_000);
    await expect(limiter.acquire('slow.example', limit, never)).rejects.toMatchObject({ code: 'RateLimited' });
  });

  it('never shortens a pause', async () => {
    const limiter = limiterOf();
    await limiter.defer('twice.example', 60_000);
    await limiter.defer('twice.example', 10);
    await expect(limiter.acquire('twice.example', limit, never)).rejects.toMatchObject({ code: 'RateLimited' });
  });

  it('opens the circuit after five failures in a row and closes it with a success', async () => {
    const limiter = limiterOf();
    for (let i = 0; i < 4; i += 1) await limiter.reportFailure('down.example');
    const last = await limiter.acquire('down.example', limit, never);
    await limiter.release('down.example', last, false);
    await limiter.reportFailure('down.example');
    await expect(limiter.acquire('down.example', limit, never)).rejects.toMatchObject({ code: 'RateLimited' });
    await limiter.release('down.example', last, true);
    await expect(limiter.acquire('down.example', limit, never)).resolves.toHaveProperty('id');
  });

  it('lets one probe through when the time of an open circuit is over, and refuses the others', async () => {
    const db = client.db('limiter_unit');
    const limiter = createLimiter(db);
    for (let i = 0; i < 5; i += 1) await limiter.reportFailure('probe.example');
    await db.collection<{ _id: string }>('limits').updateOne({ _id: 'probe.example' }, { $set: { openUntilMs: 1 } });
    await expect(limiter.acquire('probe.example', limit, never)).resolves.toHaveProperty('id');
    const second = limiter.acquire('probe.example', limit, { signal: AbortSignal.timeout(1_500) });
    await expect(second).rejects.toBeDefined();
  });

  it.each([
    ['send times', { sent: Array.from({ length: 10 }, (_, at) => Date.now() + 86_400_000 + at * 100) }],
    ['a pause', { notBeforeMs: Date.now() + 86_400_000 }],
    ['an open circuit', { failures: 6, openUntilMs: Date.now() + 86_400_000 }],
    [
      'requests under way',
      { inFlight: [1, 2].map((n) => ({ id: `dead-${n}`, expiresAtMs: Date.now() + 86_400_000 })) },
    ],
  ])('does not wait for a clock that was set back by a day to come there again: %s', async (what, state) => {
    const db = client.db('limiter_unit');
    const host = `clock-${what.replaceAll(' ', '-')}.example`;
    const limits = db.collection<{ _id: string }>('limits');
    await limits.insertOne(Object.assign({ _id: host }, state));
    const limiter = createLimiter(db);
    await limiter.acquire(host, limit, { signal: AbortSignal.timeout(300) }).catch(() => undefined);
    const found = await limits.findOne({ _id: host });
    const kept = JSON.parse(JSON.stringify(found));
    const later = [...(kept.sent ?? []), kept.notBeforeMs ?? 0, kept.openUntilMs ?? 0].map((ms) => ms - Date.now());
    expect(Math.max(...later)).toBeLessThanOrEqual(3_600_000);
    for (const { expiresAtMs } of kept.inFlight) expect(expiresAtMs - Date.now()).toBeLessThan(60_000);
  });

  it('holds the ceiling of requests at one time', async () => {
    const limiter = limiterOf();
    const held = [
      await limiter.acquire('full.example', limit, never),
      await limiter.acquire('full.example', limit, never),
    ];
    await expect(limiter.acquire('full.example', limit, { signal: AbortSignal.timeout(500) })).rejects.toBeDefined();
    for (const grant of held) await limiter.release('full.example', grant, true);
    await expect(limiter.acquire('full.example', limit, never)).resolves.toHaveProperty('id');
  });

  it('gives each of the first requests of a host its decision, and leaves no place taken', async () => {
    const limiter = limiterOf();
    const wide: HostLimit = { windowLimit: 1_000, windowMs: 1_000, inFlight: 100, requestTimeoutMs: 60_000 };
    for (let round = 0; round < 20; round += 1) {
      const host = `first-${round}.example`;
      const grants = await Promise.all(Array.from({ length: 8 }, () => limiter.acquire(host, wide, never)));
      await Promise.all(grants.map((grant) => limiter.release(host, grant, true)));
      const left = await client
        .db('limiter_unit')
        .collection<{ _id: string; inFlight: unknown[]; sent: unknown[] }>('limits')
        .findOne({ _id: host });
      expect(left?.inFlight).toEqual([]);
    }
  });

  it('prepares before each time it asks for a place, and takes none when that fails', async () => {
    const limiter = limiterOf();
    const one: HostLimit = { ...limit, inFlight: 1 };
    const first = await limiter.acquire('ready.example', one, never);
    let prepared = 0;
    const second = limiter.acquire('ready.example', one, {
      ...never,
      async prepare() {
        prepared += 1;
        if (prepared === 3) await limiter.release('ready.example', first, true);
      },
    });
    await limiter.release('ready.example', await second, true);
    expect(prepared).toBe(3);
    const failing = limiter.acquire('ready.example', one, {
      ...never,
      prepare: () => Promise.reject(new Error('no browser')),
    });
    await expect(failing).rejects.toThrow('no browser');
    await expect(limiter.acquire('ready.example', one, never)).resolves.toHaveProperty('id');
  });

  it('gives back the place of a caller that was cancelled while it waited', async () => {
    const limiter = limiterOf();
    const slow: HostLimit = { ...limit, windowLimit: 1, windowMs: 2_000, inFlight: 5 };
    await limiter.release('cancel.example', await limiter.acquire('cancel.example', slow, never), true);
    await expect(limiter.acquire('cancel.example', slow, { signal: AbortSignal.timeout(200) })).rejects.toBeDefined();
    const left = await client
      .db('limiter_unit')
      .collection<{ _id: string; inFlight: unknown[] }>('limits')
      .findOne({ _id: 'cancel.example' });
    expect(left?.inFlight).toEqual([]);
  });
});
