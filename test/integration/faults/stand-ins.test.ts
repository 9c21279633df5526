import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunSummary } from '../../../core/schemas/run.js';
import type { ProcessedPropertyDocument } from '../../../domain/document-shape.js';
import type { RawPropertyDocument, WindowDocument } from '../../../store/documents.js';
import { type FaultWorld, startFaultWorld } from '../../support/fault-world.js';

const TODAY = '2026-03-03';
const ZIPS = ['85031', '85033'];
let world: FaultWorld;
let summary: RunSummary;

beforeAll(async () => {
  // Without a browser the listing site is left out of every run.
  world = await startFaultWorld({ parcelsPerZip: 20, listings: 30, variables: { CHROMIUM_PATH: '' } });
  world.sandbox.faults.add({ service: 'county', effect: { kind: 'status', status: 404 }, path: 'q=85033' });
  summary = await world.day(TODAY, { sources: null, zips: ZIPS });
}, 180_000);
afterAll(() => world?.stop(), 60_000);

it('the summary says what stands instead of what, and why', () => {
  expect(summary.warnings).toEqual([
    expect.stringMatching(/^85033: maricopa-gis instead of maricopa-assessor, because ResponseInvalid: /),
    '85031 85033: reso instead of phoenix-mls, because there is no browser; phx doctor says how to get one',
  ]);
});

it('the day is not complete by it: the window that failed stays failed, the source that was left out stays out', async () => {
  expect(summary.status).toBe('partial');
  expect(summary.missing).toEqual([
    expect.stringMatching(/^maricopa-assessor 85033: failed: ResponseInvalid/),
    'phoenix-mls: skipped: there is no browser; phx doctor says how to get one',
  ]);
  const windows = await world.db.collection<WindowDocument>('windows').find({ runDate: TODAY }).toArray();
  expect(windows.map(({ source, zip, state }) => `${source} ${zip} ${state}`).sort()).toEqual([
    'maricopa-assessor 85031 complete',
    'maricopa-assessor 85033 failed',
    'maricopa-gis 85031 complete',
    'maricopa-gis 85033 complete',
    'reso 85031 complete',
    'reso 85033 complete',
  ]);
});

it('every fact says which source it is from, and nothing was asked twice', async () => {
  const records = await world.db.collection<RawPropertyDocument>('raw_properties').find({ zip: '85033' }).toArray();
  expect(new Set(records.map(({ source }) => source))).toEqual(new Set(['maricopa-gis', 'reso']));
  const properties = await world.db
    .collection<ProcessedPropertyDocument>('processed_properties')
    .find({ 'normalized.address.zip': '85033' })
    .toArray();
  expect(properties.length).toBeGreaterThan(0);
  const sources = properties.flatMap(({ evidence }) => Object.values(evidence).map(({ source }) => source));
  expect([...new Set(sources)].sort()).toEqual(['maricopa-gis', 'reso']);
  const asked = world.sandbox.gis.log.map(({ query }) => JSON.stringify(query));
  expect(new Set(asked).size).toBe(asked.length);
});
