import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hangingParts } from '../../activities/hanging-parts.js';
import { runDateOf } from '../../core/dates.js';
import { dailyWorkflowId, incidentId, incidentWorkflowId } from '../../core/ids.js';
import type { IncidentFault } from '../../core/schemas/alerts.js';
import type { IncidentPlan, IncidentState } from '../../core/schemas/incidents.js';
import { openedIncident } from '../../domain/incidents/state.js';
import type { DeliveryDocument } from '../../store/alerts/documents.js';
import { findIncident, type IncidentDocument, stateOf, timelineOfIncident } from '../../store/incidents/incidents.js';
import type { incident } from '../../workflows/incident.js';
import type { watchdog } from '../../workflows/watchdog.js';
import { TRIGGERS } from '../support/alert-triggers.js';
import { testBrowser } from '../support/browser.js';
import { incidentPlan } from '../support/fake-activities.js';
import { readPdf } from '../support/pdf.js';
import { phx } from '../support/phx.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const BY = ['--by', 'A. Operator'] as const;
const PEOPLE = [
  ['ann', 'operations', 'Ann Ops'],
  ['sue', 'supervisor', 'Sue Head'],
  ['tim', 'technical-lead', 'Tim Tech'],
  ['mia', 'management', 'Mia Manager'],
] as const;

let world: TestWorld;
let worker: ChildProcess;
beforeAll(async () => {
  world = await startTestWorld({ parcelsPerZip: 1, listings: 1 });
  worker = await world.startWorker();
  for (const [id, role, name] of PEOPLE) {
    const mail = `${id}@sandbox.example`;
    await run('contacts', 'set', id, '--name', name, '--role', role, '--mail', mail, ...BY);
  }
}, 240_000);
afterAll(() => world?.stop(), 60_000);

async function run(...args: readonly string[]) {
  const { code, stdout, stderr } = await phx([...args, '--json'], world.variables);
  return { code, stderr, json: stdout === '' ? null : JSON.parse(stdout) };
}

async function eventually<T>(read: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await read();
    if (found !== null) return found;
    await sleep(100);
  }
}

const incidentsNow = () => world.db.collection<IncidentDocument>('incidents').find().toArray();
const readModel = async (name: string): Promise<IncidentState> =>
  eventually(async () => {
    const document = await findIncident(world.db, name);
    return document === null ? null : stateOf(document, await timelineOfIncident(world.db, document._id));
  });
const becomes = (name: string, holds: (state: IncidentState) => boolean) =>
  eventually(async () => {
    const state = await readModel(name);
    return holds(state) ? state : null;
  });

async function windowToday(zip: string, state: string, reason: string | null): Promise<void> {
  const runDate = runDateOf(Date.now(), 'America/Phoenix');
  const name = { market: 'phoenix', source: 'maricopa-assessor', zip, runDate };
  const _id = `phoenix:maricopa-assessor:${zip}:${runDate}`;
  const window = { _id, ...name, seen: 0, updatedAt: new Date(), state, reason };
  await world.db.collection<{ _id: string }>('windows').insertOne(window);
}

describe('alerts of one cause', () => {
  const NAME = 'phoenix/source/maricopa-assessor';

  it('open one incident, which knows both, and which persons steer', async () => {
    await TRIGGERS['token-refused']?.cause(world.db);
    expect((await run('alerts', 'check')).code).toBe(0);
    await windowToday('85031', 'failed', 'SchemaDrift: no rows');
    await Promise.all([run('alerts', 'check'), run('alerts', 'check')]);
    const own = async () => (await incidentsNow()).filter(({ cause }) => cause === 'source/maricopa-assessor');
    const state = await becomes(NAME, ({ faults }) => faults.length === 2);
    expect(await own()).toHaveLength(1);
    expect(state).toMatchObject({ severity: 'P1', status: 'open' });
    expect(state.faults.map(({ rule }) => rule).sort()).toEqual(['source-drifted', 'token-refused']);
    expect((await run('incidents', 'list')).code).toBe(3);
    expect((await run('incidents', 'ack', NAME)).code).toBe(2);
    expect((await run('incidents', 'ack', NAME, ...BY)).json).toMatchObject({
      status: 'acknowledged',
      by: 'A. Operator',
    });
    expect((await run('incidents', 'ack', NAME, ...BY)).code).toBe(1);
    expect((await run('incidents', 'check', NAME, '8', ...BY)).code).toBe(2);
    expect((await run('incidents', 'check', NAME, '2', ...BY)).code).toBe(0);
    expect((await run('incidents', 'severity', NAME, 'P2', '--why', 'one of two', ...BY)).json).toMatchObject({
      severity: 'P2',
      by: 'A. Operator',
    });
    expect((await run('alerts', 'list')).code).toBe(0); // its alerts are taken with it
    expect((await run('incidents', 'note', 'phoenix/nothing', '--text', 'x', ...BY)).code).toBe(5);
  }, 240_000);

  it('have a read model that says what the workflow knows, and that can be made anew', async () => {
    const { json: live } = await run('incidents', 'show', NAME, '--live');
    const kept = await becomes(NAME, ({ seq }) => seq >= live.seq);
    expect({ schemaVersion: 1, ...kept }).toEqual(live);
    await world.db.collection('incidents').deleteMany({});
    await world.db.collection('incident_timeline').deleteMany({});
    expect((await run('incidents', 'rebuild')).code).toBe(0);
    expect((await run('incidents', 'show', NAME)).json).toEqual(live);
  }, 120_000);
});

