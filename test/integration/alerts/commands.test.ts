import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkChannels, checkRoster } from '../../../client/alert-doctor.js';
import { runCli } from '../../../client/cli.js';
import { loadConfig } from '../../../core/config.js';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.js';
import { TRIGGERS } from '../../support/alert-triggers.js';
import { type AlertStage, type AlertWorld, NOW_MS, startAlertWorld } from '../../support/alert-world.js';
import { keepingIo } from '../../support/phx.js';
import { startTestTemporal, type TestTemporal } from '../../support/temporal.js';

let folder: string;
let file: string;
let world: AlertWorld;
let sandbox: Sandbox;
let temporal: TestTemporal;
let stage: AlertStage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-alerts-'));
  file = join(folder, 'settings');
  [world, sandbox, temporal] = await Promise.all([
    startAlertWorld(),
    startSandbox({ parcelsPerZip: 1, listings: 1 }),
    startTestTemporal({ dbFile: null }),
  ]);
  stage = await world.named('phoenix_demo', { variables: sandbox.variables });
  const own = { MONGODB_URL: world.url, PHOENIX_DATA: folder, TEMPORAL_ADDRESS: temporal.address };
  const lines = Object.entries({ ...sandbox.variables, ...own }).map(([name, value]) => `${name}=${value}`);
  await writeFile(file, `${lines.join('\n')}\n`);
}, 180_000);
afterAll(async () => {
  await temporal?.stop();
  await sandbox?.stop();
  await world?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command line inside the test. */
async function phx(...args: readonly string[]) {
  const io = keepingIo();
  const code = await runCli(['--config', file, '--json', ...args], io, AbortSignal.timeout(30_000));
  const { stdout, stderr } = io.written;
  return { code, stderr, json: stdout === '' ? null : JSON.parse(stdout) };
}

const BY = ['--by', 'A. Operator'] as const;
const person = (id: string, ...more: readonly string[]) =>
  phx(
    'contacts',
    'set',
    id,
    '--name',
    `Person ${id}`,
    '--role',
    'operations',
    '--mail',
    `${id}@sandbox.example`,
    ...more,
    ...BY,
  );

describe('the roster', () => {
  it('is empty until people are put on it, and says so', async () => {
    const config = loadConfig({ env: {}, file });
    expect(await checkRoster(config)).toMatchObject({
      state: 'warning',
      evidence: expect.stringMatching(/^nobody is on it/),
    });
    expect(checkChannels(config)).toMatchObject({ state: 'ok', evidence: 'channels: mail, slack, sms, github' });
    const { code, json } = await phx('contacts', 'list');
    expect(code).toBe(3);
    expect(json).toMatchObject({
      people: {},
      missing: expect.arrayContaining([expect.stringMatching(/^nobody answers for level L4/)]),
    });
  });

  it.each([
    [
      'an id with blanks',
      ['set', 'A B', '--name', 'x', '--role', 'operations', '--mail', 'a@b.example', ...BY],
      2,
      /small letters/,
    ],
    ['no mail address', ['set', 'ann', '--name', 'x', '--role', 'operations', '--mail', 'nowhere', ...BY], 2, /mail/],
    ['no phone number', ['set', 'ann', '--name', 'x', '--role', 'operations', '--phone', '12', ...BY], 2, /phone/],
    [
      'an unknown role',
      ['set', 'ann', '--name', 'x', '--role', 'king', '--mail', 'a@b.example', ...BY],
      2,
      /unknown role king/,
    ],
    ['no way to reach them', ['set', 'ann', '--name', 'x', '--role', 'operations', ...BY], 2, /neither mail nor phone/],
    [
      'hours that are none',
      ['set', 'ann', '--name', 'x', '--role', 'operations', '--mail', 'a@b.example', '--hours', '8-18', ...BY],
      2,
      /--hours/,
    ],
    [
      'nobody who decides',
      ['set', 'ann', '--name', 'x', '--role', 'operations', '--mail', 'a@b.example'],
      2,
      /--by is needed/,
    ],
    [
      'a rotation of nobody',
      ['rotate', 'operations', '--people', 'nobody', '--from', '2026-03-02', ...BY],
      2,
      /who is not in the roster/,
    ],
    ['somebody who is not there', ['remove', 'nobody', ...BY], 5, /not on the roster/],
  ] as const)('refuses %s', async (_case, args, code, says) => {
    const end = await phx('contacts', ...args);
    expect(end.code).toBe(code);
    expect(end.stderr).toMatch(says);
  });

  it('takes people, turns and changes, and tells who is on call', async () => {
    expect((await person('ann', '--phone', '+16025550123')).code).toBe(0);
    expect((await person('ben')).code).toBe(0);
    expect((await phx('contacts', 'set', 'ben', '--name', 'Ben', ...BY)).code).toBe(0);
    const rotate = ['rotate', 'operations', '--people', 'ann', '--from', '2026-01-01', '--days', '90', ...BY];
    expect((await phx('contacts', ...rotate)).code).toBe(0);
    const { json } = await phx('oncall');
    const [operations] = json.filter((row: { role: string }) => row.role === 'operations');
    expect(operations.people.map(({ id }: { id: string }) => id)).toEqual(['ann']);
    const removed = await phx('contacts', 'remove', 'ann', ...BY);
    expect([removed.code, removed.stderr]).toEqual([1, expect.stringMatching(/the rotation of operations names ann/)]);
    expect((await phx('contacts', 'remove', 'ben', ...BY)).code).toBe(0);
    expect(Object.keys((await phx('contacts', 'list')).json.people)).toEqual(['ann']);
  });

  it('is tried by a message to one person', async () => {
    const { code, json } = await phx('contacts', 'test', 'ann');
    expect(code).toBe(0);
    expect(json.map(({ channel, state }: { channel: string; state: string }) => `${channel} ${state}`)).toEqual([
      'mail delivered',
      'sms delivered',
    ]);
    expect(sandbox.smtp.received.at(-1)?.to).toEqual(['ann@sandbox.example']);
    expect(sandbox.notices.desk.sms.at(-1)).toMatchObject({
      to: '+16025550123',
      text: expect.stringMatching(/^\[TEST\]/),
    });
  });
});

describe('alerts', () => {
  it('are listed, shown, taken and reported', async () => {
    await TRIGGERS['token-refused']?.cause(stage.db);
    await stage.evaluateAt(NOW_MS, ['token-refused']);
    await stage.activities.planNotices({ market: 'phoenix', atMs: NOW_MS });
    const id = 'phoenix/token-refused/maricopa-assessor';
    const listed = await phx('alerts', 'list');
    expect(listed.code).toBe(3);
    expect(listed.json).toMatchObject([{ id, state: 'firing', severity: 'P1', cause: 'source/maricopa-assessor' }]);
    expect((await phx('alerts', 'ack', id, ...BY, '--note', 'token renewed')).json).toMatchObject({
      id,
      state: 'acknowledged',
    });
    expect((await phx('alerts', 'list')).code).toBe(0);
    const shown = await phx('alerts', 'show', id);
    expect(shown.json.transitions.map(({ kind, by }: { kind: string; by: string | null }) => [kind, by])).toEqual([
      ['fired', null],
      ['acknowledged', 'A. Operator'],
    ]);
    expect(shown.json.deliveries).toHaveLength(5);
    expect((await phx('alerts', 'ack', 'phoenix/nothing/here', ...BY)).code).toBe(5);
    expect((await phx('alerts', 'show', 'phoenix/nothing/here')).code).toBe(5);
    const { json } = await phx('alerts', 'report', '--days', '90');
    expect(json).toMatchObject({
      schemaVersion: 1,
      market: 'phoenix',
      rules: expect.any(Array),
      channels: expect.any(Array),
    });
  });

  it('go by rules that a person may change, silence and take back', async () => {
    const rule = async () =>
      (await phx('alerts', 'rules')).json.find(({ name }: { name: string }) => name === 'cpu-warning');
    expect(await rule()).toMatchObject({ threshold: 0.7, muted: false, changed: false });
    expect((await phx('alerts', 'set', 'cpu-warning', '--threshold', '0.8', ...BY)).code).toBe(0);
    expect((await phx('alerts', 'set', 'cpu-warning', '--mute', ...BY)).code).toBe(0);
    expect(await rule()).toMatchObject({ threshold: 0.8, muted: true, changed: true });
    expect((await phx('alerts', 'set', 'cpu-warning', '--reset', ...BY)).code).toBe(0);
    expect(await rule()).toMatchObject({ threshold: 0.7, muted: false, changed: false });
  });

  it.each([
    ['an unknown rule', ['cpu-warnin', '--mute', ...BY], 5, /did you mean cpu-warning/],
    ['a threshold that is none', ['cpu-warning', '--threshold', 'much', ...BY], 2, /must be a number/],
    ['nothing to change', ['cpu-warning', ...BY], 2, /say what to change/],
    ['both ways at one time', ['cpu-warning', '--mute', '--unmute', ...BY], 2, /not both/],
    ['a change and a reset', ['cpu-warning', '--mute', '--reset', ...BY], 2, /goes with no other/],
    ['nobody who decides', ['cpu-warning', '--mute'], 2, /--by is needed/],
  ] as const)('refuse %s', async (_case, args, code, says) => {
    const end = await phx('alerts', 'set', ...args);
    expect(end.code).toBe(code);
    expect(end.stderr).toMatch(says);
  });

  it('are set up by schedules, and what lacks is said', async () => {
    const { code, json } = await phx('alerts', 'setup');
    expect(code).toBe(3);
    expect(json.schedules).toContainEqual({ scheduleId: 'alerts-phoenix', result: 'created' });
    expect(json.channels.every(({ reason }: { reason: string | null }) => reason === null)).toBe(true);
    expect(json.roster).toEqual([
      expect.stringMatching(/level L3/),
      expect.stringMatching(/level L4/),
      expect.stringMatching(/^incidents call supervisor/),
    ]);
    expect((await phx('alerts', 'setup')).json.schedules[0].result).toBe('updated');
    const states = (await phx('schedules', 'list')).json.map(
      (row: { scheduleId: string; state: string }) => `${row.scheduleId} ${row.state}`,
    );
    expect(states).toEqual(
      expect.arrayContaining(['alerts-phoenix active', 'alerts-tucson paused', 'digest-phoenix active']),
    );
  }, 60_000);
});

describe('channels', () => {
  it('are tried one by one, and leave no issue open', async () => {
    const { code, json } = await phx('alerts', 'test');
    expect(code).toBe(0);
    expect(json).toHaveLength(4);
    expect(sandbox.notices.desk.slack.at(-1)?.text).toMatch(/^\*\[TEST\]/);
    expect(sandbox.notices.desk.issues.map(({ state }) => state)).toEqual(['closed']);
  });

  it('say why they fail', async () => {
    sandbox.smtp.behave({ kind: 'refuse-connection' });
    const mail = await phx('mail', 'test');
    sandbox.smtp.behave({ kind: 'accept' });
    expect([mail.code, mail.json[0].reason]).toEqual([1, expect.stringMatching(/^NetworkError/)]);
    expect((await phx('alerts', 'test', '--channel', 'pigeon')).code).toBe(2);
  });
});
