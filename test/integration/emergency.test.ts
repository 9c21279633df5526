import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RAMP_PERCENTS } from '../../domain/ramp.js';
import { underEmergency } from '../../net/emergency.js';
import { createLimiter } from '../../net/limiter.js';
import { freeze, freezesBetween, readEmergency, thaw } from '../../store/emergency.js';
import { requestsInFlight } from '../../store/limits.js';
import { type FaultWorld, startFaultWorld } from '../support/fault-world.js';
import { phx } from '../support/phx.js';

const TODAY = '2026-03-03';
const WORDS = { by: 'Operator', reference: 'the county called' };
/** Of the county in this world; room enough for a step of the ramp to show. */
const LIMIT = { requests: 20, windowMs: 2_000 };
const STEP_SECONDS = 4;
/** Longer than a step that was refused takes to be tried again. */
const SEVERAL_TRIES_MS = 18_000;

let world: FaultWorld;
let variables: Readonly<Record<string, string>>;

beforeAll(async () => {
  variables = { MARICOPA_WINDOW_LIMIT: String(LIMIT.requests), MARICOPA_WINDOW_MS: String(LIMIT.windowMs) };
  world = await startFaultWorld({ variables: { ...variables, MARICOPA_REQUEST_BUDGET: '86' } });
}, 180_000);
afterAll(() => world?.stop(), 60_000);

const inWorld = (...args: string[]) =>
  phx(args, {
    ...world.sandbox.variables,
    ...variables,
    PHOENIX_MODE: 'demo',
    PHOENIX_DATA: world.dataFolder,
    MONGODB_URL: world.database.url,
    TEMPORAL_ADDRESS: world.temporal.address,
  });
const requests = () => world.sandbox.log.entries();
async function nothingInFlight(): Promise<void> {
  while ((await requestsInFlight(world.db)) > 0) await sleep(50);
}

describe('a freeze', () => {
  it('stops every request, outlives its workers, fails nothing, and ends in steps', async () => {
    const day = await world.begin(TODAY);
    await world.requestsReach(5);
    expect(await inWorld('emergency', 'freeze', '--reason', WORDS.reference)).toMatchObject({ code: 0 });
    await nothingInFlight();
    const before = requests().length;
    await sleep(SEVERAL_TRIES_MS);
    await world.startWorker();
    const listed = await inWorld('sources', 'list');
    expect(listed.stdout).toContain('frozen');
    expect(listed.stdout).toContain(WORDS.reference);
    expect(await inWorld('emergency', 'freeze', '--reason', 'again')).toMatchObject({ code: 1 });
    expect(await inWorld('sources', 'probe', 'maricopa-assessor')).toMatchObject({ code: 75 });
    expect(requests().length).toBe(before);

    const resumed = await inWorld('emergency', 'resume', '--ramp', '--step-seconds', String(STEP_SECONDS), '--json');
    const fromMs = Date.parse(JSON.parse(resumed.stdout).at);
    const { status, runKey } = await day.result();
    expect(status).toBe('complete');
    expect((await world.summaryOf(runKey)).warnings?.[0]).toContain(`by the operator: ${WORDS.reference}`);
    const after = world.sandbox.county.log.slice(before).map(({ atMs }) => atMs - fromMs);
    expect(after[0]).toBeGreaterThanOrEqual(0);
    expect(after.length).toBeGreaterThan(20);
    const stepMs = STEP_SECONDS * 1_000;
    const counts = RAMP_PERCENTS.map((_percent, step) => after.filter((ms) => Math.floor(ms / stepMs) === step).length);
    for (const [step, percent] of RAMP_PERCENTS.entries()) {
      const spacingMs = (LIMIT.windowMs * 100) / percent / LIMIT.requests;
      expect(counts[step]).toBeLessThanOrEqual(stepMs / spacingMs + 2); // one at each end may be late
    }
  }, 240_000);
});

describe('a request that waits for its time', () => {
  const limit = { windowLimit: 1, windowMs: 1_000, inFlight: 3, requestTimeoutMs: 5_000 };

  it('gives its leave back when everything is frozen meanwhile', async () => {
    const limiter = underEmergency(createLimiter(world.db), () => readEmergency(world.db));
    const asker = { signal: new AbortController().signal };
    const first = await limiter.acquire('waits.example', limit, asker);
    await limiter.release('waits.example', first, true);
    const second = limiter.acquire('waits.example', limit, asker);
    await freeze(world.db, WORDS);
    await expect(second).rejects.toMatchObject({ code: 'Frozen', retryAfterMs: 15_000 });
    await expect(limiter.acquire('other.example', limit, asker)).rejects.toMatchObject({ code: 'Frozen' });
    expect(await requestsInFlight(world.db)).toBe(0);
    await thaw(world.db, WORDS, null);
    expect(await readEmergency(world.db)).toEqual({ frozen: null, percent: 100 });
  });

  it('is told of in runs that it touched, and in no other', async () => {
    const [decision] = await world.db
      .collection('decisions')
      .find({ kind: 'freeze', granted: true })
      .sort({ at: -1 })
      .toArray();
    const at = decision?.at.getTime() ?? 0;
    expect(await freezesBetween(world.db, new Date(at - 1), new Date(at + 1))).toHaveLength(1);
    expect(await freezesBetween(world.db, new Date(at + 60_000), new Date(at + 70_000))).toEqual([]);
  });
});