describe('an incident whose worker and server are killed in mid-clock', () => {
  const CAUSE = 'office/line';
  const NAME = `phoenix/${CAUSE}`;
  const RUNG_MINUTES = 0.4;

  it('goes on: each rung is told once, to the persons of its level, with all they need', async () => {
    const at = new Date().toISOString();
    const fault: IncidentFault = {
      ...{
        alertId: NAME,
        seq: 1,
        rule: 'by-hand',
        severity: 'P0',
        kind: 'fired',
        text: 'the line is cut',
        by: null,
        at,
      },
    };
    const input = { market: 'phoenix', cause: CAUSE, fault };
    const state = openedIncident(incidentId('phoenix', CAUSE, at), input, at);
    const client = await world.client();
    const workflowId = incidentWorkflowId('phoenix', CAUSE);
    await client.workflow.start<typeof incident>('incident', {
      ...{ workflowId, taskQueue: 'pipeline' },
      args: [{ ...input, carried: { state, plan: quickPlan() } }],
    });
    await eventually(async () => ((await ended()) >= 5 ? true : null));
    worker.kill('SIGKILL');
    await world.temporal.kill();
    await sleep(1_000);
    await world.temporal.restart();
    worker = await world.startWorker();
    await eventually(async () => ((await ended()) >= 10 ? true : null));
    const all = await world.db.collection<DeliveryDocument>('deliveries').find({ alertId: state.id }).toArray();
    const steps = all.map(({ transitionId, channel }) => `${transitionId.split('#')[1]} ${channel}`);
    expect(new Set(steps).size).toBe(steps.length);
    expect(all.filter(({ channel }) => channel === 'mail').map(({ roles }) => roles)).toEqual([
      ['operations'],
      ['technical-lead', 'management'],
    ]);
    const second = mailOf('tim@sandbox.example');
    expect(mailOf('ann@sandbox.example')).toHaveLength(1);
    expect([second.length, mailOf('mia@sandbox.example').length]).toEqual([1, 1]);
    for (const words of [
      'the line is cut',
      'Since:',
      'of 1 windows of these days are complete',
      'maricopa-assessor 85031',
      'Tried by the machine',
      'incidents ack',
      'Told now:',
    ]) {
      expect(plain(second[0])).toContain(words);
    }
    expect(plain(second[0])).toMatch(/knew before: Ann Ops/);
    const { json } = await run('incidents', 'resolve', NAME, '--how', 'a new line', ...BY);
    expect(json).toMatchObject({ status: 'resolved', resolution: 'a new line', told: ['L2', 'L3', 'L4'] });
    await becomes(NAME, ({ timeline }) => timeline.some(({ text }) => text.startsWith('resolved told to')));
    const pdf = join(world.dataFolder, 'incident.pdf');
    const reported = await phx(['incidents', 'report', NAME, '--pdf', pdf], {
      ...world.variables,
      CHROMIUM_PATH: await testBrowser(),
    });
    expect([reported.code, reported.stdout]).toEqual([0, expect.stringContaining('Current status: RESOLVED')]);
    const text = (await readPdf(await readFile(pdf))).map((page) => page.text).join(' ');
    expect(text).toContain('a new line');
    expect(text).toContain('maricopa-assessor 85031');
  }, 240_000);

  /** Five channels a notice. */
  const ended = () =>
    world.db
      .collection<DeliveryDocument>('deliveries')
      .countDocuments({ transitionId: { $regex: '^phoenix/office' }, state: { $ne: 'waiting' } });

  function quickPlan(): IncidentPlan {
    const plan = incidentPlan();
    const { P0, ...others } = plan.clocks.severities;
    const ladder = [
      { level: 'L2', afterMinutes: 0 } as const,
      { level: 'L3', afterMinutes: RUNG_MINUTES } as const,
      { level: 'L4', afterMinutes: RUNG_MINUTES } as const,
    ];
    return { ...plan, clocks: { ...plan.clocks, severities: { ...others, P0: { ...P0, ladder } } } };
  }

  const mailOf = (address: string) =>
    world.sandbox.smtp.received.filter(({ raw, to }) => to.includes(address) && /^Subject: \[P0\]/m.test(raw));
  const plain = (mail: { readonly raw: string } | undefined) => (mail?.raw ?? '').replaceAll('=\r\n', '');
});

