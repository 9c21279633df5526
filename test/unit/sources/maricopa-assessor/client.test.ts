import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cursor } from '../../../../core/schemas/collect.js';
import type { Source } from '../../../../core/source.js';
import { countySource, EXCHANGES, recordedBody, WINDOW } from '../../../support/county-source.js';
import { type LocalAnswer, type LocalHttp, startLocalHttp } from '../../../support/local-http.js';
import { planScope } from '../../../support/plan-scope.js';

let server: LocalHttp;
let source: Source;
const { signal } = new AbortController();

beforeAll(async () => {
  server = await startLocalHttp();
  source = countySource(server.baseUrl);
});
afterAll(() => server.stop());
beforeEach(() => {
  server.asked.length = 0;
});

/** A recorded exchange as it went over the wire. */
function recorded(file: string): LocalAnswer {
  const exchange = EXCHANGES.find((one) => one.file === file);
  if (!exchange) throw new Error(file);
  const { status, reason, headers, body } = exchange.response;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, reason, type: headers['content-type'] ?? '', text };
}
const json = (value: unknown): LocalAnswer => ({ text: JSON.stringify(value) });
const EMPTY_500: LocalAnswer = { status: 500, reason: '', type: 'text/html; charset=UTF-8' };
const GOOD = () => recorded('search_property_85031.json');

const readPage = (cursor: Cursor | null = null, zip = '85031') => source.readPage({ ...WINDOW, zip }, cursor, signal);
const readDetail = (key: string) => source.readDetail(WINDOW, key, signal);

it('asks in the form of the contract', async () => {
  server.answer(GOOD);
  const page = await readPage();
  server.answer(() => recorded('parcel_50179677_2025-02.json'));
  await readDetail('50179677');
  await readDetail('501.79.677');
  expect(server.asked.map(({ url }) => url)).toEqual([
    '/search/property/?q=85031&page=1',
    '/parcel/501-79-677',
    '/parcel/501-79-677',
  ]);
  expect(server.asked[0]?.headers).toMatchObject({
    authorization: 'test-token',
    'user-agent': 'phoenix-property-collector/test',
  });
  expect(page).toMatchObject({ total: 6_632, nextCursor: { page: 2, total: 6_632, pass: 1 } });
  expect(page.payloads).toMatchObject([
    {
      kind: 'search-page',
      key: null,
      url: `${server.baseUrl}/search/property/?q=85031&page=1`,
      body: { type: 'json' },
    },
  ]);
  expect(JSON.stringify(page)).not.toContain('test-token');
});

