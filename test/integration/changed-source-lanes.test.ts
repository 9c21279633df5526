import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { loadConfig } from '../../core/config.js';
import { PhoenixError, SchemaDrift } from '../../core/errors.js';
import type { Window } from '../../core/schemas/collect.js';
import type { SourceName } from '../../core/schemas/names.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { decide } from '../../store/decisions.js';
import { createReach, type Reach } from '../../workers/reach.js';
import { testBrowser } from '../support/browser.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const chromium = await testBrowser();
const ZIPS = ['85031', '85033', '85035'];
const never = new AbortController().signal;
const windowOf = (source: SourceName, zip: string, runKey = 'daily/phoenix/2025-11-20#lanes'): Window => {
  return { market: 'phoenix', county: 'us-az-maricopa', source, zip, runDate: '2025-11-20', runKey, limit: null };
};
/** How a lane ended: the code of its error, or `read`. */
const endOf = (work: Promise<unknown>) =>
  work.then(
    () => 'read',
    (problem: unknown) => (problem instanceof PhoenixError ? problem.code : String(problem)),
  );

jest.setTimeout(90_000);

describe('lanes of a source that changes', () => {
  let sandbox: Sandbox;
  let server: TestDatabase;
  let database: Database;
  let dataFolder: string;
  /** Two workers. */
  let reaches: readonly Reach[];

  beforeAll(async () => {
    sandbox = await startSandbox({ parcelsPerZip: 30, listings: 60 });
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'phoenix_demo');
    await initDatabase(database.db);
    dataFolder = await mkdtemp(join(tmpdir(), 'lanes-'));
    const env = { ...sandbox.variables, CHROMIUM_PATH: chromium, PHOENIX_DATA: dataFolder, PHOENIX_MLS_PACE_MS: '20' };
    const times = { navigationTimeoutMs: 10_000, settleTimeoutMs: 500 };
    reaches = [0, 1].map(() => createReach(loadConfig({ env }), database, times));
  }, 60_000);
  beforeEach(async () => {
    for (const name of ['fetches', 'limits']) await database.db.collection(name).deleteMany({});
    sandbox.log.clear();
  });
  afterEach(() => sandbox.faults.clear());
  afterAll(async () => {
    for (const reach of reaches) await reach.close();
    await database.close();
    await Promise.all([sandbox.stop(), server.stop()]);
    await rm(dataFolder, { recursive: true, force: true });
  });

  const site = (at: number) => {
    const reach = reaches[at % reaches.length];
    if (!reach) throw new Error('there is no worker');
    return reach.sources.get('phoenix-mls');
  };
  const opened = (path: RegExp) => sandbox.listingSite.log.filter((one) => path.test(one.path)).length;
  const changeLayout = () =>
    sandbox.faults.add({
      service: 'listing-site',
      effect: { kind: 'layout-change', layout: 'unseen' },
      path: '^/mls/',
    });
  const walkAll = (runKey?: string) =>
    Promise.all(ZIPS.map((zip, at) => endOf(site(at).readPage(windowOf('phoenix-mls', zip, runKey), null, never))));

  it('ask for one results page in a new layout, in whatever worker they are, and for nothing else in that run', async () => {
    changeLayout();
    const ends = await walkAll();
    expect(ends.sort()).toEqual(['SchemaDrift', 'SchemaDrift', 'read']); // the page that shows it is handed over, and kept
    expect(opened(/^\/mls\//)).toBe(1);
    expect(await walkAll()).toEqual(Array(3).fill('SchemaDrift'));
    expect(await endOf(site(0).readDetail(windowOf('phoenix-mls', '85031'), '6712345', never))).toBe('SchemaDrift');
    expect(opened(/^\/mls\//)).toBe(1);
    await walkAll('another#run');
    expect(opened(/^\/mls\//)).toBe(2);
  });

  it('ask for one detail page in a new layout, and the pages to learn it from are opened all the same', async () => {
    const window = windowOf('phoenix-mls', '85031');
    const { payloads } = await site(0).readPage(window, null, never);
    const cards = payloads.flatMap(
      (payload) => site(0).parse({ ...payload, body: site(0).redact(payload.body) }).records,
    );
    const keys = cards.slice(0, 3).map(({ key }) => key);
    changeLayout();
    sandbox.log.clear();
    const ends = await Promise.all(keys.map((key) => endOf(site(0).readDetail(window, key, never))));
    expect(ends.sort()).toEqual(['SchemaDrift', 'SchemaDrift', 'read']);
    expect(opened(/-mls_\d{7}/)).toBe(1);
    const known = cards.map(({ key, kind, facts }) => {
      const values = Object.fromEntries(facts.map(({ name, value }) => [name, value]));
      return { key, zip: '85031', readBy: 'test', kinds: { [kind]: values, 'listing-page': values } };
    });
    const sample = await site(0).repair?.readSample(window, known, never);
    expect(sample?.length).toBeGreaterThan(2);
  });

  it('of a JSON service are stopped when one of them has found it changed', async () => {
    const [reach] = reaches;
    const county = reach?.sources.get('maricopa-assessor');
    const window = windowOf('maricopa-assessor', '85031');
    await county?.readPage(window, null, never);
    await reach?.noteDrift(window, new SchemaDrift('maricopa-assessor', 'Results[].APN', 'is missing'));
    await reach?.noteDrift(window, new SchemaDrift('maricopa-assessor', 'TOTAL', 'is missing'));
    const asked = sandbox.county.log.length;
    await expect(county?.readPage(window, null, never)).rejects.toMatchObject({
      code: 'SchemaDrift',
      path: 'Results[].APN',
      message: 'maricopa-assessor: Results[].APN: is missing; met before in this run',
    });
    expect(sandbox.county.log).toHaveLength(asked);
    expect(
      await endOf(
        county?.readPage(windowOf('maricopa-assessor', '85031', 'another#run'), null, never) ?? Promise.resolve(),
      ),
    ).toBe('read');
  });

  it('obey a pause that a person makes while they wait for their time', async () => {
    const env = {
      ...sandbox.variables,
      MARICOPA_WINDOW_LIMIT: '1',
      MARICOPA_WINDOW_MS: '3000',
      PHOENIX_DATA: dataFolder,
    };
    const reach = createReach(loadConfig({ env }), database);
    try {
      const county = reach.sources.get('maricopa-assessor');
      const window = windowOf('maricopa-assessor', '85031', 'paused#run');
      await county.readPage(window, null, never); // with robots.txt before it
      sandbox.log.clear();
      const lanes = ['85031', '85033'].map((zip) => endOf(county.readPage({ ...window, zip }, null, never)));
      const pause = { kind: 'pause', subject: 'maricopa-assessor', reference: 'test', by: 'test' } as const;
      await decide(database.db, { ...pause, granted: true });
      expect(await Promise.all(lanes)).toEqual(['Blocked', 'Blocked']);
      expect(sandbox.county.log).toEqual([]);
      await decide(database.db, { ...pause, granted: false });
    } finally {
      await reach.close();
    }
  });
});
