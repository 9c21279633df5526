import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { planSources } from '../../../activities/plan-sources.js';
import { runCli } from '../../../client/cli.js';
import { type Config, loadConfig } from '../../../core/config.js';
import type { SourceName } from '../../../core/schemas/names.js';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { DECISION_OF, decide, type Permit } from '../../../store/decisions.js';
import type { ProxyDocument } from '../../../store/proxies.js';
import type { SessionDocument } from '../../../store/sessions.js';
import { createReach, type Reach } from '../../../workers/reach.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { keepingIo } from '../../support/phx.js';

const COUNTY: SourceName = 'maricopa-assessor';
const SITE: SourceName = 'phoenix-mls';
const NEVER = new AbortController().signal;

let server: TestDatabase;
let sandbox: Sandbox;
let database: Database;
let folder: string;
let config: Config;
let reach: Reach;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-proxies-'));
  [server, sandbox] = await Promise.all([startTestDatabase(), startSandbox({ parcelsPerZip: 5, listings: 5 })]);
  const env = {
    ...sandbox.variables,
    MONGODB_URL: server.url,
    PHOENIX_DATA: folder,
    PROXY_SOURCES: `${COUNTY},${SITE}`,
    PROXY_COUNTRIES: 'US',
    CHROMIUM_PATH: '/nowhere/chromium',
  };
  const file = join(folder, 'settings.env');
  await writeFile(
    file,
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  config = loadConfig({ env: {}, file });
  database = await openDatabase(server.url, config.database);
  await initDatabase(database.db);
  reach = createReach(config, database);
}, 90_000);
afterAll(async () => {
  await reach.close();
  await database.close();
  await Promise.all([sandbox.stop(), server.stop()]);
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  sandbox.log.clear();
  await database.db.collection('decisions').deleteMany({});
});

const permit = (subject: SourceName, what: Permit, granted = true) =>
  decide(database.db, { kind: DECISION_OF[what], subject, granted, reference: 'letter 7', by: 'Operator' });
const askCounty = () =>
  reach.http({
    source: COUNTY,
    endpoint: 'search-property',
    url: `${config.maricopaBaseUrl}/search/property/?q=85031`,
    headers: { authorization: sandbox.county.token },
    window: null,
    signal: NEVER,
    refusalOf: () => null,
  });
const askSite = () =>
  reach.visit({
    source: SITE,
    endpoint: 'results',
    url: `${config.phoenixMlsBaseUrl}/`,
    window: null,
    signal: NEVER,
    waitFor: null,
    refusalOf: () => null,
    redact: (html) => html,
  });
async function phx(...argv: string[]) {
  const io = keepingIo();
  const code = await runCli([...argv, '--config', join(folder, 'settings.env')], io, NEVER);
  return { code, ...io.written };
}

describe('a source that is set to go through proxies', () => {
  it.each([
    ['none', []],
    ['that to collect alone', ['collection']],
    ['that for captchas alone', ['captcha']],
  ] as const)('with no permission but %s asks nobody anything, and says what to do', async (_which, held) => {
    for (const what of held) for (const source of [COUNTY, SITE]) await permit(source, what);
    for (const [ask, source] of [
      [askCounty, COUNTY],
      [askSite, SITE],
    ] as const) {
      await expect(ask()).rejects.toMatchObject({
        code: 'Blocked',
        message: expect.stringMatching(
          new RegExp(`^${source}: .*PROXY_SOURCES.*no permission.*phx sources permit ${source} --for proxies`),
        ),
      });
    }
    expect(sandbox.log.entries()).toEqual([]);
    expect(await database.db.collection('proxies').countDocuments()).toBe(0);
  });

  it('is left out of a run with the same words', async () => {
    const plans = await planSources(config, database.db, reach.sources, [COUNTY, 'maricopa-gis']);
    expect(plans).toMatchObject([
      { skipReason: expect.stringContaining('no permission for that is recorded') },
      { skipReason: null },
    ]);
    expect(sandbox.log.entries()).toEqual([]);
  });

  it('goes through one once that is recorded, and no longer once it is taken back', async () => {
    await permit(COUNTY, 'proxies');
    expect(await askCounty()).toMatchObject({ status: 200 });
    const carried = sandbox.log.entries({ service: 'proxy' });
    expect(carried.length).toBeGreaterThan(0);
    expect(carried.every(({ path }) => path === new URL(config.maricopaBaseUrl).host)).toBe(true);
    const rows = await database.db.collection('fetches').find({ source: COUNTY }).toArray();
    expect(rows.map(({ endpoint }) => endpoint).sort()).toEqual(['robots', 'search-property']);
    expect(rows.every(({ proxy }) => /^webshare:d-\d+$/.test(proxy))).toBe(true);
    sandbox.log.clear();
    await permit(COUNTY, 'proxies', false);
    await expect(askCounty()).rejects.toMatchObject({ code: 'Blocked' });
    expect(sandbox.log.entries()).toEqual([]);
  });

  it('is in the pool by country, and no credential is in the database', async () => {
    await permit(COUNTY, 'proxies');
    await askCounty();
    const proxies = await database.db.collection<ProxyDocument>('proxies').find().toArray();
    expect(proxies).toHaveLength(9); // of 12, every fourth is elsewhere
    const everything = await Promise.all(
      (await database.db.collections()).map((collection) => collection.find().toArray()),
    );
    expect(JSON.stringify(everything)).not.toMatch(/sandbox-proxy-secret|sandbox-user|sandbox-webshare-key/);
  });
});