describe('a search answered with', () => {
  it.each([
    ['a refused token', () => recorded('error_500_unauthorized_search.json'), { code: 'AuthRejected' }],
    ['401', () => ({ status: 401, type: 'text/html' }), { code: 'AuthRejected' }],
    ['403', () => ({ status: 403, type: 'text/html' }), { code: 'Blocked' }],
    [
      'a challenge of the firewall',
      () => ({ status: 503, type: 'text/html', text: '<title>Just a moment...</title>' }),
      { code: 'Blocked' },
    ],
    [
      'a challenge with status 200',
      () => ({ type: 'text/html', text: '<title>Just a moment...</title>' }),
      { code: 'Blocked' },
    ],
    [
      'the site page for JSON',
      () => recorded('error_200_html_unknown_path.json'),
      { code: 'SourceUnavailable', isPage: true },
    ],
    [
      'a page that says it is JSON',
      () => ({ text: '\uFEFF<!DOCTYPE html>' }),
      { code: 'SourceUnavailable', isPage: true },
    ],
    ['no type at all', () => ({ type: '', text: '{"TOTAL":0,"Results":[]}' }), { code: 'ResponseInvalid' }],
    ['404', () => recorded('error_404_parcel_unknown.json'), { code: 'ResponseInvalid' }],
    ['400', () => ({ status: 400, type: 'text/html' }), { code: 'ResponseInvalid' }],
    ['405', () => ({ status: 405, type: 'text/html' }), { code: 'ResponseInvalid' }],
    ['204', () => ({ status: 204 }), { code: 'ResponseInvalid' }],
    [
      'a way to elsewhere',
      () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }),
      { code: 'ResponseInvalid' },
    ],
    ['an empty list', () => json([]), { code: 'SchemaDrift', path: '$' }],
    ['no TOTAL', () => json({ Results: [] }), { code: 'SchemaDrift', path: 'TOTAL' }],
    ['another TOTAL', () => json({ TOTAL: '6632', Results: [] }), { code: 'SchemaDrift', path: 'TOTAL' }],
    [
      'blocks by kind',
      () => json({ 'Real Property': { TOTAL: 1, Results: [] } }),
      { code: 'SchemaDrift', path: 'TOTAL' },
    ],
    ['JSON cut by the service', () => ({ text: '{"TOTAL":6632,"Results":[{"APN":' }), { code: 'SourceUnavailable' }],
    ['no JSON at all', () => ({ text: '' }), { code: 'SourceUnavailable' }],
    [
      'a cut connection',
      () => ({ text: JSON.stringify(recordedBody('search_property_85031.json')), cut: true }),
      { code: 'SourceUnavailable' },
    ],
    [
      'an outage that says so',
      () => ({ status: 503, reason: 'Service Unavailable', type: 'text/html' }),
      { code: 'SourceUnavailable' },
    ],
    [
      'an empty 500 of HTTP/1',
      () => ({ status: 500, reason: 'Internal Server Error', type: 'text/html' }),
      { code: 'SourceUnavailable' },
    ],
    ['429', () => ({ status: 429, headers: { 'retry-after': '7' } }), { code: 'RateLimited', retryAfterMs: 7_000 }],
  ])('%s', async (_name, answer: () => LocalAnswer, expected) => {
    server.answer(answer);
    await expect(readPage()).rejects.toMatchObject(expected);
  });

  it('nothing, as it should be, ends the walk', async () => {
    server.answer(() => recorded('search_property_empty_query.json'));
    expect(await readPage()).toMatchObject({ total: 0, nextCursor: null, payloads: [{ kind: 'search-page' }] });
  });
});

const SITE = () => recorded('error_200_html_unknown_path.json');
const REFUSED = () => recorded('error_500_unauthorized_search.json');
/** Answers by kind of request; what is left out is an empty 500 without a reason. */
const service =
  (answers: { readonly [kind in 'parcel' | 'search' | 'site']?: () => LocalAnswer }) =>
  ({ pathname }: URL): LocalAnswer => {
    const kind = pathname === '/' ? 'site' : pathname.startsWith('/parcel/') ? 'parcel' : 'search';
    return answers[kind]?.() ?? EMPTY_500;
  };

describe('an empty 500 without a reason', () => {
  it.each([
    [
      'an outage of that one answer, when a known-good search works',
      { search: GOOD, site: SITE },
      'SourceUnavailable',
      3,
    ],
    ['the token, when a known-good search ends alike and the site is there', { site: SITE }, 'AuthRejected', 3],
    ['the token, when a known-good search names it', { search: REFUSED, site: SITE }, 'AuthRejected', 3],
    [
      'an outage, when a known-good search fails in another way',
      { search: () => ({ status: 502, type: 'text/html' }), site: SITE },
      'SourceUnavailable',
      3,
    ],
    ['an outage, when the site is gone too', {}, 'SourceUnavailable', 2],
    [
      'an outage, when the site is a page of the firewall',
      { site: () => ({ status: 503, type: 'text/html', text: '<title>Just a moment...</title>' }) },
      'SourceUnavailable',
      2,
    ],
    [
      'an outage, when a known-good search gives the site page, as for an unknown path',
      { search: SITE, site: SITE },
      'SourceUnavailable',
      3,
    ],
  ])('is %s', async (_name, answers, code, requests) => {
    server.answer(service(answers));
    await expect(readDetail('50179677')).rejects.toMatchObject({ code });
    expect(server.asked).toHaveLength(requests);
  });

  it('is asked about once and not more, and the site without the token', async () => {
    server.answer(service({ site: SITE }));
    await expect(readPage()).rejects.toMatchObject({ code: 'AuthRejected' });
    const search = '/search/property/?q=85031&page=1';
    expect(server.asked.map(({ url }) => url)).toEqual([search, '/', search]);
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['test-token', undefined, 'test-token']);
  });
});

