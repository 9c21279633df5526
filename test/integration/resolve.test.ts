import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { runCli } from '../../client/cli.js';
import type { FactValue } from '../../core/schemas/facts.js';
import type { SourceName } from '../../core/schemas/names.js';
import { COLLECTIONS } from '../../store/collections.js';
import { type Database, initDatabase } from '../../store/database.js';
import type { QueueDocument, RawPropertyDocument } from '../../store/documents.js';
import { currentPropertyId } from '../../store/properties.js';
import { keepRecords } from '../../store/records.js';
import type { EntityLabelDocument, EntityLinkDocument, ReviewDocument } from '../../store/resolve/documents.js';
import { resolveProperties } from '../../store/resolve/resolve.js';
import { decidePair, listMergedLinks, listReviews, readPair } from '../../store/resolve/reviews.js';
import { linkFaults, reviewFaults } from '../../store/verify/links.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';
import { keepingIo } from '../support/phx.js';

type Values = Readonly<Record<string, FactValue>>;

let server: TestDatabase;
let database: Database;
const commands: string[] = [];

beforeAll(async () => {
  server = await startTestDatabase();
  const client = new MongoClient(server.url, { monitorCommands: true });
  client.on('commandStarted', ({ commandName }) => commands.push(commandName));
  database = { client, db: client.db('phoenix_demo'), close: () => client.close() };
  await initDatabase(database.db);
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});
beforeEach(async () => {
  for (const name of Object.keys(COLLECTIONS)) await database.db.collection(name).deleteMany({});
});

afterEach(async () => {
  expect(await linkFaults(database.db, await links())).toEqual([]);
  expect(await reviewFaults(database.db, await reviews())).toEqual([]);
});

const MARKET = 'phoenix';
const DAY = '2025-11-20';
const P = 'us-az-maricopa:10306005';
const OWN = 'listing:phoenix-mls:1';
const HOME: Values = {
  UnparsedAddress: '4027 N 55TH AVE PHOENIX, AZ 85031',
  LivingArea: 1504,
  YearBuilt: 1958,
  LotSizeSquareFeet: 6500,
};
const BY = { by: 'A. Operator', note: 'looked at both' };

let clock = 0;
/** Keeps one record as a page of its source would, later than all before it. */
async function keep(source: SourceName, key: string, values: Values): Promise<void> {
  const facts = Object.entries(values).map(([name, value]) => ({ name, value, path: `$.${name}` }));
  const stated = typeof values.ParcelNumber === 'string' ? values.ParcelNumber : null;
  clock += 1;
  const fetchedAt = new Date(Date.UTC(2025, 10, 20, 0, 0, clock)).toISOString();
  const common = { market: MARKET, county: 'us-az-maricopa', zip: '85031', runDate: DAY, limit: null };
  await keepRecords(database, { ...common, source, runKey: `run#${clock}` }, 'demo', [
    {
      ...{ key, kind: 'row', zip: '85031', parcelNumber: stated, facts },
      ...{ rawRef: `raw-${clock}`, fetchId: `fetch-${clock}`, url: 'http://127.0.0.1/', fetchedAt },
    },
  ]);
}
const keepParcel = (apn: string, values: Values) => keep('maricopa-assessor', apn, { ParcelNumber: apn, ...values });
const keepListing = (key: string, values: Values) => keep('phoenix-mls', key, values);
const resolve = (...ids: string[]) => resolveProperties(database, MARKET, ids);
const raw = () => database.db.collection<RawPropertyDocument>('raw_properties');
const propertyOf = async (key: string) => (await raw().findOne({ _id: `phoenix-mls:${key}` }))?.propertyId;
const links = () => database.db.collection<EntityLinkDocument>('entity_links').find().sort({ _id: 1 }).toArray();
const reviews = () => database.db.collection<ReviewDocument>('reviews').find().sort({ _id: 1 }).toArray();
async function standing() {
  const queue = await database.db.collection<QueueDocument>('processing_queue').find().sort({ _id: 1 }).toArray();
  const records = await raw().find().sort({ _id: 1 }).toArray();
  return {
    queue: queue.map(({ _id, contentHash, priority }) => [_id, contentHash, priority]),
    records: records.map(({ _id, propertyId }) => [_id, propertyId]),
  };
}

