import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scheduledWorkflowId } from '../../../core/ids.js';
import { loadSchedules } from '../../../core/product-settings.js';
import type { RawPropertyDocument } from '../../../store/documents.js';
import { SEARCH_ATTRIBUTES } from '../../../workflows/search-attributes.js';
import { phx, startPhx } from '../../support/phx.js';
import { startTestWorld, type TestWorld } from '../../support/world.js';

/** 5 requests a second: slow enough to be steered. */
const SLOW = { MARICOPA_WINDOW_LIMIT: '30', MARICOPA_WINDOW_MS: '6000' };
const SCOPE = ['--source', 'maricopa-a', '--zip', '85031', '--date', '2026-03-02', '--llm-seconds', '0'];
const PARCELS = 30;

let world: TestWorld;
let settings: Readonly<Record<string, string>>;
let runId = '';

const cli = (...args: string[]) => phx(args, settings);

async function json(...args: string[]) {
  const { code, stdout } = await cli(...args, '--json');
  return { code, document: JSON.parse(stdout) };
}

beforeAll(async () => {
  world = await startTestWorld({ parcelsPerZip: PARCELS, variables: SLOW });
  settings = {
    PHOENIX_MODE: 'demo',
    PHOENIX_DATA: world.dataFolder,
    MONGODB_URL: world.database.url,
    TEMPORAL_ADDRESS: world.temporal.address,
    TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
  };
}, 120_000);

afterAll(() => world?.stop(), 60_000);

describe('without what it needs', () => {
  it('names the address of a Temporal server that does not answer, within 5 s of asking', async () => {
    const startedAtMs = Date.now();
    const { code, stderr } = await phx(['schedules', 'list', '--json'], {
      ...settings,
      TEMPORAL_ADDRESS: '127.0.0.1:9',
    });
    expect(code).toBe(6);
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'NetworkError',
      message: expect.stringContaining('127.0.0.1:9'),
    });
    expect(Date.now() - startedAtMs).toBeLessThan(15_000); // the process itself takes a while to start on a busy machine
  });

  it('lists every missing setting at once', async () => {
    const { code, stderr } = await phx(['runs', 'list', '--mode', 'production', '--json'], { EMAIL_ENABLED: 'true' });
    expect(code).toBe(2);
    const { message } = JSON.parse(stderr).error;
    for (const name of ['MARICOPA_API_KEY', 'SMTP_HOST', 'SENDER_EMAIL', 'RECIPIENT_EMAILS'])
      expect(message).toContain(name);
  });

  it('lists [] before the first run, and has no record of a parcel', async () => {
    expect(await json('db', 'init')).toMatchObject({ code: 0, document: { database: 'phoenix_demo' } });
    expect(await json('runs', 'list')).toEqual({ code: 0, document: [] });
    expect((await cli('property', 'show', '102-20-017')).code).toBe(5);
    expect((await cli('runs', 'show', '2026-03-02')).code).toBe(5);
    expect((await cli('runs', 'pause', '2026-03-02')).code).toBe(5);
  }, 120_000);
});

const SCHEDULES = loadSchedules();

describe('schedules', () => {
  it('are created, and brought up to date by the same command', async () => {
    const all = (fields: object) => SCHEDULES.map(({ scheduleId }) => ({ scheduleId, ...fields }));
    expect((await json('schedules', 'list')).document).toMatchObject(all({ state: 'not applied', next: [] }));
    expect((await json('schedules', 'apply')).document).toMatchObject(all({ result: 'created' }));
    expect((await json('schedules', 'apply')).document).toMatchObject(all({ result: 'updated' }));
  }, 120_000);

  it('run at 03:00 in Phoenix, which is 10:00 UTC all year', async () => {
    const described = await (await world.client()).schedule.getHandle('daily-phoenix').describe();
    const times = described.info.nextActionTimes;
    expect(times.length).toBeGreaterThan(0);
    for (const time of times) expect(time.toISOString()).toMatch(/T10:00:00\.000Z$/);
    expect(described.action).toMatchObject({
      workflowType: 'scheduled',
      workflowId: scheduledWorkflowId('daily-phoenix'),
      args: [{ market: 'phoenix', timeZone: 'America/Phoenix', options: { force: false } }],
    });
    expect(described.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 12 * 3_600_000 });
    const { document } = await json('schedules', 'list');
    expect(document[0].next[0].local).toMatch(/ 03:00$/);
  });

  it('stay held over an update', async () => {
    await cli('schedules', 'pause', 'daily-phoenix', '--note', 'the county asked us to');
    await cli('schedules', 'apply');
    const held = { state: 'paused', note: 'the county asked us to' };
    const notBegun = { state: 'paused', note: expect.stringContaining('not begun') };
    const others = SCHEDULES.filter(({ scheduleId }) => scheduleId !== 'daily-phoenix');
    const states = (phoenix: object, begun: readonly string[]) => [
      { scheduleId: 'daily-phoenix', ...phoenix },
      ...others.map(({ scheduleId, startsPaused }) => ({
        scheduleId,
        ...(startsPaused && !begun.includes(scheduleId) ? notBegun : { state: 'active' }),
      })),
    ];
    expect((await json('schedules', 'list')).document).toMatchObject(states(held, []));
    expect((await cli('schedules', 'resume', 'daily-phoenix')).code).toBe(0);
    expect((await cli('schedules', 'resume', 'daily-tucson')).code).toBe(0);
    await cli('schedules', 'apply');
    expect((await json('schedules', 'list')).document).toMatchObject(states({ state: 'active' }, ['daily-tucson']));
    expect((await cli('schedules', 'trigger', 'weekly-phoenix')).code).toBe(5);
  }, 120_000);
});