describe('phx proxies', () => {
  it('check asks nobody anything while no source has permission', async () => {
    const { code, stderr } = await phx('proxies', 'check');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/permission for proxies[\s\S]*--for proxies/),
    });
    expect(sandbox.log.entries()).toEqual([]);
  });

  it('check tries each, list shows what came of it, and what works again is used at once', async () => {
    await permit(SITE, 'proxies');
    const [first] = sandbox.webshare.proxies;
    await first?.behave({ kind: 'refuse', status: 407 });
    const failing = await phx('proxies', 'check', '--json');
    expect(failing.code).toBe(3);
    const { proxies } = JSON.parse(failing.stdout);
    expect(proxies).toHaveLength(9);
    expect(proxies[0]).toMatchObject({ id: 'webshare:d-1', ok: false, problem: expect.stringContaining('407') });
    expect(proxies[1]).toMatchObject({
      id: 'webshare:d-2',
      ok: true,
      seenAs: '127.0.0.1',
      connectMs: expect.any(Number),
    });
    const listed = JSON.parse((await phx('proxies', 'list', '--json')).stdout);
    expect(listed).toMatchObject({ permitted: [SITE], sources: [COUNTY, SITE], totals: { listed: 9, healthy: 8 } });
    expect(listed.proxies[0]).toMatchObject({ id: 'webshare:d-1', state: 'resting', lastFault: 'refused' });
    await first?.behave({ kind: 'alive' });
    expect((await phx('proxies', 'check')).code).toBe(0);
    const human = await phx('proxies', 'list');
    expect(human.stdout).toMatch(/9 of 9 proxies healthy/);
    expect(human.stdout + failing.stdout).not.toMatch(/sandbox-proxy-secret|sandbox-user|sandbox-webshare-key/);
  });

  it('rotate ends the visitors, of one proxy or of all, and lets that one rest', async () => {
    const sessions = database.db.collection<SessionDocument>('sessions');
    const now = new Date();
    const visitor = (id: string, proxy: string | null) => ({
      _id: id,
      host: 'site.example',
      profile: { chromiumMajor: 1, userAgent: 'x', locale: 'x', timezoneId: 'x', viewport: { width: 1, height: 1 } },
      profileKey: 'x',
      state: { cookies: [], origins: [] },
      proxy,
      pages: 0,
      errorScore: 0,
      startedAt: now,
      usedAt: now,
      retiredAt: null,
      retiredFor: null,
      expireAt: new Date(now.getTime() + 60_000),
    });
    await sessions.insertMany([visitor('a', 'webshare:d-1'), visitor('b', 'webshare:d-2'), visitor('c', null)]);
    await permit(SITE, 'proxies');
    await phx('proxies', 'check');
    const one = await phx('proxies', 'rotate', 'webshare:d-1', '--json');
    expect(JSON.parse(one.stdout)).toMatchObject({ visitorsEnded: 1 });
    const { proxies } = JSON.parse((await phx('proxies', 'list', '--json')).stdout);
    expect(proxies[0]).toMatchObject({ id: 'webshare:d-1', state: 'resting' });
    expect(JSON.parse((await phx('proxies', 'rotate', '--json')).stdout)).toMatchObject({ visitorsEnded: 1 });
    expect((await sessions.findOne({ _id: 'c' }))?.retiredAt).toBeNull();
    expect((await phx('proxies', 'rotate', 'webshare:nobody')).code).toBe(5);
  });
});
