import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttpGet } from '../../../net/http-client.js';
import { retryAfterMs } from '../../../net/retry-after.js';
import { type RunningService, startBytes } from '../../support/local-bytes.js';
import { memoryAudit, openLimiter } from '../../support/polite-fakes.js';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const HOUR = 3_600_000;

describe('Retry-After', () => {
  it.each<[string, number | null]>([
    ['7', 7_000],
    [' 7 ', 7_000],
    ['0', 0],
    ['1.5', 1_500],
    ['99999999999', HOUR],
    ['1e9', null],
    ['-5', null],
    ['+5', null],
    ['5s', null],
    ['soon 5', null],
    ['120, 5', null],
    ['Infinity', null],
    ['', null],
    ['2026', 2_026_000],
    ['Mon, 02 Mar 2026 10:00:30 GMT', 30_000],
    ['Mon, 02 Mar 2026 09:00:00 GMT', 0],
    ['Mon, 02 Mar 2028 10:00:00 GMT', HOUR],
    ['Monday, 02-Mar-26 10:00:30 GMT', 30_000],
    ['Mon Mar  2 10:00:30 2026', 30_000],
    ['2026-03-02T10:00:30Z', 30_000],
    ['2026-03-02T03:00:30-07:00', 30_000],
  ])('of "%s" is %p ms', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });

  it('that is a date is counted by the clock that gave it', () => {
    const serverIsSlow = 'Mon, 02 Mar 2026 08:00:00 GMT';
    expect(retryAfterMs('Mon, 02 Mar 2026 08:01:00 GMT', NOW, serverIsSlow)).toBe(60_000);
    expect(retryAfterMs('Mon, 02 Mar 2026 10:01:00 GMT', NOW, 'no date')).toBe(60_000);
    expect(retryAfterMs(null, NOW, serverIsSlow)).toBeNull();
  });
});

describe('an answer', () => {
  let server: RunningService;
  beforeAll(async () => {
    server = await startBytes();
  });
  beforeEach(() => server.answer({}));
  afterAll(() => server.stop());

  function asker() {
    const { limiter, told } = openLimiter();
    const get = createHttpGet({
      limiter,
      audit: memoryAudit().audit,
      userAgent: 'test',
      targets: {
        'maricopa-assessor': {
          origin: server.url,
          limit: { windowLimit: 60, windowMs: 60_000, inFlight: 2, requestTimeoutMs: 5_000 },
        },
      },
    });
    const signal = new AbortController().signal;
    const asked = { source: 'maricopa-assessor', endpoint: 'search', headers: {}, window: null, signal } as const;
    return { told, ask: () => get({ ...asked, url: `${server.url}/x`, refusalOf: () => null }) };
  }

  it.each<[string, string, Uint8Array, string]>([
    ['in UTF-8', 'application/json; charset=utf-8', Buffer.from('"Peña"'), '"Peña"'],
    ['that says nothing', 'application/json', Buffer.from('"Peña"'), '"Peña"'],
    ['in Latin-1', 'application/json; charset=ISO-8859-1', Buffer.from('"Peña"', 'latin1'), '"Peña"'],
    ['in a quoted charset', 'application/json;charset="windows-1252"', Buffer.from('"Peña"', 'latin1'), '"Peña"'],
    ['in UTF-16', 'application/json; charset=utf-16le', Buffer.from('"Peña"', 'utf16le'), '"Peña"'],
    ['in a charset that nobody knows', 'application/json; charset=x-none', Buffer.from('"Peña"'), '"Peña"'],
  ])('%s is read as it is meant', async (_name, type, body, text) => {
    server.answer({ headers: { 'content-type': type }, body });
    expect((await asker().ask()).text).toBe(text);
  });

  it('with a mark of its order of bytes keeps it, as before', async () => {
    server.answer({ headers: { 'content-type': 'application/json; charset=utf-8' }, body: Buffer.from('\uFEFF[]') });
    expect((await asker().ask()).text).toBe('\uFEFF[]');
  });

  it.each<[string, number, Readonly<Record<string, string>>, string, readonly string[]]>([
    ['503 that names a time', 503, { 'retry-after': '90' }, 'SourceUnavailable', ['failure', 'defer 90000', 'release']],
    ['503 that names none', 503, {}, 'SourceUnavailable', ['failure', 'release']],
    ['503 with a time that cannot be read', 503, { 'retry-after': '-5' }, 'SourceUnavailable', ['failure', 'release']],
    ['408', 408, {}, 'SourceUnavailable', ['failure', 'release']],
    ['425', 425, {}, 'SourceUnavailable', ['failure', 'release']],
    ['429 with a time that cannot be read', 429, { 'retry-after': '-5' }, 'RateLimited', ['defer 60000', 'release']],
    ['429 that names a time', 429, { 'retry-after': '1.5' }, 'RateLimited', ['defer 1500', 'release']],
  ])('%s holds back the host as it says', async (_name, status, headers, code, expected) => {
    server.answer({ status, headers });
    const { ask, told } = asker();
    await expect(ask()).rejects.toMatchObject({ code });
    expect([...told].sort()).toEqual([...expected].sort());
  });

  it.each<[string, Readonly<Record<string, string>>, Uint8Array, string]>([
    ['a bomb', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(64 * 1_048_576)), 'ResponseInvalid'],
    ['larger than allowed', {}, Buffer.alloc(9 * 1_048_576, 32), 'ResponseInvalid'],
    ['packed, and is not', { 'content-encoding': 'gzip' }, Buffer.from('plain'), 'SourceUnavailable'],
  ])('that is %s is a typed error', async (_name, headers, body, code) => {
    server.answer({ headers: { 'content-type': 'application/json', ...headers }, body });
    await expect(asker().ask()).rejects.toMatchObject({ code });
  });
});
