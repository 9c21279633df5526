import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../core/paths.js';
import type { Cursor, Window } from '../../core/schemas/collect.js';
import type { SourceRecord } from '../../core/schemas/facts.js';
import type { Source, SourcePage } from '../../core/source.js';
import { type BrowserPool, createBrowserPool } from '../../net/browser.js';
import type { FailedPage } from '../../net/failed-page.js';
import { createVisitPage } from '../../net/visit-page.js';
import { createFaults, type FaultEffect } from '../../sandbox/faults.js';
import type { RunningService } from '../../sandbox/http-service.js';
import type { Listing } from '../../sandbox/listing.js';
import { PLANTED_PERSONAL } from '../../sandbox/listing-site/html.js';
import { startListingSite } from '../../sandbox/listing-site/index.js';
import { createRandom } from '../../sandbox/random.js';
import { createRequestLog } from '../../sandbox/request-log.js';
import { createWorld } from '../../sandbox/world.js';
import { createPhoenixMls } from '../../sources/phoenix-mls/index.js';
import { browserProcesses, testBrowser } from '../support/browser.js';
import { memoryAudit, openLimiter } from '../support/polite-fakes.js';

const chromium = await testBrowser();

const ZIP = '85031';
const window: Window = {
  market: 'phoenix',
  county: 'us-az-maricopa',
  source: 'phoenix-mls',
  zip: ZIP,
  runDate: '2025-11-20',
  runKey: 'test#1',
  limit: null,
};

