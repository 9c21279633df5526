import { appendFile, cp, mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Binary, Decimal128, Double, Int32, Long, ObjectId } from 'mongodb';
import { runCli } from '../../client/cli.js';
import type { Json } from '../../core/hash.js';
import { tallyOf } from '../../store/backup/content.js';
import { createBackup } from '../../store/backup/create.js';
import { drillBackup } from '../../store/backup/drill.js';
import { inReadingOrder } from '../../store/backup/order.js';
import { type RestoreDocument, restoreBackup } from '../../store/backup/restore.js';
import { verifyBackup } from '../../store/backup/verify.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import type { ChangeEventDocument, RawPropertyDocument, WindowPageDocument } from '../../store/documents.js';
import { citedBy, missingIds } from '../../store/integrity.js';
import { storeDetail } from '../../store/windows/pages.js';
import { openWindow } from '../../store/windows/windows.js';
import { countySource, payload, recordedBody, WINDOW } from '../support/county-source.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';
import { keepingIo } from '../support/phx.js';

const KEY = '50903889';
const HOUSE = JSON.stringify(recordedBody('parcel_50903889_2025-02.json'));
const SOURCE = countySource(undefined, { personalData: ['owner-name'] });
/** Every type that the product stores, and those that a driver likes to turn into another one. */
const SHAPES = [
  { _id: 'numbers', whole: new Int32(1), double: new Double(1), minus: new Double(-0), long: Long.MAX_VALUE },
  {
    _id: 'nested',
    list: [{ at: new Date(0), none: null, text: 'a\u2028b\nc' }, []],
    bytes: new Binary(Buffer.from([0, 255])),
  },
  { _id: 'others', id: new ObjectId(), price: Decimal128.fromString('1.10'), pattern: /a/i, '$.path': 'x' },
];
const never = new AbortController().signal;
const quiet = { signal: never, onCollection: () => undefined };

