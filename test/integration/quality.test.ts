import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { checkQuality } from '../../activities/check-quality.js';
import { createEnrichActivities } from '../../activities/enrich.js';
import { runCli } from '../../client/cli.js';
import { loadConfig } from '../../core/config.js';
import type { FactInput } from '../../core/schemas/facts.js';
import type { StoredRecord } from '../../core/schemas/property.js';
import type { ProcessedPropertyDocument } from '../../domain/document-shape.js';
import { createOfflineSources, kindOrders } from '../../sources/offline.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import type { RawPropertyDocument } from '../../store/documents.js';
import type { QualityScoreDocument } from '../../store/quality.js';
import { keepRecords, type RecordWithEvidence } from '../../store/records.js';
import { verifyDatabase } from '../../store/verify/verify.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';
import { keepingIo } from '../support/phx.js';
import { goodProperties } from '../support/quality-world.js';

const MARKET = 'phoenix';
const config = loadConfig({ env: { PHOENIX_MODE: 'demo' }, file: '/dev/null' });
const sources = createOfflineSources(config);
const kindOrder = kindOrders(sources);
const GOOD = goodProperties('store', 18, 30).filter(({ zip }) => ['85031', '85033', '85035'].includes(zip));

let server: TestDatabase;
let database: Database;
let folder: string;
const scores = () => database.db.collection<QualityScoreDocument>('quality_scores');
const shown = () => database.db.collection<ProcessedPropertyDocument>('processed_properties');
const nameOf = (runDate: string) => ({ market: MARKET, runDate, workflowId: 'day', runKey: `day/${runDate}` });

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'phoenix_demo');
  await initDatabase(database.db);
  folder = await mkdtemp(join(tmpdir(), 'phoenix-quality-'));
  await writeFile(join(folder, 'settings'), `MONGODB_URL=${server.url}\nPHOENIX_DATA=${folder}\n`);
  for (const { records } of GOOD) for (const record of records) await keep('2026-03-01', record);
  await compose('2026-03-01');
}, 120_000);
afterAll(async () => {
  await database?.client.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Keeps a record as read on a day; what is given replaces its facts. */
async function keep(
  runDate: string,
  record: StoredRecord,
  changes: Readonly<Record<string, number>> = {},
): Promise<void> {
  const kinds = [...new Set(record.facts.map(({ kind }) => kind))];
  const zip = record.zip ?? '85031';
  const window = { market: MARKET, county: 'us-az-maricopa', source: record.source, zip, runDate, limit: null };
  const parcel = record.facts.find(({ name }) => name === 'ParcelNumber')?.value;
  const read = kinds.map((kind): RecordWithEvidence => {
    const facts = record.facts
      .filter((fact) => fact.kind === kind)
      .map(({ name, value, path }): FactInput => ({ name, value: changes[name] ?? value, path }));
    const evidence = {
      rawRef: `raw-${record.key}-${runDate}`,
      fetchId: `fetch-${record.key}`,
      url: 'http://127.0.0.1/',
    };
    const fetchedAt = `${runDate}T10:00:00.000Z`;
    return { key: record.key, kind, zip, parcelNumber: `${parcel}`, facts, ...evidence, fetchedAt };
  });
  await keepRecords(database, { ...window, runKey: `day/${runDate}` }, 'demo', read);
}

async function compose(runDate: string): Promise<void> {
  const createEnricher = () => Promise.reject(new Error('there is no model'));
  const modelAnswers = () => Promise.resolve(false);
  const { composeBatch } = createEnrichActivities({ config, database, sources, createEnricher, modelAnswers });
  await new MockActivityEnvironment().run(() => composeBatch({ run: nameOf(runDate), size: 500 }));
}

const check = (runDate: string) => checkQuality(database.db, nameOf(runDate), kindOrder);

async function phx(...args: string[]) {
  const io = keepingIo();
  const code = await runCli(
    ['--config', join(folder, 'settings'), '--mode', 'demo', ...args],
    io,
    new AbortController().signal,
  );
  return { code, ...io.written };
}

const json = async (...args: string[]) => JSON.parse((await phx(...args, '--json')).stdout);

describe('a good day', () => {
  it('holds, and gives each property the score that readers see', async () => {
    expect(await check('2026-03-01')).toEqual([]);
    const rows = await scores().find().toArray();
    expect(rows).toHaveLength(GOOD.length);
    expect(await shown().countDocuments({ processed_at: { $type: 'date' } })).toBe(rows.length);
    const documents = new Map((await shown().find().toArray()).map((one) => [one.property_id, one.quality_score]));
    for (const { _id, score } of rows) expect(documents.get(_id)).toBe(score);
  });

  it('writes nothing again when nothing has changed', async () => {
    await scores().updateMany({}, { $set: { untouched: true } });
    await check('2026-03-01');
    expect(await scores().countDocuments({ untouched: true })).toBe(GOOD.length);
  });

  it('reports what direct queries give', async () => {
    const { quality } = await json('quality', 'report');
    const [sums] = await scores()
      .aggregate<{ expected: number; missing: number; sound: number; all: number }>([
        {
          $group: {
            _id: null,
            expected: { $sum: { $size: '$expected' } },
            missing: { $sum: { $size: '$missing' } },
            sound: { $sum: { $cond: [{ $eq: [{ $size: '$findings' }, 0] }, 1, 0] } },
            all: { $sum: 1 },
          },
        },
      ])
      .toArray();
    if (sums === undefined) throw new Error('nothing was judged');
    expect(quality.properties).toBe(await shown().countDocuments());
    expect(quality.completeness).toBeCloseTo((sums.expected - sums.missing) / sums.expected, 4);
    expect(quality.completeness).toBeGreaterThanOrEqual(0.95);
    expect(quality.validity).toBeCloseTo(sums.sound / sums.all, 4);
    const stated = (source: string, name: string) =>
      database.db
        .collection<RawPropertyDocument>('raw_properties')
        .find({ source: source === 'reso' ? 'reso' : 'maricopa-assessor' })
        .toArray()
        .then((records) =>
          records.filter(({ kinds }) =>
            Object.values(kinds).some(({ facts }) => facts.some((fact) => fact.name === name)),
          ),
        );
    expect(quality.fields.BedroomsTotal.shown).toBe((await stated('reso', 'BedroomsTotal')).length);
    expect(quality.fields.TaxAssessedValue.known).toBe((await stated('county', 'TaxAssessedValue')).length);
    expect(quality.zips['85031'].properties).toBe(await scores().countDocuments({ zip: '85031' }));
    expect((await json('quality', 'report', '--source', 'reso')).quality.properties).toBe(
      await database.db.collection('raw_properties').countDocuments({ source: 'reso' }),
    );
    expect((await json('quality', 'report', '--zip', '85033')).quality.properties).toBe(
      await shown().countDocuments({ 'normalized.address.zip': '85033' }),
    );
  });
});

describe('a day on which a source sends what cannot be', () => {
  const listings = GOOD.flatMap(({ records }) => records.filter(({ source }) => source === 'reso'));
  let problems: readonly string[];

  beforeAll(async () => {
    for (const listing of listings) await keep('2026-03-02', listing, { BedroomsTotal: 40 });
    await compose('2026-03-02');
    problems = await check('2026-03-02');
  }, 60_000);

  it('is told, with what fell and where to look', () => {
    expect(problems).toEqual([
      expect.stringMatching(/^quality below the gate: share of properties without a finding is \d\d(\.\d)? %/),
      expect.stringMatching(/fell to \d\d(\.\d)? % from \d+(\.\d)? % of 1 earlier runs; see: phx quality trends/),
      expect.stringMatching(/facts withheld a property is \d\d(\.\d)? %/),
    ]);
  });

  it('goes on showing the last good value, and keeps what came in the quarantine', async () => {
    const { key, propertyId, facts } = listings[0] ?? never();
    const good = facts.find(({ name }) => name === 'BedroomsTotal')?.value;
    const document = await shown().findOne({ property_id: propertyId });
    expect(document?.normalized.details.bedrooms).toBe(good);
    expect(document?.evidence['details.bedrooms']?.raw_ref).toBe(`raw-${key}-2026-03-01`);
    const kept = await database.db.collection('quarantine').find({ rule: 'beds-range' }).toArray();
    expect(kept).toHaveLength(listings.length);
    expect(kept[0]).toMatchObject({ source: 'reso', rawRef: expect.stringContaining('2026-03-02') });
  });

  it('tells what moved abruptly, though it could be true', async () => {
    const { records } = GOOD.find((one) => one.records.every(({ source }) => source !== 'reso')) ?? never();
    const county = records.find(({ source }) => source === 'maricopa-assessor') ?? never();
    const lot = county.facts.find(({ name }) => name === 'LotSizeSquareFeet')?.value;
    await keep('2026-03-03', county, { LotSizeSquareFeet: Number(lot) * 1.6 });
    await compose('2026-03-03');
    await check('2026-03-03');
    const row = await scores().findOne({ _id: county.propertyId });
    expect(row?.jumps.map(({ code, names }) => [code, ...names])).toEqual([['changed-abruptly', 'LotSizeSquareFeet']]);
    expect((await json('quality', 'report')).quality.findings['changed-abruptly']).toBeGreaterThanOrEqual(1);
  });

  it('leaves a read model that a rebuild gives again', async () => {
    const wrong: string[] = [];
    for await (const one of verifyDatabase(database.db, { sample: null, kindOrder })) {
      if (one.kind === 'fault' && one.fault.collection === 'processed_properties') wrong.push(one.fault.wrong);
    }
    expect(wrong).toEqual([]);
  });

  it('is in the trends with its likely cause', async () => {
    const { runs, worse } = await json('quality', 'trends', '--days', '3650');
    expect(runs.map(({ runDate }: { runDate: string }) => runDate)).toEqual(['2026-03-01', '2026-03-02', '2026-03-03']);
    expect(worse).toContainEqual(expect.objectContaining({ runDate: '2026-03-02', what: 'validity' }));
    expect((await phx('quality', 'trends', '--days', '3650')).stdout).toMatch(/got worse:/);
  });

  it('shows the field and the property with the reasons', async () => {
    const field = await json('quality', 'field', 'bedrooms');
    expect(field).toMatchObject({ name: 'BedroomsTotal', field: { withheld: listings.length } });
    const text = (await phx('quality', 'field', 'BedroomsTotal')).stdout;
    expect(text).toMatch(/maricopa-assessor cannot give details.bedrooms: the roll counts bath fixtures/);
    const { propertyId } = listings[0] ?? never();
    const one = await phx('quality', 'property', propertyId);
    expect(one.stdout).toMatch(/validity +beds-range +BedroomsTotal is 40/);
    expect((await phx('property', 'show', propertyId)).stdout).toMatch(
      /BedroomsTotal = 40\n.*\n +not shown to readers:/,
    );
    expect((await phx('quality', 'field', 'BedroomTotal')).stderr).toMatch(/did you mean BedroomsTotal/);
    expect((await phx('quality', 'report')).stdout).toMatch(/the quality is below the gate/);
  });
});

function never(): never {
  throw new Error('there is no listing');
}
