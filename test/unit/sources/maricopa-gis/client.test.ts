import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json } from '../../../../core/hash.js';
import type { Cursor } from '../../../../core/schemas/collect.js';
import type { Source } from '../../../../core/source.js';
import { GIS_WINDOW, gisPage, gisRow, gisSource } from '../../../support/gis-source.js';
import { type LocalAnswer, type LocalHttp, startLocalHttp } from '../../../support/local-http.js';
import { planScope } from '../../../support/plan-scope.js';

let server: LocalHttp;
let source: Source;
const { signal } = new AbortController();

beforeAll(async () => {
  server = await startLocalHttp();
  source = gisSource(server.baseUrl);
});
afterAll(() => server.stop());
beforeEach(() => {
  server.asked.length = 0;
});

const json = (value: unknown): LocalAnswer => ({ text: JSON.stringify(value) });
const error = (code: unknown): LocalAnswer =>
  json({ error: { code, message: 'Failed to execute query.', details: [] } });
const rows = (count: number, first = 0): Json[] =>
  Array.from({ length: count }, (_, at) => gisRow({ OBJECTID: first + at + 1, APN: String(10_300_001 + first + at) }));
const readPage = (cursor: Cursor | null = null, zip = '85031') =>
  source.readPage({ ...GIS_WINDOW, zip }, cursor, signal);

/** A layer of so many rows. */
function layer(count: number, pageRows = 1_000) {
  server.answer(({ searchParams }) => {
    if (searchParams.get('returnCountOnly') === 'true') return json({ count });
    const offset = Number(searchParams.get('resultOffset'));
    const size = Math.max(0, Math.min(pageRows, count - offset));
    return json(gisPage(rows(size, offset), offset + size < count));
  });
}

/** Cursors and totals of a whole walk. */
async function walk() {
  const pages = [];
  for (let cursor: Cursor | null = null; ; ) {
    const { nextCursor, total, payloads, pass } = await readPage(cursor);
    pages.push({ nextCursor, total, pass, rows: payloads.flatMap((payload) => source.parse(payload).records).length });
    if (nextCursor === null || pages.length > 20) return pages;
    cursor = nextCursor;
  }
}

it('asks in the form of the contract, and never for owners or mail', async () => {
  layer(1);
  const page = await readPage();
  const [count, first] = server.asked.map(({ url }) => new URL(url, 'http://local'));
  expect(count?.pathname).toBe('/arcgis/rest/services/Parcels/MapServer/0/query');
  expect(Object.fromEntries(count?.searchParams ?? [])).toEqual({
    where: "PHYSICAL_ZIP='85031'",
    returnCountOnly: 'true',
    f: 'json',
  });
  const { outFields = '', ...asked } = Object.fromEntries(first?.searchParams ?? []);
  expect(asked).toEqual({
    where: "PHYSICAL_ZIP='85031'",
    returnGeometry: 'false',
    orderByFields: 'OBJECTID',
    resultOffset: '0',
    resultRecordCount: '1000',
    f: 'json',
  });
  expect(outFields.split(',')).toEqual(
    expect.arrayContaining(['OBJECTID', 'APN', 'LATITUDE', 'LIVING_SPACE', 'SALE_DATE']),
  );
  expect(outFields).not.toMatch(/OWNER|MAIL|\*/);
  expect(page).toMatchObject({ total: 1, nextCursor: null, payloads: [{ kind: 'gis-page', key: null }] });
});

describe('a walk', () => {
  it('goes on by the rows it got, also where the layer gives fewer than asked', async () => {
    layer(2_500, 800);
    expect(await walk()).toMatchObject([
      { rows: 800, nextCursor: { offset: 800, total: 2_500, pass: 1 } },
      { rows: 800, nextCursor: { offset: 1_600 } },
      { rows: 800, nextCursor: { offset: 2_400 } },
      { rows: 100, nextCursor: null, total: 2_500 },
    ]);
    expect(server.asked).toHaveLength(5);
  });

  it('goes on when the layer forgets to say that more rows follow', async () => {
    server.answer(({ searchParams }) => {
      if (searchParams.has('returnCountOnly')) return json({ count: 3 });
      const offset = Number(searchParams.get('resultOffset'));
      return json(gisPage(rows(offset < 3 ? 1 : 0, offset)));
    });
    expect(await walk()).toHaveLength(3);
  });

  it('is done again, once, when rows came or went meanwhile', async () => {
    let counted = 0;
    server.answer(({ searchParams }) => {
      if (searchParams.has('returnCountOnly')) {
        counted += 1;
        return json({ count: counted === 1 ? 10 : 12 });
      }
      const offset = Number(searchParams.get('resultOffset'));
      return json(gisPage(rows(Math.min(6, 12 - offset), offset), offset + 6 < 12));
    });
    expect(await walk()).toMatchObject([
      { nextCursor: { offset: 6, total: 10, pass: 1 } },
      { nextCursor: { offset: 0, total: 12, pass: 2 }, total: 12 },
      { nextCursor: { offset: 6, total: 12, pass: 2 } },
      { nextCursor: null, total: 12, pass: 2 },
    ]);
  });

  it('never makes a third pass', async () => {
    server.answer(({ searchParams }) =>
      searchParams.has('returnCountOnly') ? json({ count: 50 }) : json(gisPage(rows(0))),
    );
    expect(await walk()).toHaveLength(2);
  });

  it('ends where the layer does not heed the offset and always says that more follow', async () => {
    server.answer(({ searchParams }) =>
      searchParams.get('returnCountOnly') === 'true' ? json({ count: 2_500 }) : json(gisPage(rows(1_000), true)),
    );
    await expect(walk()).rejects.toMatchObject({ code: 'ResponseInvalid' });
    expect(server.asked).toHaveLength(3); // the count, and two pages
  });

  it('of a ZIP code without parcels is valid and empty', async () => {
    layer(0);
    expect(await walk()).toEqual([{ nextCursor: null, total: 0, rows: 0 }]);
  });

  it.each<[string, Cursor]>([
    ['of the assessor', { page: 2, total: 10, pass: 1, moved: false }],
    ['with a negative offset', { offset: -1, total: 10, pass: 1 }],
    ['with an operator', { offset: { $gt: 0 }, total: 10, pass: 1 }],
  ])('refuses a cursor %s', async (_name, cursor) => {
    await expect(readPage(cursor)).rejects.toMatchObject({ code: 'ResponseInvalid' });
    expect(server.asked).toEqual([]);
  });

  it.each(['', '8503', "85031' OR '1'='1", '85031 '])('sends nothing for the ZIP code "%s"', async (zip) => {
    await expect(readPage(null, zip)).rejects.toMatchObject({ code: 'UnsafeTarget' });
    expect(server.asked).toEqual([]);
  });
});

