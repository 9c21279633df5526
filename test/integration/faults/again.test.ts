import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FaultWorld, startFaultWorld } from '../../support/fault-world.js';
import { contentOf } from '../../support/world.js';

const TODAY = '2026-03-03';
const OTHER_DAY = '2026-03-04';

let world: FaultWorld;
/** What the first run of the day left. */
let first: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  world = await startFaultWorld();
  const { status, counts } = await world.day(TODAY);
  expect(status).toBe('complete');
  expect(counts).toEqual({ seen: 90, stored: 90, unchanged: 0, quarantined: 0, excluded: 0 });
  first = await contentOf(world.db);
}, 180_000);
afterAll(() => world.stop(), 60_000);

describe('the same day again', () => {
  it('searches nothing and stores nothing new of what is in', async () => {
    world.sandbox.log.clear();
    const versions = await world.db.collection('record_versions').countDocuments();
    const budgetOfDetails = 26;
    const { status, counts, sources } = await world.day(TODAY);
    expect(status).toBe('complete');
    expect(world.searches()).toEqual([]);
    expect(counts).toMatchObject({ seen: 90, quarantined: 0, excluded: 0 });
    // Details that the first run's budget left are this run's work; what it stored of them is all that is new.
    expect(world.sandbox.county.log.length).toBe(budgetOfDetails);
    expect(counts.stored).toBeLessThanOrEqual(budgetOfDetails);
    expect(await world.db.collection('record_versions').countDocuments()).toBe(versions + counts.stored);
    expect(sources[0]?.details).toMatchObject({ done: budgetOfDetails, missing: 0 });
  }, 90_000);

  it('asks nothing at all once every detail is in', async () => {
    while ((await world.day(TODAY)).sources[0]?.details.leftForLater !== 0);
    world.sandbox.log.clear();
    const before = await contentOf(world.db);
    const { status, counts } = await world.day(TODAY);
    expect(status).toBe('complete');
    expect(world.sandbox.county.log).toEqual([]);
    expect(counts).toEqual({ seen: 90, stored: 0, unchanged: 90, quarantined: 0, excluded: 0 });
    expect(await contentOf(world.db)).toEqual(before);
    expect(Object.keys(before.latest ?? {})).toEqual(Object.keys(first.latest ?? {}));
  }, 180_000);

  it('walks again when it is told to, and finds nothing new', async () => {
    world.sandbox.log.clear();
    const before = await contentOf(world.db);
    const { status, counts } = await world.day(TODAY, { force: true });
    expect(status).toBe('complete');
    expect(world.searches().length).toBe(6);
    expect(counts).toEqual({ seen: 90, stored: 0, unchanged: 90, quarantined: 0, excluded: 0 });
    expect(await contentOf(world.db)).toEqual(before);
  }, 90_000);

  it('leaves windows partial where a limit cut them, and the run is complete', async () => {
    const { status, counts, missing } = await world.day(OTHER_DAY, { limit: 5 });
    expect(status).toBe('complete');
    expect(missing).toEqual([]);
    const cut = 'partial: limit';
    expect(await world.ledger(OTHER_DAY)).toEqual({ 85031: cut, 85033: cut, 85035: cut });
    expect(counts).toMatchObject({ unchanged: 15, excluded: 60, seen: 75 });
  }, 90_000);
});
