import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunSummary } from '../../core/schemas/run.js';
import type { ProcessedPropertyDocument } from '../../domain/document-shape.js';
import { gisRecords } from '../../sandbox/gis.js';
import type { RunDocument } from '../../store/documents.js';
import { testBrowser } from '../support/browser.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const RUN_DATE = '2026-03-02';

let world: TestWorld;
let first: RunSummary;

async function summaryOf(runKey: string): Promise<RunSummary> {
  const summary = (await world.db.collection<RunDocument>('runs').findOne({ _id: runKey }))?.summary;
  if (!summary) throw new Error(`run ${runKey} has no summary`);
  return summary;
}

beforeAll(async () => {
  const chromium = await testBrowser();
  world = await startTestWorld({ parcelsPerZip: 30, variables: { CHROMIUM_PATH: chromium } });
  await world.startWorker();
  const { runKey } = await world.runDay(RUN_DATE);
  first = await summaryOf(runKey);
}, 180_000);

afterAll(() => world?.stop(), 60_000);

describe('a whole day over all sources', () => {
  it('is complete, and its counts add up', () => {
    expect(first.missing).toEqual([]);
    expect(first.status).toBe('complete');
    const { seen, stored, unchanged, quarantined, excluded } = first.counts;
    expect(seen).toBe(stored + unchanged + quarantined + excluded);
    const zips = first.sources.flatMap((source) => source.zips);
    expect(zips.reduce((sum, zip) => sum + zip.seen, 0)).toBe(seen);
  });

  it('has every parcel and every listing of the world, once', async () => {
    const parcels = world.sandbox.world.zips.flatMap((zip) => world.sandbox.world.parcelsOf(zip)).length;
    const raw = world.db.collection('raw_properties');
    expect(await raw.countDocuments({ source: 'maricopa-assessor' })).toBe(parcels);
    expect(await raw.countDocuments({ source: 'maricopa-gis' })).toBe(parcels);
    expect(await raw.countDocuments({ source: 'phoenix-mls' })).toBe(world.sandbox.world.listings.length);
  });

  it('joins every listing to its parcel: by the assessor number, and by address and facts where it names none', async () => {
    const { listings } = world.sandbox.world;
    const joined = await world.db
      .collection<ProcessedPropertyDocument>('processed_properties')
      .find({ raw_ids: { $regex: '^phoenix-mls:' }, parcel_number: { $ne: null } })
      .toArray();
    expect(joined.map(({ parcel_number }) => parcel_number).sort()).toEqual(
      listings.map(({ parcelNumber }) => parcelNumber).sort(),
    );
    for (const { normalized } of joined) {
      expect(normalized.pricing.list_price).toBeGreaterThan(0);
      expect(normalized.details.bedrooms).toBeGreaterThan(0);
    }
  });

  it('knows the place of every parcel, from the map layer where the assessor has none', async () => {
    const truth = gisRecords(world.sandbox.world);
    const parcels = await world.db
      .collection<ProcessedPropertyDocument>('processed_properties')
      .find({ parcel_number: { $ne: null } })
      .toArray();
    for (const { parcel_number, normalized, evidence } of parcels) {
      const { Latitude, Longitude } = truth.get(parcel_number ?? '')?.truth ?? {};
      expect(normalized.location).toEqual({ latitude: Latitude, longitude: Longitude });
      expect(evidence['location.latitude']?.source).toMatch(/^maricopa-/);
    }
  });

  it('leads from every shown value to the bytes it came from', async () => {
    const documents = await world.db.collection<ProcessedPropertyDocument>('processed_properties').find().toArray();
    const evidence = documents.flatMap((document) => Object.values(document.evidence));
    const cited = [...new Set(evidence.map(({ raw_ref }) => raw_ref))];
    const asked = [...new Set(evidence.map(({ fetch_id }) => fetch_id))];
    expect(evidence.length).toBeGreaterThan(documents.length);
    expect(await world.db.collection<{ _id: string }>('raw_payloads').countDocuments({ _id: { $in: cited } })).toBe(
      cited.length,
    );
    expect(await world.db.collection<{ _id: string }>('fetches').countDocuments({ _id: { $in: asked } })).toBe(
      asked.length,
    );
  });

  it('mails the summary once, and keeps it', () => {
    expect(first.mail).toEqual({ sent: true, reason: null });
    expect(world.sandbox.smtp.received).toHaveLength(1);
    expect(first.report).toMatch(/run-summary\.html$/);
  });

  it('stores nothing new and asks nothing when the same day runs again', async () => {
    const asked = world.sandbox.log.entries().length;
    const versions = await world.db.collection('record_versions').countDocuments();
    const { runKey } = await world.runDay(RUN_DATE);
    const second = await summaryOf(runKey);
    expect(second.status).toBe('complete');
    expect(second.sources.map(({ requests, details }) => [requests, details.done])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(second.counts).toEqual({
      ...first.counts,
      stored: 0,
      unchanged: first.counts.stored + first.counts.unchanged,
    });
    expect(await world.db.collection('record_versions').countDocuments()).toBe(versions);
    expect(world.sandbox.log.entries()).toHaveLength(asked);
  }, 60_000);
});
