import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { planSources } from '../../activities/plan-sources.js';
import { sourcesForPlans } from '../../client/plan-sources.js';
import { loadConfig } from '../../core/config.js';
import { runDateOf } from '../../core/dates.js';
import { fillGapsWorkflowId, TASK_QUEUES } from '../../core/ids.js';
import type { ProcessedPropertyDocument } from '../../domain/document-shape.js';
import { PLANTED_PERSONAL } from '../../sandbox/listing-site/html.js';
import { listingKey } from '../../sandbox/reso-record.js';
import type { RawPropertyDocument } from '../../store/documents.js';
import type { fillGaps } from '../../workflows/fill-gaps.js';
import { type FaultWorld, startFaultWorld } from '../support/fault-world.js';
import { databaseTraces, fileTraces, findWords, historyTraces } from '../support/traces.js';
import { contentOf } from '../support/world.js';

const TODAY = '2026-03-03';
const TWO_ZIPS = ['85031', '85033'];
const LISTINGS = { sources: ['reso' as const], zips: TWO_ZIPS };

let world: FaultWorld;
let expected: Readonly<Record<string, unknown>>;
const raw = () => world.db.collection<RawPropertyDocument>('raw_properties');
const listings = () => world.sandbox.world.listings.filter(({ zip }) => TWO_ZIPS.includes(zip));
const stored = () => ({
  seen: listings().length,
  stored: listings().length,
  unchanged: 0,
  quarantined: 0,
  excluded: 0,
});
const asked = (path: string) => world.sandbox.reso.log.filter((request) => request.path === path);

beforeAll(async () => {
  world = await startFaultWorld({ parcelsPerZip: 40, listings: 45, resoPageRows: 4 });
  const { status, counts } = await world.day(TODAY, LISTINGS);
  expect([status, counts]).toEqual(['complete', stored()]);
  expected = await contentOf(world.db);
}, 180_000);
afterAll(() => world.stop(), 60_000);

describe('a run of the RESO service', () => {
  it('has every listing of its ZIPs once, under its parcel where it names one', async () => {
    const found = await raw().find({ source: 'reso' }).toArray();
    expect(found.map(({ key }) => key).sort()).toEqual(listings().map(listingKey).sort());
    const withParcel = listings().filter(({ assessorNumber }) => assessorNumber !== null);
    expect(found.filter(({ propertyId }) => propertyId.startsWith('us-az-maricopa:'))).toHaveLength(withParcel.length);
    const documents = await world.db.collection<ProcessedPropertyDocument>('processed_properties').find().toArray();
    const prices = documents.map(({ normalized }) => normalized.pricing.list_price);
    expect(prices.sort()).toEqual(
      listings()
        .map(({ listPrice }) => listPrice)
        .sort(),
    );
  });

  it('asks for one token, and writes every request down', async () => {
    expect(asked('/oauth2/token')).toHaveLength(1);
    expect(await world.db.collection('fetches').countDocuments({ source: 'reso', endpoint: 'token' })).toBe(1);
    expect(await world.db.collection('fetches').countDocuments({ source: 'reso', endpoint: 'property-page' })).toBe(
      asked('/Reso/OData/Property').length,
    );
  });

  it('leaves no agent and no secret anywhere', async () => {
    const all = [
      ...(await databaseTraces(world.db)),
      ...(await historyTraces(await world.client())),
      ...(await fileTraces(world.dataFolder)),
    ];
    expect(findWords(all, [listings()[0]?.listingId ?? ''])).not.toEqual([]);
    expect(findWords(all, [...Object.values(PLANTED_PERSONAL), world.sandbox.reso.secret, 'Bearer '])).toEqual([]);
  }, 60_000);
});

