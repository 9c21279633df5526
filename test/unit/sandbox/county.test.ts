import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import type { FaultEffect } from '../../../sandbox/faults.js';
import { maxInWindow } from '../../../sandbox/request-log.js';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.js';

const RECORDINGS = join(projectRoot(), 'sandbox', 'recordings', 'maricopa');

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ parcelsPerZip: 60 });
});
afterEach(() => sandbox.faults.clear());
afterAll(() => sandbox.stop());

interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

function get(path: string, token: string | null = sandbox.county.token, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = token === null ? {} : { AUTHORIZATION: token };
    const sent = request(`${sandbox.county.url}${path}`, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          contentType: response.headers['content-type'] ?? '',
          headers: response.headers,
          text,
        }),
      );
    });
    sent.once('error', reject);
    sent.end();
  });
}

async function json(path: string) {
  const { text } = await get(path);
  return JSON.parse(text);
}

async function walk(zip: string): Promise<{ total: number; rows: Record<string, unknown>[] }> {
  const rows = [];
  for (let page = 1; ; page += 1) {
    const { TOTAL, Results } = await json(`/search/property/?q=${zip}&page=${page}`);
    if (Results.length === 0) return { total: TOTAL, rows };
    rows.push(...Results);
  }
}

describe('recorded exchanges', () => {
  const newest = new Map<string, { body: unknown; status: number; reason: string; headers: Record<string, string> }>();
  const seen = new Map<string, { edited: boolean; at: number }>();
  for (const file of readdirSync(RECORDINGS).filter((name) => name.endsWith('.json'))) {
    const exchange = JSON.parse(readFileSync(join(RECORDINGS, file), 'utf8'));
    const { path, query } = exchange.request;
    const zipSearch = path === '/search/property/' && /^\d{5}$/.test(query.q ?? '');
    if (zipSearch || exchange.response.reason.includes('Unauthorized')) continue;
    const target = `${path}${query.q === undefined ? '' : `?q=${encodeURIComponent(query.q)}`}`;
    const mark = { edited: exchange.kind.startsWith('edited'), at: Date.parse(exchange.recorded_at) };
    const last = seen.get(target);
    const better =
      last === undefined || (last.edited && !mark.edited) || (last.edited === mark.edited && mark.at > last.at);
    if (!better) continue;
    seen.set(target, mark);
    newest.set(target, exchange.response);
  }

  it.each([...newest.keys()])('answers GET %s as recorded', async (target) => {
    const expected = newest.get(target);
    const answer = await get(target);
    expect(answer.status).toBe(expected?.status);
    expect(answer.reason).toBe(expected?.reason);
    expect(answer.contentType).toBe(expected?.headers['content-type']);
    const body = answer.contentType.includes('json') ? JSON.parse(answer.text) : answer.text;
    expect(body).toEqual(expected?.body);
    if (expected?.headers.server !== undefined) expect(answer.headers.server).toBe('cloudflare');
  });

  it.each([
    '/parcel/165-28-054',
    '/parcel/16528054',
    '/parcel/165.28.054',
    '/parcel/165-28-054/',
    '/parcel/165%2028%20054',
  ])('finds one parcel under %s', async (path) => {
    expect((await json(path)).PropertyAddress).toBe('10010 N 29TH ST PHOENIX, AZ 85028');
  });

  it('answers page 1 and no page alike, and later pages of a recorded search with no rows', async () => {
    expect(await json('/search/sub/?q=Ahwatukee&page=1')).toEqual(await json('/search/sub/?q=Ahwatukee'));
    expect(await json('/search/sub/?q=Ahwatukee&page=2')).toEqual({ TOTAL: 73, Results: [] });
  });

  it('shows the parts of a recorded document at endpoints that were not recorded', async () => {
    const document = await json('/parcel/501-79-577');
    expect(await json('/parcel/501-79-577/valuations')).toEqual(document.Valuations);
    expect(await json('/parcel/501-79-577/residential-details')).toEqual(document.ResidentialPropertyData);
    expect(await json('/parcel/501-79-577/owner-details')).toEqual(document.Owner);
    expect((await json('/parcel/501-79-577/propertyinfo')).PropertyType).toBe('RESIDENTIAL');
  });
});

