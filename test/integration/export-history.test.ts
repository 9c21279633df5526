import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EXPORTS } from '../../reports/export/dataset.js';
import { openFileSink } from '../../reports/export/file.js';
import { type ExportRequest, type Manifest, writeExport } from '../../reports/export/write-export.js';
import { listingKey } from '../../sandbox/reso-record.js';
import type { RecordVersionDocument } from '../../store/documents.js';
import { propertyAsOf } from '../../store/history.js';
import { EXPORT_OF_ALL } from '../support/export-request.js';
import { startWindowWalks, type WindowWalks } from '../support/window-walks.js';

const ZIP = '85031';
const BASE = { ...EXPORT_OF_ALL, what: 'listings' } as const satisfies ExportRequest;

describe('an export of what was', () => {
  let walks: WindowWalks;
  let folder: string;
  let firstDay: Date;
  let cheaper: { readonly key: string; readonly before: number; readonly after: number };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'phoenix-export-'));
    walks = await startWindowWalks('reso', ZIP, { parcelsPerZip: 30, listings: 24 });
    const [listing] = walks.sandbox.world.listings.filter(({ zip }) => zip === ZIP);
    if (listing === undefined) throw new Error('the world has no listing');
    cheaper = { key: listingKey(listing), before: listing.listPrice, after: listing.listPrice - 1_000 };
    await walks.walk('2026-03-01', {});
    firstDay = new Date();
    await new Promise((wake) => setTimeout(wake, 5));
    walks.sandbox.reso.desk.change(listing.listingId, { ListPrice: cheaper.after });
    await walks.walk('2026-03-02', {});
  }, 60_000);
  afterAll(async () => {
    await walks?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  async function read(changes: Partial<ExportRequest>) {
    const path = join(folder, 'rows.json');
    const { db } = walks.database;
    const manifest: Manifest = await writeExport(
      db,
      { ...BASE, ...changes },
      await openFileSink(path),
      new AbortController().signal,
    );
    const rows: readonly Record<string, unknown>[] = JSON.parse(await readFile(path, 'utf8'));
    return { manifest, rows };
  }
  const count = (collection: string, match: object = {}) =>
    walks.database.db.collection(collection).countDocuments(match);

  it('has the listings of now, and those of a moment with what they said then', async () => {
    const now = await read({ provenance: true });
    expect(now.rows).toHaveLength(await count('raw_properties', { source: 'reso' }));
    const row = now.rows.find(({ listing_key }) => listing_key === cheaper.key);
    expect(row).toMatchObject({ list_price: cheaper.after, version: 2, gone_since: null, list_price__source: 'reso' });
    const then = await read({ asOf: firstDay });
    expect(then.rows).toHaveLength(await count('record_versions', { knownFrom: { $lte: firstDay } }));
    expect(then.rows.find(({ listing_key }) => listing_key === cheaper.key)).toMatchObject({
      list_price: cheaper.before,
      version: 1,
    });
    expect(then.manifest.asOf).toBe(firstDay.toISOString());
    expect(now.manifest.columns).toContainEqual({ name: 'list_price', type: 'number', reso: 'ListPrice' });
  });

  it('has the properties of a moment, each with the facts that hold for it then, and where they come from', async () => {
    const { rows, manifest } = await read({ what: 'properties', asOf: firstDay, provenance: true });
    expect(rows).toHaveLength((await walks.database.db.collection('raw_properties').distinct('propertyId')).length);
    const wanted = rows.find((row) => row.pricing_list_price__request !== null);
    const moment = { validMs: firstDay.getTime(), knownMs: firstDay.getTime() };
    const [direct] = await propertyAsOf(walks.database.db, String(wanted?.property_id), moment);
    const fact = direct?.record.facts.find(({ name }) => name === 'ListPrice');
    expect(wanted).toMatchObject({
      pricing_list_price: fact?.value,
      pricing_list_price__source: 'reso',
      pricing_list_price__request: fact?.fetchId,
      pricing_list_price__raw_sha256: fact?.rawRef,
      pricing_list_price__at: fact?.fetchedAt,
      description: null,
      rental_estimate: null,
    });
    const changed = rows.find(({ raw_ids }) => JSON.stringify(raw_ids).includes(cheaper.key));
    expect(changed?.pricing_list_price).toBe(cheaper.before);
    expect(manifest.notes).toHaveLength(2);
    expect((await read({ what: 'properties', asOf: new Date('2020-01-01T00:00:00Z') })).rows).toEqual([]);
  });

  it('holds nothing of persons, whatever is asked for', async () => {
    const [record] = await walks.database.db.collection('raw_properties').find({}).limit(1).toArray();
    const person = {
      propertyId: record?.propertyId,
      class: 'owner-name',
      value: 'Canary Q. Owner',
      expireAt: new Date(4e12),
    };
    await walks.database.db.collection('personal_facts').insertOne(person);
    for (const what of EXPORTS) {
      const provenance = what !== 'windows' && what !== 'costs';
      const { rows } = await read({ what, provenance });
      expect(JSON.stringify(rows)).not.toContain('Canary');
    }
  });

  it('has events, versions and windows as they are kept', async () => {
    const events = await read({ what: 'events', provenance: true });
    expect(events.rows).toHaveLength(await count('change_events'));
    expect(events.rows.find(({ kind }) => kind === 'price cut')).toMatchObject({
      before: { ListPrice: cheaper.before },
      after: { ListPrice: cheaper.after },
      after_evidence: { kind: 'reso-row' },
    });
    expect((await read({ what: 'events', asOf: firstDay })).rows).toEqual([]);
    const versions = await read({ what: 'versions', zips: [ZIP] });
    expect(versions.rows).toHaveLength(await count('record_versions'));
    const [kept] = await walks.database.db
      .collection<RecordVersionDocument>('record_versions')
      .find({ version: 2 })
      .toArray();
    expect(versions.rows.find(({ version_id }) => version_id === kept?._id)).toMatchObject({
      content_hash: kept?.contentHash,
      valid_from: kept?.validFrom.toISOString(),
    });
    expect((await read({ what: 'versions', zips: ['99999'] })).rows).toEqual([]);
    const windows = await read({ what: 'windows', range: { from: '2026-03-02', to: '2026-03-02' } });
    expect(windows.rows).toMatchObject([{ source: 'reso', zip: ZIP, run_date: '2026-03-02', state: 'complete' }]);
  });
});
