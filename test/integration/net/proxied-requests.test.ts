import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SourceName } from '../../../core/schemas/names.js';
import { createHttpGet, type HttpGet } from '../../../net/http-client.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { createProxyLedger, type ProxyDocument } from '../../../store/proxies.js';
import { type LocalHttp, startLocalHttp } from '../../support/local-http.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { memoryAudit, openLimiter } from '../../support/polite-fakes.js';
import { type ProxyWorld, startProxyWorld } from '../../support/proxies.js';

const SOURCE: SourceName = 'maricopa-assessor';
const LIMIT = { windowLimit: 1_000, windowMs: 60_000, inFlight: 10, requestTimeoutMs: 4_000 };
const NEVER = new AbortController().signal;

let server: TestDatabase;
let database: Database;
let site: LocalHttp;
beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'proxied_requests');
  await initDatabase(database.db);
  site = await startLocalHttp();
}, 60_000);
afterAll(async () => {
  await site.stop();
  await database.close();
  await server.stop();
});

let world: ProxyWorld;
let get: HttpGet;
let limiter: ReturnType<typeof openLimiter>;
let audit: ReturnType<typeof memoryAudit>;
beforeEach(async () => {
  await stored().deleteMany({});
  site.asked.length = 0;
  site.answer(() => ({ text: '{}' }));
  world = await startProxyWorld(4);
  limiter = openLimiter();
  audit = memoryAudit();
  get = clientOn(world);
});
afterEach(() => world.stop());

const stored = () => database.db.collection<ProxyDocument>('proxies');
function clientOn(proxyWorld: ProxyWorld, options: { readonly apiKey?: string; readonly through?: boolean } = {}) {
  const { through = true, ...pool } = options;
  return createHttpGet({
    limiter: limiter.limiter,
    audit: audit.audit,
    userAgent: 'test',
    targets: { [SOURCE]: { origin: site.baseUrl, limit: LIMIT }, reso: { origin: site.baseUrl, limit: LIMIT } },
    proxies: {
      sources: new Set<SourceName>(through ? [SOURCE] : []),
      pool: proxyWorld.poolOf(createProxyLedger(database.db), pool),
    },
  });
}
const ask = (source: SourceName = SOURCE, client = get) =>
  client({
    source,
    endpoint: 'search',
    url: `${site.baseUrl}/search?q=85031`,
    headers: { authorization: 'token-of-the-source' },
    window: null,
    signal: NEVER,
    refusalOf: () => null,
  });
const codeOf = (asking: Promise<unknown>) =>
  asking.then(
    () => 'answered',
    (problem: { code: string }) => problem.code,
  );
const carriedBy = () => world.carried().map(({ query }) => query.proxy);
const rows = () => [...audit.rows.values()];

