import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createFaults } from '../../../sandbox/faults.js';
import type { ForwardProxy } from '../../../sandbox/forward-proxy.js';
import { createRandom } from '../../../sandbox/random.js';
import { createRequestLog, type RequestLog } from '../../../sandbox/request-log.js';
import { startWebshare, type WebshareService } from '../../../sandbox/webshare.js';
import { type LocalHttp, startLocalHttp } from '../../support/local-http.js';

let site: LocalHttp;
let log: RequestLog;
let webshare: WebshareService;
beforeAll(async () => {
  site = await startLocalHttp();
});
afterAll(() => site.stop());
beforeEach(async () => {
  log = createRequestLog(null);
  webshare = await startWebshare({ log, faults: createFaults(createRandom('x')), key: 'right', proxies: 3 });
  site.asked.length = 0;
  site.answer(() => ({ text: 'seen' }));
});
afterEach(() => webshare.stop());

const proxy = (): ForwardProxy => {
  const [first] = webshare.proxies;
  if (first === undefined) throw new Error('there is no proxy');
  return first;
};
const basic = (words: string) => `Basic ${Buffer.from(words).toString('base64')}`;
const right = () => basic(`${proxy().username}:${proxy().password}`);
const statusOf = (answer: IncomingMessage) => answer.statusCode ?? 0;

function carried(target: string, authorization?: string): Promise<IncomingMessage> {
  const headers = authorization === undefined ? {} : { 'proxy-authorization': authorization };
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: proxy().port, path: target, headers, agent: new Agent() }, (answer) => {
      answer.resume();
      resolve(answer);
    })
      .once('error', reject)
      .end();
  });
}

/** First line that a raw request gets. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(proxy().port, '127.0.0.1', () => socket.write(text));
    socket.once('error', reject);
    socket.once('data', (data) => {
      resolve(data.toString('utf8').split('\r\n', 1).join());
      socket.destroy();
    });
  });
}

describe('a forward proxy', () => {
  it('carries a request in absolute form and keeps its credentials to itself', async () => {
    expect(statusOf(await carried(`${site.baseUrl}/page`, right()))).toBe(200);
    expect(site.asked[0]).toMatchObject({ url: '/page', headers: { host: new URL(site.baseUrl).host } });
    expect(site.asked[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(log.entries()).toMatchObject([{ service: 'proxy', status: 200, query: { proxy: 'd-1' } }]);
  });

  it.each([
    ['none', undefined],
    ['wrong ones', basic('sandbox-user:guess')],
    ['another scheme', 'Bearer sandbox-user'],
  ])('asks for credentials with 407: %s', async (_what, authorization) => {
    const answer = await carried(`${site.baseUrl}/`, authorization);
    expect(statusOf(answer)).toBe(407);
    expect(answer.headers['proxy-authenticate']).toMatch(/^Basic /);
    const line = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`;
    const { host } = new URL(site.baseUrl);
    expect(await raw(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${line}\r\n`)).toContain('407');
    expect(site.asked).toEqual([]);
  });

  it('leads to this machine alone', async () => {
    expect(statusOf(await carried('http://site.example/', right()))).toBe(403);
    const head = `Host: site.example\r\nProxy-Authorization: ${right()}`;
    expect(await raw(`CONNECT site.example:443 HTTP/1.1\r\n${head}\r\n\r\n`)).toContain('403');
  });

  it('dies and comes back at the same port', async () => {
    await proxy().behave({ kind: 'dead' });
    await expect(carried(site.baseUrl, right())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy().behave({ kind: 'alive' });
    expect(statusOf(await carried(site.baseUrl, right()))).toBe(200);
  });

  it('says 502 when the host is not there', async () => {
    expect(statusOf(await carried('http://127.0.0.1:1/', right()))).toBe(502);
  });
});

describe('the list of proxies', () => {
  const list = async (query: string, authorization = 'Token right') => {
    const answer = await fetch(`${webshare.url}/api/v2/proxy/list/?${query}`, { headers: { authorization } });
    return { status: answer.status, body: await answer.json() };
  };

  it('is given by pages', async () => {
    const first = await list('mode=direct&page=1&page_size=2');
    expect(first.body).toMatchObject({ count: 3, previous: null, next: expect.stringContaining('page=2') });
    expect(first.body).toMatchObject({ results: [{ id: 'd-1', port: proxy().port, valid: true }, { id: 'd-2' }] });
    expect((await list('mode=direct&page=2&page_size=2')).body).toMatchObject({ next: null, results: [{ id: 'd-3' }] });
    expect((await list('mode=direct&page=3&page_size=2')).status).toBe(404);
  });

  it('wants the key and a mode', async () => {
    expect((await list('mode=direct', 'Token wrong')).status).toBe(401);
    expect((await list('page=1')).status).toBe(400);
  });
});
