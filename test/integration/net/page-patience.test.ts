import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAudit } from '../../../net/audit.js';
import { createHttpGet } from '../../../net/http-client.js';
import { pageForData } from '../../../net/page-for-data.js';
import { type Patience, withPagePatience } from '../../../net/page-patience.js';
import { type Database, initDatabase, openDatabase } from '../../../store/database.js';
import { pagesForData } from '../../../store/fetches.js';
import { WINDOW } from '../../support/county-source.js';
import { type LocalHttp, startLocalHttp } from '../../support/local-http.js';
import { startTestDatabase, type TestDatabase } from '../../support/mongodb.js';
import { openLimiter } from '../../support/polite-fakes.js';

const SOURCE = 'maricopa-assessor';
const LIMIT = { windowLimit: 60, windowMs: 60_000, inFlight: 2, requestTimeoutMs: 5_000 };
const LONG: Patience = { tries: 3, ms: 60_000 };
const NO_TIME: Patience = { tries: 3, ms: 0 };
const never = new AbortController().signal;

describe('a page in the place of data', () => {
  let server: LocalHttp;
  let mongodb: TestDatabase;
  let database: Database;
  /** Paths that give a page. */
  let bad: RegExp;

  beforeAll(async () => {
    server = await startLocalHttp();
    mongodb = await startTestDatabase();
    database = await openDatabase(mongodb.url, 'page_patience');
    await initDatabase(database.db);
    server.answer(({ pathname }) =>
      bad.test(pathname) ? { type: 'text/html', text: '<h1>back soon</h1>' } : { text: '{}' },
    );
  }, 60_000);
  beforeEach(async () => {
    bad = /bad/;
    await database.db.collection('fetches').deleteMany({});
  });
  afterAll(async () => {
    await database.close();
    await Promise.all([mongodb.stop(), server.stop()]);
  });

  /** Asks as a worker does that has just been started, and gives the code of the error. */
  async function ask(
    path: string,
    { patience = LONG, runKey = WINDOW.runKey, endpoint = 'search', window = true } = {},
  ) {
    const { limiter } = openLimiter();
    const get = createHttpGet({
      limiter,
      audit: createAudit(database.db),
      userAgent: 'test',
      targets: { [SOURCE]: { origin: server.baseUrl, limit: LIMIT } },
    });
    const patient = withPagePatience(get, (asked) => pagesForData(database.db, asked), patience);
    const url = `${server.baseUrl}/${path}`;
    const failureIn = (answer: Parameters<typeof pageForData>[0]) => pageForData(answer, url);
    const asked = {
      source: SOURCE,
      endpoint,
      url,
      headers: {},
      signal: never,
      refusalOf: () => null,
      failureIn,
    } as const;
    try {
      await patient({ ...asked, window: window ? { ...WINDOW, runKey } : null });
      return 'data';
    } catch (problem) {
      return problem instanceof Error ? problem.name : 'unknown';
    }
  }
  const times = async (count: number, path: string, how = {}) => {
    const codes: string[] = [];
    for (let at = 0; at < count; at += 1) codes.push(await ask(path, how));
    return codes;
  };

  it('is tried again as often as it comes, as long as nobody gets anything else', async () => {
    expect(await times(5, 'bad')).toEqual(Array(5).fill('SourceUnavailable'));
    bad = /nothing/;
    expect(await ask('bad')).toBe('data');
  });

  it('ends at its address after some tries when others get data, and is counted anew after data', async () => {
    const inTurn = async () => {
      const codes: string[] = [];
      for (let at = 0; at < 4; at += 1) {
        codes.push(await ask('bad'));
        expect(await ask('good')).toBe('data');
      }
      return codes;
    };
    const ends = [...Array(3).fill('SourceUnavailable'), 'ResponseInvalid'];
    expect(await inTurn()).toEqual(ends);
    expect(await ask('bad-too')).toBe('SourceUnavailable');
    bad = /nothing/;
    expect(await ask('bad')).toBe('data');
    bad = /bad/;
    expect(await inTurn()).toEqual(ends);
  });

  it('is not held against an address for which nobody else got data after it', async () => {
    await ask('bad');
    await ask('good');
    expect(await times(4, 'bad')).toEqual(Array(4).fill('SourceUnavailable'));
  });

  it('ends its address when its time is over, and the source when another address has the same', async () => {
    expect(await ask('bad-1', { patience: NO_TIME })).toBe('ResponseInvalid');
    expect(await ask('bad-2', { patience: NO_TIME })).toBe('SchemaDrift');
  });

  it('ends one endpoint alone where another gives data', async () => {
    await times(1, 'bad-1');
    await times(1, 'bad-2');
    expect(await ask('good', { endpoint: 'parcel' })).toBe('data');
    expect(await ask('bad-2', { patience: NO_TIME })).toBe('ResponseInvalid');
  });

  it('of another run counts nothing, and that of a probe neither', async () => {
    await times(2, 'bad-1', { runKey: 'another#run' });
    await times(2, 'bad-1', { window: false });
    expect(await database.db.collection('fetches').countDocuments({ error: 'SourceUnavailable' })).toBe(4);
    expect(await ask('bad-2', { patience: NO_TIME })).toBe('ResponseInvalid'); // one address of this run
  });
});