describe('a request of a source that goes through proxies', () => {
  it('goes through an authenticated tunnel, and the record says which', async () => {
    expect(await ask()).toMatchObject({ status: 200, text: '{}' });
    expect(world.carried()).toMatchObject([{ method: 'CONNECT', path: new URL(site.baseUrl).host, status: 200 }]);
    expect(rows()).toMatchObject([{ proxy: `webshare:${carriedBy()[0]}`, outcome: { status: 200, error: null } }]);
    expect(site.asked[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(await stored().findOne({ successes: 1 })).toMatchObject({ connectMs: expect.any(Number), score: 100 });
  });

  it('takes the proxies in turn, and goes on in an open tunnel the next time', async () => {
    for (let n = 0; n < 8; n += 1) await ask();
    expect(carriedBy()).toHaveLength(4);
    expect(new Set(rows().map(({ proxy }) => proxy)).size).toBe(4);
    expect(world.log.entries({ service: 'webshare' })).toHaveLength(1);
  });

  it('leaves the other sources alone', async () => {
    expect(await ask('reso')).toMatchObject({ status: 200 });
    expect(world.log.entries()).toEqual([]);
    expect(rows()[0]).not.toHaveProperty('proxy');
  });

  it.each([
    ['dead', { kind: 'dead' }, 'ProxyFailed', 'unreachable'],
    ['takes other credentials', { kind: 'refuse', status: 407 }, 'ProxyFailed', 'refused'],
    ['forbids', { kind: 'refuse', status: 403 }, 'ProxyFailed', 'refused'],
    ['cannot reach the host', { kind: 'gateway' }, 'NetworkError', 'gateway'],
    ['cuts', { kind: 'cut' }, 'NetworkError', 'cut'],
  ] as const)('fails typed through a proxy that is or does: %s', async (_what, behaviour, code, fault) => {
    await Promise.all(world.webshare.proxies.map((proxy) => proxy.behave(behaviour)));
    const failures: unknown[] = [];
    for (let n = 0; n < 4; n += 1) await ask().catch((problem: unknown) => failures.push(problem));
    expect(failures.map((problem) => inspect(problem))).toEqual(failures.map(() => expect.stringContaining(code)));
    expect(site.asked).toEqual([]);
    expect((await stored().findOne({ lastFault: fault }))?.failures).toBeGreaterThan(0);
    expect(limiter.told.includes('failure')).toBe(code === 'NetworkError'); // a proxy's fault never opens the circuit of the host
  });

  it('ends well however many proxies die, one by one, until none is left; then it fails typed and nothing goes directly', async () => {
    const dying = [...world.webshare.proxies];
    for (let n = 0; n < 40 && dying.length > 1; n += 1) {
      if (n % 5 === 4) await dying.pop()?.behave({ kind: 'dead' });
      let code = await codeOf(ask());
      for (let again = 0; code !== 'answered' && again < 4; again += 1) {
        expect(['ProxyFailed', 'NetworkError']).toContain(code); // both are tried again
        code = await codeOf(ask());
      }
      expect(code).toBe('answered');
    }
    const before = site.asked.length;
    await dying.pop()?.behave({ kind: 'dead' });
    const codes = [];
    for (let n = 0; n < 3; n += 1) codes.push(await codeOf(ask()));
    expect(codes).not.toContain('answered');
    await stored().updateMany({}, [{ $set: { notBeforeMs: { $add: [{ $toLong: '$$NOW' }, 300_000] } } }]);
    expect(await codeOf(ask())).toBe('NoProxyLeft');
    expect(site.asked).toHaveLength(before);
  });

  it('uses a proxy again once its rest is over', async () => {
    for (const proxy of world.webshare.proxies) await proxy.behave({ kind: 'dead' });
    for (let n = 0; n < 4; n += 1) expect(await codeOf(ask())).toBe('ProxyFailed');
    expect(await codeOf(ask())).toBe('ProxyFailed'); // all rest, the first for half a minute
    for (const proxy of world.webshare.proxies) await proxy.behave({ kind: 'alive' });
    await stored().updateMany({}, { $set: { notBeforeMs: 0 } });
    expect(await codeOf(ask())).toBe('answered');
  });

  it('is not sent when the proxy service lists nothing, refuses the key, or does not answer', async () => {
    world.faults.add({ service: 'webshare', effect: { kind: 'empty' }, times: 2 });
    expect(await codeOf(ask())).toBe('NoProxyLeft');
    expect(await codeOf(ask(SOURCE, clientOn(world, { apiKey: 'old' })))).toBe('BadConfig');
    world.faults.add({ service: 'webshare', effect: { kind: 'status', status: 503 }, times: 1 });
    expect(await codeOf(ask(SOURCE, clientOn(world)))).toBe('ProxyFailed');
    world.faults.add({ service: 'webshare', effect: { kind: 'html' }, times: 1 });
    expect(await codeOf(ask(SOURCE, clientOn(world)))).toBe('NoProxyLeft');
    expect(site.asked).toEqual([]);
    expect(world.carried()).toEqual([]);
  });

  it('goes on with the proxies it knows while the service is down', async () => {
    await ask();
    world.faults.add({ service: 'webshare', effect: { kind: 'status', status: 503 } });
    await world.webshare.proxies[0]?.behave({ kind: 'refuse', status: 407 });
    const codes = [];
    for (let n = 0; n < 6; n += 1) codes.push(await codeOf(ask()));
    expect(codes.filter((code) => code === 'answered').length).toBeGreaterThanOrEqual(4);
  });

  it('leaves no credential of a proxy in errors, records and database', async () => {
    const problems: unknown[] = [];
    for (const kind of ['dead', 'gateway', 'cut'] as const) {
      for (const proxy of world.webshare.proxies) await proxy.behave({ kind });
      await stored().updateMany({}, { $set: { notBeforeMs: 0 } });
      await ask().catch((problem: unknown) => problems.push(problem));
    }
    await ask(SOURCE, clientOn(world, { apiKey: 'secret-webshare-key' })).catch((problem: unknown) =>
      problems.push(problem),
    );
    expect(problems).toHaveLength(4);
    const kept = await Promise.all([stored().find().toArray(), rows(), world.log.entries()]);
    const text = inspect([problems, kept], { depth: 30, showHidden: true });
    expect(text).not.toMatch(/sandbox-proxy-secret|sandbox-user|secret-webshare-key/);
    expect(text).not.toContain(Buffer.from('sandbox-user:').toString('base64').slice(0, 12));
  });

  it('ends at once when it is cancelled while a proxy hangs', async () => {
    for (const proxy of world.webshare.proxies) await proxy.behave({ kind: 'hang' });
    const stop = new AbortController();
    const outcome = codeOf(
      get({
        source: SOURCE,
        endpoint: 'search',
        url: `${site.baseUrl}/`,
        headers: {},
        window: null,
        signal: stop.signal,
        refusalOf: () => null,
      }),
    );
    for (let n = 0; n < 200 && rows().every(({ proxy }) => proxy === undefined); n += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort(Object.assign(new Error('stop now'), { code: 'stopped' }));
    expect(await outcome).toBe('stopped');
  });
});