let server: TestDatabase;
let database: Database;
let folder: string;
let whole: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-backup-'));
  whole = join(folder, 'whole');
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'backed_up');
  const { db } = database;
  await initDatabase(db);
  await keepParcel(1, 0);
  await db.collection<{ _id: string }>('shapes').insertMany(SHAPES);
  const past = new Date(Date.now() - 60_000);
  await db.collection<{ _id: string }>('llm_cache').insertOne({ _id: 'expired', ...{ expireAt: past } });
  await createBackup(db, { ...quiet, folder: whole, mode: 'demo', withPersonal: false });
}, 90_000);
afterAll(async () => {
  await database?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Keeps a parcel of its own for each number, as a worker does; another `state` is a new version of it. */
async function keepParcel(number: number, state: number): Promise<void> {
  const key = String(Number(KEY) + number);
  const window = { ...WINDOW, runDate: `20${String(26 + number).padStart(2, '0')}-01-01` };
  const json: Json = { ...JSON.parse(HOUSE.replaceAll(KEY, key)), LotSize: String(5_000 + state) };
  await openWindow(database.db, window, false);
  await storeDetail(database, SOURCE, 'demo', window, key, {
    status: 'found',
    payloads: [payload('parcel', key, json)],
  });
}

const into = (name: string) => database.client.db(name);
const restore = (from: string, name: string, dropIncomplete = false) =>
  restoreBackup(into(name), { ...quiet, folder: from, dropIncomplete });

describe('a backup', () => {
  it('restores to the same documents, types, validators and indexes', async () => {
    expect(await verifyBackup(whole, never)).toMatchObject({ faults: [] });
    const restored = await restore(whole, 'copy');
    expect(restored).toMatchObject({ status: 'done', manifest: { database: 'backed_up', mode: 'demo' } });
    for (const name of ['shapes', 'raw_payloads', 'raw_properties', 'record_versions', 'processing_queue'])
      expect(await tallyOf(into('copy'), name, never)).toEqual(await tallyOf(database.db, name, never));
    expect(await into('copy').collection<{ _id: string }>('shapes').findOne({ _id: 'nested' })).toMatchObject({
      list: [{ at: new Date(0), none: null, text: 'a\u2028b\nc' }, []],
    });
    expect(await into('copy').collection('record_versions').indexes()).toContainEqual(
      expect.objectContaining({ key: { recordId: 1, version: 1 }, unique: true }),
    );
    await expect(into('copy').collection('decisions').insertOne({ kind: 1 })).rejects.toMatchObject({ code: 121 });
  }, 60_000);

  it('holds no personal value unless that was asked for, and says so', async () => {
    expect(await database.db.collection('personal_facts').countDocuments()).toBeGreaterThan(0);
    const { manifest } = await verifyBackup(whole, never);
    expect(manifest?.leftOut).toEqual(['personal_facts']);
    expect(await readdir(whole)).not.toContain('personal_facts.ejsonl.gz');
    expect(await into('copy').collection('personal_facts').countDocuments()).toBe(0);
    const asked = join(folder, 'asked');
    await createBackup(database.db, { ...quiet, folder: asked, mode: 'demo', withPersonal: true });
    expect(await readdir(asked)).toContain('personal_facts.ejsonl.gz');
  });

  it('is refused by a database that holds something, by that of another mode, and over another backup', async () => {
    expect(await restore(whole, 'backed_up')).toMatchObject({ status: 'refused' });
    expect(await restore(whole, 'phoenix')).toMatchObject({ status: 'refused' });
    expect(
      await createBackup(database.db, { ...quiet, folder: whole, mode: 'demo', withPersonal: false }),
    ).toMatchObject({
      status: 'refused',
    });
    expect(await tallyOf(database.db, 'shapes', never)).toMatchObject({ documents: SHAPES.length });
  });

  it.each([
    ['a file cut short', 'truncated', (file: string) => truncate(file, 40)],
    ['a changed byte', 'changed', flipByte],
    ['a file that grew', 'changed', (file: string) => appendFile(file, 'x')],
    ['a missing file', 'missing', unlink],
    ['a file too many', 'extra', (file: string) => writeFile(`${file}.copy`, 'x')],
    [
      'a changed manifest',
      'changed',
      (file: string) => edit(join(file, '../manifest.json'), '"documents": 3', '"documents": 2'),
    ],
    ['no manifest', 'missing', (file: string) => unlink(join(file, '../manifest.json'))],
  ])('tells %s by name, and is not restored', async (what, kind, damage) => {
    const damaged = join(folder, what.replaceAll(' ', '-'));
    await cp(whole, damaged, { recursive: true });
    await damage(join(damaged, 'shapes.ejsonl.gz'));
    const io = keepingIo();
    expect(await runCli(['backup', 'verify', damaged, '--json'], io, never)).toBe(3);
    expect(JSON.parse(io.written.stdout)).toMatchObject({ ok: false, faults: [{ kind }] });
    expect(await restore(damaged, 'untouched')).toMatchObject({ status: 'faulty' });
    expect(await into('untouched').listCollections().toArray()).toEqual([]);
  });

  it('does not look whole before it is, and leaves nothing when it is broken off', async () => {
    const stop = new AbortController();
    const target = join(folder, 'broken-off');
    const seen: string[] = [];
    const create = createBackup(database.db, {
      folder: target,
      mode: 'demo',
      withPersonal: false,
      signal: stop.signal,
      onCollection: ({ name }) => {
        seen.push(name);
        if (name === 'shapes') stop.abort(new Error('stopped'));
      },
    });
    await expect(create).rejects.toThrow('stopped');
    expect(seen).toContain('shapes');
    expect((await readdir(folder)).filter((name) => name.startsWith('broken-off'))).toEqual([]);
  });
});

describe('a restore that was broken off', () => {
  it('is told as incomplete, and is repeated after its rest was dropped', async () => {
    const stop = new AbortController();
    const halfway = { folder: whole, dropIncomplete: false, signal: stop.signal };
    const onCollection = () => stop.abort(new Error('stopped'));
    await expect(restoreBackup(into('half'), { ...halfway, onCollection })).rejects.toThrow('stopped');
    expect(await restore(whole, 'half', true)).toMatchObject({ status: 'refused' }); // it may still be at work
    await into('half')
      .collection<RestoreDocument>('restores')
      .updateOne({ _id: 'restore' }, { $set: { beatAt: new Date(0) } });
    expect(await restore(whole, 'half')).toMatchObject({
      status: 'refused',
      reason: expect.stringContaining('never ended'),
    });
    expect(await restore(whole, 'half', true)).toMatchObject({ status: 'done' });
    expect(await restore(whole, 'half', true)).toMatchObject({ status: 'refused' }); // whole by now: never dropped
  }, 60_000);
});

describe('while a worker writes', () => {
  it('names nothing that it does not hold', async () => {
    let written = 0;
    const stop = new AbortController();
    const writer = (async () => {
      for (; !stop.signal.aborted; written += 1) await keepParcel(2 + (written % 70), written);
    })();
    const target = join(folder, 'busy');
    const onCollection = async ({ documents }: { documents: number }) => {
      for (const before = written; documents > 0 && written === before; ) await Promise.race([sleep(10), writer]);
    };
    await createBackup(database.db, { folder: target, mode: 'demo', withPersonal: false, signal: never, onCollection });
    stop.abort();
    await writer;
    expect(await restore(target, 'busy')).toMatchObject({ status: 'done' });
    expect(await into('busy').collection('raw_properties').countDocuments()).toBeGreaterThan(3);
    expect(await danglingIn('busy')).toEqual([]);
  }, 120_000);

  it('reads what refers to others before those', () => {
    expect(
      inReadingOrder(['runs', 'fetches', 'windows', 'new', 'window_pages', 'raw_payloads', 'raw_properties']),
    ).toEqual(['windows', 'window_pages', 'new', 'raw_properties', 'raw_payloads', 'fetches', 'runs']);
  });
});

it('a drill restores, compares, leaves nothing but its outcome', async () => {
  const at = join(folder, 'drill');
  const steps: string[] = [];
  const drill = await drillBackup(database.db, {
    folder: at,
    mode: 'demo',
    withPersonal: false,
    signal: never,
    onStep: (sentence) => steps.push(sentence),
  });
  expect(drill).toMatchObject({ ok: true, problems: [] });
  expect(drill.bytes).toBeGreaterThan(0);
  expect(await readdir(folder)).not.toContain('drill');
  expect(await into('backed_up_drill').listCollections().toArray()).toEqual([]);
  expect(await database.db.collection('backup_drills').findOne({})).toMatchObject({
    ok: true,
    documents: drill.documents,
  });
}, 60_000);

/** References of a restored database that lead nowhere. */
async function danglingIn(name: string): Promise<readonly string[]> {
  const db = into(name);
  const records = await db.collection<RawPropertyDocument>('raw_properties').find().toArray();
  const events = await db.collection<ChangeEventDocument>('change_events').find().toArray();
  const pages = await db.collection<WindowPageDocument>('window_pages').find().toArray();
  expect(records.length).toBeGreaterThan(0);
  const versions = await db.collection('record_versions').find().toArray();
  const known = new Set(versions.map(({ recordId, version }) => `${recordId}|${version}`));
  return [
    ...(await missingIds(
      db,
      'raw_payloads',
      records.flatMap(({ kinds }) => citedBy(kinds).rawRefs),
    )),
    ...(await missingIds(
      db,
      'raw_properties',
      events.map(({ recordId }) => recordId),
    )),
    ...(await missingIds(
      db,
      'windows',
      pages.map(({ windowId }) => windowId),
    )),
    ...records.map(({ _id, version }) => `${_id}|${version}`).filter((id) => !known.has(id)),
  ];
}

async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  await writeFile(file, bytes);
}

async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  expect(text).toContain(from);
  await writeFile(file, text.replace(from, to));
}
