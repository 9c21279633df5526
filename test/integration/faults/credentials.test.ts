import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LANES } from '../../../sources/maricopa-assessor/settings.js';
import type { DecisionDocument } from '../../../store/decisions.js';
import { COUNTY, type FaultWorld, startFaultWorld } from '../../support/fault-world.js';
import { phx } from '../../support/phx.js';
import { contentOf } from '../../support/world.js';

const TODAY = '2026-03-03';
const TOMORROW = '2026-03-04';
const EVERYTHING = { seen: 90, stored: 90, unchanged: 0, quarantined: 0, excluded: 0 };
const COMPLETE = { 85031: 'complete', 85033: 'complete', 85035: 'complete' };
const FIRST = 'sandbox-county-token';
const SECOND = 'sandbox-county-token-second';
/** All that the county answers but its robots.txt, which says where to stay away when it fails. */
const EVERY_ANSWER = '^/(search/|parcel/|$)';

let world: FaultWorld;
/** What an undisturbed run leaves. */
let expected: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  world = await startFaultWorld({ variables: { MARICOPA_API_KEY_2: SECOND, MARICOPA_REQUEST_BUDGET: '2700' } });
  expect(world.sandbox.county).toMatchObject({ token: FIRST, secondToken: SECOND });
  expect((await world.day(TODAY)).counts).toEqual(EVERYTHING);
  expected = await contentOf(world.db);
}, 180_000);
beforeEach(() => world.empty());
afterAll(() => world.stop(), 60_000);

const decisions = () => world.db.collection<DecisionDocument>('decisions').find().toArray();
const cli = (...args: string[]) =>
  phx(args, {
    ...world.sandbox.variables,
    PHOENIX_MODE: 'demo',
    PHOENIX_DATA: world.dataFolder,
    MONGODB_URL: world.database.url,
    TEMPORAL_ADDRESS: world.temporal.address,
  });
const countyRow = async () => {
  const rows: { source: string }[] = JSON.parse((await cli('sources', 'list', '--json')).stdout);
  return rows.find(({ source }) => source === COUNTY);
};
/** Requests about data; robots.txt needs no token. */
const asked = () => world.sandbox.county.log.filter(({ path }) => path !== '/robots.txt');

async function expectWhole(runDate: string, { runKey }: { readonly runKey: string }): Promise<void> {
  const { status, counts, missing } = await world.summaryOf(runKey);
  expect({ status, counts, missing }).toEqual({ status: 'complete', counts: EVERYTHING, missing: [] });
  expect(await world.ledger(runDate)).toEqual(COMPLETE);
  expect(await world.quarantined()).toEqual([]);
  expect(await contentOf(world.db)).toEqual(expected);
}

describe('a token that is refused', () => {
  it.each([
    // A worker stays with the token that works, so each case refuses the one that is in use by then.
    ['with its reason, from the first request on', FIRST, 0, {}],
    ['with its reason, in the middle of the day', SECOND, 40, {}],
    ['without a word, from the first request on', FIRST, 0, { silent: true }],
    ['without a word, in the middle of the day', SECOND, 40, { silent: true }],
  ])(
    '%s: the day is whole with the other one',
    async (_how, token, requestsBefore, how) => {
      const effect = { kind: 'refused-token', token, ...how } as const;
      const refuse = () => world.sandbox.faults.add({ service: 'county', effect, path: EVERY_ANSWER });
      if (requestsBefore === 0) refuse();
      const day = await world.begin(TODAY);
      await world.requestsReach(requestsBefore);
      if (requestsBefore > 0) refuse();
      await expectWhole(TODAY, await day.result());
      expect(await decisions()).toEqual([]);
      const refused = world.sandbox.county.log.filter(({ status }) => status === 500);
      expect(refused.length).toBeGreaterThan(0);
      // Lanes that were under way find it out, each for itself, by one more request if nothing was said; nobody after them.
      expect(refused.length).toBeLessThanOrEqual(2 * LANES);
    },
    120_000,
  );

  it('together with the second one pauses the source by one record, and nothing is asked until a person resumes it', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'refused-token' } });
    const first = await world.day(TODAY);
    expect(first).toMatchObject({ status: 'failed', sources: [{ name: COUNTY, status: 'failed' }] });
    for (const state of Object.values(await world.ledger(TODAY))) expect(state).toMatch(/^failed: AuthRejected: /);
    expect(asked().length).toBeLessThanOrEqual(2 * LANES);
    const kept = await decisions();
    expect(kept).toEqual([
      expect.objectContaining({
        kind: 'pause',
        subject: COUNTY,
        granted: true,
        by: 'the system',
        code: 'AuthRejected',
      }),
    ]);
    expect(kept[0]?.reference).toMatch(/both tokens were refused \(MARICOPA_API_KEY and MARICOPA_API_KEY_2\)/);
    expect(await countyRow()).toMatchObject({
      state: 'paused',
      reason: expect.stringMatching(/^paused by the system on .* both tokens were refused .* phx sources resume /),
    });

    world.sandbox.log.clear();
    const second = await world.day(TOMORROW);
    expect(second.sources).toMatchObject([{ status: 'skipped', reason: expect.stringContaining('the system') }]);
    expect(world.sandbox.county.log).toEqual([]);
    expect(await decisions()).toHaveLength(1);

    world.sandbox.faults.clear();
    expect((await cli('sources', 'resume', COUNTY, '--by', 'Operator', '--note', 'tokens renewed')).code).toBe(0);
    await expectWhole(TODAY, await (await world.begin(TODAY)).result());
  }, 180_000);

  it('together with the second one pauses again, by a second record, when a person resumed it too early', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'refused-token', silent: true } });
    await world.day(TODAY);
    expect((await cli('sources', 'resume', COUNTY)).code).toBe(0);
    await world.day(TODAY);
    expect((await decisions()).map(({ granted, by }) => `${by} ${granted}`).sort()).toEqual([
      'the operator false',
      'the system true',
      'the system true',
    ]);
    expect(await countyRow()).toMatchObject({ state: 'paused' });
  }, 120_000);
});

describe('an outage that looks like a refused token', () => {
  it('switches no token and pauses nothing: the circuit opens, and the day is whole when the county is back', async () => {
    const effect = { kind: 'status', status: 500, silent: true } as const;
    const fault = world.sandbox.faults.add({ service: 'county', effect, path: EVERY_ANSWER });
    const day = await world.begin(TODAY);
    const circuit = async () =>
      world.db.collection<{ _id: string; failures?: number; openUntilMs?: number }>('limits').findOne({});
    while (((await circuit())?.openUntilMs ?? 0) === 0) await new Promise((done) => setTimeout(done, 50));
    expect(await decisions()).toEqual([]);
    // Asked in vain, each time with a look at the site: until its fifth failure in a row, and what was under way by then.
    expect(asked().length).toBeLessThanOrEqual(2 * (5 + 4));
    world.sandbox.faults.remove(fault);
    await expectWhole(TODAY, await day.result());
    expect(await decisions()).toEqual([]);
    expect(await circuit()).toMatchObject({ failures: 0, openUntilMs: 0 });
  }, 240_000);
});
