import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunDocument } from '../../../store/documents.js';
import { contentOf, startTestWorld, type TestWorld } from '../../support/world.js';

const RUN_DATE = '2026-03-02';
const SCOPE = { sources: ['maricopa-assessor' as const], zips: ['85031', '85033', '85035'] };
/** 30 requests a second: slow enough to be killed in the middle, fast enough for a test. */
const PACE = { MARICOPA_WINDOW_LIMIT: '180', MARICOPA_WINDOW_MS: '6000', MARICOPA_IN_FLIGHT: '4' };
const OPTIONS = { parcelsPerZip: 40, variables: PACE };
/** Requests that may be in flight when a worker dies. */
const IN_FLIGHT = 4;

let world: TestWorld | null = null;

afterEach(async () => {
  await world?.stop();
  world = null;
}, 60_000);

async function requestsReach(count: number): Promise<void> {
  while ((world?.sandbox.county.log.length ?? 0) < count) await sleep(20);
}

function askedMoreThanOnce(): number {
  const asked = (world?.sandbox.county.log ?? [])
    .filter(({ path }) => path !== '/robots.txt') // every worker process reads it once
    .map(({ path, query }) => `${path}?${query.q ?? ''}&${query.page ?? '1'}`);
  return asked.length - new Set(asked).size;
}

async function finishedRun(runKey: string): Promise<RunDocument> {
  const run = await world?.db.collection<RunDocument>('runs').findOne({ _id: runKey });
  if (!run) throw new Error(`no run ${runKey}`);
  return run;
}

/** What an unbroken run of the same world leaves. */
let expected: { readonly content: unknown; readonly counts: unknown };

beforeAll(async () => {
  world = await startTestWorld(OPTIONS);
  await world.startWorker();
  const { runKey, status } = await world.runDay(RUN_DATE, SCOPE);
  const { counts } = await finishedRun(runKey);
  expected = { content: await contentOf(world.db), counts };
  await world.stop();
  world = null;
  expect(status).toBe('complete');
  expect(counts).toEqual({ seen: 120, stored: 120, unchanged: 0, quarantined: 0, excluded: 0 });
}, 120_000);

describe('a run that is broken in the middle', () => {
  it('ends as an unbroken one when its worker is killed in the walk and again in the details', async () => {
    world = await startTestWorld(OPTIONS);
    const first = await world.startWorker();
    const day = await world.startDay(RUN_DATE, SCOPE);
    await requestsReach(3);
    first.kill('SIGKILL');
    const second = await world.startWorker();
    await requestsReach(40);
    second.kill('SIGKILL');
    await world.startWorker();
    const { runKey, status } = await day.result();
    expect(status).toBe('complete');
    expect(await contentOf(world.db)).toEqual(expected.content);
    expect((await finishedRun(runKey)).counts).toEqual(expected.counts);
    expect(askedMoreThanOnce()).toBeLessThanOrEqual(2 * IN_FLIGHT);
  }, 180_000);

  it('ends as an unbroken one when the Temporal server is killed and comes back on its file', async () => {
    world = await startTestWorld(OPTIONS);
    await world.startWorker();
    const { workflowId } = await world.startDay(RUN_DATE, SCOPE);
    await requestsReach(30);
    await world.temporal.kill();
    await sleep(2_000);
    await world.temporal.restart();
    const client = await world.client();
    const { runKey, status } = await client.workflow.getHandle(workflowId).result();
    expect(status).toBe('complete');
    expect(await contentOf(world.db)).toEqual(expected.content);
    expect((await finishedRun(runKey)).counts).toEqual(expected.counts);
    expect(askedMoreThanOnce()).toBeLessThanOrEqual(IN_FLIGHT);
  }, 180_000);
});
