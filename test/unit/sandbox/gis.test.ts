import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import type { Cursor } from '../../../core/schemas/collect.js';
import { gisRecords } from '../../../sandbox/gis.js';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.js';
import { valuesOf } from '../../support/county-source.js';
import { GIS_WINDOW, gisSource } from '../../support/gis-source.js';

let sandbox: Sandbox;
const { signal } = new AbortController();

beforeAll(async () => {
  const recordings = join(projectRoot(), 'sandbox', 'recordings', 'maricopa');
  sandbox = await startSandbox({ recordings, parcelsPerZip: 120, gisPageRows: 50 });
});
afterAll(() => sandbox.stop());

/** All records of a ZIP code as the source reads them. */
async function readZip(zip: string) {
  const source = gisSource(sandbox.gis.url);
  const results = [];
  for (let cursor: Cursor | null = null; ; ) {
    const page = await source.readPage({ ...GIS_WINDOW, zip }, cursor, signal);
    for (const payload of page.payloads) results.push(source.parse({ ...payload, body: source.redact(payload.body) }));
    if (page.nextCursor === null) return results;
    cursor = page.nextCursor;
  }
}

it('the source reads the truth of every parcel, page by page', async () => {
  const truth = gisRecords(sandbox.world);
  for (const zip of sandbox.world.zips) {
    const results = await readZip(zip);
    expect(results.flatMap(({ rejects }) => rejects)).toEqual([]);
    const records = results.flatMap((result) => result.records);
    expect(records.map(({ key }) => key).sort()).toEqual(
      sandbox.world
        .parcelsOf(zip)
        .map(({ facts }) => facts.apn)
        .sort(),
    );
    for (const record of records) expect(valuesOf(record)).toMatchObject(truth.get(record.key)?.truth ?? {});
  }
});

describe('the truth', () => {
  it('places every parcel inside the county', () => {
    for (const { truth } of gisRecords(sandbox.world).values()) {
      expect(truth.Latitude).toBeGreaterThanOrEqual(32.5);
      expect(truth.Latitude).toBeLessThanOrEqual(34.1);
      expect(truth.Longitude).toBeGreaterThanOrEqual(-113.4);
      expect(truth.Longitude).toBeLessThanOrEqual(-111);
    }
  });

  it('names the few values that differ from the assessor, and no other differs', () => {
    const records = [...gisRecords(sandbox.world).values()];
    const differing = records.filter(({ disagreements }) => disagreements.length > 0);
    expect(differing.length).toBeGreaterThan(5);
    expect(differing.length).toBeLessThan(records.length / 5);
    for (const { truth, disagreements } of records) {
      const home = sandbox.world.parcel(String(truth.ParcelNumber))?.facts.home;
      const named = new Set(disagreements.map(({ name }) => name));
      expect(truth.LivingArea === (home?.livingArea ?? undefined)).toBe(!named.has('LivingArea'));
      expect(truth.YearBuilt === (home?.yearBuilt ?? undefined)).toBe(!named.has('YearBuilt'));
    }
  });
});

describe('the stand-in', () => {
  const ask = async (query: Readonly<Record<string, string>>) => {
    const url = `${sandbox.gis.url}/arcgis/rest/services/Parcels/MapServer/0/query?${new URLSearchParams({ f: 'json', ...query })}`;
    return (await fetch(url)).json();
  };

  it('has owners and mail for whoever asks for them', async () => {
    const body = await ask({ where: "PHYSICAL_ZIP='85031'", outFields: '*', resultRecordCount: '1' });
    expect(body).toMatchObject({
      features: [{ attributes: { OWNER_NAME: expect.any(String) } }],
      exceededTransferLimit: true,
    });
  });

  it.each([
    ['another condition', { where: '1=1' }],
    ['a field it does not have', { where: "PHYSICAL_ZIP='85031'", outFields: 'APN,NOTHING' }],
  ])('refuses %s with 200 and an error', async (_name, query) => {
    expect(await ask(query)).toMatchObject({ error: { code: 400 } });
  });

  it.each([
    ['error-body', { kind: 'error-body', code: 500 }, 'SourceUnavailable'],
    ['refused-token', { kind: 'refused-token' }, 'AuthRejected'],
    ['html', { kind: 'html' }, 'SourceUnavailable'],
    ['status', { kind: 'status', status: 429, retryAfterSeconds: 3 }, 'RateLimited'],
  ] as const)('shows the fault %s once', async (_name, effect, code) => {
    sandbox.faults.add({ service: 'gis', effect, times: 1 });
    const source = gisSource(sandbox.gis.url);
    await expect(source.readPage(GIS_WINDOW, null, signal)).rejects.toMatchObject({ code });
    await expect(source.readPage(GIS_WINDOW, null, signal)).resolves.toMatchObject({ total: 120 });
  });
});