describe('phoenix-mls in a real browser', () => {
  const log = createRequestLog(null);
  const faults = createFaults(createRandom('listing-site-test'));
  const { limiter, told } = openLimiter();
  const { audit, rows } = memoryAudit();
  const never = new AbortController().signal;
  let listings: readonly Listing[];
  let site: RunningService;
  let pool: BrowserPool;
  const failed: FailedPage[] = [];
  const keepFailedPage = async (page: FailedPage) => {
    failed.push(page);
    return `copy-${failed.length}`;
  };
  let source: Source;

  beforeAll(async () => {
    const recordings = join(projectRoot(), 'sandbox', 'recordings', 'maricopa');
    const world = createWorld({ recordings, parcelsPerZip: 60, seed: 'listing-site-test', listings: 60 });
    listings = world.listings.map((listing) => ({ ...listing, zip: ZIP }));
    site = await startListingSite({ listings }, { log, faults });
    pool = createBrowserPool({
      executablePath: chromium,
      product: 'phoenix-property-collector/test (+operator)',
      hosts: ['127.0.0.1'],
      navigationTimeoutMs: 4_000,
      settleTimeoutMs: 300,
    });
    source = sourceOn(pool);
  });
  afterEach(() => {
    faults.clear();
    failed.length = 0;
  });
  afterAll(async () => {
    await pool.close();
    await site.stop();
  });

  function sourceOn(browsers: BrowserPool, permissionHeld = false): Source {
    const limit = { windowLimit: 1, windowMs: 10, inFlight: 1, requestTimeoutMs: browsers.longestLoadMs };
    const targets = { 'phoenix-mls': { origin: site.url, limit } };
    return createPhoenixMls({
      visit: createVisitPage({ limiter, audit, pool: browsers, targets, keepFailedPage }),
      settings: { baseUrl: site.url, paceMs: 10, startDelayMs: 0, target: targets['phoenix-mls'] },
      permissionHeld: () => Promise.resolve(permissionHeld),
    });
  }

  async function walk(from: Cursor | null = null): Promise<readonly SourcePage[]> {
    const pages: SourcePage[] = [];
    for (let cursor = from; ; ) {
      const page = await source.readPage(window, cursor, never);
      pages.push(page);
      if (page.nextCursor === null) return pages;
      cursor = page.nextCursor;
    }
  }

  function recordsOf(payloads: SourcePage['payloads']): readonly SourceRecord[] {
    return payloads.flatMap((payload) => source.parse({ ...payload, body: source.redact(payload.body) }).records);
  }

  function strike(effect: FaultEffect, path: string): void {
    faults.add({ service: 'listing-site', effect, times: 1, path });
  }

  const factOf = (record: SourceRecord | undefined, name: string) =>
    record?.facts.find((fact) => fact.name === name)?.value ?? null;

  it('walks all pages of a ZIP and finds every listing once', async () => {
    const pages = await walk();
    const records = recordsOf(pages.flatMap(({ payloads }) => payloads));
    expect(pages.map(({ total }) => total)).toEqual(pages.map(() => listings.length));
    expect(pages).toHaveLength(Math.ceil(listings.length / 25));
    expect(records.map(({ key }) => key).sort()).toEqual(listings.map(({ listingId }) => listingId).sort());
    expect(records.every(({ zip }) => zip === ZIP)).toBe(true);
  });

  it('reads details that equal the truth, with one page each', async () => {
    const askedBefore = log.entries().length;
    const chosen = listings.slice(0, 8);
    for (const listing of chosen) {
      const detail = await source.readDetail(window, listing.listingId, never);
      if (detail.status !== 'found') throw new Error(detail.reason);
      const [record] = recordsOf(detail.payloads);
      expect({
        key: record?.key,
        parcel: record?.parcelNumber,
        price: factOf(record, 'ListPrice'),
        status: factOf(record, 'StandardStatus'),
        beds: factOf(record, 'BedroomsTotal'),
        baths: factOf(record, 'BathroomsTotalInteger'),
        area: factOf(record, 'LivingArea'),
        pool: factOf(record, 'PoolPrivateYN'),
        remarks: factOf(record, 'PublicRemarks'),
        photos: factOf(record, 'PhotosCount') ?? 0,
      }).toEqual({
        key: listing.listingId,
        parcel: listing.assessorNumber === null ? null : listing.assessorNumber.replaceAll('-', ''),
        price: listing.listPrice,
        status: listing.status,
        beds: listing.bedrooms,
        baths: listing.bathsFull + listing.bathsHalf,
        area: listing.livingArea,
        pool: listing.privatePool,
        remarks: listing.remarks.replace(/\s+/g, ' ').trim(),
        photos: listing.photosCount,
      });
    }
    expect(log.entries().length - askedBefore).toBe(chosen.length);
  });

  it('finds the detail of a listing it has not seen on a card', async () => {
    const fresh = sourceOn(pool);
    const key = listings[0]?.listingId ?? '';
    expect(await fresh.readDetail(window, key, never)).toMatchObject({ status: 'found', payloads: [{ key }] });
    expect(await fresh.readDetail(window, '9999999', never)).toMatchObject({ status: 'missing' });
  });

  it('goes as one visitor that loads no pictures, and writes one audit row a page', async () => {
    expect(log.entries().every(({ status }) => status < 400)).toBe(true);
    expect(log.entries().filter(({ path }) => path.startsWith('/photos'))).toEqual([]);
    expect(
      log
        .entries()
        .map(({ path }) => path)
        .filter((path) => path === '/robots.txt'),
    ).toHaveLength(2);
    expect(rows.size).toBe(log.entries().length);
    expect([...rows.values()].every(({ outcome }) => outcome?.status === 200 && outcome.error === null)).toBe(true);
    const plain = await fetch(`${site.url}/mls/search/?PostalCode=${ZIP}`);
    expect(plain.status).toBe(403);
  });

  it('keeps no planted personal word', async () => {
    const detail = await source.readDetail(window, listings[0]?.listingId ?? '', never);
    const pages = [...(await walk()), detail.status === 'found' ? detail : { payloads: [] }];
    const bodies = pages.flatMap(({ payloads }) => payloads).map(({ body }) => body);
    const kept = JSON.stringify(bodies.map((body) => source.redact(body)));
    expect(JSON.stringify(bodies)).toContain(PLANTED_PERSONAL.email);
    for (const word of Object.values(PLANTED_PERSONAL)) expect(kept).not.toContain(word);
    expect(kept).not.toContain('data:image');
  });

  it.each<[string, FaultEffect, object]>([
    ['a firewall page', { kind: 'block-page' }, { code: 'Blocked', scope: 'source' }],
    ['a captcha with status 200', { kind: 'captcha' }, { code: 'Blocked' }],
    [
      '429 with Retry-After',
      { kind: 'status', status: 429, retryAfterSeconds: 7 },
      { code: 'RateLimited', retryAfterMs: 7_000 },
    ],
    ['429 without', { kind: 'status', status: 429 }, { code: 'RateLimited', retryAfterMs: 60_000 }],
    ['503', { kind: 'status', status: 503 }, { code: 'SourceUnavailable' }],
    ['404 for a search', { kind: 'status', status: 404 }, { code: 'ResponseInvalid' }],
    ['a page cut short', { kind: 'cut-body' }, { code: 'SourceUnavailable' }],
    ['a page that never comes', { kind: 'hang' }, { code: 'BrowserCrashed' }],
  ])('reports %s as its own error and then goes on', async (_name, effect, expected) => {
    strike(effect, '/mls/search/');
    await expect(source.readPage(window, null, never)).rejects.toMatchObject(expected);
    expect((await source.readPage(window, null, never)).total).toBe(listings.length);
  });

  it.each<[string, FaultEffect, RegExp]>([
    ['a firewall page', { kind: 'block-page' }, /blocked by the website firewall/],
    ['a captcha', { kind: 'captcha' }, /Verify you are human/],
  ])(
    'keeps %s for the person who looks into it, and draws it without asking the site',
    async (_name, effect, words) => {
      strike(effect, '/mls/search/');
      await expect(source.readPage(window, null, never)).rejects.toThrow(/page kept as copy-1$/);
      const [page] = failed;
      expect(failed).toMatchObject([
        { code: 'Blocked', endpoint: 'results', window, url: expect.stringContaining(ZIP) },
      ]);
      expect(page?.content).toMatch(words);
      const asked = log.entries().length;
      const picture = Buffer.from(await pool.draw(page?.content ?? ''));
      expect(picture.subarray(1, 4).toString()).toBe('PNG');
      expect(picture.length).toBeGreaterThan(5_000);
      expect(log.entries()).toHaveLength(asked);
    },
  );

  it('keeps nothing of a page that showed nothing', async () => {
    strike({ kind: 'hang' }, '/mls/search/');
    await expect(source.readPage(window, null, never)).rejects.toMatchObject({ code: 'BrowserCrashed' });
    expect(failed).toEqual([]);
  });

  it('tells the limiter of pauses and failures', () => {
    expect(told).toEqual(expect.arrayContaining(['defer 7000', 'defer 60000', 'failure', 'success']));
    expect(told.filter((word) => word === 'release')).toHaveLength(rows.size);
  });

  it('hands over a page in another layout, and reading it is drift', async () => {
    strike({ kind: 'layout-change' }, '/mls/search/');
    const page = await source.readPage(window, null, never);
    expect(page.nextCursor).toBeNull();
    expect(() => recordsOf(page.payloads)).toThrow(expect.objectContaining({ code: 'SchemaDrift' }));
  });

  it('reads the same from the newer template, also when the site changes to it in the middle of a walk', async () => {
    const classic = await walk();
    faults.add({ service: 'listing-site', effect: { kind: 'layout-change', layout: 'newer' }, path: 'pg=2|-mls_' });
    const mixed = await walk();
    const plain = (pages: readonly SourcePage[]) =>
      recordsOf(pages.flatMap(({ payloads }) => payloads)).map(({ facts, ...record }) => ({
        ...record,
        facts: facts.map(({ name, value }) => `${name}: ${value}`).sort(),
      }));
    expect(plain(mixed)).toEqual(plain(classic));
    const setsOf = (page: SourcePage | undefined) =>
      new Set(recordsOf(page?.payloads ?? []).flatMap(({ facts }) => facts.map(({ path }) => path.split(' ')[0])));
    expect(mixed.map(setsOf)).toEqual([new Set(['classic@1']), new Set(['newer@1']), new Set(['classic@1'])]);
    const [listing] = listings;
    const detail = await source.readDetail(window, listing?.listingId ?? '', never);
    if (detail.status !== 'found') throw new Error(detail.reason);
    const [record] = recordsOf(detail.payloads);
    expect(factOf(record, 'ListPrice')).toBe(listing?.listPrice);
    expect(factOf(record, 'LotSizeSquareFeet')).toBe(listing?.lotSqft);
    expect(factOf(record, 'PublicRemarks')).toBe(listing?.remarks.replace(/\s+/g, ' ').trim());
  });

  it.each([
    [2, 23, false],
    [13, 12, true],
  ])('with %i cards without a price keeps the other %i; drift: %s', async (count, kept, drift) => {
    strike({ kind: 'broken-cards', count }, '/mls/search/');
    const { payloads } = await source.readPage(window, null, never);
    const [payload] = payloads;
    if (payload === undefined) throw new Error('no page');
    const result = source.parse({ ...payload, body: source.redact(payload.body) });
    expect(result.records).toHaveLength(kept);
    expect(result.rejects).toHaveLength(count);
    expect(source.driftOf(payload, result)?.code ?? null).toBe(drift ? 'SchemaDrift' : null);
  });

  it('takes no match as a valid answer', async () => {
    const page = await source.readPage({ ...window, zip: '85999' }, null, never);
    expect(page).toMatchObject({ total: 0, nextCursor: null });
    expect(recordsOf(page.payloads)).toEqual([]);
  });

  it('goes on at the page where the browser was killed', async () => {
    const first = await source.readPage(window, null, never);
    strike({ kind: 'slow', delayMs: 2_000 }, 'pg=2');
    const interrupted = source.readPage(window, first.nextCursor, never);
    const outcome = expect(interrupted).rejects.toMatchObject({ code: 'BrowserCrashed' });
    await sleep(500);
    for (const { pid } of browserProcesses().filter(({ type }) => type === 'browser')) process.kill(pid, 'SIGKILL');
    await outcome;
    const rest = await walk(first.nextCursor);
    const keys = recordsOf([first, ...rest].flatMap(({ payloads }) => payloads)).map(({ key }) => key);
    expect(new Set(keys).size).toBe(listings.length);
  });

  it('takes a dead page for a crash and reads it again', async () => {
    for (let round = 0; round < 3; round += 1) {
      strike({ kind: 'slow', delayMs: 2_000 }, '/mls/search/');
      const outcome = expect(source.readPage(window, null, never)).rejects.toMatchObject({ code: 'BrowserCrashed' });
      await sleep(500);
      const renderers = browserProcesses().filter(({ type }) => type === 'renderer');
      for (const { pid } of renderers) process.kill(pid, 'SIGKILL');
      await outcome;
      expect((await source.readPage(window, null, never)).total).toBe(listings.length);
    }
    expect(browserProcesses().filter(({ type }) => type === 'browser')).toHaveLength(1);
  });

  it('gives an abort back at once and leaves the site alone', async () => {
    strike({ kind: 'hang' }, '/mls/search/');
    const stop = new AbortController();
    const outcome = expect(source.readPage(window, null, stop.signal)).rejects.toThrow('stop now');
    await sleep(400);
    const abortedAtMs = performance.now();
    stop.abort(new Error('stop now'));
    await outcome;
    expect(performance.now() - abortedAtMs).toBeLessThan(3_500); // its own time-out is longer
  });

  it('asks nothing of a real host without permission', async () => {
    const visit = () => Promise.reject(new Error('was asked'));
    const origin = 'https://listings.example';
    const limit = { windowLimit: 1, windowMs: 10, inFlight: 1, requestTimeoutMs: 1_000 };
    const settings = { baseUrl: origin, paceMs: 10, startDelayMs: 0, target: { origin, limit } };
    const off = createPhoenixMls({ visit, settings, permissionHeld: () => Promise.resolve(false) });
    await expect(off.readPage(window, null, never)).rejects.toMatchObject({ code: 'Blocked' });
    await expect(off.readDetail(window, '6937912', never)).rejects.toMatchObject({ code: 'Blocked' });
    expect(await off.probe(never)).toMatchObject({ state: 'blocked' });
  });

  it('leaves no process behind', async () => {
    await pool.close();
    await sleep(200);
    expect(browserProcesses()).toEqual([]);
  });
});
