import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cursor } from '../../../core/schemas/collect.js';
import { fieldOf } from '../../../domain/readings.js';
import { PLANTED_PERSONAL } from '../../../sandbox/listing-site/html.js';
import { resoRecords } from '../../../sandbox/reso-desk.js';
import { listingKey } from '../../../sandbox/reso-record.js';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.js';
import { valuesOf } from '../../support/county-source.js';
import { RESO_WINDOW, resoSource } from '../../support/reso-source.js';

let sandbox: Sandbox;
const { signal } = new AbortController();

beforeAll(async () => {
  sandbox = await startSandbox({ parcelsPerZip: 60, listings: 60, resoPageRows: 7 });
});
afterAll(() => sandbox.stop());
beforeEach(() => {
  sandbox.log.clear();
  sandbox.faults.clear();
});

const source = () =>
  resoSource(sandbox.reso.url, {
    resoClientId: sandbox.variables.RESO_CLIENT_ID ?? null,
    resoClientSecret: sandbox.reso.secret,
  });

/** All records of a ZIP code as the source reads them. */
async function readZip(zip: string) {
  const from = source();
  const results = [];
  for (let cursor: Cursor | null = null; ; ) {
    const page = await from.readPage({ ...RESO_WINDOW, zip }, cursor, signal);
    for (const payload of page.payloads) results.push(from.parse({ ...payload, body: from.redact(payload.body) }));
    if (page.nextCursor === null) return results;
    cursor = page.nextCursor;
  }
}

it('the source reads the truth of every listing, page by page', async () => {
  const truth = resoRecords(sandbox.world);
  const found = [];
  for (const zip of sandbox.world.zips) {
    const results = await readZip(zip);
    expect(results.flatMap(({ rejects }) => rejects)).toEqual([]);
    found.push(...results.flatMap((result) => result.records));
  }
  expect(found.map(({ key }) => key).sort()).toEqual(sandbox.world.listings.map(listingKey).sort());
  for (const record of found) {
    const values = valuesOf(record);
    expect(values).toMatchObject(truth.get(String(values.ListingId))?.truth ?? { never: true });
  }
});

describe('the stand-in', () => {
  const tokenOf = async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: sandbox.variables.RESO_CLIENT_ID ?? '',
      client_secret: sandbox.reso.secret,
    });
    const answer = await fetch(sandbox.variables.RESO_TOKEN_URL ?? '', { method: 'POST', body });
    const given: unknown = await answer.json();
    return String(fieldOf(given, 'access_token'));
  };
  const ask = async (query: Readonly<Record<string, string>>, token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${sandbox.variables.RESO_BASE_URL}/Property?${new URLSearchParams(query)}`, {
      headers,
    });
    return { status: answer.status, body: await answer.json() };
  };

  it('has agents and owners for whoever asks for them', async () => {
    const { body } = await ask({ $top: '1' }, await tokenOf());
    expect(body).toMatchObject({ value: [{ ListAgentFullName: PLANTED_PERSONAL.agent }] });
  });

  it.each([
    ['a condition it does not know', { $filter: "City eq 'Phoenix'" }],
    ['a field it does not have', { $select: 'ListingKey,Nothing' }],
    ['another order', { $orderby: 'ListPrice' }],
    ['a token of a page that it did not give', { $skiptoken: 'xyz' }],
  ])('refuses %s', async (_name, query) => {
    expect(await ask(query, await tokenOf())).toMatchObject({ status: 400, body: { error: { code: '400' } } });
  });

  it('refuses a token that it did not give', async () => {
    expect(await ask({}, 'made-up')).toMatchObject({ status: 401, body: { error: { code: '1020' } } });
  });

  it.each([
    ['error-body 1550', { kind: 'error-body', code: 1550 }, 'RateLimited'],
    ['error-body 1510', { kind: 'error-body', code: 1510 }, 'SourceUnavailable'],
    ['error-body 1021', { kind: 'error-body', code: 1021 }, 'AuthRejected'],
    ['html', { kind: 'html' }, 'SourceUnavailable'],
  ] as const)('shows the fault %s', async (_name, effect, code) => {
    sandbox.faults.add({ service: 'reso', effect, path: '/Property' });
    await expect(source().readPage(RESO_WINDOW, null, signal)).rejects.toMatchObject({ code });
  });

  it('ends the life of a token on demand, and the source takes another', async () => {
    sandbox.faults.add({ service: 'reso', effect: { kind: 'refused-token' }, path: '/Property', times: 1 });
    await expect(source().readPage(RESO_WINDOW, null, signal)).resolves.toMatchObject({ payloads: [{}] });
    expect(sandbox.reso.log.map(({ path, status }) => `${path} ${status}`)).toEqual([
      '/oauth2/token 200',
      '/Reso/OData/Property 401',
      '/oauth2/token 200',
      '/Reso/OData/Property 200',
    ]);
  });

  it('changes a row, or loses it, behind the page that gave it', async () => {
    const { desk } = sandbox.reso;
    const token = await tokenOf();
    const keys = async (query: Readonly<Record<string, string>> = {}) => {
      const { body } = await ask({ $select: 'ListingKey', $top: '2', $count: 'true', ...query }, token);
      const rows: unknown = fieldOf(body, 'value');
      return {
        rows: Array.isArray(rows) ? rows.map((row) => fieldOf(row, 'ListingKey')) : [],
        count: fieldOf(body, '@odata.count'),
      };
    };
    const sinceNow = { $filter: `ModificationTimestamp ge ${new Date().toISOString()}` };
    const first = await keys();
    expect(await keys(sinceNow)).toEqual({ rows: [], count: 0 });
    sandbox.faults.add({ service: 'reso', effect: { kind: 'row-moves' }, path: '/Property', times: 1 });
    expect(await keys()).toEqual(first);
    expect(await keys(sinceNow)).toEqual({ rows: first.rows.slice(0, 1), count: 1 });
    sandbox.faults.add({ service: 'reso', effect: { kind: 'row-vanishes' }, path: '/Property', times: 1 });
    expect(await keys()).toEqual(first);
    expect((await keys()).count).toBe(Number(first.count) - 1);
    desk.reset();
    expect(await keys()).toEqual(first);
  });

  it.each([1000, 1010, 1013, 1015, 1019, 1021, 1023, 1024, 1030, 1510, 1515, 1516, 1550])(
    'answers with the provider code %i in the form of the contract',
    async (code) => {
      sandbox.faults.add({ service: 'reso', effect: { kind: 'error-body', code }, path: '/Property', times: 1 });
      const { status, body } = await ask({}, await tokenOf());
      expect(body).toMatchObject({ error: { code: String(code), target: null, details: [] } });
      expect(status).toBeGreaterThanOrEqual(401);
    },
  );
});
