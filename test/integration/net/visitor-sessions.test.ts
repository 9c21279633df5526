import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type BrowserProfile,
  endOf,
  MAX_AGE_MS,
  NO_STATE,
  type PageVerdict,
  type VisitorProxies,
  type VisitorSessions,
  type VisitorState,
} from '../../../core/visitor-session.js';
import { createMemorySessions } from '../../../net/memory-sessions.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { createSessions, type SessionDocument } from '../../../store/sessions.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';

const profile: BrowserProfile = {
  chromiumMajor: 153,
  userAgent: 'Mozilla/5.0 HeadlessChrome/153.0.0.0 product (+operator)',
  locale: 'en-US',
  timezoneId: 'America/Phoenix',
  viewport: { width: 1_366, height: 900 },
};
const newer = { ...profile, chromiumMajor: 154, userAgent: profile.userAgent.replace('153', '154') };
/** A value that a database could take for a field. */
const SECRET = '$pages';
const state: VisitorState = {
  cookies: [
    {
      name: 'v',
      value: SECRET,
      domain: '127.0.0.1',
      path: '/',
      expires: -1,
      httpOnly: true,
      secure: false,
      sameSite: 'Lax',
    },
  ],
  origins: [{ origin: 'http://127.0.0.1', localStorage: [{ name: 'a.b', value: 'c' }] }],
};

let server: TestDatabase;
let database: Database;
beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'visitor_sessions');
  await initDatabase(database.db);
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});
const stored = () => database.db.collection<SessionDocument>('sessions');
const inDatabase = () => createSessions(database.db, 'site.example');

describe.each<[string, () => VisitorSessions]>([
  ['in memory', createMemorySessions],
  ['in the database', inDatabase],
])('sessions %s', (_name, create) => {
  let sessions: VisitorSessions;
  beforeEach(async () => {
    await stored().deleteMany({});
    sessions = create();
  });

  it('go on as the same visitor with the state of the last page', async () => {
    const first = await sessions.open(profile);
    expect(first).toMatchObject({ profile, state: NO_STATE });
    expect(await sessions.book(first.id, 'good', state)).toBeNull();
    expect(await sessions.open(profile)).toMatchObject({ id: first.id, profile, state });
  });

  it('never mix two profiles', async () => {
    const first = await sessions.open(profile);
    await sessions.book(first.id, 'good', state);
    const second = await sessions.open(newer);
    expect(second).toMatchObject({ profile: newer, state: NO_STATE });
    expect(second.id).not.toBe(first.id);
  });

  it('end on a wall, and the next visitor has no cookies but the same profile', async () => {
    const first = await sessions.open(profile);
    expect(await sessions.book(first.id, 'refused', state)).toBe('wall');
    const second = await sessions.open(profile);
    expect(second).toMatchObject({ profile, state: NO_STATE });
    expect(second.id).not.toBe(first.id);
    expect(await sessions.book(first.id, 'good', state)).toBe('wall');
  });

  it.each<[string, readonly PageVerdict[], string | null]>([
    ['three bad pages', ['bad', 'bad', 'bad'], 'errors'],
    ['two bad pages', ['bad', 'bad'], null],
    ['bad pages made up for', ['bad', 'bad', 'good', 'good', 'bad'], null],
    ['good pages, which are no credit', ['good', 'good', 'good', 'good', 'bad', 'bad', 'bad'], 'errors'],
  ])('are judged by %s', async (_case, verdicts, ended) => {
    const { id } = await sessions.open(profile);
    let last: string | null = null;
    for (const verdict of verdicts) last = await sessions.book(id, verdict, state);
    expect(last).toBe(ended);
  });

  it('keep to their proxy, end with it, and never mix with those who come directly', async () => {
    const dead = new Set<string>();
    let taken = 0;
    const proxies: VisitorProxies = {
      usable: async (id) => !dead.has(id),
      choose: async () => {
        taken += 1;
        return `webshare:${taken}`;
      },
    };
    const direct = await sessions.open(profile);
    expect(direct.proxy).toBeNull();
    const first = await sessions.open(profile, proxies);
    expect(first).toMatchObject({ proxy: 'webshare:1', state: NO_STATE });
    expect(first.id).not.toBe(direct.id);
    await sessions.book(first.id, 'good', state);
    expect(await sessions.open(profile, proxies)).toMatchObject({ id: first.id, proxy: 'webshare:1', state });
    dead.add('webshare:1');
    const second = await sessions.open(profile, proxies);
    expect(second).toMatchObject({ proxy: 'webshare:2', state: NO_STATE });
    expect(await sessions.book(first.id, 'good', state)).toBe('proxy');
    await sessions.retire(second.id, 'proxy');
    expect(await sessions.open(profile, proxies)).toMatchObject({ proxy: 'webshare:3', state: NO_STATE });
    expect((await sessions.open(profile)).proxy).toBeNull();
  });

  it('keep a state that comes with no page', async () => {
    const { id } = await sessions.open(profile);
    await sessions.keepState(id, state);
    expect(await sessions.open(profile)).toMatchObject({ id, state });
  });
});

describe('sessions in the database', () => {
  beforeEach(() => stored().deleteMany({}));

  it('are shared by workers, and one that another worker ended is not gone on with', async () => {
    const [one, two] = [inDatabase(), inDatabase()];
    const { id } = await one.open(profile);
    expect((await two.open(profile)).id).toBe(id);
    await two.book(id, 'refused', state);
    expect(await one.book(id, 'good', state)).toBe('wall');
    expect((await one.open(profile)).id).not.toBe(id);
  });

  it('belong to one site', async () => {
    const { id } = await inDatabase().open(profile);
    expect((await createSessions(database.db, 'other.example').open(profile)).id).not.toBe(id);
  });

  it('lose their cookies when they end, and keep their figures', async () => {
    const sessions = inDatabase();
    const { id } = await sessions.open(profile);
    await sessions.book(id, 'good', state);
    await sessions.book(id, 'refused', state);
    await sessions.keepState(id, state);
    const row = await stored().findOne({ _id: id });
    expect(row).toMatchObject({ pages: 2, retiredFor: 'wall', state: null, profile });
    expect(JSON.stringify(row)).not.toContain(SECRET);
  });

  it('end after a day', async () => {
    const sessions = inDatabase();
    const { id } = await sessions.open(profile);
    await stored().updateOne({ _id: id }, { $set: { startedAt: new Date(Date.now() - MAX_AGE_MS) } });
    expect((await sessions.open(profile)).id).not.toBe(id);
    expect(await sessions.book(id, 'good', state)).toBe('age');
  });

  it('are removed by the database in time', async () => {
    const { id } = await inDatabase().open(profile);
    const row = await stored().findOne({ _id: id });
    expect((row?.expireAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(MAX_AGE_MS);
    const indexes = await stored().indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ name: 'expireAt', expireAfterSeconds: 0 }));
  });
});

it.each([
  ['good', 0, 0, null],
  ['good', 2.5, MAX_AGE_MS - 1, null],
  ['bad', 3, 0, 'errors'],
  ['good', 0, MAX_AGE_MS, 'age'],
  ['refused', 0, 0, 'wall'],
] as const)('a %s page at score %d and age %d ends a session for %s', (verdict, errorScore, ageMs, reason) => {
  expect(endOf(verdict, { errorScore, ageMs })).toBe(reason);
});
