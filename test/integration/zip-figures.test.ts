import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { keepMarketFile } from '../../store/market-data.js';
import { createZipFigures } from '../../store/zip-figures.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const RULES = { fewestHomes: 30, typicalShare: 0.9 };
const ZIP = '85031';
let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'phoenix_demo');
  await initDatabase(database.db);
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

const figure = (series: string, period: string, value: number | null) => ({
  series,
  area: ZIP,
  period,
  months: 1,
  value,
  reason: value === null ? 'left empty' : null,
  unit: 'USD' as const,
  place: 'row 1',
});
async function keepHomes(from: number, to: number): Promise<void> {
  const homes = Array.from({ length: to - from }, (_, at) => ({
    _id: `processed_${from + at}`,
    normalized: { address: { zip: ZIP }, details: { square_feet: 1_000 + (from + at) * 10 } },
    quality_score: 1,
    mode: 'demo',
  }));
  await database.db.collection<{ _id: string }>('processed_properties').insertMany(homes);
}

it('gives the newest rent, the values month by month and the areas of the homes we know', async () => {
  const file = { url: 'u', fetchId: 'f', etag: null, lastModified: null, bytes: 1, sha256: 's', areas: [ZIP] };
  const at = new Date();
  await keepMarketFile(database.db, { ...file, name: 'zillow-rents', checkedAt: at, fetchedAt: at }, [
    figure('zillow.zori', '2026-10', null),
    figure('zillow.zori', '2026-09', 1_800),
    figure('zillow.zori', '2026-08', 1_790),
    figure('zillow.zhvi', '2026-09', 310_000),
    figure('zillow.zhvi', '2026-08', 300_000),
  ]);
  await keepHomes(0, 20);
  let now = 0;
  const read = createZipFigures(database.db, RULES, () => now);
  const first = (await read([ZIP, null, '85033'])).get(ZIP);
  expect(first).toEqual({
    rent: { value: 1_800, period: '2026-09' },
    values: [
      { value: 300_000, period: '2026-08' },
      { value: 310_000, period: '2026-09' },
    ],
    areas: null,
  });
  await keepHomes(20, 41);
  expect((await read([ZIP])).get(ZIP)?.areas).toBeNull(); // remembered
  now = 3_600_000;
  const areas = { homes: 41, median: 1_200, from: 1_020, to: 1_380, asOf: '1970-01-01' };
  expect((await read(['85033', ZIP])).get(ZIP)?.areas).toEqual(areas);
});
