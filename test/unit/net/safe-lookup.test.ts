import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHttpGet, type HttpGet } from '../../../net/http-client.js';
import { assertSafeHost, isPublicAddress, safeAddressOf } from '../../../net/safe-lookup.js';
import { type LocalHttp, startLocalHttp } from '../../support/local-http.js';
import { memoryAudit, openLimiter } from '../../support/polite-fakes.js';

describe('an address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'no address',
    '',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a host in an address', () => {
  it.each(['https://mcassessor.maricopa.gov/x', 'http://127.0.0.1:8080/', 'http://[::1]/', 'https://8.8.8.8/'])(
    '%s may be asked',
    (url) => {
      expect(() => assertSafeHost(url)).not.toThrow();
    },
  );

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://0/',
    'http://192.168.0.1/',
    'file:///etc/passwd',
    'ftp://8.8.8.8/',
    'data:text/plain,x',
  ])('%s may not', (url) => {
    expect(() => assertSafeHost(url)).toThrow(expect.objectContaining({ code: 'UnsafeTarget' }));
  });
});

describe('a request', () => {
  let server: LocalHttp;
  beforeAll(async () => {
    server = await startLocalHttp();
    server.answer(() => ({ text: '{}' }));
  });
  afterAll(() => server.stop());

  /** A client whose names lead where the test says. */
  function clientFor(host: string, addresses: readonly string[]): HttpGet {
    const resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const limit = { windowLimit: 10, windowMs: 100, inFlight: 2, requestTimeoutMs: 2_000 };
    const origin = `http://${host}:${new URL(server.baseUrl).port}`;
    return createHttpGet({
      limiter: openLimiter().limiter,
      audit: memoryAudit().audit,
      userAgent: 'test',
      targets: { 'maricopa-assessor': { origin, limit } },
      resolve,
    });
  }

  const ask = (get: HttpGet, host: string) =>
    get({
      source: 'maricopa-assessor',
      endpoint: 'test',
      url: `http://${host}:${new URL(server.baseUrl).port}/`,
      headers: { AUTHORIZATION: 'secret' },
      window: null,
      signal: new AbortController().signal,
      refusalOf: () => null,
    });

  it.each([
    ['this machine', 'county.example', ['127.0.0.1']],
    ['a private network', 'county.example', ['10.0.0.7']],
    ['the metadata service', 'county.example', ['169.254.169.254']],
    ['this machine in IPv6 clothes', 'county.example', ['::ffff:127.0.0.1']],
    ['a good and a bad address', 'county.example', ['8.8.8.8', '127.0.0.1']],
    ['nowhere', 'county.example', []],
    ['the Internet, under a name of this machine', 'localhost', ['8.8.8.8']],
  ])('whose name leads to %s is never sent', async (_where, host, addresses) => {
    server.asked.length = 0;
    await expect(ask(clientFor(host, addresses), host)).rejects.toMatchObject({ code: 'UnsafeTarget' });
    expect(server.asked).toEqual([]);
  });

  it('goes to the address that was checked, under a name of this machine', async () => {
    await expect(ask(clientFor('localhost', ['127.0.0.1']), 'localhost')).resolves.toMatchObject({ status: 200 });
  });

  it('is checked at each connection, so that a name which changes its address gains nothing', async () => {
    const answers = ['127.0.0.1', '10.0.0.1'];
    const resolve = async () => [{ address: answers.shift() ?? '10.0.0.1', family: 4 }];
    const origin = `http://localhost:${new URL(server.baseUrl).port}`;
    const limit = { windowLimit: 10, windowMs: 100, inFlight: 2, requestTimeoutMs: 2_000 };
    const { limiter } = openLimiter();
    const { audit, rows } = memoryAudit();
    const get = createHttpGet({
      limiter,
      audit,
      userAgent: 'test',
      targets: { 'maricopa-assessor': { origin, limit } },
      resolve,
    });
    server.answer(() => ({ text: '{}', headers: { connection: 'close' } }));
    await ask(get, 'localhost');
    await expect(ask(get, 'localhost')).rejects.toMatchObject({ code: 'UnsafeTarget' });
    expect([...rows.values()].map(({ outcome }) => outcome?.error)).toEqual([null, 'UnsafeTarget']);
  });
});

describe('a host for a browser', () => {
  const leadsTo = (address: string) => async () => [{ address, family: address.includes(':') ? 6 : 4 }];

  it.each([
    ['site.example', '8.8.8.8', '8.8.8.8'],
    ['site.example', '2606:4700:4700::1111', '[2606:4700:4700::1111]'],
    ['localhost', '127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', 'nobody is asked', '127.0.0.1'],
    ['[::1]', 'nobody is asked', '[::1]'],
  ])('%s that leads to %s is pinned to %s', async (host, address, pinned) => {
    await expect(safeAddressOf(host, leadsTo(address))).resolves.toBe(pinned);
  });

  it.each([
    ['site.example', '127.0.0.1'],
    ['site.example', '169.254.169.254'],
    ['localhost', '8.8.8.8'],
    ['10.0.0.1', '8.8.8.8'],
    ['[::ffff:127.0.0.1]', '8.8.8.8'],
  ])('%s that leads to %s is refused', async (host, address) => {
    await expect(safeAddressOf(host, leadsTo(address))).rejects.toMatchObject({ code: 'UnsafeTarget' });
  });

  it('without an address is tried again later', async () => {
    const unknown = () => Promise.reject(new Error('ENOTFOUND'));
    await expect(safeAddressOf('site.example', unknown)).rejects.toMatchObject({ code: 'NetworkError' });
  });
});
