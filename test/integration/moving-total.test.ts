import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Window } from '../../core/schemas/collect.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { closeWindow, keepPage, openWindow } from '../../store/windows/windows.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'moving_total');
  await initDatabase(database.db);
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

/** Pages of a walk: its pass, the total it names, and its keys. */
type Page = readonly [pass: 1 | 2, total: number, keys: string];

it.each<[string, readonly Page[], string, string | null]>([
  [
    'one pass that gave all',
    [
      [1, 3, 'ab'],
      [1, 3, 'c'],
    ],
    'complete',
    null,
  ],
  [
    'one pass that gave less',
    [
      [1, 3, 'ab'],
      [1, 3, ''],
    ],
    'partial',
    '2 of 3 that the source names',
  ],
  [
    'a thing that went before it was met, and a second pass that gave all there is',
    [
      [1, 3, 'ab'],
      [1, 2, ''],
      [2, 2, 'ab'],
    ],
    'complete',
    null,
  ],
  [
    'a thing that came',
    [
      [1, 2, 'ab'],
      [1, 3, ''],
      [2, 3, 'abc'],
    ],
    'complete',
    null,
  ],
  [
    'a second pass that gave less than it names',
    [
      [1, 3, 'ab'],
      [1, 2, ''],
      [2, 3, 'ab'],
      [2, 3, ''],
    ],
    'partial',
    '2 of 3 that the source names',
  ],
  [
    'a second pass with an answer of nothing',
    [
      [1, 3, 'ab'],
      [1, 2, ''],
      [2, 0, ''],
    ],
    'partial',
    '2 of 3 that the source names',
  ],
])('a walk of %s ends as it is', async (name, pages, state, reason) => {
  const window: Window = {
    market: 'phoenix',
    county: 'us-az-maricopa',
    source: 'phoenix-mls',
    zip: '85031',
    runDate: '2025-11-20',
    runKey: `daily/phoenix/2025-11-20#${name.replaceAll(' ', '-')}`,
    limit: null,
  };
  const { db } = database;
  await openWindow(db, window, true);
  for (const [at, [pass, total, keys]] of pages.entries()) {
    const outcomes = [...keys].map((key) => ({ key, outcome: 'stored' as const }));
    await keepPage(db, window, { step: `walk:${at}`, keys: outcomes, total, ...(pass === 2 ? { pass } : {}) });
  }
  expect(await closeWindow(db, window, 'complete', null)).toEqual({ state, reason });
  const [closed] = await db.collection('windows').find({ source: 'phoenix-mls' }).toArray();
  expect(closed).toMatchObject({ state, seen: new Set(pages.flatMap(([, , keys]) => [...keys])).size });
});
