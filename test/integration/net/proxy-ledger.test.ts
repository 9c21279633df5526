import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { createProxyLedger, HEALTHY_SCORE, type ProxyDocument, type ProxyPick } from '../../../store/proxies.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';

let server: TestDatabase;
let database: Database;
beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'proxy_ledger');
  await initDatabase(database.db);
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

const IDS = ['webshare:a', 'webshare:b', 'webshare:c', 'webshare:d'];
const rows = (ids: readonly string[] = IDS) =>
  ids.map((id, rank) => ({ id, address: '198.18.0.1', port: 8_000 + rank, country: 'US', rank }));
const stored = () => database.db.collection<ProxyDocument>('proxies');
const ledger = () => createProxyLedger(database.db);

async function picked(poolSize = IDS.length): Promise<ProxyPick> {
  const pick = await ledger().pick(IDS, poolSize);
  if (pick === null) throw new Error('none is free');
  return pick;
}
async function row(id: string) {
  const all = await ledger().all();
  const found = all.find(({ _id }) => _id === id);
  if (found === undefined) throw new Error(`${id} is not there`);
  return found;
}
const wakeUp = (id: string) => stored().updateOne({ _id: id }, { $set: { notBeforeMs: 0 } });

describe('the ledger of proxies', () => {
  beforeEach(async () => {
    await stored().deleteMany({});
    await ledger().list(rows());
  });

  it('takes one after the other', async () => {
    const taken = [];
    for (let n = 0; n < 8; n += 1) taken.push((await picked()).id);
    expect(new Set(taken.slice(0, 4)).size).toBe(4);
    expect(taken.slice(4)).toEqual(taken.slice(0, 4));
  });

  it('shares them evenly among workers that ask at one time', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, () => picked()));
    for (const id of IDS) expect(taken.filter((pick) => pick.id === id)).toHaveLength(5);
  });

  it('takes the first of the list, and of the others only when one of those rests', async () => {
    const taken = await Promise.all(Array.from({ length: 6 }, () => picked(2)));
    expect([...new Set(taken.map(({ id }) => id))].sort()).toEqual(['webshare:a', 'webshare:b']);
    await ledger().rest('webshare:a', 60_000);
    const later = await Promise.all(Array.from({ length: 6 }, () => picked(2)));
    expect([...new Set(later.map(({ id }) => id))].sort()).toEqual(['webshare:b', 'webshare:c']);
  });

  it('takes none of which a worker knows no credentials', async () => {
    expect((await ledger().pick(['webshare:c', 'webshare:x'], 10))?.id).toBe('webshare:c');
    expect(await ledger().pick(['webshare:x'], 10)).toBeNull();
  });

  it('lets one rest longer after each failure, an hour at most', async () => {
    const rests: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      await wakeUp('webshare:a');
      const pick = await ledger().pickAgain('webshare:a');
      if (pick === null) throw new Error('it rests');
      expect(await ledger().failed(pick, 'unreachable', true)).toBe(true);
      const { notBeforeMs } = await row('webshare:a');
      rests.push(Math.round((notBeforeMs - pick.pickedAtMs) / 30_000));
    }
    expect(rests).toEqual([1, 4, 16, 64, 120, 120]);
    expect(await row('webshare:a')).toMatchObject({ failures: 6, inARow: 6, lastFault: 'unreachable' });
    expect(await ledger().pickAgain('webshare:a')).toBeNull();
  });

  it('counts what many workers saw of one death once', async () => {
    const picks = await Promise.all(Array.from({ length: 5 }, () => ledger().pickAgain('webshare:a')));
    await Promise.all(picks.map((pick) => pick && ledger().failed(pick, 'unreachable', true)));
    expect(await row('webshare:a')).toMatchObject({ failures: 5, inARow: 1 });
  });

  it('lets one rest for a doubtful fault only when it comes three times in a row', async () => {
    const rested: boolean[] = [];
    for (const outcome of ['cut', 'cut', 'fine', 'cut', 'cut', 'cut']) {
      const pick = (await ledger().pickAgain('webshare:a')) ?? (await picked());
      if (outcome === 'fine') await ledger().worked(pick, 100);
      else rested.push(await ledger().failed(pick, outcome, false));
    }
    expect(rested).toEqual([false, false, false, false, true]);
  });

  it('prefers the healthy, and takes a sick one when there is no other', async () => {
    for (let n = 0; n < 2; n += 1) {
      const pick = await ledger().pickAgain('webshare:a');
      if (pick !== null) await ledger().failed(pick, 'gateway', false);
    }
    expect((await row('webshare:a')).score).toBeCloseTo(49);
    const taken = await Promise.all(Array.from({ length: 6 }, () => picked()));
    expect(taken.map(({ id }) => id)).not.toContain('webshare:a');
    expect((await ledger().pick(['webshare:a'], 10))?.id).toBe('webshare:a');
  });

  it('keeps a running mean of the time to connect, and the share of successes', async () => {
    const pick = await picked();
    await ledger().worked(pick, 100);
    await ledger().worked(pick, 200);
    await ledger().worked(pick, null);
    expect(await row(pick.id)).toMatchObject({ successes: 3, failures: 0, connectMs: 130, score: 100 });
  });

  it('keeps figures over a new list, and forgets whom it names no longer', async () => {
    const pick = await picked();
    await ledger().failed(pick, 'refused', true);
    await ledger().list(rows(IDS.filter((id) => id !== 'webshare:d')));
    expect(await row(pick.id)).toMatchObject({ listed: true, failures: 1 });
    expect(await ledger().pickAgain('webshare:d')).toBeNull();
    expect(await row('webshare:d')).toMatchObject({ listed: false });
  });

  it('says when the first is awake again', async () => {
    expect(await ledger().soonestMs(IDS)).toBe(0);
    for (const [at, id] of IDS.entries()) await ledger().rest(id, 100_000 * (at + 1));
    const soonest = (await ledger().soonestMs(IDS)) ?? 0;
    expect(soonest).toBeGreaterThan(0);
    expect(soonest).toBeLessThanOrEqual(100_000);
    await ledger().wake('webshare:c');
    expect(await ledger().soonestMs(IDS)).toBe(0);
    expect(await ledger().soonestMs(['webshare:x'])).toBeNull();
  });

  it('has a proxy healthy again once it was seen to work, however often it failed before', async () => {
    for (let times = 0; times < 5; times += 1) {
      await ledger().failed({ id: 'webshare:a', pickedAtMs: Number.MAX_SAFE_INTEGER }, 'refused', true);
    }
    expect((await row('webshare:a')).score).toBeLessThan(HEALTHY_SCORE);
    await ledger().wake('webshare:a');
    expect(await row('webshare:a')).toMatchObject({ score: HEALTHY_SCORE, inARow: 0, notBeforeMs: 0 });
  });
});
