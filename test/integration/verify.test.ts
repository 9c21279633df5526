import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Binary, type Document } from 'mongodb';
import { createEnrichActivities } from '../../activities/enrich.js';
import { loadConfig } from '../../core/config.js';
import { listingKey } from '../../sandbox/reso-record.js';
import { createOfflineSources, kindOrders } from '../../sources/offline.js';
import { verifyDatabase } from '../../store/verify/verify.js';
import { startWindowWalks, type WindowWalks } from '../support/window-walks.js';

const ZIP = '85031';
const COMPOSE_SIZE = 500;
const LINK = 'abcdef012345';

let walks: WindowWalks;
const config = loadConfig({ env: { PHOENIX_MODE: 'demo' }, file: '/dev/null' });
const sources = createOfflineSources(config);
const rows = (name: string) => walks.database.db.collection<Document & { _id: string }>(name);

/** Two days with a change and an answer that is kept of each, composed and counted. */
beforeAll(async () => {
  walks = await startWindowWalks('reso', ZIP, { parcelsPerZip: 60, listings: 60 });
  await walks.walk('2026-03-01');
  const [changed] = walks.sandbox.world.listings.filter(({ zip }) => zip === ZIP);
  if (changed === undefined) throw new Error('the world has no listing');
  walks.sandbox.reso.desk.change(changed.listingId, { ListPrice: changed.listPrice - 1_000 });
  const { counts } = await walks.walk('2026-03-02');
  const { source: _source, zip: _zip, total: _total, ...own } = counts ?? { source: '', zip: '', total: 0 };
  const run = { workflowId: 'day', market: 'phoenix', runDate: '2026-03-02', status: 'complete', counts: own };
  await rows('runs').insertOne({ _id: 'day/2026-03-02', ...run });
  await compose();
  expect(await rows('processed_properties').countDocuments({})).toBeGreaterThan(10);
  changedId = `reso:${listingKey(changed)}`;
  await keepLinked();
}, 60_000);
afterAll(() => walks?.stop(), 60_000);

async function compose(): Promise<number> {
  const { composeBatch } = createEnrichActivities({
    config,
    database: walks.database,
    sources,
    createEnricher: () => Promise.reject(new Error('there is no model')),
    modelAnswers: async () => false,
  });
  const name = { market: 'phoenix', runDate: '2026-03-02', workflowId: 'day', runKey: 'day/2026-03-02' };
  const work = () => composeBatch({ run: name, size: COMPOSE_SIZE });
  const { composed }: Awaited<ReturnType<typeof work>> = await new MockActivityEnvironment().run(work);
  return composed;
}

let changedId: string;
/** A property that the changed listing is not of. */
let otherId: string;

/** A link that merges, the question it asked, and a personal value, as the product leaves them. */
async function keepLinked(): Promise<void> {
  const { propertyId, kinds } = await document('raw_properties', changedId);
  const { fetchId, fetchedAt } = kinds['reso-row'];
  const another = await rows('raw_properties').findOne({ propertyId: { $ne: propertyId } });
  if (another === null) throw new Error('there is no other property');
  const { _id: other } = another;
  otherId = another.propertyId;
  const common = { recordId: changedId, propertyId, market: 'phoenix', score: 0.9, reasons: [] };
  const link = {
    ...common,
    ownId: propertyId,
    state: 'merged',
    comparedWith: [other],
    decidedBy: { rule: 'resolve-1' },
  };
  await rows('entity_links').insertOne({ _id: LINK, ...link, asks: false, at: new Date(), log: [] });
  const question = { kind: 'same-property', linkId: LINK, left: [changedId], right: [other], state: 'decided' };
  await rows('reviews').insertOne({ _id: `phoenix:${LINK}`, ...common, ...question, openedAt: new Date() });
  const fact = {
    propertyId,
    source: 'reso',
    kind: 'reso-row',
    class: 'names',
    name: 'n',
    value: 'v',
    fetchId,
    fetchedAt,
  };
  const expireAt = new Date(Date.now() + 86_400_000);
  await rows('personal_facts').insertOne({ _id: `${propertyId}|reso|n`, ...fact, expireAt });
}

async function faults(sample: number | null = null): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const one of verifyDatabase(walks.database.db, { sample, kindOrder: kindOrders(sources) })) {
    if (one.kind === 'fault') found.push(`${one.fault.collection} ${one.fault.id}`);
  }
  return found;
}

async function document(name: string, at: number | string): Promise<Document & { _id: string }> {
  const found =
    typeof at === 'string'
      ? await rows(name).findOne({ _id: at })
      : await rows(name).findOne({}, { sort: { _id: 1 }, skip: at });
  if (found === null) throw new Error(`${name} has no such document`);
  return found;
}

type Corruption = () => Promise<string>;

/** Changes one document. @returns the name of the fault it makes */
const altering =
  (name: string, at: () => number | string, change: (found: Document) => Document): Corruption =>
  async () => {
    const found = await document(name, at());
    await rows(name).updateOne({ _id: found._id }, { $set: change(found) });
    return `${name} ${found._id}`;
  };
const losing =
  (name: string, at: () => number | string | Promise<string>): Corruption =>
  async () => {
    const found = await document(name, await at());
    await rows(name).deleteOne({ _id: found._id });
    return `${name} ${found._id}`;
  };
const flipped = ({ body }: Document): Document => {
  const bytes = Buffer.from(body.buffer);
  bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
  return { body: new Binary(bytes) };
};
const citedBy = async (id: string, name: 'rawRef' | 'fetchId') =>
  String((await document('raw_properties', id)).kinds['reso-row'][name]);