describe('a run', () => {
  it('is started without waiting, and says when no worker is up', async () => {
    const { code, stdout, stderr } = await cli('runs', 'start', ...SCOPE, '--detach', '--json');
    const document = JSON.parse(stdout);
    runId = document.runId;
    expect(code).toBe(0);
    expect(document).toMatchObject({
      schemaVersion: 1,
      joined: false,
      links: { temporal: expect.stringContaining('8233') },
    });
    expect(stderr).toContain('no worker is up');
    expect((await cli('runs', 'pause', runId)).code).toBe(6);
  }, 60_000);

  it('can be found in the Web UI by market, day and kind', async () => {
    const { typedSearchAttributes } = await (await world.client()).workflow.getHandle(runId).describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.market)).toBe('phoenix');
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.runDate)).toBe('2026-03-02');
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.runKind)).toBe('adhoc');
  });

  it('is joined by the same request', async () => {
    await world.startWorker();
    const { document } = await json('runs', 'start', ...SCOPE, '--detach');
    expect(document).toMatchObject({ runId, joined: true });
  }, 60_000);

  it('is held and goes on, and refuses what makes no sense', async () => {
    expect(await cli('runs', 'pause', runId)).toMatchObject({ code: 0, stdout: expect.stringContaining('paused') });
    const again = await cli('runs', 'pause', runId, '--json');
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stderr).error).toMatchObject({
      code: 'Refused',
      message: expect.stringContaining('paused already'),
    });
    const { document } = await json('runs', 'show', runId);
    expect(document).toMatchObject({ runId, status: 'running', paused: true, windows: [{ zip: '85031' }] });
    expect((await cli('runs', 'resume', runId)).code).toBe(0);
    expect((await cli('runs', 'resume', runId)).code).toBe(1);
  }, 60_000);

  it('goes on when who watches it leaves', async () => {
    const watching = startPhx(['runs', 'watch', runId], settings);
    while (!watching.stderr().includes('collect')) await sleep(100);
    watching.child.kill('SIGINT');
    const { code, stderr } = await watching.ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`runs cancel ${runId}`);
    const { status } = await (await world.client()).workflow.getHandle(runId).describe();
    expect(status.name).toBe('RUNNING');
  }, 60_000);

  it('ends when it is cancelled, and tells those who watch', async () => {
    const watching = startPhx(['runs', 'watch', runId, '--json'], settings);
    expect((await cli('runs', 'cancel', runId)).code).toBe(0);
    const { code, stdout } = await watching.ended;
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(130);
    expect(lines.at(-1)).toMatchObject({ runId, status: 'cancelled' });
    expect((await cli('runs', 'cancel', runId)).code).toBe(5);
  }, 60_000);

  it('is completed by a retry, and a further one stores nothing', async () => {
    const { code, document } = await json('runs', 'retry', runId);
    const { counts, status } = document;
    expect({ code, status, seen: counts.seen }).toEqual({ code: 0, status: 'complete', seen: PARCELS });
    expect(counts.seen).toBe(counts.stored + counts.unchanged + counts.quarantined + counts.excluded);
    expect((await json('runs', 'retry', runId)).document.counts).toMatchObject({ stored: 0, unchanged: PARCELS });
    const shown = await json('runs', 'show', runId);
    expect(shown.document).toMatchObject({
      runId,
      status: 'complete',
      notComplete: [],
      windows: [{ state: 'complete' }],
    });
    expect((await json('runs', 'list')).document).toHaveLength(3);
  }, 120_000);
});

