import { createServer, type Server } from 'node:http';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { websharePlan } from '../../../core/schemas/webshare.js';
import { assertFitsProxy } from '../../../net/proxies/tunnel.js';
import { createWebshare, readProxies } from '../../../net/proxies/webshare.js';
import { listen, type RunningService } from '../../../sandbox/http-service.js';

const REAL = 'https://proxy.webshare.io';
const HERE = 'http://127.0.0.1:9';
const row = {
  id: 'd-10513',
  username: 'user-1',
  password: 'secret-1',
  proxy_address: '8.8.4.4',
  port: 8_168,
  valid: true,
  last_verification: '2026-11-22T09:00:00-07:00',
  country_code: 'US',
  city_name: 'Phoenix',
  created_at: '2026-11-01T09:00:00-07:00',
};

describe('a price of a plan', () => {
  it.each([
    ['a number', { monthly_price: 2.99, yearly_price: 29.9 }, 2.99],
    ['text, as decimals are often sent', { monthly_price: '2.99', yearly_price: '29.90' }, 2.99],
    ['of a named currency', { monthly_price: 0, yearly_price: 0, currency: 'usd' }, 0],
    ['below 0', { monthly_price: -2.99, yearly_price: 1 }, null],
    ['text below 0', { monthly_price: '-2.99', yearly_price: 1 }, null],
    ['text with a sign of money', { monthly_price: '$2.99', yearly_price: 1 }, null],
    ['text with a comma', { monthly_price: '2,99', yearly_price: 1 }, null],
    ['empty', { monthly_price: '', yearly_price: 1 }, null],
    ['of another currency', { monthly_price: 2.99, yearly_price: 29.9, currency: 'EUR' }, null],
    ['of a currency that is none', { monthly_price: 2.99, yearly_price: 29.9, currency: 7 }, null],
  ])('%s is read, or is no answer', (_name, json, price) => {
    expect(websharePlan.safeParse(json).data?.monthly_price ?? null).toBe(price);
  });
});

describe('a row of the list of proxies', () => {
  it('is read with its place in the list', () => {
    expect(readProxies([{ ...row, id: 'bad', port: 0 }, row], REAL).proxies).toEqual([
      {
        id: 'webshare:d-10513',
        address: '8.8.4.4',
        port: 8_168,
        country: 'US',
        rank: 1,
        username: 'user-1',
        password: 'secret-1',
      },
    ]);
  });

  it('without a country that can be read is used all the same', () => {
    for (const country_code of [null, 'United States', 7, undefined])
      expect(readProxies([{ ...row, country_code }], REAL).proxies).toMatchObject([{ country: null }]);
  });

  it.each([
    ['null', null],
    ['a text', '8.8.4.4:8168'],
    ['a list', [row]],
    ['no id', { ...row, id: undefined }],
    ['an id with a path', { ...row, id: '../../etc' }],
    ['an id with an operator', { ...row, id: '$where' }],
    ['an endless id', { ...row, id: 'x'.repeat(1_000_000) }],
    ['no user name', { ...row, username: '' }],
    ['a user name that ends early', { ...row, username: 'user:1' }],
    ['a password with a line break', { ...row, password: 'secret-1\r\nX-Injected: 1' }],
    ['a password that is a number', { ...row, password: 12_345 }],
    ['port 0', { ...row, port: 0 }],
    ['port 65536', { ...row, port: 65_536 }],
    ['a port in words', { ...row, port: '8168' }],
    ['no address', { ...row, proxy_address: null }],
    ['a name for an address', { ...row, proxy_address: 'proxy.example' }],
    ['a name of this machine', { ...row, proxy_address: 'localhost' }],
    ['an address of this machine', { ...row, proxy_address: '127.0.0.1' }],
    ['an address of this machine, IPv6', { ...row, proxy_address: '::1' }],
    ['an address of this machine in other clothes', { ...row, proxy_address: '::ffff:127.0.0.1' }],
    ['the metadata service', { ...row, proxy_address: '169.254.169.254' }],
    ['a private network', { ...row, proxy_address: '10.0.0.7' }],
    ['an address with a port', { ...row, proxy_address: '8.8.4.4:80' }],
    ['an address with credentials', { ...row, proxy_address: 'a:b@8.8.4.4' }],
    ['one that does not work', { ...row, valid: false }],
    ['no word on whether it works', { ...row, valid: 'true' }],
  ])('is refused with a reason that holds no credential: %s', (_what, bad) => {
    const { proxies, rejected } = readProxies([bad], REAL);
    expect(proxies).toEqual([]);
    expect(rejected).toEqual([expect.stringMatching(/^row 1[,:]/)]);
    expect(rejected.join()).not.toMatch(/secret-1|12345/);
  });

  it('of this machine is taken only from a service on this machine', () => {
    expect(readProxies([{ ...row, proxy_address: '127.0.0.1' }], HERE).proxies).toHaveLength(1);
    expect(readProxies([{ ...row, proxy_address: '10.0.0.7' }], HERE).proxies).toEqual([]);
  });

  it('counts once, whether its id or its place comes again', () => {
    const again = [row, { ...row, port: 9 }, { ...row, id: 'd-2' }];
    const { proxies, rejected } = readProxies(again, REAL);
    expect(proxies).toHaveLength(1);
    expect(rejected).toEqual([expect.stringContaining('twice'), expect.stringContaining('twice')]);
  });

  it('leaves no trace on what all objects share', () => {
    readProxies(JSON.parse('[{"__proto__":{"valid":true},"constructor":{"prototype":{"valid":true}}}]'), REAL);
    expect(Object.hasOwn(Object.prototype, 'valid')).toBe(false);
  });
});

