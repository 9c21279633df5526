import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type BrowserPool, createBrowserPool } from '../../../net/browser.js';
import { createVisitPage } from '../../../net/visit-page.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { createProxyLedger, type ProxyDocument } from '../../../store/proxies.js';
import { createSessions, type SessionDocument } from '../../../store/sessions.js';
import { testBrowser } from '../../support/browser.js';
import { type LocalHttp, startLocalHttp } from '../../support/local-http.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { memoryAudit, openLimiter } from '../../support/polite-fakes.js';
import { type ProxyWorld, startProxyWorld } from '../../support/proxies.js';

const executablePath = await testBrowser();

const NEVER = new AbortController().signal;
const LIMIT = { windowLimit: 1_000, windowMs: 60_000, inFlight: 1, requestTimeoutMs: 60_000 };

describe('a visitor who comes through a proxy', () => {
  let server: TestDatabase;
  let database: Database;
  let site: LocalHttp;
  let world: ProxyWorld;
  let pool: BrowserPool;
  let audit: ReturnType<typeof memoryAudit>;
  beforeAll(async () => {
    server = await startTestDatabase();
    database = await openDatabase(server.url, 'proxied_visitors');
    await initDatabase(database.db);
    site = await startLocalHttp();
  }, 60_000);
  afterAll(async () => {
    await site.stop();
    await database.close();
    await server.stop();
  });
  beforeEach(async () => {
    await Promise.all([proxies().deleteMany({}), sessions().deleteMany({})]);
    site.asked.length = 0;
    site.answer(() => ({ type: 'text/html', text: '<html><body><p id="ready">home</p></body></html>' }));
    world = await startProxyWorld(3);
    audit = memoryAudit();
    pool = poolOf();
  }, 60_000);
  afterEach(async () => {
    await pool.close();
    await world.stop();
  }, 60_000);

  const proxies = () => database.db.collection<ProxyDocument>('proxies');
  const sessions = () => database.db.collection<SessionDocument>('sessions');
  const host = () => new URL(site.baseUrl).host;
  const poolOf = () =>
    createBrowserPool({
      executablePath,
      product: 'product/1 (+test)',
      hosts: ['127.0.0.1'],
      navigationTimeoutMs: 15_000,
      settleTimeoutMs: 3_000,
      sessions: createSessions(database.db, host()),
      proxies: world.poolOf(createProxyLedger(database.db)),
    });
  const visit = () =>
    createVisitPage({
      limiter: openLimiter().limiter,
      audit: audit.audit,
      pool,
      targets: { 'phoenix-mls': { origin: site.baseUrl, limit: LIMIT } },
      keepFailedPage: async () => 'kept',
    })({
      source: 'phoenix-mls',
      endpoint: 'results',
      url: `${site.baseUrl}/page`,
      window: null,
      signal: NEVER,
      waitFor: '#ready',
      refusalOf: () => null,
      redact: (html) => html,
    });
  const codeOf = (asking: Promise<unknown>) =>
    asking.then(
      () => 'read',
      (problem: { code: string }) => problem.code,
    );
  const carriers = () => [...new Set(world.carried().map(({ query }) => query.proxy))];
  const carrier = () => {
    const found = world.webshare.proxies.find(({ id }) => id === carriers().at(-1));
    if (found === undefined) throw new Error('no proxy carried anything');
    return found;
  };

  it('gives its credentials to the proxy, keeps to it, and the record says which', async () => {
    for (let n = 0; n < 3; n += 1) expect(await visit()).toMatchObject({ status: 200 });
    expect(carriers()).toHaveLength(1);
    expect(site.asked.length).toBe(world.carried().filter(({ status }) => status === 200).length); // nothing went around it
    expect([...audit.rows.values()].map(({ proxy }) => proxy)).toEqual(Array(3).fill(`webshare:${carrier().id}`));
    expect(await sessions().find().toArray()).toMatchObject([{ proxy: `webshare:${carrier().id}`, retiredAt: null }]);
    expect(JSON.stringify(site.asked.map(({ headers }) => headers))).not.toContain('proxy-authorization');
  }, 120_000);

  it('ends with its proxy; the next one comes through another', async () => {
    await visit();
    const first = carrier();
    await first.behave({ kind: 'dead' });
    const failed = await visit().catch((problem: unknown) => problem);
    expect(failed).toMatchObject({ code: 'ProxyFailed' });
    expect(inspect(failed, { depth: 20, showHidden: true })).not.toContain('sandbox-proxy-secret');
    expect(await visit()).toMatchObject({ status: 200 });
    expect(carrier().id).not.toBe(first.id);
    expect(await sessions().find().sort({ startedAt: 1 }).toArray()).toMatchObject([
      { proxy: `webshare:${first.id}`, retiredFor: 'proxy', state: null },
      { proxy: `webshare:${carrier().id}`, retiredAt: null },
    ]);
  }, 120_000);

  it('ends when another worker found that its proxy fails', async () => {
    await visit();
    const first = carrier();
    await createProxyLedger(database.db).rest(`webshare:${first.id}`, 600_000);
    expect(await visit()).toMatchObject({ status: 200 });
    expect(carrier().id).not.toBe(first.id);
  }, 120_000);

  it('is refused typed by a proxy that does not take our credentials', async () => {
    for (const proxy of world.webshare.proxies) await proxy.behave({ kind: 'refuse', status: 407 });
    expect(await codeOf(visit())).toBe('ProxyFailed');
    expect(await proxies().findOne({ lastFault: 'refused' })).not.toBeNull();
    expect(site.asked).toEqual([]);
  }, 120_000);

  it('never comes directly: with no proxy left there is an error, and the site is not asked', async () => {
    await visit();
    const before = site.asked.length;
    for (const proxy of world.webshare.proxies) await proxy.behave({ kind: 'dead' });
    const codes: string[] = [];
    for (let n = 0; n < 4; n += 1) codes.push(await codeOf(visit()));
    expect(new Set(codes)).toEqual(new Set(['ProxyFailed']));
    for (const { id } of world.webshare.proxies) await createProxyLedger(database.db).rest(`webshare:${id}`, 600_000);
    expect(await codeOf(visit())).toBe('NoProxyLeft');
    expect(site.asked).toHaveLength(before);
  }, 120_000);

  it('goes on through its proxy in the next worker', async () => {
    await visit();
    const first = carrier();
    await pool.close();
    pool = poolOf();
    await visit();
    expect(carriers()).toEqual([first.id]);
    expect(await sessions().countDocuments()).toBe(1);
  }, 120_000);
});