describe('trouble in the middle of a walk', () => {
  beforeEach(() => world.empty());

  it('a 429 and a token that runs out lose nothing and double nothing', async () => {
    const { faults } = world.sandbox;
    faults.add({
      service: 'reso',
      effect: { kind: 'status', status: 429, retryAfterSeconds: 1 },
      path: 'skiptoken',
      times: 1,
    });
    faults.add({ service: 'reso', effect: { kind: 'refused-token' }, path: 'skiptoken', times: 1 });
    const { status, counts } = await world.day(TODAY, LISTINGS);
    expect(faults.list()).toEqual([]);
    expect([status, counts]).toEqual(['complete', stored()]);
    expect(await contentOf(world.db)).toEqual(expected);
    expect(await world.db.collection('record_versions').countDocuments()).toBe(listings().length);
    expect(asked('/Reso/OData/Property').map(({ status: sent }) => sent)).toEqual(expect.arrayContaining([429, 401]));
  }, 120_000);

  it.each([
    ['the data not available now', { kind: 'error-body', code: 1510 }],
    ['bodies cut short', { kind: 'cut-body' }],
  ] as const)(
    '%s loses nothing and doubles nothing',
    async (_name, effect) => {
      world.sandbox.faults.add({ service: 'reso', effect, path: 'skiptoken', times: 2 });
      const { status, counts } = await world.day(TODAY, LISTINGS);
      expect([status, counts]).toEqual(['complete', stored()]);
      expect(await contentOf(world.db)).toEqual(expected);
    },
    120_000,
  );

  it('a key for another host stops the source at once, with its reason', async () => {
    world.sandbox.faults.add({ service: 'reso', effect: { kind: 'error-body', code: 1021 }, path: '/Property' });
    const { status, missing } = await world.day(TODAY, LISTINGS);
    expect(status).toBe('failed');
    expect(JSON.stringify(missing)).toContain('RESO_BASE_URL');
  }, 90_000);
});

describe('filling of a past day', () => {
  it('asks for what changed last on it, once, under its own window', async () => {
    await world.empty();
    const past = runDateOf(Date.now() - 3 * 86_400_000, 'America/Phoenix');
    const [changed] = listings();
    world.sandbox.reso.desk.change(changed?.listingId ?? '', { ModificationTimestamp: `${past}T20:00:00.000Z` });
    const client = await world.client();
    const fill = () =>
      client.workflow.execute<typeof fillGaps>('fillGaps', {
        workflowId: fillGapsWorkflowId('phoenix', past, past),
        taskQueue: TASK_QUEUES.pipeline,
        args: [{ market: 'phoenix', from: past, to: past, sources: ['reso'], zips: TWO_ZIPS }],
      });
    expect(await fill()).toMatchObject({ missed: 0, filled: [{ runDate: past, result: { status: 'complete' } }] });
    expect(await raw().find().toArray()).toMatchObject([{ key: changed === undefined ? '' : listingKey(changed) }]);
    expect(await fill()).toMatchObject({ complete: 2, filled: [] });
    world.sandbox.reso.desk.reset();
  }, 120_000);
});

describe('a run without credentials', () => {
  beforeAll(() => world.empty()); // a refused key has paused the source

  it('leaves the source out, and says which settings are missing', async () => {
    const config = loadConfig({ env: { PHOENIX_MODE: 'demo', RESO_CLIENT_ID: 'half' }, file: '/dev/null' });
    const all = sourcesForPlans(config);
    const reso = all.find(({ name }) => name === 'reso');
    if (!reso) throw new Error('there is no such source');
    const [plan] = await planSources(config, world.db, { all, get: () => reso }, ['reso']);
    expect(plan?.skipReason).toMatch(/RESO_TOKEN, or RESO_CLIENT_SECRET, RESO_TOKEN_URL/);
    expect(plan?.skipReason).not.toContain('half');
  });
});

describe('both ways to the listings and the county', () => {
  it('make one property', async () => {
    await world.empty();
    const { status } = await world.day(TODAY, { sources: ['reso', 'maricopa-gis'], zips: TWO_ZIPS });
    expect(status).toBe('complete');
    const documents = await world.db
      .collection<ProcessedPropertyDocument>('processed_properties')
      .find({ 'raw_ids.1': { $exists: true } })
      .toArray();
    expect(documents).toHaveLength(listings().length); // those that name no parcel too: by address and facts
    for (const { evidence } of documents) {
      expect(evidence['details.square_feet']?.source).toBe('maricopa-gis');
      expect(evidence['pricing.list_price']?.source).toBe('reso');
      expect(evidence['details.bedrooms']?.source).toBe('reso');
    }
  }, 120_000);
});
