import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { underEmergency } from '../../../net/emergency.js';
import { createHttpGet, type HttpGet } from '../../../net/http-client.js';
import type { Asker } from '../../../net/limiter.js';
import { obeyRobots } from '../../../net/obey-robots.js';
import { lowered, withPaces } from '../../../net/pace.js';
import { type LocalAnswer, type LocalHttp, startLocalHttp } from '../../support/local-http.js';
import { memoryAudit, openLimiter } from '../../support/polite-fakes.js';

const LIMIT = { windowLimit: 60, windowMs: 60_000, inFlight: 2, requestTimeoutMs: 5_000 };
const never = new AbortController().signal;

let server: LocalHttp;
let get: HttpGet;
let delays: number[];
let robots: (path: string) => LocalAnswer;

beforeAll(async () => {
  server = await startLocalHttp();
  server.answer(({ pathname }) => (pathname === '/data' ? { text: '{}' } : robots(pathname)));
});
afterAll(() => server.stop());
beforeEach(() => {
  server.asked.length = 0;
  delays = [];
  const targets = { 'maricopa-assessor': { origin: server.baseUrl, limit: LIMIT } } as const;
  const polite = { limiter: openLimiter().limiter, audit: memoryAudit().audit };
  get = obeyRobots(createHttpGet({ ...polite, userAgent: 'test', targets }), targets, (_host, delayMs) =>
    delays.push(delayMs),
  );
});

const ask = (signal = never, url = `${server.baseUrl}/data`) =>
  get({
    source: 'maricopa-assessor',
    endpoint: 'test',
    url,
    headers: { AUTHORIZATION: 'secret' },
    window: null,
    signal,
    refusalOf: () => null,
  });
const asked = () => server.asked.map(({ url }) => url);

describe('robots.txt of a host', () => {
  it('is read once, without credentials, before the first request', async () => {
    robots = () => ({ type: 'text/plain', text: 'User-agent: *\nDisallow: /private\nCrawl-delay: 2.5' });
    await Promise.all([ask(), ask(), ask()]);
    expect(asked()).toEqual(['/robots.txt', '/data', '/data', '/data']);
    expect(server.asked[0]?.headers.authorization).toBeUndefined();
    expect(server.asked[1]?.headers.authorization).toBe('secret');
    expect(delays).toEqual([2_500, 2_500, 2_500]);
  });

  it.each([
    ['disallows the address', () => ({ text: 'User-agent: *\nDisallow: /' }), 'Blocked'],
    ['answers 503', () => ({ status: 503 }), 'SourceUnavailable'],
    ['breaks off', () => ({ text: 'User-agent: *\nAllow: /', cut: true }), 'SourceUnavailable'],
    ['leads to another host', () => ({ status: 301, headers: { location: 'http://169.254.169.254/' } }), 'Blocked'],
    ['leads to a file', () => ({ status: 301, headers: { location: 'file:///etc/passwd' } }), 'Blocked'],
    ['leads nowhere', () => ({ status: 301 }), 'Blocked'],
    ['leads in circles', () => ({ status: 302, headers: { location: '/robots.txt' } }), 'Blocked'],
  ])('that %s keeps us away', async (_what, answer: () => LocalAnswer, code) => {
    robots = answer;
    await expect(ask()).rejects.toMatchObject({ code });
    expect(asked()).not.toContain('/data');
    expect(asked().length).toBeLessThanOrEqual(6);
  });

  it.each([404, 401, 403, 410, 429])('that answers %i sets no limits, save for the pause of a 429', async (status) => {
    robots = () => ({ status });
    if (status === 429) await expect(ask()).rejects.toMatchObject({ code: 'RateLimited' });
    else await expect(ask()).resolves.toMatchObject({ status: 200 });
  });

  it('is followed through five redirects on its own host', async () => {
    robots = (path) => {
      const step = Number(/\d+/.exec(path)?.[0] ?? '0');
      if (step === 5) return { text: 'User-agent: *\nDisallow: /' };
      return { status: 302, headers: { location: `/step-${step + 1}` } };
    };
    await expect(ask()).rejects.toMatchObject({ code: 'Blocked', message: expect.stringContaining('disallows') });
    expect(asked().length).toBe(6);
  });

  it('is read again after a failure, and by another request when the first one is cancelled', async () => {
    robots = () => ({ status: 500 });
    await expect(ask()).rejects.toMatchObject({ code: 'SourceUnavailable' });
    robots = () => ({ text: '' });
    const cancelled = new AbortController();
    const first = ask(cancelled.signal);
    const second = ask();
    cancelled.abort(new Error('cancelled'));
    await expect(first).rejects.toThrow('cancelled');
    await expect(second).resolves.toMatchObject({ status: 200 });
  });

  it('is not asked for an address on another origin', async () => {
    await expect(ask(never, 'http://127.0.0.1:9/data')).rejects.toMatchObject({ code: 'UnsafeTarget' });
    expect(asked()).toEqual([]);
  });
});

describe('a pace', () => {
  it.each([
    ['half of the ceiling', { requests: 30, windowMs: 60_000 }, { windowLimit: 30, windowMs: 60_000 }],
    ['one in 10 s', { requests: 1, windowMs: 10_000 }, { windowLimit: 1, windowMs: 10_000 }],
    ['the ceiling', { requests: 60, windowMs: 60_000 }, { windowLimit: 60, windowMs: 60_000 }],
    ['more than the ceiling', { requests: 600, windowMs: 60_000 }, { windowLimit: 60, windowMs: 60_000 }],
    ['a burst of the same rate', { requests: 3_600, windowMs: 3_600_000 }, { windowLimit: 60, windowMs: 60_000 }],
  ])('of %s never raises the limit', (_what, pace, expected) => {
    expect(lowered(LIMIT, [pace])).toEqual({ ...LIMIT, ...expected });
  });

  it('is the slowest of several, asked for at each request', async () => {
    const given: unknown[] = [];
    const { limiter } = openLimiter();
    const noting = {
      ...limiter,
      acquire: (host: string, limit: typeof LIMIT, asker: Asker) => {
        given.push(limit.windowLimit);
        return limiter.acquire(host, limit, asker);
      },
    };
    const paces = [
      [],
      [
        { requests: 30, windowMs: 60_000 },
        { requests: 10, windowMs: 60_000 },
      ],
    ];
    const paced = withPaces(noting, async () => paces.shift() ?? []);
    await paced.acquire('host', LIMIT, { signal: never });
    await paced.acquire('host', LIMIT, { signal: never });
    expect(given).toEqual([60, 10]);
  });

  it('and a freeze leave it to who asks to make ready what the request goes through', async () => {
    let ready = 0;
    const free = underEmergency(openLimiter().limiter, async () => ({ frozen: null, percent: 50 }));
    const paced = withPaces(free, async () => [{ requests: 30, windowMs: 60_000 }]);
    await paced.acquire('host', LIMIT, {
      signal: never,
      async prepare() {
        ready += 1;
      },
    });
    expect(ready).toBe(1);
  });
});
