import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runDateOf } from '../../../core/dates.js';
import { maxInWindow } from '../../../sandbox/request-log.js';
import { type DecisionDocument, decide, permissionHeld } from '../../../store/decisions.js';
import type { WindowDocument } from '../../../store/documents.js';
import { phx } from '../../support/phx.js';
import { contentOf, startTestWorld, type TestWorld } from '../../support/world.js';

const COUNTY = 'maricopa-assessor';
const ZIPS = ['85031', '85033', '85035'];
/** 50 requests a second. */
const FAST = { MARICOPA_WINDOW_LIMIT: '300', MARICOPA_WINDOW_MS: '6000', MARICOPA_REQUEST_BUDGET: '12' };
const SLOW_MS = 6_000;

let world: TestWorld;
let settings: Readonly<Record<string, string>>;

const cli = (...args: string[]) => phx(args, settings);

async function json(...args: string[]) {
  const { code, stdout, stderr } = await cli(...args, '--json');
  if (stdout === '') throw new Error(stderr);
  return { code, document: JSON.parse(stdout) };
}

const listed = async (source: string) =>
  (await json('sources', 'list')).document.find((row: { source: string }) => row.source === source);
const today = () => runDateOf(Date.now(), 'America/Phoenix');
const dayBefore = (days: number) => runDateOf(Date.now() - days * 86_400_000, 'America/Phoenix');

beforeAll(async () => {
  world = await startTestWorld({ parcelsPerZip: 30, variables: FAST });
  settings = {
    ...world.sandbox.variables,
    ...FAST,
    PHOENIX_MODE: 'demo',
    PHOENIX_DATA: world.dataFolder,
    MONGODB_URL: world.database.url,
    TEMPORAL_ADDRESS: world.temporal.address,
  };
  await world.startWorker();
}, 120_000);
beforeEach(() => {
  world.sandbox.faults.clear();
  world.sandbox.log.clear();
});
afterAll(() => world?.stop(), 60_000);