/** In the place of data: tried again. */
const A_PAGE = { code: 'SourceUnavailable', isPage: true };

describe('a request answered with', () => {
  it.each<[string, LocalAnswer, Readonly<Record<string, unknown>>]>([
    ['an error of a bad query in a 200', error(400), { code: 'ResponseInvalid' }],
    ['an error of the server in a 200', error(500), { code: 'SourceUnavailable' }],
    ['an error without a code in a 200', error('x'), { code: 'SourceUnavailable' }],
    ['an error that is no object', json({ error: 'Internal' }), { code: 'SourceUnavailable' }],
    ['"token required" in a 200', error(499), { code: 'AuthRejected' }],
    ['"invalid token" in a 200', error(498), { code: 'AuthRejected' }],
    ['"forbidden" in a 200', error(403), { code: 'Blocked' }],
    ['"too many requests" in a 200', error(429), { code: 'RateLimited', retryAfterMs: 60_000 }],
    ['429', { status: 429, headers: { 'retry-after': '7' } }, { code: 'RateLimited', retryAfterMs: 7_000 }],
    ['401', { status: 401 }, { code: 'AuthRejected' }],
    ['403', { status: 403, type: 'text/html' }, { code: 'Blocked' }],
    ['404', { status: 404, type: 'text/html' }, { code: 'ResponseInvalid' }],
    ['503', { status: 503, type: 'text/html' }, { code: 'SourceUnavailable' }],
    ['a redirect', { status: 302, headers: { location: 'http://169.254.169.254/' } }, { code: 'ResponseInvalid' }],
    ['the query form', { type: 'text/html', text: '<html><title>Query: Parcels</title>' }, A_PAGE],
    ['a page that says it is JSON', { text: '<!DOCTYPE html>' }, A_PAGE],
    ['a firewall page', { type: 'text/html', text: '<title>Just a moment...</title>' }, { code: 'Blocked' }],
    ['JSON that breaks off', { text: '{"features":[{"attr' }, { code: 'SourceUnavailable' }],
    ['a body that is cut', { text: JSON.stringify(gisPage(rows(50))), cut: true }, { code: 'SourceUnavailable' }],
    ['another envelope', json({ rows: [] }), { code: 'SchemaDrift' }],
    ['rows where a count is due', json({ count: 'many' }), { code: 'SchemaDrift', path: 'count' }],
  ])('%s', async (_name, answer, expected) => {
    server.answer(() => answer);
    await expect(readPage()).rejects.toMatchObject(expected);
  });
});

it('has no details', async () => {
  expect(source.traits.detailKind).toBeNull();
  expect(await source.readDetail(GIS_WINDOW, '10306005', signal)).toMatchObject({ status: 'missing' });
  expect(server.asked).toEqual([]);
});

describe('a probe', () => {
  it.each<[string, LocalAnswer, string]>([
    ['ok', json(gisPage(rows(10), true)), 'ok'],
    ['nothing where there was always something', json(gisPage([])), 'drift'],
    ['rows of another shape', json(gisPage([{}, {}, {}, {}])), 'drift'],
    ['a token wanted', error(499), 'auth'],
    ['a firewall', { status: 403 }, 'blocked'],
    ['an outage', error(500), 'down'],
    ['another shape', json({}), 'drift'],
  ])('tells %s', async (_name, answer, state) => {
    server.answer(() => answer);
    expect(await source.probe(signal)).toMatchObject({ state });
  });
});

it('plans a count and its pages for each ZIP code', () => {
  expect(source.plan(planScope(['85031', '85033'], null))).toEqual({
    requests: 22,
    milliseconds: 22_000,
    costUsdMicros: 0,
  });
  expect(source.plan(planScope(['85031'], 25))).toMatchObject({ requests: 2 });
  expect(source.plan(planScope(['85031', '85033'], null, { '85031': 1_001, '85033': 0 }))).toMatchObject({
    requests: 4,
  });
});
