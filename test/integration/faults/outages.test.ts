import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { maxInWindow } from '../../../sandbox/request-log.js';
import { type FaultWorld, startFaultWorld } from '../../support/fault-world.js';
import { contentOf } from '../../support/world.js';

const TODAY = '2026-03-03';
const EVERYTHING = { seen: 90, stored: 90, unchanged: 0, quarantined: 0, excluded: 0 };
const COMPLETE = { 85031: 'complete', 85033: 'complete', 85035: 'complete' };
/** 30 requests a second, 4 at a time: slow enough to be disturbed in the middle. */
const PACE = { MARICOPA_WINDOW_LIMIT: '180', MARICOPA_WINDOW_MS: '6000', MARICOPA_IN_FLIGHT: '4' };
const LIMIT = 180;

let world: FaultWorld;
/** What an undisturbed run leaves. */
let expected: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  world = await startFaultWorld({ variables: { ...PACE, MARICOPA_REQUEST_BUDGET: '2700' } });
  expect((await world.day(TODAY)).counts).toEqual(EVERYTHING);
  expected = await contentOf(world.db);
}, 180_000);
beforeEach(() => world.empty());
afterAll(() => world.stop(), 60_000);

/** Asserts that a day ended as the undisturbed one, within the ceiling. */
async function expectUndisturbed(summary: Awaited<ReturnType<FaultWorld['day']>>): Promise<void> {
  expect(summary.status).toBe('complete');
  expect(summary.counts).toEqual(EVERYTHING);
  expect(summary.missing).toEqual([]);
  expect(await world.ledger(TODAY)).toEqual(COMPLETE);
  expect(await world.quarantined()).toEqual([]);
  expect(await contentOf(world.db)).toEqual(expected);
  expect(maxInWindow(world.sandbox.county.log, 6_000)).toBeLessThanOrEqual(LIMIT);
  expect(Math.max(...world.sandbox.county.log.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(4);
}

describe('an outage in the middle of a day', () => {
  it('waits as long as a 429 says, and loses nothing', async () => {
    const RETRY_AFTER_S = 4;
    world.sandbox.faults.add({
      service: 'county',
      effect: { kind: 'status', status: 429, retryAfterSeconds: RETRY_AFTER_S },
      path: '^/parcel/',
      times: 1,
    });
    await expectUndisturbed(await world.day(TODAY));
    const told = world.sandbox.county.log.find(({ status }) => status === 429);
    const since = (told?.endedAtMs ?? 0) + 1_000;
    const next = world.sandbox.county.log.find(({ atMs }) => atMs > since);
    // Requests that were granted before the answer came may still go out in the first moments.
    expect((next?.atMs ?? 0) - (told?.endedAtMs ?? 0)).toBeGreaterThanOrEqual(RETRY_AFTER_S * 1_000);
  }, 120_000);

  it('tries again after a burst of 503', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'status', status: 503 }, times: 3 });
    await expectUndisturbed(await world.day(TODAY));
    expect(world.sandbox.county.log.filter(({ status }) => status === 503).length).toBe(3);
  }, 120_000);

  it('tries again after a body that was cut short, and keeps no half of it', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'cut-body' }, path: '^/search/', times: 2 });
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'cut-body' }, path: '^/parcel/', times: 2 });
    await expectUndisturbed(await world.day(TODAY));
    expect(world.sandbox.county.log.filter(({ fault }) => fault === 'cut-body').length).toBe(4);
  }, 120_000);

  it('goes on when the database is killed and comes back', async () => {
    const day = await world.begin(TODAY);
    await world.requestsReach(30);
    await world.database.kill();
    await sleep(3_000);
    await world.database.restart();
    const { runKey } = await day.result();
    await expectUndisturbed(await world.summaryOf(runKey));
  }, 180_000);

  it('fills the gap of a run that was terminated', async () => {
    const first = await world.begin(TODAY);
    await world.requestsReach(30);
    await first.terminate('the operator pulled the plug');
    const summary = await world.day(TODAY);
    expect(summary.status).toBe('complete');
    expect(summary.counts.seen).toBe(EVERYTHING.seen);
    expect(await world.ledger(TODAY)).toEqual(COMPLETE);
    expect(await contentOf(world.db)).toEqual(expected);
  }, 120_000);

  it('gives the same with two workers, and asks nothing twice', async () => {
    await world.startWorker();
    await expectUndisturbed(await world.day(TODAY));
    const asked = world.sandbox.county.log.map(({ path, query }) => `${path}?${query.q}&${query.page}`);
    expect(new Set(asked).size).toBe(asked.length);
  }, 120_000);
});
