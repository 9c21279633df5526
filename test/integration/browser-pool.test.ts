import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type BrowserPool, type BrowserPoolDeps, createBrowserPool } from '../../net/browser.js';
import { createMemorySessions } from '../../net/memory-sessions.js';
import { browserProcesses, testBrowser } from '../support/browser.js';
import { type LocalHttp, startLocalHttp } from '../support/local-http.js';

const chromium = await testBrowser();

const html = (content: string) => ({ type: 'text/html', text: `<!DOCTYPE html><html><body>${content}</body></html>` });

describe('browser pool', () => {
  let site: LocalHttp;
  let other: Server;
  let othersAsked = 0;
  let otherPort = 0;
  const pools: BrowserPool[] = [];
  const never = new AbortController().signal;

  beforeAll(async () => {
    site = await startLocalHttp();
    other = createServer((_request, response) => {
      othersAsked += 1;
      response.end('elsewhere');
    });
    await new Promise<void>((resolve) => other.listen(0, () => resolve()));
    const address = other.address();
    otherPort = address === null || typeof address === 'string' ? 0 : address.port;
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
    expect(browserProcesses()).toEqual([]);
  });
  afterAll(async () => {
    await site.stop();
    await new Promise<void>((resolve) => other.close(() => resolve()));
  });

  function poolOf(changes: Partial<BrowserPoolDeps> = {}): BrowserPool {
    const pool = createBrowserPool({
      executablePath: chromium,
      product: 'phoenix-property-collector/test (+operator)',
      hosts: ['127.0.0.1'],
      navigationTimeoutMs: 4_000,
      settleTimeoutMs: 1_000,
      ...changes,
    });
    pools.push(pool);
    return pool;
  }
  const visit = (pool: BrowserPool, path: string, waitFor: string | null = null) =>
    pool.load({ source: 'phoenix-mls', url: `${site.baseUrl}${path}`, waitFor, signal: never });

  it('gives the page as its scripts left it, and the status shown last', async () => {
    site.answer(({ searchParams }) =>
      searchParams.has('again')
        ? html(
            '<script>setTimeout(() => { document.body.append(Object.assign(document.createElement("p"), { id: "late" })) }, 100)</script>',
          )
        : { ...html('<script>location.href = "/page?again=1"</script>'), status: 202 },
    );
    const page = await visit(poolOf(), '/page', '#late');
    expect(page).toMatchObject({ status: 200, contentType: 'text/html', finalUrl: `${site.baseUrl}/page?again=1` });
    expect(page.html).toContain('<p id="late">');
  });

  it('says which product it is behind the user agent of the browser', async () => {
    site.answer(() => html('here'));
    await visit(poolOf(), '/');
    const agent = site.asked.at(-1)?.headers['user-agent'];
    expect(agent).toMatch(/^Mozilla\/5\.0 .*Chrome\/\d+.* phoenix-property-collector\/test \(\+operator\)$/);
  });

  it('never reaches another host: not by address, redirect, script or picture', async () => {
    const elsewhere = `http://localhost:${otherPort}/`;
    const pool = poolOf();
    const load = (url: string) => pool.load({ source: 'phoenix-mls', url, waitFor: null, signal: never });
    await expect(load(elsewhere)).rejects.toMatchObject({ code: 'UnsafeTarget' });
    await expect(load('file:///etc/hostname')).rejects.toMatchObject({ code: 'UnsafeTarget' });
    site.answer(() => ({ status: 302, headers: { location: elsewhere } }));
    await expect(visit(pool, '/redirect')).rejects.toMatchObject({ code: 'UnsafeTarget' });
    site.answer(() =>
      html(`<script src="${elsewhere}a.js"></script><img src="/a.png"><iframe src="${elsewhere}"></iframe>`),
    );
    const before = site.asked.length;
    expect((await visit(pool, '/page')).status).toBe(200);
    expect(site.asked).toHaveLength(before + 1);
    expect(othersAsked).toBe(0);
  });

  it('renews the browser after so many pages and stays the same visitor', async () => {
    site.answer(() => ({ ...html('here'), headers: { 'set-cookie': 'visitor=7; Path=/; Max-Age=600' } }));
    const pool = poolOf({ renewAfterPages: 2 });
    const pids = new Set<number>();
    for (let page = 0; page < 5; page += 1) {
      await visit(pool, `/${page}`);
      const cookie = site.asked.at(-1)?.headers.cookie ?? null;
      expect(cookie).toBe(page === 0 ? null : 'visitor=7');
      for (const { pid, type } of browserProcesses()) if (type === 'browser') pids.add(pid);
    }
    expect(pids.size).toBeGreaterThan(1);
    expect(browserProcesses().filter(({ type }) => type === 'browser')).toHaveLength(1);
  });

  it('goes on as the same visitor in another worker, local storage included', async () => {
    const sessions = createMemorySessions();
    const remember =
      '<p id="seen"></p><script>document.getElementById("seen").textContent = localStorage.getItem("seen") ?? "never"; localStorage.setItem("seen", "before")</script>';
    site.answer(() => ({ ...html(remember), headers: { 'set-cookie': 'visitor=7; Path=/' } }));
    const first = poolOf({ sessions });
    expect((await visit(first, '/')).html).toContain('never');
    await first.close();
    const again = await visit(poolOf({ sessions }), '/');
    expect(again.html).toContain('before');
    expect(site.asked.at(-1)?.headers.cookie).toBe('visitor=7');
  });

  it('begins anew after a wall, with the same name', async () => {
    site.answer(() => ({ ...html('here'), headers: { 'set-cookie': 'visitor=7; Path=/' } }));
    const pool = poolOf();
    const { visitor } = await visit(pool, '/');
    await pool.judge(visitor, 'good');
    expect((await visit(pool, '/')).visitor).toBe(visitor);
    const name = site.asked.at(-1)?.headers['user-agent'];
    await pool.judge(visitor, 'refused');
    expect((await visit(pool, '/')).visitor).not.toBe(visitor);
    expect(site.asked.at(-1)?.headers.cookie).toBeUndefined();
    expect(site.asked.at(-1)?.headers['user-agent']).toBe(name);
    expect(browserProcesses().filter(({ type }) => type === 'browser')).toHaveLength(1);
  });

  it('goes on after a crash with the cookies of the last page', async () => {
    site.answer(() => ({ ...html('here'), headers: { 'set-cookie': 'visitor=7; Path=/' } }));
    const pool = poolOf();
    await visit(pool, '/');
    for (const { pid } of browserProcesses().filter(({ type }) => type === 'browser')) process.kill(pid, 'SIGKILL');
    await sleep(200);
    await visit(pool, '/');
    expect(site.asked.at(-1)?.headers.cookie).toBe('visitor=7');
  });

  it('reports a host that refuses connections as a network error, and keeps its browser', async () => {
    const pool = poolOf();
    const refused = pool.load({ source: 'phoenix-mls', url: 'http://127.0.0.1:9/', waitFor: null, signal: never });
    await expect(refused).rejects.toMatchObject({ code: 'NetworkError' });
    expect(browserProcesses().filter(({ type }) => type === 'browser')).toHaveLength(1);
  });

  it.each([
    ['without a name', ''],
    ['that does not exist', '/nonexistent/chromium'],
    ['that is no browser', '/bin/true'],
  ])('has an error of its own for a program %s', async (_name, executablePath) => {
    const code = executablePath === '/bin/true' ? 'BrowserCrashed' : 'BadConfig';
    await expect(visit(poolOf({ executablePath }), '/')).rejects.toMatchObject({ code });
  });

  it('waits for the page behind what may be a wall, and not long when it is one', async () => {
    const form = '<form><div class="box"></div></form>';
    const late =
      '<script>setTimeout(() => document.body.append(Object.assign(document.createElement("p"), { id: "late" })), 300)</script>';
    site.answer(({ pathname }) => html(pathname === '/wall' ? form : `${form}${late}`));
    const pool = poolOf({ settleTimeoutMs: 60_000 });
    const ask = { source: 'phoenix-mls', waitFor: '#late', wall: '.box', signal: never } as const;
    expect((await pool.load({ ...ask, url: `${site.baseUrl}/page` })).html).toContain('id="late"');
    expect((await pool.load({ ...ask, url: `${site.baseUrl}/wall` })).html).toContain('class="box"');
  }, 40_000);

  it('opens a tab without asking the site, and anew when its visitor has ended before the page was asked for', async () => {
    let asked = 0;
    site.answer(() => {
      asked += 1;
      return html('here');
    });
    const pool = poolOf();
    const tab = pool.tab();
    await tab.open(never);
    expect(browserProcesses().filter(({ type }) => type === 'browser')).toHaveLength(1);
    expect(asked).toBe(0);
    const { visitor } = await visit(pool, '/other');
    await pool.judge(visitor, 'refused');
    const load = { source: 'phoenix-mls', url: `${site.baseUrl}/`, waitFor: null, signal: never } as const;
    await expect(tab.load(load)).rejects.toMatchObject({ code: 'BrowserCrashed' });
    expect(asked).toBe(1);
    await tab.open(never);
    const page = await tab.load(load);
    await tab.close(false);
    expect(page.visitor).not.toBe(visitor);
  });

  it('ends pages in flight when it is closed, and opens none after', async () => {
    site.answer(() => html('<script>for (;;) {}</script>'));
    const pool = poolOf({ navigationTimeoutMs: 10_000 });
    const stuck = expect(visit(pool, '/')).rejects.toMatchObject({ code: 'BrowserCrashed' });
    await sleep(600);
    await pool.close();
    await stuck;
    await expect(visit(pool, '/')).rejects.toMatchObject({ code: 'BrowserCrashed' });
  });

  it('has no process left after 50 crashes', async () => {
    site.answer(() => html('<script>for (;;) {}</script>'));
    const pool = poolOf();
    for (let crash = 0; crash < 50; crash += 1) {
      const stuck = expect(visit(pool, '/')).rejects.toMatchObject({ code: 'BrowserCrashed' });
      for (const pid of await working(crash % 2 === 0 ? 'browser' : 'renderer')) process.kill(pid, 'SIGKILL');
      await stuck;
    }
    site.answer(() => html('here'));
    expect((await visit(pool, '/')).html).toContain('here');
    expect(browserProcesses().filter(({ type }) => type === 'browser')).toHaveLength(1);
  }, 300_000);

  /** Every process of a type, spare renderers included, once the page was asked for. */
  async function working(type: string): Promise<readonly number[]> {
    const asked = site.asked.length;
    while (site.asked.length === asked) await sleep(20);
    await sleep(50);
    return browserProcesses().flatMap((candidate) => (candidate.type === type ? [candidate.pid] : []));
  }
});