describe('search by ZIP', () => {
  it.each(['85031', '85033', '85035', '85379', '85374', '85028'])(
    'serves the whole of %s, as many rows as TOTAL',
    async (zip) => {
      const { total, rows } = await walk(zip);
      expect(rows).toHaveLength(60);
      expect(total).toBe(60);
      expect(new Set(rows.map(({ APN }) => APN)).size).toBe(60);
      expect(rows.every(({ SitusZip }) => SitusZip === zip)).toBe(true);
    },
  );

  it('puts the recorded rows first, as recorded', async () => {
    const recorded = JSON.parse(readFileSync(join(RECORDINGS, 'search_property_85031.json'), 'utf8')).response.body
      .Results;
    const { Results } = await json('/search/property/?q=85031');
    expect(Results).toEqual(recorded);
  });

  it('gives rows and documents with the keys of the recorded ones', async () => {
    const recordedRow = (await json('/search/property/?q=85031')).Results[0];
    const { rows } = await walk('85035');
    for (const row of rows) expect(Object.keys(row)).toEqual(Object.keys(recordedRow));
    const recorded = await json('/parcel/165-28-054');
    const document = await json(`/parcel/${rows.find(({ RentalID }) => RentalID === null)?.APN}`);
    expect(Object.keys(document)).toEqual(Object.keys(recorded));
    for (const part of ['Owner', 'Geo', 'ResidentialPropertyData', 'Sketches', 'MapIDs']) {
      expect(Object.keys(document[part]).sort()).toEqual(
        expect.arrayContaining(part === 'Owner' ? ['Ownership'] : Object.keys(recorded[part]).sort()),
      );
    }
    expect(Object.keys(document.Valuations[0])).toEqual(Object.keys(recorded.Valuations[0]));
    expect(document.Valuations).toHaveLength(5);
  });

  it.each([
    ['an unknown ZIP', '/search/property/?q=99999'],
    ['an empty query', '/search/property/?q='],
    ['a page past the end', '/search/rental/?q=85031&page=9'],
  ])('answers %s with no rows', async (_name, path) => {
    expect((await json(path)).Results).toEqual([]);
  });

  it('finds a parcel by its number and by its street', async () => {
    const { rows } = await walk('85035');
    const row = rows[7];
    expect((await json(`/search/property/?q=${row?.APN}`)).Results).toEqual([row]);
    expect((await json(`/search/property/?q=${encodeURIComponent(String(row?.SitusAddress))}`)).Results).toContainEqual(
      row,
    );
  });
});

describe('answers that mislead', () => {
  it.each([
    ['search', '/search/property/?q=85031', null],
    ['search', '/search/property/?q=85031', 'wrong'],
    ['search', '/search/rental/?q=x', 'Bearer sandbox-county-token'],
    ['parcel', '/parcel/101-01-001', 'wrong'],
    ['parcel', '/parcel/165-28-054/valuations', null],
    ['mapid', '/mapid/parcel/101-01-001', null],
  ])('refuses a token at [%s] %s with an empty 500', async (kind, path, token) => {
    const answer = await get(path, token);
    expect(answer).toMatchObject({
      status: 500,
      text: '',
      reason: `[${kind}]:Unauthorized access! Please contact support.`,
    });
    expect(answer.contentType).toMatch(/^text\/html/);
  });

  it.each([
    ['an unknown parcel', '/parcel/999-99-999', 404, 'text/html', ''],
    ['a malformed parcel number', '/parcel/NOT-AN-APN', 404, 'text/html', ''],
    ['parts of an unknown parcel', '/parcel/999-99-999/owner-details', 200, 'application/json', '[]'],
    ['maps of an unknown parcel', '/mapid/parcel/999-99-999', 200, 'application/json', '[]'],
    ['characters no parcel number has', '/parcel/!@%23', 500, 'text/html', ''],
  ])('answers %s in the form of the county', async (_name, path, status, contentType, text) => {
    const answer = await get(path);
    expect(answer).toMatchObject({ status, text });
    expect(answer.contentType).toContain(contentType);
  });

  it.each(['/search/subdivisions/?q=x', '/api/property', '/parcel/165-28-054/nothing'])(
    'answers %s with 200 and the HTML of the site',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(answer.contentType).toContain('text/html');
      expect(answer.text).toContain('<html');
    },
  );
});

