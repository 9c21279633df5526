import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../client/cli.js';
import { loadConfig, secretValues } from '../../core/config.js';
import { projectRoot } from '../../core/paths.js';
import type { SettingRow } from '../../core/setting-row.js';
import { SETTINGS } from '../../core/settings-table.js';
import { SERVICE_NAMES } from '../../sandbox/request-log.js';
import { keepingIo } from '../support/phx.js';
import { type SmtpStandIn, startSmtp } from '../support/smtp.js';
import { databaseTraces, fileTraces, findWords, historyTraces, type Trace } from '../support/traces.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const RUN_DATE = '2026-03-02';
const MINE = { sources: ['maricopa-assessor' as const, 'reso' as const, 'maricopa-gis' as const] };
/** Commands that read settings, ask services or tell of failures. */
const COMMANDS = [
  ...['doctor', 'config show --origin', 'sources list', 'sources probe maricopa-assessor', 'sources probe reso'],
  ...['proxies check', 'captcha status', 'mail test', 'errors list', 'errors top', 'runs list', 'alerts list'],
  ...['cost check', 'stack status', 'alerts test --channel slack --channel sms --channel github'],
  ...['health --quick', 'incidents list --state all', 'baseline current'],
  ...[`report daily --date ${RUN_DATE} --send`, 'report list'],
].map((line) => line.split(' '));
const rows = Object.values<SettingRow<unknown>>(SETTINGS).filter(({ secret }) => secret === true);
/** Also where a setting must be an address. */
const canaryOf = (variable: string) =>
  ({
    MONGODB_URL: 'mongodb://collector:canary-MONGODB_URL-5c1e77@127.0.0.1:9/?directConnection=true',
    SLACK_WEBHOOK_URL: `http://127.0.0.1:9/canary-SLACK_WEBHOOK_URL-5c1e77`,
  })[variable] ?? `canary-${variable}-5c1e77`;
const CANARIES: Readonly<Record<string, string>> = Object.fromEntries(
  rows.map(({ variable }) => [variable, canaryOf(variable)]),
);

let world: TestWorld;
let folder: string;
let mail: SmtpStandIn;
let traces: readonly Trace[];
/** What the worker of this world and its services take for right; and what no service takes. */
let secrets: readonly string[];
const outputs: Trace[] = [];

/** Each value as it stands, and as it looks in base64 at any place, and in an address. */
function disguises(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => [
    value,
    encodeURIComponent(value),
    ...[0, 1, 2].map((shift) => {
      const text = Buffer.from(`${'x'.repeat(shift)}${value}`)
        .toString('base64')
        .replace(/=+$/, '');
      return text.slice(shift === 0 ? 0 : 4, -2); // the ends are shared with what stands beside it
    }),
  ]);
}

async function runCommands(
  when: string,
  variables: Readonly<Record<string, string>>,
  commands = COMMANDS,
): Promise<void> {
  const file = join(folder, 'settings');
  const lines = Object.entries({ ...world.variables, ...variables }).map(([name, value]) => `${name}='${value}'`);
  await writeFile(file, lines.join('\n'));
  for (const [at, command] of commands.entries()) {
    const flags = at % 2 === 0 ? ['--verbose'] : ['--json', '--verbose'];
    const io = keepingIo();
    await runCli(['--config', file, ...flags, ...command], io, AbortSignal.timeout(30_000));
    outputs.push({ place: `phx ${command.join(' ')} ${when}`, text: `${io.written.stdout}\n${io.written.stderr}` });
  }
}

