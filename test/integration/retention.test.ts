import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Document } from 'mongodb';
import { createUpkeepActivities } from '../../activities/upkeep.js';
import { loadConfig } from '../../core/config.js';
import { reportId } from '../../core/ids.js';
import { loadRetention } from '../../core/product-settings.js';
import type { RetentionRow } from '../../core/schemas/retention.js';
import type { UpkeepResult } from '../../core/schemas/upkeep.js';
import { listingKey } from '../../sandbox/reso-record.js';
import { createOfflineSources, kindOrders } from '../../sources/offline.js';
import { recordArtifact } from '../../store/artifacts.js';
import { keepPayload, spareAnswers } from '../../store/raw-payloads.js';
import { runsOfDay } from '../../store/replay/day-answers.js';
import { keepReport, noteReportFiles } from '../../store/reports/reports.js';
import { keepRetention } from '../../store/retention/index.js';
import { keepWindowPages } from '../../store/retention/window-pages.js';
import { daysUntilFull, growthOf, measureCollections } from '../../store/size.js';
import { upkeepWarnings } from '../../store/upkeep.js';
import { verifyDatabase } from '../../store/verify/verify.js';
import { newsIn } from '../../store/windows/absences.js';
import { closeWindow, keepPage, openWindow } from '../../store/windows/windows.js';
import { startWindowWalks, type WindowWalks } from '../support/window-walks.js';

const ZIP = '85031';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LATER_MS = 91 * DAY_MS;
const MADE_UP = 450;
/** With the answer of the source that lists keys alone. */
const UNCITED = MADE_UP + 1;
const policy = loadRetention();
const sources = createOfflineSources(loadConfig({ env: { PHOENIX_MODE: 'demo' }, file: '/dev/null' }));

let walks: WindowWalks;
let dataFolder: string;
const rows = (name: string) => walks.database.db.collection<Document & { _id: string }>(name);
const retention = (afterMs: number, apply = true, signal = new AbortController().signal) =>
  keepRetention(walks.database.db, { policy, dataFolder, apply, now: new Date(Date.now() + afterMs), signal });
const row = (list: readonly RetentionRow[], what: RetentionRow['what']) => list.find((one) => one.what === what);

async function faults(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const one of verifyDatabase(walks.database.db, { sample: null, kindOrder: kindOrders(sources) }))
    if (one.kind === 'fault') found.push(`${one.fault.collection} ${one.fault.id}: ${one.fault.wrong}`);
  return found;
}

const payload = (at: number) => ({
  kind: 'reso-page',
  key: null,
  url: `http://reso.example/${at}`,
  fetchId: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
  fetchedAt: new Date().toISOString(),
  body: { type: 'json', json: { uncited: at } } as const,
});

/** Two days of a source with changes, and answers that nothing cites. */
beforeAll(async () => {
  walks = await startWindowWalks('reso', ZIP, { parcelsPerZip: 40, listings: 40 });
  dataFolder = await mkdtemp(join(tmpdir(), 'phoenix-retention-'));
  await walks.walk('2026-03-01');
  for (const listing of walks.sandbox.world.listings.filter(({ zip }) => zip === ZIP).slice(0, 5))
    walks.sandbox.reso.desk.change(listing.listingId, { ListPrice: listing.listPrice - 1_000 });
  await walks.walk('2026-03-02');
  expect(await rows('change_events').countDocuments()).toBeGreaterThan(4);
  const { db } = walks.database;
  for (let at = 0; at < MADE_UP; at += 1) await keepPayload(db, 'reso', payload(at));
}, 120_000);
afterAll(async () => {
  await walks?.stop();
  await rm(dataFolder, { recursive: true, force: true });
}, 60_000);