describe('the list of proxies', () => {
  const asked: { url: string; authorization: string | undefined }[] = [];
  let answer: (page: number) => { status?: number; headers?: Record<string, string>; body: string };
  let service: RunningService;
  beforeAll(async () => {
    const server: Server = createServer((request, response) => {
      asked.push({ url: request.url ?? '', authorization: request.headers.authorization });
      const page = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('page'));
      const { status = 200, headers = {}, body } = answer(page);
      response.writeHead(status, headers).end(body);
    });
    service = await listen(server, 0);
  });
  beforeEach(() => {
    asked.length = 0;
  });
  afterAll(() => service.stop());
  const list = (signal = new AbortController().signal, timeoutMs = 3_000) =>
    createWebshare({
      baseUrl: service.url,
      apiKey: 'key-of-the-service',
      userAgent: 'test',
      countries: ['US', 'CA'],
      timeoutMs,
    }).list(signal);
  const page = (results: unknown, next: string | null = null, count = 1) =>
    JSON.stringify({ count, next, previous: null, results });
  const local = (n: number) => ({ ...row, id: `d-${n}`, proxy_address: '127.0.0.1', port: 1_000 + n });

  it('is read over all its pages, by number, with the key in the header', async () => {
    answer = (at) => ({ body: page([local(at)], at < 3 ? 'http://elsewhere.example/steal' : null, 3) });
    expect((await list()).proxies.map(({ id, rank }) => [id, rank])).toEqual([
      ['webshare:d-1', 0],
      ['webshare:d-2', 1],
      ['webshare:d-3', 2],
    ]);
    expect(asked.map(({ url }) => url)).toEqual(
      [1, 2, 3].map((at) => `/api/v2/proxy/list/?mode=direct&page=${at}&page_size=100&country_code__in=US%2CCA`),
    );
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set(['Token key-of-the-service']));
  });

  it.each([
    ['a refused key', { status: 401, body: '{"detail":"Invalid token."}' }, 'BadConfig'],
    ['a key without rights', { status: 403, body: '{}' }, 'BadConfig'],
    ['too many requests', { status: 429, body: '{}' }, 'ProxyFailed'],
    ['trouble of its own', { status: 503, body: '' }, 'ProxyFailed'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' }, 'NoProxyLeft'],
    ['a wrong question', { status: 400, body: '{"mode":[]}' }, 'NoProxyLeft'],
    ['a page of HTML', { body: '<html>Maintenance</html>' }, 'NoProxyLeft'],
    ['nothing', { body: '' }, 'NoProxyLeft'],
    ['a list without envelope', { body: '[]' }, 'NoProxyLeft'],
    ['null', { body: 'null' }, 'NoProxyLeft'],
    ['rows that are none', { body: '{"count":1,"next":null,"results":{"0":{}}}' }, 'NoProxyLeft'],
    ['a count that is none', { body: '{"count":"many","next":null,"results":[]}' }, 'NoProxyLeft'],
    ['rows without end', { body: page(Array.from({ length: 1_001 }, () => 1)) }, 'NoProxyLeft'],
    ['more bytes than any list has', { body: page([' '.repeat(1_100_000)]) }, 'NoProxyLeft'],
    ['pages without end', { body: page([1], 'http://x/?page=2') }, 'NoProxyLeft'],
  ])('fails typed on %s', async (_what, given, code) => {
    answer = () => given;
    const problem = await list().catch((found: unknown) => found);
    expect(problem).toMatchObject({ code });
    expect(inspect(problem, { depth: 20, showHidden: true })).not.toContain('key-of-the-service');
    expect(asked.length).toBeLessThanOrEqual(20);
  });

  it('fails typed when nobody listens, and ends at once when cancelled', async () => {
    const nobody = createWebshare({ baseUrl: 'http://127.0.0.1:1', apiKey: 'k', userAgent: 'test', countries: [] });
    await expect(nobody.list(new AbortController().signal)).rejects.toMatchObject({ code: 'ProxyFailed' });
    await expect(list(AbortSignal.abort(new Error('stop now')))).rejects.toThrow('stop now');
  });
});

describe('an address of this machine', () => {
  const proxy = (address: string) => ({
    id: 'webshare:d-1',
    address,
    port: 80,
    country: null,
    rank: 0,
    username: 'u',
    password: 'p',
  });

  it.each(['http://127.0.0.1:8080/', 'http://localhost/', 'http://[::1]/'])(
    'is asked through no proxy elsewhere: %s',
    (url) => {
      expect(() => assertFitsProxy(url, proxy('8.8.4.4'))).toThrow(expect.objectContaining({ code: 'UnsafeTarget' }));
      expect(() => assertFitsProxy(url, proxy('127.0.0.1'))).not.toThrow();
      expect(() => assertFitsProxy('https://site.example/', proxy('8.8.4.4'))).not.toThrow();
    },
  );
});
