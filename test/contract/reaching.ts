import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Blocked, PhoenixError } from '../../core/errors.js';
import { listen, type RunningService } from '../../sandbox/http-service.js';
import { decide } from '../../store/decisions.js';
import { answerOf, type FrontAnswer } from './front.js';
import { askedFor, type Kit, NEVER, typedErrorOf } from './kit.js';

/** A robots.txt that says this. */
const robots = (answer: FrontAnswer | string) => (request: { readonly target: string }) => {
  if (request.target !== '/robots.txt') return null;
  return typeof answer === 'string' ? answerOf(answer, 'text/plain') : answer;
};
const status = (code: number, headers: Readonly<Record<string, string>> = {}): FrontAnswer => ({
  status: code,
  headers: { 'content-type': 'text/html', ...headers },
  body: '',
});

/** Reaching: own origin alone, by the rules of the site and of the operator; secrets go nowhere else. */
export function reachingContract(kit: () => Kit): void {
  const strangers: string[] = [];
  let elsewhere: RunningService;
  beforeAll(async () => {
    const server: Server = createServer((request, response) => {
      strangers.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
      response.end('{}');
    });
    elsewhere = await listen(server, 0);
  });
  beforeEach(() => {
    strangers.length = 0;
  });
  afterAll(() => elsewhere.stop());

  const readPage = ({ source, window }: Kit) => source.readPage(window, null, NEVER);
  /** Another name of this machine, so that it is another host. */
  const otherHost = () => elsewhere.url.replace('127.0.0.1', 'localhost');
  const port = () => new URL(elsewhere.url).port;

  it.each([
    ['another host', () => `${otherHost()}/`],
    ['the metadata service', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a file', () => 'file:///etc/passwd'],
    ['this machine in IPv6 clothes', () => `http://[::ffff:127.0.0.1]:${port()}/`],
    ['a script', () => 'javascript:alert(1)'],
  ])('does not follow a redirect to %s', async (_where, location) => {
    const { front, standIn } = kit();
    for (const code of [301, 307]) {
      front.reset();
      front.tamper((request) => (standIn.isPage(request) ? status(code, { location: location() }) : null));
      const { code: error } = await typedErrorOf(readPage(kit()));
      expect([
        'UnsafeTarget',
        'ResponseInvalid',
        'NetworkError',
        'Blocked',
        'SchemaDrift',
        'SourceUnavailable',
        'BrowserCrashed',
      ]).toContain(error);
    }
    expect(strangers).toEqual([]);
  });

  it('cannot ask for anything but its own origin', async () => {
    const { reach, front, name } = kit();
    const own = new URL(front.origin);
    const addresses = [
      elsewhere.url,
      otherHost(),
      'http://169.254.169.254/',
      `http://[::ffff:127.0.0.1]:${own.port}/`,
      `http://${own.host}@localhost:${port()}/`,
      `https://${own.host}/`,
      `http://${own.hostname}:1/`,
      'file:///etc/passwd',
      'ftp://127.0.0.1/',
    ];
    for (const url of addresses) {
      const about = { source: name, endpoint: 'test', url, window: null, signal: NEVER };
      const asHttp = reach.http({ ...about, headers: {}, refusalOf: () => null });
      expect({ url, code: (await typedErrorOf(asHttp)).code }).toEqual({ url, code: 'UnsafeTarget' });
      const asPage = reach.visit({ ...about, waitFor: null, refusalOf: () => null, redact: (body) => body });
      expect({ url, code: (await typedErrorOf(asPage)).code }).toEqual({ url, code: 'UnsafeTarget' });
    }
    expect(strangers).toEqual([]);
    expect(front.asked).toEqual([]);
  });

  it('follows no link of an answer that leads elsewhere', async () => {
    const { front, standIn, source, window } = kit();
    const { withLinks } = standIn;
    if (withLinks === null) return; // it follows none
    for (const url of [
      `${otherHost()}/x`,
      'http://169.254.169.254/',
      'file:///etc/passwd',
      `http://[::ffff:127.0.0.1]:${port()}/`,
    ]) {
      front.reset();
      front.tamper(async (request, ask) => {
        if (!standIn.isPage(request)) return null;
        const right = await ask();
        return { ...right, body: withLinks(String(right.body), url) };
      });
      const page = await readPage(kit()).catch(asTyped);
      if ('nextCursor' in page && page.nextCursor !== null) {
        await source.readPage(window, page.nextCursor, NEVER).catch(asTyped);
      }
      await source.readDetail(window, standIn.keys()[0] ?? '', NEVER).catch(asTyped);
      expect(JSON.stringify(page)).not.toContain('root:x:0');
    }
    expect(strangers).toEqual([]);
  });

  it('keeps its secret out of addresses and of all that is stored, and from robots.txt', async () => {
    const { standIn, database, front, again, name, window } = kit();
    const { secret } = standIn;
    if (secret === null) return;
    await again().sources.get(name).readPage(window, null, NEVER);
    const robotsRequests = front.asked.filter(({ target }) => target === '/robots.txt');
    expect(robotsRequests.length).toBe(1);
    expect(JSON.stringify(robotsRequests.map(({ headers }) => headers))).not.toContain(secret);
    expect(front.asked.filter(({ target }) => target.includes(secret))).toEqual([]);
    const rows = await Promise.all(
      (await database.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name: collection }) =>
        database.db.collection(collection).find().toArray(),
      ),
    );
    expect(JSON.stringify(rows)).toContain(front.origin);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it.each([
    ['disallows all', 'User-agent: *\nDisallow: /', 'Blocked'],
    ['disallows us by name', 'User-agent: phoenix-property-collector\nDisallow: /', 'Blocked'],
    ['cannot be read (503)', status(503), 'SourceUnavailable'],
  ])('stays away where robots.txt %s', async (_what, answer, code) => {
    const { front, again, name, window } = kit();
    front.tamper(robots(answer));
    const fresh = again().sources.get(name);
    expect((await typedErrorOf(fresh.readPage(window, null, NEVER))).code).toBe(code);
    expect((await fresh.probe(NEVER)).state).toBe(code === 'Blocked' ? 'blocked' : 'down');
    expect(askedFor(kit())).toEqual([]);
  });

  it.each([
    ['is not there', status(404)],
    ['names others', 'User-agent: otherbot\nDisallow: /'],
  ])('goes on where robots.txt %s, and reads it once', async (_what, answer) => {
    const { front, again, name, window } = kit();
    front.tamper(robots(answer));
    const fresh = again().sources.get(name);
    await fresh.readPage(window, null, NEVER);
    await fresh.readPage(window, null, NEVER);
    expect(front.asked.filter(({ target }) => target === '/robots.txt').length).toBe(1);
  });

  it('stops before its next request when an operator pauses it, and goes on when resumed', async () => {
    const { database, name, source } = kit();
    const decision = { kind: 'pause', subject: name, by: 'the operator', reference: 'the county asked us to' } as const;
    await readPage(kit());
    const asked = askedFor(kit()).length;
    await decide(database.db, { ...decision, granted: true });
    const error: PhoenixError = await typedErrorOf(readPage(kit()));
    expect(error).toMatchObject({
      code: 'Blocked',
      message: expect.stringContaining('the county asked us to'),
    } satisfies Partial<Record<keyof Blocked, unknown>>);
    expect(await source.probe(NEVER)).toMatchObject({ state: 'blocked' });
    expect(askedFor(kit()).length).toBe(asked);
    await decide(database.db, { ...decision, granted: false });
    await expect(readPage(kit())).resolves.toHaveProperty('payloads');
  });
}

/** A typed error as a value; any other is thrown. */
async function asTyped(problem: unknown): Promise<{ readonly error: string }> {
  return { error: (await typedErrorOf(Promise.reject(problem))).code };
}