describe('with a second token', () => {
  let own: Source;
  const search = () => own.readPage(WINDOW, null, signal);
  const tokens = () => server.asked.map(({ headers }) => headers.authorization);
  /** A service where some tokens are refused, with a reason or without one. */
  const refusing = (refused: readonly string[], refusal: () => LocalAnswer) => (url: URL) => {
    if (url.pathname === '/') return SITE();
    return refused.includes(server.asked.at(-1)?.headers.authorization ?? '') ? refusal() : GOOD();
  };
  beforeEach(() => {
    own = countySource(server.baseUrl, { secondToken: 'other-token' });
  });

  it.each([
    ['with a reason', REFUSED, ['test-token', 'other-token']],
    ['without one', () => EMPTY_500, ['test-token', undefined, 'test-token', 'other-token']],
    ['with 401', () => ({ status: 401, type: 'text/html' }), ['test-token', 'other-token']],
  ])('goes on with it when the first is refused %s, and stays with it', async (_how, refusal, asked) => {
    server.answer(refusing(['test-token'], refusal));
    await expect(search()).resolves.toMatchObject({ total: 6_632 });
    expect(tokens()).toEqual(asked);
    await search();
    expect(tokens()).toEqual([...asked, 'other-token']);
  });

  it('goes back to the first when the second is refused later', async () => {
    server.answer(refusing(['test-token'], REFUSED));
    await search();
    server.answer(refusing(['other-token'], REFUSED));
    server.asked.length = 0;
    await search();
    expect(tokens()).toEqual(['other-token', 'test-token']);
  });

  it('says that both are refused, by the names of their variables, after one request with each', async () => {
    server.answer(refusing(['test-token', 'other-token'], REFUSED));
    const error = await search().catch((problem: unknown) => problem);
    expect(error).toMatchObject({ code: 'AuthRejected', retry: 'never', scope: 'source' });
    expect(String(error)).toContain('MARICOPA_API_KEY and MARICOPA_API_KEY_2');
    expect(String(error)).not.toMatch(/test-token|other-token/);
    expect(tokens()).toEqual(['test-token', 'other-token']);
  });

  it('begins with the first again after both were refused: a person may have had it renewed', async () => {
    server.answer(refusing(['test-token', 'other-token'], REFUSED));
    await expect(search()).rejects.toMatchObject({ code: 'AuthRejected' });
    server.answer(GOOD);
    server.asked.length = 0;
    await search();
    expect(tokens()).toEqual(['test-token']);
  });

  it.each([
    ['503', () => ({ status: 503, type: 'text/html' }), 'SourceUnavailable', 1],
    ['429', () => ({ status: 429, headers: { 'retry-after': '7' } }), 'RateLimited', 1],
    ['the site page', SITE, 'SourceUnavailable', 1],
    ['an empty list', () => json([]), 'SchemaDrift', 1],
    ['403', () => ({ status: 403, type: 'text/html' }), 'Blocked', 1],
    ['404', () => ({ status: 404, type: 'text/html' }), 'ResponseInvalid', 1],
    ['an empty 500 without a reason', () => EMPTY_500, 'SourceUnavailable', 2],
    ['JSON that breaks off', () => ({ text: '{"TOTAL":' }), 'SourceUnavailable', 1],
  ])('is not touched by a service that answers everything with %s', async (_what, answer, code, requests) => {
    server.answer(answer);
    await expect(search()).rejects.toMatchObject({ code });
    expect(server.asked).toHaveLength(requests);
    expect(tokens()).not.toContain('other-token');
  });

  it('is one token when both are the same', async () => {
    own = countySource(server.baseUrl, { secondToken: 'test-token' });
    server.answer(REFUSED);
    await expect(search()).rejects.toMatchObject({ code: 'AuthRejected' });
    expect(tokens()).toEqual(['test-token']);
  });

  it('shares the switch among requests that are under way at one time', async () => {
    server.answer(refusing(['test-token'], REFUSED));
    await Promise.all([search(), search(), search()]);
    server.asked.length = 0;
    await search();
    expect(tokens()).toEqual(['other-token']);
  });
});

