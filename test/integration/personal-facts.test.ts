import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json } from '../../core/hash.js';
import { projectRoot } from '../../core/paths.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { erasePersonalFacts, type PersonalFactDocument, readPersonalFacts } from '../../store/personal-facts.js';
import { storeDetail } from '../../store/windows/pages.js';
import { countySource, payload, recordedBody, WINDOW } from '../support/county-source.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const KEY = '50903889';
const PROPERTY = `us-az-maricopa:${KEY}`;
const HOUSE = recordedBody('parcel_50903889_2025-02.json');
const NAMES = countySource(undefined, { personalData: ['owner-name'] });

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'persons');
  await initDatabase(database.db);
}, 60_000);
beforeEach(async () => {
  for (const name of ['personal_facts', 'window_pages', 'raw_properties', 'record_versions', 'quarantine'])
    await database.db.collection(name).deleteMany({});
});
afterAll(async () => {
  await database.client.close();
  await server.stop();
}, 60_000);

const store = (source: typeof NAMES, json: Json, key = KEY) =>
  storeDetail(database, source, 'demo', WINDOW, key, { status: 'found', payloads: [payload('parcel', key, json)] });
const names = async () => (await readPersonalFacts(database.db, PROPERTY)).map(({ name }) => name);
const withOwner = (changes: Record<string, Json>): Json => ({
  ...Object(HOUSE),
  Owner: { ...Object(HOUSE).Owner, ...changes },
});

describe('personal values of a parcel', () => {
  it('are kept by class, for 90 days after the answer, once however often it comes', async () => {
    await store(NAMES, HOUSE);
    await store(NAMES, HOUSE);
    const kept = await readPersonalFacts(database.db, PROPERTY);
    expect(kept.map(({ name }) => name)).toEqual(['Owner.Ownership', 'RentalInformation.OwnerName']);
    for (const { fetchedAt, expireAt } of kept) expect(expireAt.getTime() - fetchedAt.getTime()).toBe(90 * 86_400_000);
  });

  it('go when the county withholds them in a later answer', async () => {
    await store(NAMES, HOUSE);
    await store(NAMES, withOwner({ Ownership: 'NA' }));
    expect(await names()).toEqual(['RentalInformation.OwnerName']);
  });

  it('go with the next answer when their class is switched off', async () => {
    await store(NAMES, HOUSE);
    await store(countySource(), HOUSE);
    expect(await names()).toEqual([]);
  });

  it('are none of a document of another parcel, and stay as they were', async () => {
    await store(NAMES, HOUSE);
    await store(NAMES, recordedBody('parcel_50179677_2025-02.json'));
    expect(await names()).toHaveLength(2);
    expect(await database.db.collection('quarantine').findOne({})).toMatchObject({ code: 'ResponseInvalid', key: KEY });
    expect(await database.db.collection('window_pages').findOne({ step: `detail:${KEY}` })).toMatchObject({
      detail: 'missing',
      keys: [{ key: KEY, outcome: 'quarantined' }],
    });
  });

  it('are erased by parcel, and those of others stay', async () => {
    await store(NAMES, HOUSE);
    await store(NAMES, recordedBody('parcel_50911489_2025-02.json'), '50911489');
    const all = await database.db.collection('personal_facts').countDocuments();
    const erased = await erasePersonalFacts(database.db, PROPERTY);
    expect(erased).toBe(2);
    expect(await database.db.collection('personal_facts').countDocuments()).toBe(all - 2);
    expect(await erasePersonalFacts(database.db, PROPERTY)).toBe(0);
    expect(await erasePersonalFacts(database.db, null)).toBe(all - 2);
  });

  it('are removed by the database when their time is over', async () => {
    const indexes = await database.db.collection<PersonalFactDocument>('personal_facts').indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ key: { expireAt: 1 }, expireAfterSeconds: 0 }));
  });

  it('are read and written by one file of the product, and printed by one command', () => {
    const folders = [
      'activities',
      'client',
      'domain',
      'llm',
      'net',
      'notify',
      'reports',
      'sources',
      'store',
      'workers',
      'workflows',
    ];
    const files = folders.flatMap((folder) =>
      readdirSync(join(projectRoot(), folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(folder, file)),
    );
    const naming = (words: string) =>
      files.filter((file) => readFileSync(join(projectRoot(), file), 'utf8').includes(words)).sort();
    // The two that verify the database look at keys and requests, and print no value.
    expect(naming("'personal_facts'")).toEqual([
      'store/personal-facts.ts',
      'store/verify/links.ts',
      'store/verify/verify.ts',
    ]);
    expect(naming('readPersonalFacts')).toEqual(['client/commands/property-persons.ts', 'store/personal-facts.ts']);
  });
});