describe('a listing without a number', () => {
  it('joins its parcel, whichever of the two comes first, and keeps its own id as an alias', async () => {
    await keepListing('1', HOME);
    expect(await resolve(OWN)).toEqual([OWN]);
    await database.db
      .collection<{ _id: string; property_id: string; normalized: object; quality_score: number; mode: string }>(
        'processed_properties',
      )
      .insertOne({
        ...{ _id: `processed_${OWN}`, property_id: OWN, normalized: {}, quality_score: 1, mode: 'demo' },
      });
    await keepParcel('10306005', HOME);
    expect([...(await resolve(P))].sort()).toEqual([OWN, P].sort());
    const { queue, records } = await standing();
    expect(records).toEqual([
      ['maricopa-assessor:10306005', P],
      ['phoenix-mls:1', P],
    ]);
    expect(queue.map(([id, , priority]) => [id, priority])).toEqual([[P, 1]]);
    expect(await database.db.collection('processed_properties').countDocuments()).toBe(0);
    expect(await currentPropertyId(database.db, OWN)).toBe(P);
    const merged = await listMergedLinks(database.db, MARKET, 10);
    expect(merged).toMatchObject([
      { recordId: 'phoenix-mls:1', propertyId: P, ownId: OWN, decidedBy: { rule: 'resolve-1' } },
    ]);

    await keepListing('2', HOME);
    await resolve('listing:phoenix-mls:2');
    expect(await propertyOf('2')).toBe(P);
  });

  it('is written once, however often and however many at a time it is judged', async () => {
    await keepListing('1', HOME);
    await keepParcel('10306005', HOME);
    await Promise.all([resolve(P), resolve(OWN), resolve(P, OWN)]);
    const before = [await links(), await standing()];
    commands.length = 0;
    await resolve(P);
    expect(commands.filter((name) => /insert|update|delete|commit/i.test(name))).toEqual([]);
    expect([await links(), await standing()]).toEqual(before);
    expect((await links()).map(({ log }) => log.length)).toEqual([1]);
  });
});

describe('a person’s word', () => {
  it('takes a link back and leaves everything as it was before; another one brings it again', async () => {
    await keepListing('1', HOME);
    await resolve(OWN);
    const alone = await standing();
    await keepParcel('10306005', HOME);
    const apart = await standing();
    await resolve(P, OWN);
    const together = await standing();
    const [link] = await links();
    const id = link?._id ?? '';
    expect(await decidePair(database, MARKET, id, { label: 'apart', ...BY })).toBe(OWN);
    expect(await standing()).toEqual(apart);
    expect(apart.queue.filter(([name]) => name === OWN).map(([, hash]) => hash)).toEqual(
      alone.queue.map(([, hash]) => hash),
    );
    await resolve(P, OWN);
    expect(await standing()).toEqual(apart);
    expect(await decidePair(database, MARKET, id, { label: 'merged', ...BY })).toBe(P);
    expect(await standing()).toEqual(together);
    const [now] = await links();
    expect(now?.log.map(({ state, decidedBy }) => [state, decidedBy])).toEqual([
      ['merged', { rule: 'resolve-1' }],
      ['apart', { person: BY.by, note: BY.note }],
      ['merged', { person: BY.by, note: BY.note }],
    ]);
    expect(await database.db.collection<EntityLabelDocument>('entity_labels').countDocuments()).toBe(2);
  });

  it('that was taken down and not applied holds at the next composition', async () => {
    await keepListing('1', HOME);
    await keepParcel('10306005', HOME);
    await resolve(P, OWN);
    const word: EntityLabelDocument = {
      recordId: 'phoenix-mls:1',
      propertyId: P,
      label: 'apart',
      ...BY,
      at: new Date(),
    };
    await database.db.collection<EntityLabelDocument>('entity_labels').insertOne(word);
    await resolve(P);
    expect(await propertyOf('1')).toBe(OWN);
  });

  it('on a link that nobody made is refused', async () => {
    expect(await decidePair(database, MARKET, 'nothing', { label: 'apart', ...BY })).toBeNull();
  });
});

describe('a listing that states the number of another parcel', () => {
  const Q = 'us-az-maricopa:10306006';
  beforeEach(async () => {
    await keepParcel('10306005', HOME);
    await keepParcel('10306006', {
      ...HOME,
      UnparsedAddress: '4039 N 55TH AVE PHOENIX, AZ 85031',
      LivingArea: 2100,
      YearBuilt: 1999,
    });
    await keepListing('1', { ...HOME, ParcelNumber: '10306006' });
    await resolve(P, Q);
  });

  it('is shown with neither, and a person is asked once, with both sides', async () => {
    expect(await propertyOf('1')).toBe(OWN);
    const [review, ...more] = await listReviews(database.db, MARKET, 'open', 10);
    expect(more).toEqual([]);
    expect(review).toMatchObject({
      recordId: 'phoenix-mls:1',
      propertyId: P,
      left: ['phoenix-mls:1'],
      right: ['maricopa-assessor:10306005'],
    });
    const pair = await readPair(database.db, MARKET, review?.linkId ?? '');
    expect([pair?.left.length, pair?.right.length, pair?.review?.state]).toEqual([1, 1, 'open']);
    expect((await standing()).queue.map(([id]) => id)).toEqual([OWN, P, Q].sort());
  });

  it('stays so when its page comes again, and is settled by the right number', async () => {
    await keepListing('1', { ...HOME, ParcelNumber: '10306006', ListPrice: 300_000 });
    expect(await propertyOf('1')).toBe(OWN);
    await keepListing('1', { ...HOME, ParcelNumber: '10306005', ListPrice: 300_000 });
    await resolve(P);
    expect(await propertyOf('1')).toBe(P);
    expect((await reviews()).map(({ state }) => state)).toEqual(['settled']);
    expect((await links()).map(({ propertyId, state }) => [propertyId, state]).sort()).toEqual([
      [P, 'merged'],
      [Q, 'apart'],
    ]);
  });

  it('goes where the person says', async () => {
    const [review] = await reviews();
    expect(await decidePair(database, MARKET, review?.linkId ?? '', { label: 'merged', ...BY })).toBe(P);
    expect(await reviews()).toMatchObject([{ state: 'decided', decision: { label: 'merged', by: BY.by } }]);
  });

  it('is asked about the next likely one when the first is none', async () => {
    const [review] = await reviews();
    expect(await decidePair(database, MARKET, review?.linkId ?? '', { label: 'apart', ...BY })).toBe(OWN);
    expect(await listReviews(database.db, MARKET, 'open', 10)).toMatchObject([{ propertyId: Q }]);
    expect(await listReviews(database.db, MARKET, 'decided', 10)).toMatchObject([{ propertyId: P }]);
  });
});

