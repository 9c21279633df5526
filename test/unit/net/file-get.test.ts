import { createServer, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createFileGet, type FileRequest } from '../../../net/file-get.js';
import { listen, type RunningService } from '../../../sandbox/http-service.js';
import { memoryAudit, openLimiter } from '../../support/polite-fakes.js';

let service: RunningService | null = null;
afterEach(() => service?.stop());

const LIMIT = { windowLimit: 100, windowMs: 1_000, inFlight: 2, requestTimeoutMs: 20_000 };

/** A server that answers so, and what a file of it is read as. */
async function ask(answer: (response: ServerResponse) => void, more: Partial<FileRequest> = {}) {
  const server = createServer((request, response) => {
    if (request.url === '/robots.txt') return response.writeHead(404).end();
    return answer(response);
  });
  service = await listen(server, 0);
  const polite = { limiter: openLimiter().limiter, audit: memoryAudit().audit };
  const get = createFileGet({ ...polite, userAgent: 'test', targets: [{ origin: service.url, limit: LIMIT }] });
  const request: FileRequest = {
    source: 'market-data',
    endpoint: 'zillow-rents',
    url: `${service.url}/file.csv`,
    known: null,
    packed: false,
    mostBytes: 1_000_000,
    mostUnpackedBytes: 2_000_000,
    signal: new AbortController().signal,
    ...more,
  };
  return get(request, async (lines) => {
    const found: string[] = [];
    for await (const line of lines) found.push(line);
    return found;
  });
}

describe('a file that is read while it comes', () => {
  it('gives lines whatever the pieces, without their ends', async () => {
    const answer = await ask((response) => {
      response.setHeader('etag', '"one"');
      response.write(Buffer.from('first\r\nsec'));
      setImmediate(() => response.end(Buffer.from('ond\n\nlést')));
    });
    expect(answer).toMatchObject({ changed: true, read: ['first', 'second', '', 'lést'], etag: '"one"', bytes: 20 });
  });

  it('is unpacked on the way', async () => {
    const answer = await ask((response) => response.end(gzipSync('a\nb\n'.repeat(50_000))), { packed: true });
    expect(answer.changed && answer.read).toHaveLength(100_000);
  });

  it('is not read when nothing has changed', async () => {
    const known = { etag: '"one"', lastModified: null };
    expect(await ask((response) => response.writeHead(304).end(), { known })).toEqual({ changed: false });
  });

  it.each<[string, (response: ServerResponse) => void, Partial<FileRequest>, string]>([
    ['larger than allowed', (response) => response.end('x\n'.repeat(5_000)), { mostBytes: 1_000 }, 'ResponseInvalid'],
    [
      'a bomb',
      (response) => response.end(gzipSync(Buffer.alloc(40_000_000, 10))),
      { packed: true, mostUnpackedBytes: 100_000 },
      'ResponseInvalid',
    ],
    ['one line without end', (response) => response.end('x'.repeat(600_000)), {}, 'ResponseInvalid'],
    ['packed, and is not', (response) => response.end('plain text'), { packed: true }, 'SourceUnavailable'],
    [
      'cut short',
      (response) => response.end(gzipSync('a\n'.repeat(9_999)).subarray(0, 20)),
      { packed: true },
      'SourceUnavailable',
    ],
    [
      'broken off',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('a\n', () => response.destroy());
      },
      {},
      'SourceUnavailable',
    ],
    ['not there', (response) => response.writeHead(404).end(), {}, 'ResponseInvalid'],
    [
      'somewhere else',
      (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      {},
      'ResponseInvalid',
    ],
    ['forbidden', (response) => response.writeHead(403).end(), {}, 'Blocked'],
    ['too often asked for', (response) => response.writeHead(429, { 'retry-after': '7' }).end(), {}, 'RateLimited'],
    ['on a server in trouble', (response) => response.writeHead(503).end(), {}, 'SourceUnavailable'],
    ['on no server', (response) => response.destroy(), {}, 'NetworkError'],
    ['on another host', (response) => response.end(), { url: 'https://elsewhere.example/file.csv' }, 'UnsafeTarget'],
  ])('and is %s is a typed error', async (_name, answer, more, code) => {
    await expect(ask(answer, more)).rejects.toMatchObject({ code });
  });
});