describe('a detail', () => {
  it.each([
    ['unknown to the county', () => recorded('error_404_parcel_unknown.json')],
    ['given as an empty list', () => recorded('parcel_unknown_propertyinfo_empty.json')],
    ['given as no content', () => ({ status: 204 })],
  ])('%s is missing, with the reason', async (_name, answer: () => LocalAnswer) => {
    server.answer(answer);
    expect(await readDetail('10101001')).toEqual({ status: 'missing', reason: expect.stringMatching(/\w/) });
  });

  it.each(['', 'INVALID-APN', '10101001!@#', '../search', '1010100', '1010100123', '__proto__'])(
    'of the malformed number %j is never asked for',
    async (key) => {
      expect(await readDetail(key)).toMatchObject({ status: 'missing' });
      expect(server.asked).toEqual([]);
    },
  );

  it('answered with the site page is asked again', async () => {
    server.answer(SITE);
    await expect(readDetail('10101001')).rejects.toMatchObject({ code: 'SourceUnavailable', isPage: true });
  });

  it('refused for the token stops the source', async () => {
    server.answer(() => recorded('error_500_unauthorized_parcel.json'));
    await expect(readDetail('10101001')).rejects.toMatchObject({ code: 'AuthRejected', scope: 'source' });
  });

  it('found is one payload under the compact number', async () => {
    server.answer(() => recorded('parcel_50179677_2025-02.json'));
    expect(await readDetail('501-79-677')).toMatchObject({
      status: 'found',
      payloads: [{ kind: 'parcel', key: '50179677', body: { json: recordedBody('parcel_50179677_2025-02.json') } }],
    });
  });
});

it.each(['', '  '])('refuses to search for %j', async (zip) => {
  await expect(readPage(null, zip)).rejects.toMatchObject({ code: 'UnsafeTarget' });
  expect(server.asked).toEqual([]);
});

it.each([{ page: 0, total: 1, pass: 1, moved: false }, { page: 2 }, 'text', 7])(
  'refuses the foreign cursor %j',
  async (cursor) => {
    await expect(readPage(cursor)).rejects.toMatchObject({ code: 'ResponseInvalid' });
    expect(server.asked).toEqual([]);
  },
);

describe('a walk', () => {
  const rowsOf = (count: number, page: number) =>
    Array.from({ length: count }, (_one, at) => ({ APN: String(10306000 + page * 25 + at) }));
  /** Serves `pages` by number; gives the pages that were asked, and the last total. */
  async function walk(totals: (request: number) => number, rows: (page: number) => number) {
    server.answer((url) => {
      const page = Number(url.searchParams.get('page'));
      return json({ TOTAL: totals(server.asked.length), Results: rowsOf(rows(page), page) });
    });
    const asked: number[] = [];
    let cursor: Cursor | null = null;
    do {
      const page = await readPage(cursor);
      cursor = JSON.parse(JSON.stringify(page.nextCursor));
      asked.push(page.total ?? -1);
    } while (cursor !== null && asked.length < 50);
    return server.asked.map(({ url }) => Number(new URL(url, server.baseUrl).searchParams.get('page')));
  }

  it.each([
    ['ends after the last page', () => 60, (page: number) => (page === 3 ? 10 : 25), [1, 2, 3]],
    ['ends after a full last page', () => 50, () => 25, [1, 2]],
    ['ends on an empty page', () => 500, (page: number) => (page < 3 ? 25 : 0), [1, 2, 3]],
    ['ends at once when there is nothing', () => 0, () => 0, [1]],
    [
      'does one more pass when TOTAL moved',
      (n: number) => (n < 2 ? 50 : 51),
      (page: number) => (page < 3 ? 25 : 1),
      [1, 2, 1, 2, 3],
    ],
    [
      'does one more pass when TOTAL moved and came back',
      (n: number) => (n === 2 ? 76 : 75),
      () => 25,
      [1, 2, 3, 1, 2, 3],
    ],
    ['does never a third pass', (n: number) => 50 + n, () => 25, [1, 2, 3, 1, 2, 3]],
    [
      'does no more pass when all is gone',
      (n: number) => (n === 1 ? 50 : 0),
      (page: number) => (page === 1 ? 25 : 0),
      [1, 2],
    ],
  ])('%s', async (_name, totals, rows, pages) => {
    expect(await walk(totals, rows)).toEqual(pages);
  });
});

