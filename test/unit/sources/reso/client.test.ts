import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json } from '../../../../core/hash.js';
import type { Cursor } from '../../../../core/schemas/collect.js';
import type { Source } from '../../../../core/source.js';
import { type LocalAnswer, type LocalHttp, startLocalHttp } from '../../../support/local-http.js';
import { planScope } from '../../../support/plan-scope.js';
import { GIVEN, RESO_WINDOW, resoRow, resoSettings, resoSource } from '../../../support/reso-source.js';

let server: LocalHttp;
let elsewhere: LocalHttp;
const { signal } = new AbortController();

beforeAll(async () => {
  [server, elsewhere] = await Promise.all([startLocalHttp(), startLocalHttp()]);
});
afterAll(() => Promise.all([server.stop(), elsewhere.stop()]));
beforeEach(() => {
  server.asked.length = 0;
  elsewhere.asked.length = 0;
});

const json = (value: unknown, status = 200): LocalAnswer => ({ status, text: JSON.stringify(value) });
const failure = (status: number, code: unknown): LocalAnswer =>
  json({ error: { code, message: 'no', details: [] } }, status);
const row = (at: number) => resoRow({ ListingKey: `key-${String(at).padStart(3, '0')}` });
const page = (first: number, count: number, more: Readonly<Record<string, Json>> = {}): LocalAnswer =>
  json({ ...more, value: Array.from({ length: count }, (_, at) => row(first + at)) });
const isToken = ({ pathname }: URL) => pathname === '/oauth2/token';

/** Answers pages; the token service gives `token-1`, `token-2`, … */
function service(answer: (url: URL, asked: number) => LocalAnswer, lifeS: number | null = 3_600) {
  let tokens = 0;
  let pages = 0;
  server.answer((url) => {
    if (isToken(url)) {
      tokens += 1;
      return json({
        access_token: `token-${tokens}`,
        token_type: 'Bearer',
        ...(lifeS === null ? {} : { expires_in: lifeS }),
      });
    }
    pages += 1;
    return answer(url, pages);
  });
}

const source = (changes = {}) => resoSource(server.baseUrl, changes);
const readPage = (from: Source, cursor: Cursor | null = null, zip = '85031') =>
  from.readPage({ ...RESO_WINDOW, zip }, cursor, signal);
const tokenRequests = () => server.asked.filter(({ url }) => url === '/oauth2/token');
const bearers = () =>
  server.asked.filter(({ url }) => url !== '/oauth2/token').map(({ headers }) => headers.authorization);

/** Keys of a whole walk, and how many pages it took. */
async function walk(from: Source) {
  const keys: string[] = [];
  let pages = 0;
  for (let cursor: Cursor | null = null; ; ) {
    const { nextCursor, payloads } = await readPage(from, cursor);
    pages += 1;
    keys.push(...payloads.flatMap((payload) => from.parse(payload).records.map(({ key }) => key)));
    if (nextCursor === null || pages > 20) return { keys, pages };
    cursor = nextCursor;
  }
}

it('asks in the form of the contract, and never for persons', async () => {
  service(() => page(0, 1, { '@odata.count': 1 }));
  const read = await readPage(source());
  const [token, first] = server.asked;
  expect(token).toMatchObject({ method: 'POST', url: '/oauth2/token' });
  expect(Object.fromEntries(new URLSearchParams(token?.body()))).toEqual({
    grant_type: 'client_credentials',
    client_id: 'client-1',
    client_secret: 'canary-client-secret',
  });
  const url = new URL(first?.url ?? '', server.baseUrl);
  const { $select = '', ...options } = Object.fromEntries(url.searchParams);
  expect(url.pathname).toBe('/Reso/OData/Property');
  expect(options).toEqual({
    $filter:
      "PostalCode eq '85031' and (StandardStatus eq 'Active' or StandardStatus eq 'Active Under Contract' or StandardStatus eq 'Pending' or StandardStatus eq 'Coming Soon')",
    $orderby: 'ListingKey',
    $top: '25',
    $count: 'true',
  });
  expect(first?.url).not.toMatch(/[+]|%24/);
  expect($select.split(',')).toEqual(
    expect.arrayContaining(['ListingKey', 'ListPrice', 'ParcelNumber', 'LivingAreaUnits']),
  );
  expect($select).not.toMatch(/Agent|Owner|Phone|Email|PrivateRemarks|Member|Showing/);
  expect(first?.headers).toMatchObject({ authorization: 'Bearer token-1' });
  expect(read).toMatchObject({ total: 1, nextCursor: null, payloads: [{ kind: 'reso-page' }] });
  expect(JSON.stringify(read)).not.toMatch(/token-1|canary/);
});