describe('phx sources', () => {
  it('lists every source with its limit, and none that was asked', async () => {
    const { code, document } = await json('sources', 'list');
    expect(code).toBe(0);
    expect(document).toContainEqual(
      expect.objectContaining({
        source: COUNTY,
        state: 'ready',
        limit: { requests: 300, windowMs: 6_000, inFlight: 4 },
        pace: null,
        permission: expect.objectContaining({ state: 'not needed' }),
        lastAskedAt: null,
      }),
    );
  });

  it('probes through the worker, with a row in the record of requests', async () => {
    expect(await json('sources', 'probe', COUNTY)).toMatchObject({ code: 0, document: { state: 'ok' } });
    const rows = await world.db.collection('fetches').find({ source: COUNTY }).toArray();
    expect(rows.map(({ endpoint }) => endpoint).sort()).toEqual(['robots', 'search-property']);
    expect(world.sandbox.county.log.length).toBe(rows.length);
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'refused-token' } });
    expect(await json('sources', 'probe', COUNTY)).toMatchObject({ code: 3, document: { state: 'auth' } });
  }, 60_000);

  it('records a permission, takes it back, and keeps both', async () => {
    const words = ['--reference', 'IDX agreement 2026-17', '--by', 'Operator'];
    expect((await cli('sources', 'permit', 'phoenix', ...words)).code).toBe(0);
    expect((await listed('phoenix-mls')).permission).toMatchObject({
      state: 'held',
      reference: 'IDX agreement 2026-17',
    });
    expect((await cli('sources', 'permit', 'phoenix', '--revoke', ...words)).code).toBe(0);
    expect((await listed('phoenix-mls')).permission.state).toBe('not needed'); // a site on this machine
    const kept = await world.db
      .collection<DecisionDocument>('decisions')
      .find({ kind: 'permission' })
      .sort({ at: 1 })
      .toArray();
    expect(kept.map(({ granted }) => granted)).toEqual([true, false]);
  }, 60_000);

  it('records what is permitted one by one: one permit never stands for another', async () => {
    const words = ['--reference', 'letter of 2026-11-20', '--by', 'Operator'];
    const permits = async () => (await listed('phoenix-mls')).permits;
    expect((await cli('sources', 'permit', 'phoenix', '--for', 'proxies,captcha', ...words)).code).toBe(0);
    expect(await permits()).toEqual(['proxies', 'captcha']);
    expect(await permissionHeld(world.db, 'phoenix-mls')).toBe(false);
    expect(await permissionHeld(world.db, 'phoenix-mls', 'proxies')).toBe(true);
    expect((await cli('sources', 'permit', 'phoenix', '--for', 'captcha', '--revoke', ...words)).code).toBe(0);
    expect(await permits()).toEqual(['proxies']);
    expect((await cli('sources', 'permit', 'phoenix', '--for', 'proxies', '--revoke', ...words)).code).toBe(0);
  }, 60_000);

  it('pauses a source: probe and run ask nothing and say why; resume lets it go on', async () => {
    expect((await cli('sources', 'pause', COUNTY, '--note', 'they asked us to', '--by', 'Operator')).code).toBe(0);
    expect((await cli('sources', 'pause', COUNTY)).code).toBe(1);
    expect(await listed(COUNTY)).toMatchObject({
      state: 'paused',
      reason: expect.stringContaining('they asked us to'),
    });
    expect((await json('sources', 'probe', COUNTY)).document).toMatchObject({ state: 'blocked' });
    const { runKey } = await world.runDay(dayBefore(20), { sources: [COUNTY], zips: ZIPS });
    const run = await world.db
      .collection<{ _id: string; summary: { sources: unknown[] } }>('runs')
      .findOne({ _id: runKey });
    expect(run?.summary.sources).toMatchObject([
      { status: 'skipped', reason: expect.stringContaining('paused by Operator') },
    ]);
    expect(world.sandbox.county.log).toEqual([]);
    expect((await cli('sources', 'resume', COUNTY)).code).toBe(0);
    expect((await cli('sources', 'resume', COUNTY)).code).toBe(1);
    expect((await json('sources', 'probe', COUNTY)).code).toBe(0);
  }, 90_000);

  it('stops a source that runs before its next page', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'slow', delayMs: SLOW_MS }, path: 'page=1$' });
    const day = await world.startDay(dayBefore(19), { sources: [COUNTY], zips: ZIPS });
    const asked = () => world.db.collection('fetches').countDocuments({ runDate: dayBefore(19) });
    // The first pages of all ZIP codes are under way, so that none is on its way out unseen while the source is paused.
    while ((await asked()) < ZIPS.length) await sleep(20);
    // As `phx sources pause` does, which is seen above; starting a command takes as long as an answer here.
    await decide(world.db, { kind: 'pause', subject: COUNTY, granted: true, reference: 'test', by: 'test' });
    const before = await asked();
    const { status } = await day.result();
    expect(status).not.toBe('complete');
    expect(await asked()).toBe(before);
    const states = await world.db
      .collection<WindowDocument>('windows')
      .find({ runDate: dayBefore(19) })
      .toArray();
    expect(states.map(({ reason }) => reason).join('\n')).toContain('Blocked: maricopa-assessor: paused by test');
    await cli('sources', 'resume', COUNTY);
  }, 90_000);

  it('holds a source to a slower pace, and never to a faster one', async () => {
    const refused = await cli('sources', 'pace', COUNTY, '1000/1s');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('not slower') });
    expect((await cli('sources', 'pace', COUNTY, '10/5s')).code).toBe(0);
    expect((await listed(COUNTY)).pace).toEqual({ requests: 10, windowMs: 5_000 });
    await sleep(1_200); // workers remember a pace for a second
    await world.runDay(dayBefore(18), { sources: [COUNTY], zips: ZIPS });
    const { log } = world.sandbox.county;
    expect(log.length).toBeGreaterThan(10);
    expect(maxInWindow(log, 5_000)).toBeLessThanOrEqual(10);
    expect((await cli('sources', 'pace', COUNTY, 'off')).code).toBe(0);
    expect((await listed(COUNTY)).pace).toBeNull();
  }, 90_000);

  it('proves the limits from the record of requests, and finds a violation', async () => {
    const good = await json('sources', 'audit');
    expect(good).toMatchObject({ code: 0, document: { violations: 0 } });
    const [row] = good.document.hosts.filter(({ sources }: { sources: string[] }) => sources.includes(COUNTY));
    expect(row).toMatchObject({ limit: { windowLimit: 300 }, violations: 0, inFlightViolations: 0 });
    expect(row.most).toBeLessThanOrEqual(300);
    expect(row.windows).toBe(row.requests * 2);
    expect((await json('sources', 'audit', '--since', '2026-01-01', '--source', 'phoenix')).document.hosts).toEqual([]);
    const at = new Date();
    await world.db.collection<{ _id: string }>('fetches').insertMany(
      Array.from({ length: 301 }, (_, index) => ({
        _id: `forged-${index}`,
        source: COUNTY,
        host: 'forged.example',
        url: 'http://forged.example/',
        grantedAt: at,
        sentAt: at,
        durationMs: 0,
      })),
    );
    const bad = await json('sources', 'audit', '--since', today());
    expect(bad.code).toBe(3);
    expect(bad.document.hosts).toContainEqual(expect.objectContaining({ host: 'forged.example', most: 301 }));
    await world.db.collection('fetches').deleteMany({ host: 'forged.example' });
  }, 60_000);
});