describe('retention', () => {
  it('touches nothing that is younger than it is kept', async () => {
    const { rows: list } = await retention(LATER_MS - 2 * DAY_MS);
    expect(list.map(({ old, marked, removed }) => old + marked + removed)).toEqual(list.map(() => 0));
  });

  it('shows what would go, and changes nothing by that', async () => {
    const before = await rows('raw_payloads').find().sort({ _id: 1 }).toArray();
    const { applied, rows: list } = await retention(LATER_MS, false);
    expect(applied).toBe(false);
    expect(row(list, 'raw_payloads')).toMatchObject({ old: before.length, marked: UNCITED, removed: 0 });
    expect(await rows('raw_payloads').find().sort({ _id: 1 }).toArray()).toEqual(before);
  });

  it('removes what the steps of old windows gave, not of the last ones, and nothing rests on it any more', async () => {
    const { db } = walks.database;
    const day = { county: 'us-az-maricopa', market: 'phoenix', runDate: '2026-03-01', sources: ['reso'] } as const;
    const pages = (runDate: string) => rows('window_pages').countDocuments({ windowId: { $regex: runDate } });
    const before = { first: await pages('2026-03-01'), last: await pages('2026-03-02') };
    const runKeys = await runsOfDay(db, day);
    const events = await rows('change_events').countDocuments();
    const options = { policy, now: new Date(Date.now() + LATER_MS), signal: new AbortController().signal };
    const shown = await keepWindowPages(db, { ...options, apply: false });
    expect(shown).toMatchObject({ old: before.first + before.last, removed: before.first, cited: before.last });
    expect(await pages('2026-03-01')).toBe(before.first);
    expect(await keepWindowPages(db, { ...options, apply: true })).toEqual(shown);
    expect(await keepWindowPages(db, { ...options, apply: true })).toMatchObject({ old: before.last, removed: 0 });
    expect({ first: await pages('2026-03-01'), last: await pages('2026-03-02') }).toEqual({ ...before, first: 0 });
    expect(await faults()).toEqual([]);
    expect(await runsOfDay(db, day)).toEqual(runKeys);

    // A day between the two is filled, whose window before it cannot be compared with any more; then the next day follows.
    const filled = { ...day, source: 'reso', zip: ZIP, runDate: '2026-03-01', runKey: 'filled' } as const;
    expect(await newsIn(db, { ...filled, runDate: '2026-03-02' }, ['never-named'])).toEqual(new Set());
    expect(await newsIn(db, { ...filled, runDate: '2026-03-03' }, ['never-named'])).toEqual(new Set(['never-named']));
    await walks.walk('2026-03-03');
    expect(await rows('change_events').countDocuments()).toBe(events);
    expect(await faults()).toEqual([]);
  }, 60_000);

  it('walks a window anew whose pages are gone, and counts it again', async () => {
    const { db } = walks.database;
    const window = {
      county: 'us-az-maricopa',
      market: 'phoenix',
      source: 'reso',
      zip: ZIP,
      runDate: '2026-03-01',
      limit: null,
    } as const;
    const again = { ...window, runKey: 'again' };
    expect(await openWindow(db, again, false)).toBe(false);
    const page = { step: 'walk:', keys: [{ key: 'one', outcome: 'unchanged' }], total: 1 } as const;
    await keepPage(db, again, page);
    expect(await closeWindow(db, again, 'complete', null)).toMatchObject({ state: 'complete' });
    expect(await rows('windows').findOne({ runDate: '2026-03-01' })).toMatchObject({ completedBy: 'again', seen: 1 });
    expect(await openWindow(db, { ...window, runKey: 'third' }, false)).toBe(true);
    expect(await faults()).toEqual([]);
  });

  it('removes in two runs what nothing cites, broken off in the middle or not, and all that is cited stays', async () => {
    const answers = await rows('raw_payloads').countDocuments();
    const requests = await rows('fetches').countDocuments();
    const marking = await retention(LATER_MS);
    expect(row(marking.rows, 'raw_payloads')).toMatchObject({ marked: UNCITED, removed: 0, cited: answers - UNCITED });
    expect(await rows('raw_payloads').countDocuments()).toBe(answers);
    // One comes again, and one is cited by another reading: both stay.
    await keepPayload(walks.database.db, 'reso', payload(7));
    const cited = (await rows('raw_payloads').findOne({ firstFetchId: payload(8).fetchId }))?._id ?? '';
    await walks.database.client.withSession((session) =>
      session.withTransaction(() => spareAnswers(walks.database.db, session, [cited])),
    );
    await rows('sent_mails').insertOne({ _id: 'cites', at: new Date(), deep: [{ in: { a: { list: [cited] } } }] });

    const half = new AbortController();
    const breaking = retention(LATER_MS + 2 * HOUR_MS, true, half.signal);
    while ((await rows('raw_payloads').countDocuments()) === answers) await new Promise((wake) => setTimeout(wake, 5));
    half.abort();
    await breaking.catch(() => undefined);
    expect(await faults()).toEqual([]);

    await retention(LATER_MS + 2 * HOUR_MS);
    expect(await rows('raw_payloads').countDocuments()).toBe(answers - UNCITED + 2);
    expect(await rows('raw_payloads').countDocuments({ _id: cited })).toBe(1);
    expect(await rows('fetches').countDocuments()).toBeLessThanOrEqual(requests);
    expect(await rows('fetches').countDocuments()).toBeGreaterThan(0);
    expect(await faults()).toEqual([]);
    const changed = walks.sandbox.world.listings.find(({ zip }) => zip === ZIP);
    expect(await rows('record_versions').countDocuments({ key: changed && listingKey(changed) })).toBeGreaterThan(1);
  }, 60_000);

  it('tells a reading whose answer was removed meanwhile', async () => {
    const { db, client } = walks.database;
    const work = client.withSession((session) => session.withTransaction(() => spareAnswers(db, session, ['gone'])));
    await expect(work).rejects.toMatchObject({ code: 'StoreUnavailable' });
  });

  it('removes old files with their rows, and keeps what waits for a person', async () => {
    const { db } = walks.database;
    const page = async (name: string, source: 'phoenix-mls' | 'reso', code: 'SchemaDrift' | 'Blocked') => {
      const path = `artifacts/2026-03-01/run/${name}`;
      await mkdir(join(dataFolder, 'artifacts/2026-03-01/run'), { recursive: true });
      await writeFile(join(dataFolder, path), 'page');
      const about = { runKey: 'run', kind: 'failed-page', mediaType: 'text/html', bytes: 4, sha256: '' } as const;
      await recordArtifact(db, { path, ...about, source, zip: null, endpoint: 'e', url: 'u', code, problem: '' });
      return join(dataFolder, path);
    };
    const waiting = await page('waiting.html', 'phoenix-mls', 'SchemaDrift');
    const settled = await page('settled.html', 'reso', 'SchemaDrift');
    const blocked = await page('blocked.html', 'phoenix-mls', 'Blocked');
    await rows('selector_sets').insertOne({
      _id: 'phoenix-mls:x',
      source: 'phoenix-mls',
      name: 'x',
      state: 'proposed',
    });
    const summary = join(dataFolder, 'artifacts/2024-01-01/run/run-summary.json');
    await mkdir(join(summary, '..'), { recursive: true });
    await writeFile(summary, '{}');
    const logs = join(dataFolder, 'logs');
    await mkdir(logs, { recursive: true });
    for (const [name, days] of [
      ['worker.log', 99],
      ['worker.log.1', 10],
      ['sandbox.log.1', 40],
    ] as const) {
      await writeFile(join(logs, name), 'lines');
      const at = new Date(Date.now() - days * DAY_MS);
      await utimes(join(logs, name), at, at);
    }
    const { rows: list } = await retention(8 * DAY_MS);
    expect(row(list, 'failed pages')).toMatchObject({ old: 3, cited: 1, removed: 2 });
    expect([waiting, settled, blocked, summary].map((path) => existsSync(path))).toEqual([true, false, false, false]);
    expect(await rows('artifacts').countDocuments()).toBe(1);
    expect((await readdir(logs)).sort()).toEqual(['worker.log', 'worker.log.1.gz']);
    expect(gunzipSync(readFileSync(join(logs, 'worker.log.1.gz'))).toString()).toBe('lines');
  });

  it('removes reports and their rows when both are old, and keeps what a person had made anew', async () => {
    const { db } = walks.database;
    const made = async (period: string, at: string) => {
      const file = `artifacts/${period}/report-daily-phoenix-${period}/report.html`;
      await mkdir(join(dataFolder, file, '..'), { recursive: true });
      await writeFile(join(dataFolder, file), 'report');
      const [_id, colour, verdict] = [reportId('daily', 'phoenix', period), 'GREEN', 'fine'];
      const name = { kind: 'daily', market: 'phoenix', period } as const;
      const model = { schemaVersion: 1, from: period, to: period };
      await keepReport(db, { _id, ...name, at: new Date(at), sha256: '', colour, verdict, model });
      await noteReportFiles(db, _id, [file]);
      return file;
    };
    const [old, anew, young] = [
      await made('2024-03-01', '2024-03-01T15:00:00Z'),
      await made('2024-03-02', '2026-03-01T15:00:00Z'),
      await made('2026-03-01', '2026-03-01T15:00:00Z'),
    ];
    const there = async () => [
      [old, anew, young].map((file) => existsSync(join(dataFolder, file))),
      (await rows('reports').find().sort({ period: 1 }).toArray()).map(({ period }) => period),
    ];
    const now = new Date('2026-03-08T09:00:00Z');
    const { signal } = new AbortController();
    const shown = await keepRetention(db, { policy, dataFolder, apply: false, now, signal });
    expect(row(shown.rows, 'report rows')).toMatchObject({ days: policy.reports, old: 1, removed: 1 });
    expect(row(shown.rows, 'reports')).toMatchObject({ old: 1, removed: 1 });
    expect(await there()).toEqual([
      [true, true, true],
      ['2024-03-01', '2024-03-02', '2026-03-01'],
    ]);
    const done = await keepRetention(db, { policy, dataFolder, apply: true, now, signal });
    for (const what of ['report rows', 'reports'] as const) expect(row(done.rows, what)).toEqual(row(shown.rows, what));
    expect(await there()).toEqual([
      [false, true, true],
      ['2024-03-02', '2026-03-01'],
    ]);
    await rows('reports').deleteMany({});
  });
});

