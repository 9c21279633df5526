import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pausingWhenRefused } from '../../activities/refused-credentials.js';
import { AuthRejected, Blocked, SourceUnavailable } from '../../core/errors.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { decide, pauseError, pauseRefused, standingDecision } from '../../store/decisions.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const COUNTY = 'maricopa-assessor';
const refused = () => new AuthRejected(COUNTY, 'both tokens were refused');
const by = { subject: COUNTY, kind: 'pause', by: 'Operator', reference: 'looked at it' } as const;

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'pauses');
  await initDatabase(database.db);
}, 60_000);
beforeEach(() => database.db.collection('decisions').deleteMany({}));
afterAll(async () => {
  await database.client.close();
  await server.stop();
}, 60_000);

const rows = () => database.db.collection('decisions').countDocuments();
const refuse = () => pauseRefused(database.db, COUNTY, refused());

describe('a source that refuses every credential', () => {
  it('is paused by one record, however many find it out at one time', async () => {
    await Promise.all(Array.from({ length: 20 }, refuse));
    await refuse();
    expect(await rows()).toBe(1);
    expect(await standingDecision(database.db, 'pause', COUNTY)).toMatchObject({ by: 'the system', granted: true });
  });

  it('is paused once more after a person let it go on', async () => {
    await refuse();
    await decide(database.db, { ...by, granted: false });
    expect(await pauseError(database.db, COUNTY)).toBeNull();
    await Promise.all([refuse(), refuse()]);
    expect(await rows()).toBe(3);
    expect(await pauseError(database.db, COUNTY)).toBeInstanceOf(AuthRejected);
  });

  it('stays as a person paused it', async () => {
    await decide(database.db, { ...by, granted: true });
    await refuse();
    expect(await rows()).toBe(1);
    expect(await pauseError(database.db, COUNTY)).toBeInstanceOf(Blocked);
  });

  it('leaves other sources alone', async () => {
    await refuse();
    expect(await pauseError(database.db, 'reso')).toBeNull();
  });

  it('is paused by the work that meets it, which raises the same error', async () => {
    const error = refused();
    await expect(pausingWhenRefused(database.db, COUNTY, () => Promise.reject(error))).rejects.toBe(error);
    expect(await rows()).toBe(1);
  });

  it('is not paused by an outage', async () => {
    const outage = new SourceUnavailable('county', 'status 500');
    await expect(pausingWhenRefused(database.db, COUNTY, () => Promise.reject(outage))).rejects.toBe(outage);
    expect(await rows()).toBe(0);
  });
});