describe('phx windows', () => {
  it('lists the windows of a day, and those that nobody began', async () => {
    const { document } = await json('windows', 'list', '--source', COUNTY);
    expect(document.map(({ zip }: { zip: string }) => zip)).toEqual(expect.arrayContaining(ZIPS));
    expect(document.every(({ state }: { state: string }) => state === 'not begun')).toBe(true);
  });

  it('fills today, closes the past of a live source as missed, and asks nothing the second time', async () => {
    const range = `${dayBefore(2)}:${today()}`;
    const scope = ['--source', COUNTY, '--zip', ZIPS.join(',')];
    const first = await json('windows', 'fill', range, ...scope);
    expect(first).toMatchObject({ code: 0, document: { days: 3, missed: 6, missedBefore: 0, complete: 0 } });
    expect(first.document.filled).toMatchObject([{ runDate: today(), result: { source: COUNTY, status: 'complete' } }]);
    const states = async (day: string) =>
      (await json('windows', 'list', '--date', day, '--source', COUNTY)).document
        .filter(({ zip }: { zip: string }) => ZIPS.includes(zip))
        .map(({ state }: { state: string }) => state);
    expect(await states(today())).toEqual(['complete', 'complete', 'complete']);
    expect(await states(dayBefore(1))).toEqual(['missed', 'missed', 'missed']);
    const content = await contentOf(world.db);
    expect(Object.keys(content.latest ?? {}).length).toBe(90);
    world.sandbox.log.clear();
    const second = await json('windows', 'fill', range, ...scope);
    expect(second).toMatchObject({ code: 0, document: { missed: 0, missedBefore: 6, complete: 3, filled: [] } });
    expect(world.sandbox.county.log).toEqual([]);
    expect(await contentOf(world.db)).toEqual(content);
  }, 120_000);

  it('collects a past day from a source that serves the past, under that day', async () => {
    const day = dayBefore(5);
    const { code, document } = await json('windows', 'fill', day, '--source', 'reso', '--zip', '85031');
    expect({ code, missed: document.missed, filled: document.filled }).toMatchObject({
      code: 0,
      missed: 0,
      filled: [{ runDate: day, result: { source: 'reso', status: 'complete' } }],
    });
    expect((await json('windows', 'list', '--date', day, '--source', 'reso')).document).toContainEqual(
      expect.objectContaining({ zip: '85031', state: 'complete' }),
    );
  }, 90_000);

  it('keeps a complete day of the past as it is, and says what a partial one was', async () => {
    const day = dayBefore(18); // the county's day of the slow pace above
    const { document } = await json('windows', 'fill', day, '--source', COUNTY, '--zip', ZIPS.join(','));
    expect(document).toMatchObject({ complete: 3, missed: 0 });
    const paused = dayBefore(19);
    expect((await json('windows', 'fill', paused, '--source', COUNTY, '--zip', ZIPS.join(','))).document.missed).toBe(
      3,
    );
    const [row] = await world.db.collection<WindowDocument>('windows').find({ runDate: paused }).toArray();
    expect(row).toMatchObject({ state: 'missed', reason: expect.stringContaining('it was failed: Blocked') });
  }, 60_000);
});