describe('a plan', () => {
  const PLAN = ['runs', 'start', '--plan', '--source', 'maricopa-a', '--date', '2026-03-03'];

  it('counts requests and time by what the ZIP codes held when they were walked last, and sends nothing', async () => {
    const sent = world.sandbox.county.log.length;
    const { document } = await json(...PLAN, '--zip', '85031');
    const cost = { milliseconds: expect.any(Number), costUsdMicros: 0 };
    const requests = 2 + PARCELS;
    expect(document).toMatchObject({ runId: expect.stringMatching(/^adhoc\//), sources: [{ requests, ...cost }] });
    expect(document.total).toMatchObject({ requests });
    expect(world.sandbox.county.log).toHaveLength(sent);
  });

  it('assumes what they hold where nobody can be asked, and says so', async () => {
    const away = { ...settings, MONGODB_URL: 'mongodb://127.0.0.1:9/?directConnection=true' };
    const { code, stdout, stderr } = await phx([...PLAN, '--zip', '85031,85033', '--limit', '25'], away);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/database does not answer.*assumed/) });
    expect(stdout).toMatch(/maricopa-assessor +52 requests/);
  });
});

describe('a property', () => {
  it('is shown with source, request and hash of every fact, by any form of its number', async () => {
    const record = await world.db.collection<RawPropertyDocument>('raw_properties').findOne({});
    const apn = record?.key ?? '';
    const dashed = `${apn.slice(0, 3)}-${apn.slice(3, 5)}-${apn.slice(5)}`;
    const { document } = await json('property', 'show', dashed);
    expect(document).toMatchObject({ propertyId: `us-az-maricopa:${apn}`, parcelNumber: apn, mode: 'demo' });
    for (const fact of document.facts) {
      expect(fact).toMatchObject({ source: 'maricopa-assessor', rawRef: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(fact.request.url).toMatch(/^http:\/\/127\.0\.0\.1/);
      expect(Date.parse(fact.request.fetchedAt)).toBeGreaterThan(0);
    }
    const one = await json('property', 'show', apn, '--field', 'parcelnumber');
    expect(one.document.facts).toMatchObject([{ name: 'ParcelNumber', value: apn }]);
    expect((await cli('property', 'show', apn, '--field', 'Nothing')).code).toBe(5);
  });

  it('is shown with the words of its remarks that a fact was read from', async () => {
    const rows = world.db.collection<{ _id: string; property_id: string }>('processed_properties');
    const found = await rows.findOne({});
    const span = { start: 8, end: 20, quote: 'private pool' };
    const fact = {
      field: 'pool',
      value: true,
      confidence: 'high',
      by: 'rules',
      span,
      source: 'reso',
      source_says: 'No',
    };
    await rows.updateOne({ _id: found?._id ?? '' }, { $set: { text_facts: [fact] } });
    const { stdout } = await cli('property', 'show', found?.property_id ?? '');
    expect(stdout).toContain(
      'pool = true\n  "private pool" in the remarks of reso, by rules, confidence high; a source states No\n',
    );
  });

  it('is found by its street address, and looked back to', async () => {
    const [found] = await world.db
      .collection('processed_properties')
      .find({ 'normalized.address.street': { $ne: null } })
      .toArray();
    const { street, zip } = found?.normalized.address ?? {};
    const today = (await json('property', 'show', `${street}, ${zip}`)).document;
    expect(today.propertyId).toBe(found?.property_id);
    const now = (await json('property', 'show', `${street} ${zip}`, '--as-of', new Date().toISOString())).document;
    expect(now).toMatchObject({ facts: today.facts, words: null, gone: [], asOf: { known: null } });
    expect((await cli('property', 'show', `${street}, ${zip}`, '--as-of', '2020-01-01')).code).toBe(5);
    expect((await cli('property', 'show', '1 N Nowhere St, 85031')).code).toBe(5);
    expect((await cli('property', 'show', today.propertyId, '--known-at', 'soon')).code).toBe(2);
  });
});

describe('changes', () => {
  it('are none on the first day of a market; unknown kinds are refused', async () => {
    expect((await json('changes', 'list', '--kind', 'price-cut', '--kind', 'gone')).document).toEqual([]);
    expect((await cli('changes', 'list', '--kind', 'burnt')).code).toBe(2);
  });
});