it('ends where the service gives the same page for every number, after the second of them', async () => {
  const same = Array.from({ length: 25 }, (_one, at) => ({ APN: String(10306000 + at) }));
  server.answer(() => json({ TOTAL: 1_000_000, Results: same }));
  const { nextCursor } = await readPage();
  await expect(readPage(nextCursor)).rejects.toMatchObject({ code: 'ResponseInvalid' });
  server.answer(() => json({ TOTAL: 1_000_000, Results: [...same].reverse() }));
  await expect(readPage(nextCursor)).resolves.toMatchObject({ nextCursor: { page: 3 } });
  const { mark: _mark, ...old } = { mark: '', ...Object(nextCursor) };
  await expect(readPage(old)).resolves.toMatchObject({ nextCursor: { page: 3 } }); // of a run that had begun before
});

it('says of a page that it is of the second pass', async () => {
  server.answer(GOOD);
  expect(await readPage({ page: 1, total: 50, pass: 2, moved: false })).toMatchObject({ pass: 2 });
  expect(await readPage()).not.toHaveProperty('pass');
});

describe('probe', () => {
  it.each([
    ['ok', GOOD],
    ['auth', () => recorded('error_500_unauthorized_search.json')],
    ['down', () => EMPTY_500],
    ['blocked', () => ({ status: 403, type: 'text/html' })],
    ['down', () => recorded('error_200_html_unknown_path.json')],
    ['drift', () => json({ TOTAL: 0, Results: [] })],
    ['drift', () => json({ TOTAL: 3, Results: [{ APN: 1 }, { APN: 2 }, { APN: 3 }] })],
    ['drift', () => json([])],
    ['drift', () => ({ status: 404, type: 'text/html' })],
    ['down', () => ({ status: 503, type: 'text/html' })],
    ['down', () => ({ text: '{' })],
  ])('says %s', async (state, answer: () => LocalAnswer) => {
    server.answer(answer);
    const probed = await source.probe(signal);
    expect(probed).toEqual({ state, evidence: expect.stringMatching(/\w/) });
    expect(server.asked[0]?.url).toBe('/search/property/?q=85031&page=1');
  });

  it('says down when nobody answers', async () => {
    expect(await countySource('http://127.0.0.1:9').probe(signal)).toMatchObject({ state: 'down' });
  });

  it('ends with the abort when it is aborted', async () => {
    server.answer(GOOD);
    await expect(source.probe(AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
  });
});

describe('a plan', () => {
  it.each([
    ['all of the market', planScope(['85031', '85033', '85035'], null), 2_700, 2_700, 2_700_000],
    ['one ZIP and its parcels', planScope(['85031'], null), 100_000, 266 + 6_632, 6_898_000],
    ['one ZIP nobody has asked', planScope(['85379'], null), 100_000, 400 + 10_000, 10_400_000],
    ['30 parcels of two ZIPs', planScope(['85031', '85033'], 30), 2_700, 4 + 60, 64_000],
    ['pages beyond the budget', planScope(['85031'], null), 100, 266, 266_000],
    [
      'two ZIPs that were walked before',
      planScope(['85031', '85379'], null, { '85031': 26, '85379': 0 }),
      2_700,
      3 + 26,
      29_000,
    ],
    ['nothing', planScope([], null), 100, 0, 0],
  ])('for %s', (_name, scope, requestBudget, requests, milliseconds) => {
    expect(countySource(server.baseUrl, { requestBudget }).plan(scope)).toEqual({
      requests,
      milliseconds,
      costUsdMicros: 0,
    });
  });
});
