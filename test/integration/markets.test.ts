import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dailyWorkflowId, TASK_QUEUES } from '../../core/ids.js';
import { DEFAULT_RUN_OPTIONS, type RunOptions, type RunSummary } from '../../core/schemas/run.js';
import type { ProcessedPropertyDocument } from '../../domain/document-shape.js';
import { OWNER_CANARIES } from '../../sandbox/owners.js';
import { pimaParcels } from '../../sandbox/pima.js';
import type { RunDocument } from '../../store/documents.js';
import type { dailySequence } from '../../workflows/daily-sequence.js';
import { databaseTraces, findWords } from '../support/traces.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const RUN_DATE = '2026-03-02';
const PARCELS = 20;

let world: TestWorld;

/** The day of a market, whichever it is: the same workflow, the same activities. */
async function dayOf(market: string, options: Partial<RunOptions> = {}): Promise<RunSummary> {
  const client = await world.client();
  const { runKey } = await client.workflow.execute<typeof dailySequence>('dailySequence', {
    workflowId: dailyWorkflowId(market, RUN_DATE),
    taskQueue: TASK_QUEUES.pipeline,
    args: [
      { market, runDate: RUN_DATE, kind: 'daily', options: { ...DEFAULT_RUN_OPTIONS, llmSeconds: 0, ...options } },
    ],
  });
  const summary = (await world.db.collection<RunDocument>('runs').findOne({ _id: runKey }))?.summary;
  if (!summary) throw new Error(`${runKey} has no summary`);
  return summary;
}

const documents = (market: string) =>
  world.db.collection<ProcessedPropertyDocument>('processed_properties').find({ market }).toArray();

beforeAll(async () => {
  world = await startTestWorld({ parcelsPerZip: PARCELS, gisPageRows: 15 });
  await world.startWorker();
}, 120_000);
afterAll(() => world?.stop(), 60_000);

describe('a market of another county', () => {
  it('is walked by its own source and no other, and its properties are of its county', async () => {
    const { status, sources, counts } = await dayOf('tucson');
    expect(status).toBe('complete');
    expect(sources.map(({ name }) => name)).toEqual(['pima-assessor']);
    expect(counts).toMatchObject({ seen: 3 * PARCELS, stored: 3 * PARCELS });
    expect(world.sandbox.county.log).toEqual([]);
    const truth = new Map(
      pimaParcels({ seed: 'phoenix', parcelsPerZip: PARCELS }).map((parcel) => [
        `${parcel.truth.ParcelNumber}`,
        parcel,
      ]),
    );
    const found = await documents('tucson');
    expect(found.map(({ parcel_number }) => parcel_number).sort()).toEqual([...truth.keys()].sort());
    for (const { property_id, parcel_number, normalized } of found) {
      const parcel = truth.get(parcel_number ?? '');
      expect(property_id).toBe(`us-az-pima:${parcel_number}`);
      expect(normalized.address).toMatchObject({ city: 'Tucson', state: 'AZ', zip: parcel?.zip });
      const { Latitude: latitude, Longitude: longitude } = parcel?.truth ?? {};
      expect(normalized.location).toEqual({ latitude, longitude });
    }
  }, 120_000);

  it('keeps nobody to whom the tax bill goes', async () => {
    expect(findWords(await databaseTraces(world.db), [...OWNER_CANARIES, 'SOMEWHERE ELSE'])).toEqual([]);
  });
});

describe('a second market of one county', () => {
  it('walks its own ZIPs alone, with the sources there are', async () => {
    const sources = ['maricopa-assessor', 'maricopa-gis'] as const;
    const { status, sources: ran } = await dayOf('scottsdale', { sources });
    expect(status).toBe('complete');
    for (const { zips } of ran) expect(zips.map(({ zip }) => zip).sort()).toEqual(['85250', '85251', '85257']);
    const found = await documents('scottsdale');
    expect(found).toHaveLength(3 * PARCELS);
    expect(found.every(({ property_id }) => property_id.startsWith('us-az-maricopa:'))).toBe(true);
    expect(await documents('tucson')).toHaveLength(3 * PARCELS);
  }, 120_000);
});