describe('upkeep on schedule', () => {
  it('ends well on a database that is well, and is told only when it did not', async () => {
    const { database } = walks;
    const config = loadConfig({ env: { PHOENIX_MODE: 'demo', PHOENIX_DATA: dataFolder }, file: '/dev/null' });
    const upkeep = createUpkeepActivities({ config, database });
    const activity = new MockActivityEnvironment();
    await mkdir(join(dataFolder, 'backups', 'scheduled-drill-1'), { recursive: true });
    for (const work of [() => upkeep.verifyStored({ sample: null }), upkeep.applyRetention, upkeep.rehearseRestore]) {
      const result: UpkeepResult = await activity.run(() => work());
      expect(result).toMatchObject({ ok: true, problems: [] });
      await upkeep.keepUpkeep({ name: 'one', result });
    }
    expect(await readdir(join(dataFolder, 'backups'))).toEqual([]);
    expect(await upkeepWarnings(database.db)).toEqual([]);
    const [found] = await rows('record_versions').find().limit(1).toArray();
    await rows('record_versions').deleteOne({ _id: found?._id ?? '' });
    const result: UpkeepResult = await activity.run(() => upkeep.verifyStored({ sample: null }));
    await upkeep.keepUpkeep({ name: 'two', result });
    await upkeep.keepUpkeep({ name: 'two', result });
    const [warning, ...more] = await upkeepWarnings(database.db);
    expect(warning).toContain(`record_versions ${found?._id}`);
    expect(more).toEqual([]);
  }, 120_000);
});

describe('size', () => {
  it('is measured from what is stored', async () => {
    const sizes = await measureCollections(walks.database.db, new Date());
    const fetches = sizes.find(({ collection }) => collection === 'fetches');
    expect(fetches?.documents).toBe(await rows('fetches').countDocuments());
    expect(fetches?.perDay).toEqual({ documents: fetches?.documents, bytes: fetches?.bytes });
    const { bytes, bytesPerDay, records, bytesPerRecord } = growthOf(sizes);
    expect(records).toBe(await rows('raw_properties').countDocuments());
    expect(bytes).toBeGreaterThan(bytesPerDay);
    expect(bytesPerRecord).toBe(Math.round(bytes / records));
  });

  it.each([
    [100, 10, 10],
    [99, 10, 9],
    [0, 10, 0],
    [-5, 10, 0],
    [100, 0, null],
  ])('of %d free bytes and %d a day lasts %p days', (free, perDay, days) => {
    expect(daysUntilFull(free, perDay)).toBe(days);
  });
});
