import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LANES } from '../../../sources/maricopa-assessor/settings.js';
import type { ArtifactDocument } from '../../../store/artifacts.js';
import { shapeChanges } from '../../../store/json-shapes.js';
import { acceptWindow } from '../../../store/windows/accept.js';
import { addsUp, COUNTY, type FaultWorld, startFaultWorld, ZIPS } from '../../support/fault-world.js';

const TODAY = '2026-03-03';
const YESTERDAY = '2026-03-02';
const EVERYTHING = { seen: 90, stored: 90, unchanged: 0, quarantined: 0, excluded: 0 };
const COMPLETE = { 85031: 'complete', 85033: 'complete', 85035: 'complete' };

let world: FaultWorld;

beforeAll(async () => {
  world = await startFaultWorld();
}, 120_000);
beforeEach(() => world.empty());
afterAll(() => world.stop(), 60_000);

describe('an answer that is not what was asked for', () => {
  it('stops the source at once when the token is refused, and names it for every ZIP', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'refused-token' } });
    const { status, sources, missing, counts } = await world.day(TODAY);
    expect(status).toBe('failed');
    expect(sources).toMatchObject([{ name: COUNTY, status: 'failed' }]);
    expect(missing.length).toBe(ZIPS.length);
    for (const [zip, state] of Object.entries(await world.ledger(TODAY))) {
      expect(state).toMatch(/^failed: AuthRejected: /);
      expect(missing).toContain(`${COUNTY} ${zip}: ${state}`);
    }
    expect(Object.keys(await world.ledger(TODAY))).toEqual([...ZIPS]);
    expect(counts.seen).toBe(0);
    const asked = world.sandbox.county.log.filter(({ path }) => path !== '/robots.txt'); // which needs no token
    expect(asked.length).toBeLessThanOrEqual(LANES + 1);
  }, 90_000);

  it('is asked again where it is a page in the place of data, and the day is complete', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'html' }, path: 'q=85033', times: 2 });
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'html' }, path: '^/parcel/', times: 1 });
    const { status, counts, sources } = await world.day(TODAY);
    expect({ status, counts }).toEqual({ status: 'complete', counts: EVERYTHING });
    expect(sources[0]?.details).toMatchObject({ missing: 0 });
    expect(await world.ledger(TODAY)).toEqual(COMPLETE);
    const pages = await world.db
      .collection('fetches')
      .find({ status: 200, error: { $ne: null } })
      .toArray();
    expect(pages.map(({ error }) => error)).toEqual(Array(3).fill('SourceUnavailable'));
  }, 120_000);

  it('fails one ZIP that the county says it does not have, completes the others, and the next run fills the gap', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'status', status: 404 }, path: 'q=85033' });
    const summary = await world.day(TODAY);
    const address = `${world.sandbox.county.url}/search/property/?q=85033&page=1`;
    const sentence = `failed: ResponseInvalid: ${COUNTY}: ${address}: the county has no such parcel (status 404)`;
    expect(summary.status).toBe('partial');
    expect(summary.missing).toEqual([`${COUNTY} 85033: ${sentence}`]);
    expect(await world.ledger(TODAY)).toEqual({ ...COMPLETE, 85033: sentence });
    expect(summary.counts).toEqual({ ...EVERYTHING, seen: 60, stored: 60 });

    world.sandbox.faults.clear();
    world.sandbox.log.clear();
    const again = await world.day(TODAY);
    expect(again.status).toBe('complete');
    expect(again.counts).toEqual({ ...EVERYTHING, stored: 30, unchanged: 60 });
    expect(await world.ledger(TODAY)).toEqual(COMPLETE);
    expect(new Set(world.searches().map(({ query }) => query.q))).toEqual(new Set(['85033']));
  }, 120_000);

  it('keeps the good rows and quarantines the others when a field has another name, and stops the source', async () => {
    world.sandbox.faults.add({
      service: 'county',
      effect: { kind: 'drift', change: 'rename', field: 'PropertyType' },
      path: 'q=85031&page=2',
    });
    const summary = await world.day(TODAY);
    const states = await world.ledger(TODAY);
    expect(summary.status).not.toBe('complete');
    expect(states[85031]).toMatch(/^failed: SchemaDrift: .*Results\[\]\.PropertyType/);
    expect(summary.missing).toContain(`${COUNTY} 85031: ${states[85031]}`);
    expect(addsUp(summary)).toBe(true);
    const own = summary.sources[0]?.zips.find(({ zip }) => zip === '85031');
    expect(own).toMatchObject({ seen: 30, stored: 25, quarantined: 5 });
    expect((await world.quarantined()).length).toBe(5);
    expect(await world.db.collection('raw_properties').countDocuments({ zip: '85031' })).toBe(25);
    expect(world.sandbox.county.log.filter(({ path }) => path.startsWith('/parcel/'))).toEqual([]);
    const fixture = await world.db.collection<ArtifactDocument>('artifacts').findOne({ code: 'SchemaDrift' });
    expect(fixture).toMatchObject({ mediaType: 'application/json', source: COUNTY, zip: '85031' });
    expect(states[85031]).toContain(`page kept as ${fixture?.path}`);
    const body: unknown = JSON.parse(await readFile(join(world.dataFolder, fixture?.path ?? ''), 'utf8'));
    expect(body).toMatchObject({
      Results: expect.arrayContaining([expect.objectContaining({ Ownership: '[withheld]' })]),
    });
  }, 90_000);

  it('warns of an optional field that has another name, by path, with share and time, and the day is complete', async () => {
    expect((await world.day(YESTERDAY)).warnings).toEqual([]);
    const effect = { kind: 'drift', change: 'rename', field: 'SubdivisonName' } as const;
    world.sandbox.faults.add({ service: 'county', effect, path: '^/search/' });
    const before = new Date().toISOString();
    const { status, counts, warnings = [] } = await world.day(TODAY);
    expect({ status, quarantined: counts.quarantined }).toEqual({ status: 'complete', quarantined: 0 });
    const gone = warnings.find((line) => line.includes('Results[].SubdivisonName:'));
    expect(gone).toMatch(
      /search-page: Results\[\]\.SubdivisonName: gone from 90 of 90 rows \(was string\), last seen 20/,
    );
    const fresh = warnings.find((line) => line.includes(': new field'));
    expect(fresh).toMatch(/search-page: Results\[\]\.\w+: new field \(string\) in \d+ of 90 rows, first seen 20/);
    expect((fresh ?? '').slice(-24) > before).toBe(true);
    expect(warnings).toHaveLength(2);
    expect(
      (await shapeChanges(world.db, { source: COUNTY, since: new Date(before) })).map(({ change }) => change).sort(),
    ).toEqual(['gone', 'new']);
    const again = await world.day(TODAY);
    expect(again.warnings).toEqual([]); // nothing was asked, nothing is counted twice
  }, 120_000);

  it('suspects a ZIP that is empty where the last complete day was full, and forgets nothing', async () => {
    expect((await world.day(YESTERDAY)).status).toBe('complete');
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'empty' }, path: 'q=85035' });
    const summary = await world.day(TODAY);
    expect(summary.status).toBe('partial');
    expect(await world.ledger(TODAY)).toEqual({ ...COMPLETE, 85035: `suspect: 0 keys, and 30 on ${YESTERDAY}` });
    expect(summary.missing).toEqual([`${COUNTY} 85035: suspect: 0 keys, and 30 on ${YESTERDAY}`]);
    expect(await world.db.collection('raw_properties').countDocuments({ zip: '85035' })).toBe(30);
    const name = { market: 'phoenix', source: COUNTY, zip: '85035', runDate: TODAY } as const;
    const word = { by: 'operator', reason: 'the post office closed the ZIP' };
    expect(await acceptWindow(world.db, { ...name, zip: '85031' }, word)).toBe('complete');
    expect(await acceptWindow(world.db, { ...name, zip: '85999' }, word)).toBeNull();
    expect(await acceptWindow(world.db, name, word)).toBe('suspect');
    expect(await world.ledger(TODAY)).toEqual(COMPLETE);
    const again = await world.day(TODAY);
    expect(again.status).toBe('complete'); // not asked again
    expect(again.counts.seen).toBe(60);
  }, 120_000);

  it('is partial, with figures, where the source names more than it gives', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'empty' }, path: 'q=85031&page=2' });
    const summary = await world.day(TODAY);
    const sentence = 'partial: 25 of 30 that the source names';
    expect(summary.status).toBe('partial');
    expect(summary.missing).toEqual([`${COUNTY} 85031: ${sentence}`]);
    expect(await world.ledger(TODAY)).toEqual({ ...COMPLETE, 85031: sentence });
    expect(summary.counts).toEqual({ ...EVERYTHING, seen: 85, stored: 85 });
  }, 90_000);

  it('marks a parcel that the county does not have as missing, and the day is complete', async () => {
    world.sandbox.faults.add({
      service: 'county',
      effect: { kind: 'status', status: 404 },
      path: '^/parcel/',
      times: 3,
    });
    const summary = await world.day(TODAY);
    expect(summary.status).toBe('complete');
    expect(summary.counts).toEqual(EVERYTHING);
    expect(summary.sources[0]?.details).toEqual({ done: 17, missing: 3, leftForLater: 70 });
    const marks = await world.db.collection('window_pages').find({ detail: 'missing' }).toArray();
    expect(marks.map(({ reason }) => reason)).toEqual(Array(3).fill('the county has no such parcel (status 404)'));
  }, 90_000);
});