describe('a walk', () => {
  it('follows the links exactly as they are given', async () => {
    const next = `${server.baseUrl}/Reso/OData/Property?$skiptoken=a%2Fb%20c'd,e==&$x=1`;
    service((_url, asked) =>
      asked === 1 ? page(0, 25, { '@odata.count': 30, '@odata.nextLink': next }) : page(25, 5, { '@odata.count': 30 }),
    );
    const from = source();
    const first = await readPage(from);
    expect(first.nextCursor).toEqual({ next, seen: 25, total: 30, pass: 1, pages: 1 });
    expect((await readPage(from, first.nextCursor)).nextCursor).toBeNull();
    expect(server.asked.at(-1)?.url.replaceAll('%27', "'")).toBe(
      "/Reso/OData/Property?$skiptoken=a%2Fb%20c'd,e==&$x=1",
    );
  });

  it('takes a relative link as one of the service', async () => {
    service((_url, asked) => (asked === 1 ? page(0, 25, { '@odata.nextLink': 'Property?$skiptoken=2' }) : page(25, 5)));
    expect(await walk(source())).toMatchObject({ pages: 2 });
    expect(server.asked.at(-1)?.url).toBe('/Reso/OData/Property?$skiptoken=2');
  });

  it('goes over empty pages that have a link', async () => {
    const next = (at: number) => ({ '@odata.count': 2, '@odata.nextLink': `${server.baseUrl}/p?$skiptoken=${at}` });
    service((_url, asked) => [page(0, 1, next(1)), page(0, 0, next(2)), page(1, 1)][asked - 1] ?? page(0, 0));
    expect(await walk(source())).toEqual({ keys: ['key-000', 'key-001'], pages: 3 });
  });

  it('asks by number for what a service without links holds back', async () => {
    service(({ searchParams }) => {
      const skip = Number(searchParams.get('$skip') ?? '0');
      return page(skip, Math.min(25, 60 - skip), { '@odata.count': 60 });
    });
    const { keys, pages } = await walk(source());
    expect([new Set(keys).size, pages]).toEqual([60, 3]);
  });

  it('is done again, once, when rows slipped between pages', async () => {
    service((_url, asked) => {
      const next = { '@odata.nextLink': `${server.baseUrl}/p?$skiptoken=${asked}` };
      const pages = [
        page(0, 3, { '@odata.count': 6, ...next }),
        page(4, 2, { '@odata.count': 5 }),
        page(1, 3, { '@odata.count': 5, ...next }),
        page(4, 2, { '@odata.count': 5 }),
      ];
      return pages[asked - 1] ?? page(0, 0);
    });
    const { keys, pages } = await walk(source());
    // The row that slipped is found by asking for the rest by number, or by the second pass.
    expect(new Set(keys)).toEqual(new Set(['key-000', 'key-001', 'key-002', 'key-003', 'key-004', 'key-005']));
    expect(pages).toBeLessThanOrEqual(6);
  });

  it('of a service that counts nothing ends with its links', async () => {
    service(() => page(0, 25));
    expect(await walk(source())).toMatchObject({ pages: 1 });
  });

  it('of a ZIP code without listings is valid and empty', async () => {
    service(() => page(0, 0, { '@odata.count': 0 }));
    expect(await readPage(source())).toMatchObject({ total: 0, nextCursor: null });
  });

  it.each<[string, (base: string) => string, string]>([
    ['another host', () => 'https://evil.example/Property', 'UnsafeTarget'],
    ['another port', () => 'http://127.0.0.1:1/Property', 'UnsafeTarget'],
    ['another protocol', () => 'file:///etc/passwd', 'UnsafeTarget'],
    ['a user in front of the host', (base) => base.replace('http://', 'http://user:pass@'), 'UnsafeTarget'],
    ['a token in it', (base) => `${base}/Property?access_token=abc`, 'UnsafeTarget'],
    ['a host without protocol', () => '//evil.example/Property', 'UnsafeTarget'],
    ['no text', () => '', 'SchemaDrift'],
    ['10,000 characters', (base) => `${base}/${'x'.repeat(10_000)}`, 'SchemaDrift'],
  ])('refuses a link with %s, and asks nobody', async (_name, link, code) => {
    service(() => page(0, 25, { '@odata.nextLink': link(server.baseUrl) }));
    await expect(readPage(source())).rejects.toMatchObject({ code });
    expect(server.asked).toHaveLength(2);
  });

  it('refuses a link to the page itself', async () => {
    const itself = `${server.baseUrl}/Property?$skiptoken=1`;
    service(() => page(0, 25, { '@odata.nextLink': itself }));
    const { nextCursor } = await readPage(source());
    await expect(readPage(source(), nextCursor)).rejects.toMatchObject({ code: 'ResponseInvalid' });
  });

  it.each<[string, Cursor]>([
    ['of the assessor', { page: 2, total: 10, pass: 1, moved: false }],
    ['with an operator', { next: { $ne: null }, seen: 1, total: null, pass: 1, pages: 1 }],
    ['of too many pages', { next: null, seen: 1, total: null, pass: 1, pages: 100_000 }],
  ])('refuses a cursor %s', async (_name, cursor) => {
    await expect(readPage(source(), cursor)).rejects.toMatchObject({ code: 'ResponseInvalid' });
    expect(server.asked).toEqual([]);
  });

  it('refuses a cursor that leads elsewhere', async () => {
    const next = `${elsewhere.baseUrl}/Property`;
    const cursor = { next, seen: 1, total: null, pass: 1, pages: 1 };
    await expect(readPage(source(), cursor)).rejects.toMatchObject({ code: 'UnsafeTarget' });
    expect([...server.asked, ...elsewhere.asked]).toEqual([]);
  });

  it.each(['', '8503', "85031' or true"])('sends nothing for the ZIP code "%s"', async (zip) => {
    await expect(readPage(source(), null, zip)).rejects.toMatchObject({ code: 'UnsafeTarget' });
    expect(server.asked).toEqual([]);
  });
});