/** A worker whose database does not let it in; it ends by itself. */
async function startLockedOut(): Promise<void> {
  const env = { ...process.env, ...world.variables, MONGODB_URL: canaryOf('MONGODB_URL') };
  const worker: ChildProcess = spawn(process.execPath, [join(projectRoot(), 'dist', 'workers', 'main.js')], { env });
  let text = '';
  for (const stream of [worker.stdout, worker.stderr]) stream?.setEncoding('utf8').on('data', (part) => (text += part));
  await once(worker, 'close');
  outputs.push({ place: 'worker without database', text });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-secrets-'));
  mail = await startSmtp({ onAuth: (_auth, _session, done) => done(null, { user: 'collector' }) });
  const { MONGODB_URL: _own, SLACK_WEBHOOK_URL: _hook, RESO_TOKEN: _token, ...canaries } = CANARIES;
  const given = { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(mail.port), SMTP_USERNAME: 'collector' };
  world = await startTestWorld({ parcelsPerZip: 6, listings: 6, variables: { PHOENIX_LOG_LEVEL: 'debug', ...given } });
  // What the sandbox knows is right is kept; the rest is a canary that nobody checks.
  const right = { ...canaries, ...world.sandbox.variables, ...world.variables, ...given };
  Object.assign(right, { SMTP_PASSWORD: canaryOf('SMTP_PASSWORD') });
  for (const service of SERVICE_NAMES.filter((name) => name !== 'proxy'))
    world.sandbox.faults.add({ service, effect: { kind: 'status', status: 503 }, times: 1 });
  const worker = await world.startWorker(right);
  await world.runDay(RUN_DATE, MINE);
  const file = join(world.dataFolder, 'homes.jsonl');
  await runCommands('with what is right', right, [...COMMANDS, ['export', '--format', 'jsonl', '--out', file]]);
  worker.kill('SIGTERM');
  await once(worker, 'exit');

  const wrong = { ...CANARIES, MONGODB_URL: world.database.url };
  await world.startWorker(wrong);
  await world.runDay('2026-03-03', MINE);
  await runCommands('with what is refused', wrong);
  await runCommands('without database', CANARIES, COMMANDS.slice(0, 3));
  await startLockedOut();

  const proxies = world.sandbox.webshare.proxies.map(({ password }) => password);
  const settings = [right, CANARIES].flatMap((env) => secretValues(loadConfig({ env, file: '/dev/null' })));
  secrets = [...settings, ...proxies];
  const mails = mail.received.map(({ raw, parsed }, at) => ({
    place: `mail ${at}`,
    text: `${raw} ${parsed.text} ${parsed.html}`,
  }));
  traces = [
    ...(await databaseTraces(world.db)),
    ...(await historyTraces(await world.client())),
    ...(await fileTraces(world.dataFolder)),
    ...mails,
    ...outputs,
  ];
}, 600_000);
afterAll(async () => {
  await world?.stop();
  await mail?.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('the search itself', () => {
  it('has a canary in every secret setting there is', () => {
    expect(rows.length).toBeGreaterThan(8);
    for (const { variable } of rows) expect(secrets.join('\n')).toContain(`canary-${variable}-5c1e77`);
  });

  it('looks where failures are told: logs, errors, reports, mails, commands, histories', () => {
    const places = (word: string) => findWords(traces, [word]).join('\n');
    expect(places('AuthRejected')).toMatch(/errors [\da-f]{12}/);
    expect(places('AuthRejected')).toMatch(/logs\/worker-2/);
    expect(places('AuthRejected')).toMatch(/history daily/);
    expect(places('AuthRejected')).toMatch(/phx errors top/);
    expect(places('MARICOPA_API_KEY')).toMatch(/phx config show/);
    expect(places('2026-03-02')).toMatch(/artifacts\//);
    expect(places('Daily operations report')).toMatch(/mail \d/);
    expect(places('Daily operations report')).toMatch(/report\.html/);
    expect(places('us-az-maricopa:')).toMatch(/homes\.jsonl/);
    expect(mail.received.length).toBeGreaterThan(0);
    expect(outputs.filter(({ text }) => text.trim() === '').map(({ place }) => place)).toEqual([]);
  });

  it('finds a secret however it is packed', () => {
    for (const before of ['', 'a', 'ab', 'abc']) {
      const text = Buffer.from(`${before}${canaryOf('RESO_TOKEN')} and more`).toString('base64');
      expect(findWords([{ place: 'here', text }], disguises([canaryOf('RESO_TOKEN')])).length).toBeGreaterThan(0);
    }
  });
});

it('leaves no secret in logs, histories, mails, artifacts, reports, documents or outputs', () => {
  expect(findWords(traces, disguises(secrets))).toEqual([]);
});

it('sends no secret in an address', () => {
  const asked = world.sandbox.log.entries().map(({ service, method, path, query }) => {
    return { place: `${service} ${method}`, text: `${path}?${new URLSearchParams(query)}` };
  });
  expect(asked.length).toBeGreaterThan(50);
  expect(findWords(asked, disguises(secrets.filter((value) => !value.startsWith('http'))))).toEqual([]);
});

it('names no secret in the example of the settings', async () => {
  const example = await readFile(join(projectRoot(), '.env.example'), 'utf8');
  for (const { variable } of rows) expect(example).toMatch(new RegExp(`^#? ?${variable}=`, 'm'));
  expect(findWords([{ place: '.env.example', text: example }], secrets)).toEqual([]);
});
