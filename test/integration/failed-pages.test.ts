import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createFailedPages, keepingPages } from '../../activities/failed-pages.js';
import { BrowserCrashed, NetworkError } from '../../core/errors.js';
import type { Window } from '../../core/schemas/collect.js';
import type { KeepFailedPage } from '../../net/failed-page.js';
import { PLANTED_PERSONAL } from '../../sandbox/listing-site/html.js';
import { createPhoenixMls } from '../../sources/phoenix-mls/index.js';
import type { ArtifactDocument } from '../../store/artifacts.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { storePage } from '../../store/windows/pages.js';
import { listingPayload, savedPage } from '../support/listing-pages.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const PICTURE = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
const window: Window = {
  market: 'phoenix',
  county: 'us-az-maricopa',
  source: 'phoenix-mls',
  zip: '85302',
  runDate: '2025-11-20',
  runKey: 'daily/phoenix/2025-11-20#run-1',
  limit: null,
};
const FOLDER = 'artifacts/2025-11-20/daily-phoenix-2025-11-20_run-1';
const origin = 'http://127.0.0.1:1';
const source = createPhoenixMls({
  visit: () => Promise.reject(new Error('was asked')),
  settings: {
    baseUrl: origin,
    paceMs: 10,
    startDelayMs: 0,
    target: { origin, limit: { windowLimit: 1, windowMs: 10, inFlight: 1, requestTimeoutMs: 1_000 } },
  },
  permissionHeld: () => Promise.resolve(true),
});

describe('failed pages', () => {
  let server: TestDatabase;
  let database: Database;
  let dataFolder: string;
  let drawn: string[];
  let keep: KeepFailedPage;

  beforeAll(async () => {
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'failed_pages');
    await initDatabase(database.db);
  }, 60_000);
  afterEach(() => rm(dataFolder, { recursive: true }));
  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'failed-pages-'));
    await database.db.collection('artifacts').deleteMany({});
    drawn = [];
    keep = keepingIn(dataFolder);
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  function keepingIn(folder: string): KeepFailedPage {
    const draw = async (html: string) => {
      drawn.push(html);
      return PICTURE;
    };
    return createFailedPages({ db: database.db, dataFolder: folder, draw });
  }
  const rows = () => database.db.collection<ArtifactDocument>('artifacts').find().sort({ _id: 1 }).toArray();
  const page = { source: 'phoenix-mls', endpoint: 'results', url: `${origin}/mls/search/?pg=1`, window } as const;

  /** Stores a results page in an unknown template, as the activity does. */
  async function meetUnknownLayout(): Promise<Error> {
    const payloads = [listingPayload('results-page', savedPage('results_page_1_of_2', 'unseen'))];
    return keepingPages(keep, source, window, payloads, () =>
      storePage(database, source, 'test', window, null, { payloads, nextCursor: null, total: null }),
    ).then(
      () => new Error('nothing was raised'),
      (problem: Error) => problem,
    );
  }

  it('keeps page and picture of an unknown layout by run, and the error names the copy', async () => {
    const problem = await meetUnknownLayout();
    expect(problem).toMatchObject({ code: 'SchemaDrift' });
    const [html, png] = await rows();
    expect(problem.message).toContain(`page kept as ${html?._id}`);
    expect(html).toMatchObject({
      path: expect.stringMatching(new RegExp(`^${FOLDER}/failed-SchemaDrift-results-page-[0-9a-f]{8}\\.html$`)),
      runKey: window.runKey,
      kind: 'failed-page',
      mediaType: 'text/html',
      zip: '85302',
      code: 'SchemaDrift',
    });
    expect(png).toMatchObject({ path: html?.path.replace('.html', '.png'), mediaType: 'image/png', bytes: 4 });
    expect(await readFile(join(dataFolder, png?.path ?? ''))).toEqual(Buffer.from(PICTURE));
  });

  it('shows no personal word, neither in the page nor in what the picture is drawn from', async () => {
    await meetUnknownLayout();
    const [html] = await rows();
    const kept = await readFile(join(dataFolder, html?.path ?? ''), 'utf8');
    expect(kept).toContain('5219 W EL CAMINITO Drive');
    expect(drawn).toEqual([kept]);
    for (const word of Object.values(PLANTED_PERSONAL)) expect(kept).not.toContain(word);
  });

  it('overwrites the copy when the same page fails again', async () => {
    await meetUnknownLayout();
    await meetUnknownLayout();
    expect(await rows()).toHaveLength(2);
    expect(await readdir(join(dataFolder, FOLDER))).toHaveLength(2);
  });

  it('keeps the page alone when no picture can be drawn', async () => {
    const draw = () => Promise.reject(new BrowserCrashed('gone'));
    keep = createFailedPages({ db: database.db, dataFolder, draw });
    await meetUnknownLayout();
    expect((await rows()).map(({ mediaType }) => mediaType)).toEqual(['text/html']);
  });

  it('never lets its own fault take the place of the error', async () => {
    keep = keepingIn('/dev/null/nowhere');
    const problem = await meetUnknownLayout();
    expect(problem).toMatchObject({ code: 'SchemaDrift', message: expect.stringContaining('StoreUnavailable') });
  });

  it('leaves errors alone that no page explains', async () => {
    const work = () => Promise.reject(new NetworkError('host', 'reset'));
    await expect(
      keepingPages(keep, source, window, [listingPayload('results-page', '<p>x</p>')], work),
    ).rejects.toThrow(/^host: reset$/);
    expect(await rows()).toEqual([]);
  });

  it('keeps a page of a probe by day', async () => {
    const path = await keep({
      ...page,
      window: null,
      type: 'html',
      content: '<p>Access denied</p>',
      code: 'Blocked',
      problem: 'a wall',
    });
    expect(path).toMatch(/^artifacts\/\d{4}-\d{2}-\d{2}\/probe-phoenix-mls-\d{4}-\d{2}-\d{2}\/failed-Blocked-results-/);
  });
});
