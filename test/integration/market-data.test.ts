import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RefreshMarketFileResult } from '../../core/schemas/market-data.js';
import type { FetchDocument } from '../../net/audit.js';
import type { IndicatorDocument, MarketFileDocument } from '../../store/market-data.js';
import { phx } from '../support/phx.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

let world: TestWorld;
let settings: Readonly<Record<string, string>>;
const files = () => world.db.collection<MarketFileDocument>('market_files');
const indicators = () => world.db.collection<IndicatorDocument>('market_indicators');
const asked = () => world.sandbox.marketFiles.log.filter(({ path }) => path !== '/robots.txt');

async function refresh(...args: string[]) {
  const { code, stdout } = await phx(['market', 'refresh', ...args, '--json'], settings);
  const results: RefreshMarketFileResult[] = JSON.parse(stdout).files;
  return { code, of: Object.fromEntries(results.map((one) => [one.file, one])) };
}

beforeAll(async () => {
  world = await startTestWorld({ parcelsPerZip: 5 });
  settings = {
    ...world.sandbox.variables,
    PHOENIX_MODE: 'demo',
    PHOENIX_DATA: world.dataFolder,
    MONGODB_URL: world.database.url,
    TEMPORAL_ADDRESS: world.temporal.address,
  };
  await world.startWorker();
}, 120_000);
afterAll(() => world?.stop(), 60_000);

describe('open market data', () => {
  it('is not there before it was read', async () => {
    expect((await phx(['market', 'show', '85031'], settings)).code).toBe(5);
    expect((await phx(['market', 'show', '99999'], settings)).code).toBe(5);
  }, 60_000);

  it('is read whole once, each figure with its request, file and place', async () => {
    const { of } = await refresh();
    expect(Object.values(of).map(({ outcome, reason }) => [outcome, reason])).toEqual(Array(5).fill(['stored', null]));
    expect(asked()).toHaveLength(5);
    const all = await indicators().find().toArray();
    expect(all).toHaveLength(Object.values(of).reduce((sum, one) => sum + one.changed, 0));
    const fetches = await world.db.collection<FetchDocument>('fetches').find({ source: 'market-data' }).toArray();
    const requests = new Map(fetches.map((row) => [row._id, row] as const));
    for (const { _id, fetchId, sha256, bytes } of await files().find().toArray()) {
      expect(requests.get(fetchId)).toMatchObject({ endpoint: _id, status: 200, bodySha256: sha256, bodyBytes: bytes });
    }
    expect(all.every(({ fetchId, place }) => requests.has(fetchId) && place !== '')).toBe(true);
  }, 120_000);

  it('is shown with what it is about and who is to be named', async () => {
    const { code, stdout } = await phx(['market', 'show', '85745', '--json'], settings);
    expect(code).toBe(0);
    const rows: {
      series: string;
      area: string;
      value: number | null;
      reason: string | null;
      period: string;
      source: { credit: string };
    }[] = JSON.parse(stdout).indicators;
    const of = (series: string) => rows.find((row) => row.series === series);
    expect(of('zillow.zhvi')).toMatchObject({ area: '85745', period: '2026-10' });
    expect(of('census.B25064')).toMatchObject({ value: null, reason: 'withheld by the census (-666666666)' });
    expect(of('fhfa.all_transactions')).toMatchObject({ area: 'metro:46060', period: '2026-09' });
    expect(rows.every(({ source }) => source.credit.length > 0)).toBe(true);
  }, 60_000);

  it('asks nothing while it is fresh, and learns by one request that nothing has changed', async () => {
    const before = asked().length;
    expect(Object.values((await refresh()).of).map(({ outcome }) => outcome)).toEqual(Array(5).fill('fresh'));
    expect(asked()).toHaveLength(before);
    const { of } = await refresh('--force', '--file', 'zillow-rents', '--file', 'redfin-zip');
    expect(of).toMatchObject({ 'zillow-rents': { outcome: 'unchanged' }, 'redfin-zip': { outcome: 'unchanged' } });
    expect(
      asked()
        .slice(before)
        .map(({ status }) => status),
    ).toEqual([304, 304]);
  }, 120_000);

  it('keeps what a revised figure was, and writes that one alone', async () => {
    const [row] = await indicators().find({ series: 'zillow.zori', area: '85031', period: '2026-10' }).toArray();
    world.sandbox.marketFiles.revise('zori.csv', (text) => text.replace(String(row?.value), '1999.5'));
    const { of } = await refresh('--force', '--file', 'zillow-rents');
    expect(of['zillow-rents']).toMatchObject({ outcome: 'stored', changed: 1 });
    expect(await indicators().findOne({ _id: 'zillow.zori:85031:2026-10' })).toMatchObject({
      value: 1_999.5,
      revisions: [{ value: row?.value, fetchId: row?.fetchId }],
    });
  }, 60_000);

  it('goes on with the others when a file has another form, which is told', async () => {
    world.sandbox.marketFiles.revise('zhvi.csv', (text) => text.replace('RegionName', 'Region'));
    const known = await indicators().countDocuments({ file: 'zillow-values' });
    const { code, of } = await refresh('--force', '--file', 'zillow-values', '--file', 'fhfa-hpi');
    expect(code).toBe(3);
    expect(of['zillow-values']).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('SchemaDrift') });
    expect(of['fhfa-hpi']).toMatchObject({ outcome: 'unchanged' });
    expect(await indicators().countDocuments({ file: 'zillow-values' })).toBe(known);
  }, 60_000);
});
