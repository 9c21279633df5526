import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { type JsonShapeDocument, noteShapes } from '../../store/json-shapes.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

let server: TestDatabase;
/** Two processes, as far as the store can tell. */
let processes: readonly Database[] = [];

beforeAll(async () => {
  server = await startTestDatabase();
  processes = await Promise.all([1, 2].map(() => openDatabase(server.url, 'phoenix_demo')));
  for (const { db } of processes.slice(0, 1)) await initDatabase(db);
}, 60_000);
afterAll(async () => {
  for (const one of processes) await one.close();
  await server.stop();
});

const answer = (second: number, json: { readonly n: number; readonly text?: string }) => ({
  kind: 'parcel',
  body: { type: 'json' as const, json },
  fetchedAt: new Date(Date.UTC(2026, 2, 2, 0, 0, second)).toISOString(),
});

it('counts every answer once, however many lanes and processes add at one time', async () => {
  const all = Array.from({ length: 24 }, (_, at) => answer(at, at % 2 === 0 ? { n: at } : { n: at, text: 'x' }));
  await Promise.all(
    all.map(async (one, at) => {
      const db = processes[at % 2]?.db;
      if (db) await noteShapes(db, 'maricopa-assessor', `run-${at % 3}`, [one]);
    }),
  );
  const rows = await (processes[0]?.db.collection<JsonShapeDocument>('json_shapes').find().sort({ _id: 1 }).toArray() ??
    []);
  const seen = rows.map(({ runKey, answers, paths, firstSeenAt, lastSeenAt }) => ({
    runKey,
    answers,
    n: typesAt(paths, 'n'),
    text: typesAt(paths, 'text'),
    seconds: [firstSeenAt.getUTCSeconds(), lastSeenAt.getUTCSeconds()],
  }));
  const text = Object.values(rows[0]?.paths ?? {}).find(({ path }) => path === 'text');
  expect(seen).toEqual([
    { runKey: null, answers: 24, n: { number: 24 }, text: { string: 12 }, seconds: [0, 23] },
    { runKey: 'run-0', answers: 8, n: { number: 8 }, text: { string: 4 }, seconds: [0, 21] },
    { runKey: 'run-1', answers: 8, n: { number: 8 }, text: { string: 4 }, seconds: [1, 22] },
    { runKey: 'run-2', answers: 8, n: { number: 8 }, text: { string: 4 }, seconds: [2, 23] },
  ]);
  expect([text?.firstSeenAt.getUTCSeconds(), text?.lastSeenAt.getUTCSeconds()]).toEqual([1, 23]);
}, 60_000);

function typesAt(paths: JsonShapeDocument['paths'], path: string) {
  return Object.values(paths).find((place) => place.path === path)?.types;
}