describe('faults', () => {
  const strike = (effect: FaultEffect, rule: { times?: number; path?: string } = { times: 1 }) =>
    sandbox.faults.add({ service: 'county', effect, ...rule });
  const PATH = '/search/property/?q=85035';

  it.each<[string, FaultEffect, object]>([
    ['a 429 with Retry-After', { kind: 'status', status: 429, retryAfterSeconds: 7 }, { status: 429 }],
    ['a 503', { kind: 'status', status: 503 }, { status: 503, text: '' }],
    ['the site page', { kind: 'html' }, { status: 200, contentType: 'text/html;charset=UTF-8' }],
    ['an empty result', { kind: 'empty' }, { status: 200, text: '{"TOTAL":0,"Results":[]}' }],
    ['a refused token', { kind: 'refused-token' }, { status: 500, text: '' }],
  ])('shows %s once, then the right answer', async (_name, effect, expected) => {
    strike(effect);
    const answer = await get(PATH);
    expect(answer).toMatchObject(expected);
    if (effect.kind === 'status' && effect.retryAfterSeconds) expect(answer.headers['retry-after']).toBe('7');
    expect((await json(PATH)).TOTAL).toBe(60);
  });

  it.each([
    ['drop', (row: object) => expect(row).not.toHaveProperty('APN')],
    ['rename', (row: object) => expect(Object.keys(row)).toContain('APNNew')],
    ['retype', (row: object) => expect(row).toHaveProperty('APN.value')],
  ] as const)('drifts by %s', async (change, check) => {
    strike({ kind: 'drift', change, field: 'APN' });
    check((await json(PATH)).Results[0]);
  });

  it('cuts a body, and logs it as not sent', async () => {
    strike({ kind: 'cut-body' });
    await expect(get(PATH)).rejects.toThrow();
    const [last] = sandbox.county.log.slice(-1);
    expect(last).toMatchObject({ status: 0, fault: 'cut-body' });
  });

  it('delays an answer, and strikes only the path it was given for', async () => {
    strike({ kind: 'slow', delayMs: 1_500 }, { path: 'page=2' });
    const begun = Date.now();
    await get(PATH);
    const between = Date.now();
    await get(`${PATH}&page=2`);
    expect(between - begun).toBeLessThan(1_500);
    expect(Date.now() - between).toBeGreaterThanOrEqual(1_490);
  });

  it('hangs until the client leaves', async () => {
    strike({ kind: 'hang' });
    await expect(fetch(`${sandbox.county.url}${PATH}`, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  });
});

describe('the request log', () => {
  it('says when, what and how many were open', async () => {
    sandbox.log.clear();
    sandbox.faults.add({ service: 'county', effect: { kind: 'slow', delayMs: 80 } });
    await Promise.all([1, 2, 3].map((page) => get(`/search/property/?q=85031&page=${page}`)));
    const log = sandbox.county.log;
    expect(log.map(({ inFlight }) => inFlight)).toEqual([1, 2, 3]);
    expect(
      log.every(({ path, query, status }) => path === '/search/property/' && query.q === '85031' && status === 200),
    ).toBe(true);
    expect(log.every(({ atMs, endedAtMs }) => endedAtMs - atMs >= 75)).toBe(true);
  });

  it.each([
    [[], 1_000, 0],
    [[0, 1_000, 2_000], 1_000, 1],
    [[0, 999, 1_000], 1_000, 2],
    [[5, 1, 3, 2_000], 10, 3],
  ])('counts the most of %j in %i ms as %i', (times, windowMs, most) => {
    expect(
      maxInWindow(
        times.map((atMs) => ({ atMs })),
        windowMs,
      ),
    ).toBe(most);
  });

  it('is served by the control port, with faults and errors told plainly', async () => {
    const control = (path: string, body?: object) =>
      fetch(`${sandbox.control}/__sandbox/${path}`, body ? { method: 'POST', body: JSON.stringify(body) } : {});
    const rule = { service: 'county', effect: { kind: 'status', status: 500 }, times: 1 };
    expect((await control('faults', rule)).status).toBe(200);
    expect((await get('/parcel/999-99-999')).status).toBe(500);
    const since = sandbox.county.log.slice(-1)[0]?.atMs ?? 0;
    expect(await (await control(`log?since=${since}`)).json()).toMatchObject([
      { path: '/parcel/999-99-999', status: 500 },
    ]);
    for (const bad of [
      {},
      { ...rule, service: 'x' },
      { ...rule, rate: 2 },
      { ...rule, effect: { kind: 'x' } },
      { ...rule, path: '(' },
    ]) {
      expect((await control('faults', bad)).status).toBe(400);
    }
    expect((await control('nothing')).status).toBe(404);
  });
});