describe('relists', () => {
  it('of a home without a parcel are one property under the id of the first; each goes back to its own', async () => {
    await keepListing('1', HOME);
    await keepListing('2', { ...HOME, UnparsedAddress: '4027 North 55th Avenue, Phoenix, AZ 85031' });
    await resolve(OWN, 'listing:phoenix-mls:2');
    expect([await propertyOf('1'), await propertyOf('2')]).toEqual([OWN, OWN]);
    const [link] = await links();
    expect(await decidePair(database, MARKET, link?._id ?? '', { label: 'apart', ...BY })).toBe(
      'listing:phoenix-mls:2',
    );
    await keepParcel('10306005', HOME);
    await resolve(P);
    expect([await propertyOf('1'), await propertyOf('2')]).toEqual([P, P]);
  });
});

describe('phx reviews', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'phoenix-reviews-'));
    const lines = ['PHOENIX_MODE=demo', `PHOENIX_DATA=${join(folder, 'data')}`, `MONGODB_URL=${server.url}`];
    writeFileSync(join(folder, 'settings'), lines.join('\n'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  async function phx(...args: string[]) {
    const io = keepingIo();
    const all = ['--config', join(folder, 'settings'), 'reviews', ...args];
    return { code: await runCli(all, io, new AbortController().signal), ...io.written };
  }

  it('leads from the question over both sides to the decision, and to what was merged', async () => {
    await keepParcel('10306005', HOME);
    await keepListing('1', { ...HOME, UnparsedAddress: '4027 N 55TH AVE UNIT 2, PHOENIX, AZ 85031' });
    await resolve(P, OWN);
    const list = await phx('list', '--json');
    const [question] = JSON.parse(list.stdout);
    expect(question).toMatchObject({ record: 'phoenix-mls:1', property: P, state: 'open' });
    const shown = await phx('show', question.id);
    expect(shown.stdout).toContain('unit-on-one-side: 4027 N 55th Ave Unit 2, 85031 | 4027 N 55th Ave, 85031  [doubt]');
    expect(shown.stdout).toContain('LivingArea = 1504  (maricopa-assessor, ');
    expect((await phx('decide', question.id, 'perhaps')).stderr).toMatch(/say merged or apart[\s\S]*--by[\s\S]*--note/);
    expect(await phx('decide', 'nothing', 'apart', '--by', 'A', '--note', 'b')).toMatchObject({ code: 5 });
    const { stdout } = await phx('decide', question.id, 'merged', '--by', BY.by, '--note', BY.note, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ label: 'merged', property: P });
    expect((await phx('list')).stdout).toContain('no open questions');
    expect((await phx('list', '--state', 'merged')).stdout).toContain(question.id);
    expect(await phx('list', '--state', 'lost')).toMatchObject({ code: 2 });
  });
});

it('a page of a hundred costs as many queries as one of ten', async () => {
  const values = (at: number): Values => ({
    ...HOME,
    UnparsedAddress: `${1_001 + 4 * at} N 55TH AVE PHOENIX, AZ 85031`,
  });
  const apn = (at: number) => String(10_500_000 + at);
  for (let at = 0; at < 110; at += 1) {
    await keepListing(String(at), values(at));
    await keepParcel(apn(at), values(at));
  }
  await resolve(...Array.from({ length: 110 }, (_, at) => `listing:phoenix-mls:${at}`));
  const queriesFor = async (from: number, to: number) => {
    const ids = Array.from({ length: to - from }, (_, at) => `us-az-maricopa:${apn(from + at)}`);
    commands.length = 0;
    await resolve(...ids);
    return commands.filter((name) => name !== 'getMore').length; // a long answer comes in parts
  };
  const [ten, hundred] = [await queriesFor(0, 10), await queriesFor(10, 110)];
  process.stdout.write(`resolve: ${ten} queries for 10 parcels, ${hundred} for 100\n`);
  expect(await database.db.collection('entity_links').countDocuments({ state: 'merged' })).toBe(110);
  expect(hundred).toBe(ten);
}, 120_000);