const CORRUPTIONS: readonly (readonly [string, Corruption])[] = [
  ['a changed byte of a stored answer', altering('raw_payloads', () => 0, flipped)],
  ['a stored answer that was lost', losing('raw_payloads', () => citedBy(changedId, 'rawRef'))],
  ['a request that was lost', losing('fetches', () => citedBy(changedId, 'fetchId'))],
  ['a first version that was lost', losing('record_versions', () => `${changedId}@1`)],
  ['a last version that was lost', losing('record_versions', () => `${changedId}@2`)],
  ['a record that was lost', losing('raw_properties', () => 3)],
  [
    'a fact of the read model that was changed',
    altering(
      'processed_properties',
      () => 2,
      ({ normalized }) => ({ normalized: { ...normalized, pricing: { list_price: 1, price_per_sqft: null } } }),
    ),
  ],
  ['a document of the read model that was lost', losing('processed_properties', () => 4)],
  [
    'a link to a listing that is not there',
    async () => {
      await rows('entity_links').updateOne({ _id: LINK }, { $set: { recordId: 'reso:nobody' } });
      return 'raw_properties reso:nobody';
    },
  ],
  [
    'a link that merges with another property than the listing has',
    altering(
      'entity_links',
      () => LINK,
      () => ({ propertyId: otherId }),
    ),
  ],
  [
    'a link that merges with a property that is not there',
    async () => {
      await rows('entity_links').updateOne({ _id: LINK }, { $set: { propertyId: 'us-az-maricopa:0' } });
      return 'processing_queue us-az-maricopa:0';
    },
  ],
  ['a link that was lost and is asked about', losing('entity_links', () => LINK)],
  [
    'a question about a record that is not there',
    async () => {
      await rows('reviews').updateOne({ linkId: LINK }, { $set: { right: ['reso:nobody'] } });
      return 'raw_properties reso:nobody';
    },
  ],
  [
    'a personal value of a parcel that is not there',
    altering(
      'personal_facts',
      () => 0,
      () => ({ propertyId: 'us-az-maricopa:0' }),
    ),
  ],
  [
    'a personal value from a request that is not there',
    async () => {
      await rows('personal_facts').updateOne({}, { $set: { fetchId: 'nothing' } });
      return 'fetches nothing';
    },
  ],
  [
    'a count of a window',
    altering(
      'windows',
      () => 0,
      ({ seen }) => ({ seen: seen + 1 }),
    ),
  ],
  [
    'a count of a run',
    altering(
      'runs',
      () => 0,
      ({ counts }) => ({ counts: { ...counts, stored: counts.stored + 1 } }),
    ),
  ],
];

const NAMES = [
  ...['raw_payloads', 'fetches', 'record_versions', 'raw_properties', 'processed_properties', 'windows', 'runs'],
  ...['entity_links', 'reviews', 'personal_facts'],
];

describe('a database that is held against itself', () => {
  it('has no faults as the product leaves it, whole or by sample', async () => {
    expect(await faults()).toEqual([]);
    expect(await faults(5)).toEqual([]);
  });

  it.each(CORRUPTIONS)('shows %s, and nothing else', async (_name, corrupt) => {
    const before = new Map(
      await Promise.all(NAMES.map(async (name) => [name, await rows(name).find().toArray()] as const)),
    );
    const made = await corrupt();
    expect(await faults()).toEqual([made]);
    for (const [name, documents] of before) {
      await rows(name).deleteMany({});
      await rows(name).insertMany([...documents]);
    }
  });

  it('what another version of the product composed is no fault, and is composed again', async () => {
    const { _id, property_id, normalized } = await document('processed_properties', 2);
    await rows('processed_properties').updateOne({ _id }, { $set: { normalized: { ...normalized, pricing: null } } });
    await rows('processing_queue').updateOne({ _id: property_id }, { $set: { composedBy: '0.0.1' } });
    expect(await faults()).toEqual([]);
    expect(await compose()).toBe(1);
    expect((await document('processed_properties', _id)).normalized).toEqual(normalized);
    expect(await compose()).toBe(0);
    expect(await faults()).toEqual([]);
  });

  it('shows ten at once', async () => {
    const places: readonly Corruption[] = [
      altering('raw_payloads', () => 0, flipped),
      altering(
        'windows',
        () => 1,
        () => ({ seen: 0 }),
      ),
      altering(
        'runs',
        () => 0,
        () => ({ counts: { seen: 0, stored: 0, unchanged: 0, quarantined: 0, excluded: 0 } }),
      ),
      losing('record_versions', () => 5),
      losing('record_versions', () => `${changedId}@1`),
      losing('fetches', () => citedBy(changedId, 'fetchId')),
      losing('processed_properties', () => 0),
      altering(
        'processed_properties',
        () => 6,
        () => ({ quality_score: 0 }),
      ),
      altering(
        'processed_properties',
        () => 9,
        () => ({ raw_ids: ['reso:nobody'] }),
      ),
      altering(
        'raw_properties',
        () => 8,
        () => ({ kinds: {} }),
      ),
    ];
    const made: string[] = [];
    for (const corrupt of places) made.push(await corrupt());
    const expected = made.map((name, at) => (at === 8 ? 'raw_properties reso:nobody' : name));
    expect([...(await faults())].sort()).toEqual([...expected].sort());
  });
});
