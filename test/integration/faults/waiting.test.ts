import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LANES } from '../../../sources/maricopa-assessor/settings.js';
import { waitUntil } from '../../../stack/wait-until.js';
import { COUNTY, type FaultWorld, startFaultWorld } from '../../support/fault-world.js';
import { contentOf } from '../../support/world.js';

const TODAY = '2026-03-03';
const EVERYTHING = { seen: 90, stored: 90, unchanged: 0, quarantined: 0, excluded: 0 };
const COMPLETE = { 85031: 'complete', 85033: 'complete', 85035: 'complete' };
/** Pause after a 429 that names none (`net/http-client.ts`). */
const UNNAMED_PAUSE_MS = 60_000;

let world: FaultWorld;
/** What an undisturbed run leaves. */
let expected: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  world = await startFaultWorld({ variables: { MARICOPA_REQUEST_BUDGET: '2700' } });
  expect((await world.day(TODAY)).counts).toEqual(EVERYTHING);
  expected = await contentOf(world.db);
}, 180_000);
beforeEach(() => world.empty());
afterAll(() => world.stop(), 60_000);

async function expectUndisturbed(summary: Awaited<ReturnType<FaultWorld['day']>>): Promise<void> {
  const { status, counts, missing } = summary;
  expect({ status, counts, missing }).toEqual({ status: 'complete', counts: EVERYTHING, missing: [] });
  expect(await world.ledger(TODAY)).toEqual(COMPLETE);
  expect(await world.quarantined()).toEqual([]);
  expect(await contentOf(world.db)).toEqual(expected);
  // An attempt that its worker was too slow to keep alive still ends its own request, after the run.
  const free = await waitUntil(async () => ((await placesTaken()) === 0 ? true : null), { timeoutMs: 30_000 });
  expect(free).toBe(true);
}

/** Requests of all hosts that hold a place, those of dead workers included: nobody asks, so none is taken away by age. */
async function placesTaken(): Promise<number> {
  const limits = await world.db.collection<{ _id: string; inFlight: unknown[] }>('limits').find().toArray();
  return limits.reduce((sum, { inFlight }) => sum + inFlight.length, 0);
}

describe('a county that makes one wait', () => {
  it('by answers that never come and 429s that name no time: the places are free again, and nothing is lost or doubled', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'hang' }, path: '^/search/', times: 1 });
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'hang' }, path: '^/parcel/', times: 1 });
    world.sandbox.faults.add({
      service: 'county',
      effect: { kind: 'status', status: 429 },
      path: 'q=85035&page=2',
      times: 1,
    });
    await expectUndisturbed(await world.day(TODAY));
    const { log } = world.sandbox.county;
    expect(log.filter(({ fault }) => fault === 'hang').length).toBe(2);
    const told = log.find(({ status }) => status === 429);
    const after = log.find(({ atMs }) => atMs > (told?.endedAtMs ?? 0) + 1_000);
    // Requests that were granted before the answer came may still go out in the first moments.
    expect((after?.atMs ?? 0) - (told?.endedAtMs ?? 0)).toBeGreaterThanOrEqual(UNNAMED_PAUSE_MS);
  }, 300_000);

  it('by a storm of 429 that names a time: no request before it, and nothing is lost or doubled', async () => {
    const RETRY_AFTER_S = 2;
    const effect = { kind: 'status', status: 429, retryAfterSeconds: RETRY_AFTER_S } as const;
    world.sandbox.faults.add({ service: 'county', effect, rate: 0.1, path: '^/(search|parcel)/', times: 8 });
    await expectUndisturbed(await world.day(TODAY));
    const refused = world.sandbox.county.log.filter(({ status }) => status === 429);
    expect(refused.length).toBe(8);
  }, 180_000);
});

describe('a county that blocks', () => {
  it('stops the source at once, by name, and is not asked again in this run', async () => {
    world.sandbox.faults.add({
      service: 'county',
      effect: { kind: 'status', status: 403 },
      path: '^/(search|parcel)/',
    });
    const { status, sources } = await world.day(TODAY);
    expect(status).toBe('failed');
    expect(sources).toMatchObject([{ name: COUNTY, status: 'failed' }]);
    for (const state of Object.values(await world.ledger(TODAY))) expect(state).toMatch(/^failed: Blocked: /);
    expect(world.searches().length).toBeLessThanOrEqual(LANES);
    expect(await world.db.collection('decisions').countDocuments()).toBe(0);
    expect(await world.db.collection('raw_properties').countDocuments()).toBe(0);
  }, 90_000);
});