describe('a token', () => {
  it('is asked for once and used until its time is over', async () => {
    service(() => page(0, 1));
    const from = source();
    await Promise.all([readPage(from), readPage(from), readPage(from)]);
    expect(tokenRequests()).toHaveLength(1);
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-1']);
  });

  it('is asked for again when its time is over', async () => {
    service(() => page(0, 1), 0.001);
    const from = source();
    await readPage(from);
    await readPage(from);
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('is asked for again, once, when it is refused', async () => {
    service((_url, asked) => (asked === 1 ? failure(401, '1020') : page(0, 1)));
    await expect(readPage(source())).resolves.toMatchObject({ nextCursor: null });
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('that is refused twice stops the source', async () => {
    service(() => failure(401, 1020));
    await expect(readPage(source())).rejects.toMatchObject({ code: 'AuthRejected' });
    expect(server.asked).toHaveLength(4);
  });

  it('that was given is not asked for, and its refusal is final', async () => {
    service(() => failure(401, 1000));
    await expect(readPage(source(GIVEN))).rejects.toMatchObject({ code: 'AuthRejected' });
    expect(server.asked).toHaveLength(1);
    expect(bearers()).toEqual(['Bearer canary-given-token']);
  });

  it('comes from another host where the settings say so', async () => {
    service(() => page(0, 1));
    elsewhere.answer(() => json({ access_token: 'far', expires_in: '3600' }));
    await readPage(source({ resoTokenUrl: `${elsewhere.baseUrl}/token`, resoTokenScope: 'api' }));
    expect(new URLSearchParams(elsewhere.asked[0]?.body()).get('scope')).toBe('api');
    expect(bearers()).toEqual(['Bearer far']);
    expect(tokenRequests()).toEqual([]);
  });

  it('is tried for again by the next one when the token service fails', async () => {
    let tokens = 0;
    server.answer((url) => {
      if (!isToken(url)) return page(0, 1);
      tokens += 1;
      return tokens === 1 ? { status: 503 } : json({ access_token: 'late', expires_in: 60 });
    });
    const from = source();
    const [first, second] = await Promise.allSettled([readPage(from), readPage(from)]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'SourceUnavailable' } });
    expect(second).toMatchObject({ status: 'fulfilled' });
  });

  it.each<[string, LocalAnswer, Readonly<Record<string, unknown>>]>([
    ['wrong credentials', json({ error: 'invalid_client' }, 401), { code: 'AuthRejected' }],
    ['a wrong request', json({ error: 'invalid_grant' }, 400), { code: 'AuthRejected' }],
    ['no token', json({ token: 'canary-misplaced' }), { code: 'AuthRejected' }],
    ['a log-in page', { type: 'text/html', text: '<html>Log in</html>' }, { code: 'SourceUnavailable', isPage: true }],
    ['429', { status: 429, headers: { 'retry-after': '9' } }, { code: 'RateLimited', retryAfterMs: 9_000 }],
    ['an outage', { status: 502 }, { code: 'SourceUnavailable' }],
  ])('is not had with %s', async (_name, answer, expected) => {
    server.answer(() => answer);
    const problem = await readPage(source()).catch((error: unknown) => error);
    expect(problem).toMatchObject(expected);
    expect(String(problem)).not.toContain('canary');
    expect(server.asked).toHaveLength(1);
  });
});

describe('a request answered with', () => {
  it.each<[string, LocalAnswer, Readonly<Record<string, unknown>>]>([
    ['429', { status: 429, headers: { 'retry-after': '7' } }, { code: 'RateLimited', retryAfterMs: 7_000 }],
    ['429 without a time', failure(429, '1550'), { code: 'RateLimited', retryAfterMs: 60_000 }],
    ['"over limit" without a 429', failure(403, 1550), { code: 'RateLimited', retryAfterMs: 60_000 }],
    ['"not available now"', failure(503, 1510), { code: 'SourceUnavailable' }],
    ['"not available now" with another status', failure(400, '1516'), { code: 'SourceUnavailable' }],
    ['"wrong host"', failure(403, 1021), { code: 'AuthRejected', message: expect.stringContaining('RESO_BASE_URL') }],
    ['the same outside OData', json({ D: { Success: false, Code: 1021 } }, 403), { code: 'AuthRejected' }],
    ['403', failure(403, 'Forbidden'), { code: 'AuthRejected' }],
    ['403 with a page', { status: 403, type: 'text/html', text: '<html>' }, { code: 'Blocked' }],
    ['400', failure(400, '1040'), { code: 'ResponseInvalid' }],
    ['404', failure(404, 404), { code: 'ResponseInvalid' }],
    ['413', { status: 413 }, { code: 'ResponseInvalid' }],
    ['501', { status: 501 }, { code: 'ResponseInvalid' }],
    ['500', failure(500, 1005), { code: 'SourceUnavailable' }],
    ['an error with status 200', failure(200, 1515), { code: 'SourceUnavailable' }],
    ['an unknown error with status 200', failure(200, 'odd'), { code: 'ResponseInvalid' }],
    ['a redirect', { status: 302, headers: { location: 'http://169.254.169.254/' } }, { code: 'ResponseInvalid' }],
    ['a page', { type: 'text/html', text: '<html>' }, { code: 'SourceUnavailable', isPage: true }],
    ['a firewall page', { type: 'text/html', text: '<title>Just a moment...</title>' }, { code: 'Blocked' }],
    ['JSON that breaks off', { text: '{"value":[{"Li' }, { code: 'SourceUnavailable' }],
    ['a body that is cut', { ...page(0, 25), cut: true }, { code: 'SourceUnavailable' }],
    ['another envelope', json({ values: [] }), { code: 'SchemaDrift', path: 'value' }],
    ['a count of words', json({ value: [], '@odata.count': 'many' }), { code: 'SchemaDrift' }],
  ])('%s', async (_name, answer, expected) => {
    service(() => answer);
    await expect(readPage(source(GIVEN))).rejects.toMatchObject(expected);
  });

  it('429 waits for the reset that quota headers name', async () => {
    const reset = new Date(Date.now() + 120_000).toISOString();
    service(() => ({ status: 429, headers: { 'hour-quota-available': '0', 'hour-quota-resettime': reset } }));
    const problem = await readPage(source(GIVEN)).catch((error: { retryAfterMs: number }) => error.retryAfterMs);
    expect(problem).toBeGreaterThan(110_000);
    expect(problem).toBeLessThanOrEqual(120_000);
  });
});

describe('settings', () => {
  const none = { resoToken: null, resoClientId: null, resoClientSecret: null, resoTokenUrl: null };
  it.each([
    ['nothing', none, /RESO_TOKEN, or RESO_CLIENT_ID, RESO_CLIENT_SECRET, RESO_TOKEN_URL/],
    [
      'half of the client',
      { ...none, resoClientId: 'a', resoTokenUrl: 'https://x.example/t' },
      /RESO_TOKEN, or RESO_CLIENT_SECRET \(/,
    ],
  ])('with %s leave the source out, and say what is missing', (_name, changes, words) => {
    const { traits } = source(changes);
    expect(traits.notConfigured).toMatch(words);
    expect(traits.notConfigured).not.toContain('canary');
  });

  it.each([
    ['a token', GIVEN],
    ['a client', {}],
  ])('with %s make the source usable', (_name, changes) => {
    expect(source(changes).traits.notConfigured).toBeNull();
  });

  it('let the source reach its service and its token service, and nothing else', () => {
    const { target } = resoSettings('https://api.example', { resoTokenUrl: 'https://id.example/token' });
    expect(target).toMatchObject({ origin: 'https://api.example', moreOrigins: ['https://id.example'] });
  });
});

describe('a probe', () => {
  it.each<[string, LocalAnswer, string]>([
    ['ok', page(0, 1), 'ok'],
    ['an empty service', page(0, 0), 'drift'],
    ['a refused token', failure(401, 1020), 'auth'],
    ['a firewall', { status: 403, type: 'text/html' }, 'blocked'],
    ['an outage', failure(503, 1510), 'down'],
    ['another shape', json([]), 'drift'],
  ])('tells %s', async (_name, answer, state) => {
    service(() => answer);
    expect(await source().probe(signal)).toMatchObject({ state });
  });
});

it('has no details, and plans its pages and a token', async () => {
  const from = source();
  expect(from.traits.detailKind).toBeNull();
  expect(await from.readDetail(RESO_WINDOW, 'key', signal)).toMatchObject({ status: 'missing' });
  expect(from.plan(planScope(['85031', '85033'], null))).toEqual({
    requests: 7,
    milliseconds: 7_000,
    costUsdMicros: 0,
  });
  expect(source(GIVEN).plan(planScope(['85031'], 25))).toMatchObject({ requests: 1 });
  expect(source(GIVEN).plan(planScope(['85031', '85033'], null, { '85031': 60, '85033': 0 }))).toMatchObject({
    requests: 4,
  });
});