describe('the watchdog', () => {
  const NAME = 'phoenix/run/start';
  const runDate = runDateOf(Date.now(), 'America/Phoenix');
  const day = dailyWorkflowId('phoenix', runDate);
  const look = async () => {
    const client = await world.client();
    const args: [{ market: string }] = [{ market: 'phoenix' }];
    return client.workflow.execute<typeof watchdog>('watchdog', {
      workflowId: `watch/${Math.random()}`,
      taskQueue: 'pipeline',
      args,
    });
  };
  const runs = () => world.db.collection<{ _id: string }>('runs');

  it('starts nothing that no schedule was to start, names a day that stands still, and says when it goes on', async () => {
    expect((await look()).acts).toEqual([]);
    const startedAt = new Date(Date.now() - 90 * 60_000);
    const run = {
      workflowId: day,
      market: 'phoenix',
      mode: 'demo',
      runDate,
      options: {},
      status: 'running',
      startedAt,
    };
    await runs().insertOne({ _id: `${day}#1`, ...run });
    await windowToday('85033', 'open', null);
    const { state, verdicts } = await look();
    expect([state, verdicts.map(({ kind, raise }) => `${kind} ${raise}`)]).toEqual([
      'running',
      ['slow false', 'stuck true'],
    ]);
    await look(); // what goes on is told once
    const open = await becomes(NAME, ({ faults }) => faults.length > 0);
    expect(open).toMatchObject({ severity: 'P2', status: 'open' });
    expect(open.faults.map(({ rule, seq, over }) => `${rule} ${seq} ${over}`)).toEqual(['watchdog-stuck 1 false']);
    await runs().updateOne({ _id: `${day}#1` }, { $set: { status: 'partial', endedAt: new Date() } });
    expect((await look()).state).toBe('closed');
    await becomes(NAME, ({ status }) => status === 'recovered');
    expect(
      (await becomes(NAME, ({ tried }) => tried.length === 2)).tried.map(({ step, outcome }) => `${step} ${outcome}`),
    ).toEqual(['probe-components done', 'start-day nothing']);
  }, 120_000);

  it('goes on naming a day that stands still after midnight, and does not take it for the new one', async () => {
    const kept = await runs().find().toArray();
    await runs().deleteMany({});
    const before = runDateOf(Date.now() - 24 * 3_600_000, 'America/Phoenix');
    const workflowId = dailyWorkflowId('phoenix', before);
    const run = { workflowId, market: 'phoenix', mode: 'demo', runDate: before, options: {}, status: 'running' };
    await runs().insertOne({ _id: `${workflowId}#1`, ...run, ...{ startedAt: new Date(Date.now() - 20 * 3_600_000) } });
    const { state, verdicts } = await look();
    expect([state, verdicts.map(({ kind, raise }) => `${kind} ${raise}`)]).toEqual([
      'idle',
      ['slow false', 'stuck true'],
    ]);
    await runs().deleteMany({});
    await runs().insertMany(kept);
  }, 120_000);

  it('names parts of a day whose code fails again and again', async () => {
    const client = await world.client();
    const workflowId = `${day}/broken`;
    const handle = await client.workflow.start('noSuchWorkflow', { workflowId, taskQueue: 'pipeline' });
    const found = await eventually(async () => {
      const parts = await hangingParts(client, day, 2);
      return parts.length > 0 ? parts : null;
    });
    expect(found).toEqual([expect.stringMatching(/broken: its own code fails, try \d+$/)]);
    await handle.terminate();
  }, 120_000);
});

describe('phx health --quick', () => {
  it('needs no worker, and says by its exit code what is wrong', async () => {
    const well = await run('health', '--quick');
    expect(well.json.checks.map(({ part, state }: { part: string; state: string }) => `${part} ${state}`)).toEqual([
      'temporal ok',
      'worker ok',
      'database ok',
      'evaluation off',
      'watchdog off',
    ]);
    expect(well.code).toBe(0);
    const away = await phx(['health', '--quick', '--json'], { ...world.variables, TEMPORAL_ADDRESS: '127.0.0.1:9' });
    expect(away.code).toBe(6);
    const dead = { ...world.variables, MONGODB_URL: 'mongodb://127.0.0.1:9' };
    expect((await phx(['health', '--quick'], dead)).code).toBe(6);
  }, 120_000);
});
