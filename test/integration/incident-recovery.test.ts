import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { runDateOf } from '../../core/dates.js';
import { incidentId, incidentWorkflowId, sourceTaskQueue } from '../../core/ids.js';
import type { IncidentFault, Measure } from '../../core/schemas/alerts.js';
import type { IncidentPlan, IncidentState } from '../../core/schemas/incidents.js';
import type { SourceName } from '../../core/schemas/names.js';
import { openedIncident } from '../../domain/incidents/state.js';
import { checkProxies } from '../../net/proxies/check.js';
import { createWebshare } from '../../net/proxies/webshare.js';
import type { DeliveryDocument } from '../../store/alerts/documents.js';
import { decide } from '../../store/decisions.js';
import { createProxyLedger } from '../../store/proxies.js';
import type { evaluateAlerts } from '../../workflows/evaluate-alerts.js';
import type { incident } from '../../workflows/incident.js';
import { ackIncidentUpdate, incidentQuery } from '../../workflows/messages.js';
import type { probeSource } from '../../workflows/probe-source.js';
import { incidentPlan } from '../support/fake-activities.js';
import { type FaultWorld, startFaultWorld } from '../support/fault-world.js';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.js';

const MODEL = 'scripted:latest';
const LISTINGS = 'phoenix-mls';
const PARCELS = 'pima-assessor';
const RESO = 'reso';
const MINUTE_MS = 60_000;
/** Longer than an open circuit, and shorter than a case. */
const PATIENCE_MS = 60_000;
/** Five answers in a row that are none open the circuit of a host. */
const CIRCUIT_FAILURES = 5;
const runDate = runDateOf(Date.now(), 'America/Phoenix');

let world: FaultWorld;
let model: ScriptedModel;
let client: Client;
beforeAll(async () => {
  model = await startScriptedModel([MODEL]);
  world = await startFaultWorld({
    ...{ parcelsPerZip: 2, listings: 1 },
    variables: { OLLAMA_HOST: model.host, OLLAMA_MODEL: MODEL, PROXY_SOURCES: LISTINGS, CHROMIUM_PATH: '' },
  });
  client = await world.client();
  await decide(world.db, { kind: 'proxies', subject: LISTINGS, granted: true, reference: 'test', by: 'test' });
}, 240_000);
afterAll(async () => {
  await world?.stop();
  await model?.close();
}, 60_000);

/** One evaluation of alerts, as every minute. */
const evaluate = (...measures: readonly Measure[]) =>
  client.workflow.execute<typeof evaluateAlerts>('evaluateAlerts', {
    ...{ workflowId: `evaluate/${Math.random()}`, taskQueue: 'pipeline' },
    args: [{ market: 'phoenix', measures }],
  });

/** What holds already has held for so long: rules that wait some minutes fire with the next evaluation. */
async function heldFor(minutes: number): Promise<void> {
  const since = new Date(Date.now() - minutes * MINUTE_MS);
  const pending = world.db.collection('alerts').find({ state: 'pending' });
  for (const { _id } of await pending.toArray()) {
    await world.db.collection('alerts').updateOne({ _id }, { $set: { since } });
  }
}

const handleOf = (cause: string) => client.workflow.getHandle<typeof incident>(incidentWorkflowId('phoenix', cause));

/** The incident of a cause, once it is as wanted. */
async function becomes(cause: string, holds: (state: IncidentState) => boolean): Promise<IncidentState> {
  for (const endMs = Date.now() + PATIENCE_MS; ; ) {
    const state = await handleOf(cause).query(incidentQuery);
    if (holds(state)) return state;
    if (Date.now() > endMs) throw new Error(`${cause} stays as it is: ${JSON.stringify(state, null, 1)}`);
    await sleep(100);
  }
}
const tries = ({ tried }: IncidentState) => tried.map(({ step, outcome }) => `${step} ${outcome}`);
/** How the round of an incident was counted: what was done last, and whether it put things right. */
async function counted({ id, round }: IncidentState): Promise<string> {
  for (const endMs = Date.now() + PATIENCE_MS; ; ) {
    if (Date.now() > endMs) throw new Error(`${id} is not counted`);
    const row = await world.db.collection<{ _id: string }>('recoveries').findOne({ _id: `incident ${id}#${round}` });
    if (row !== null) return `${Reflect.get(row, 'action')} ${Reflect.get(row, 'outcome')}`;
    await sleep(100);
  }
}

const probe = (source: SourceName) =>
  client.workflow.execute<typeof probeSource>('probeSource', {
    ...{ workflowId: `probe/${Math.random()}`, taskQueue: 'pipeline' },
    args: [{ source, taskQueue: sourceTaskQueue(source, 'http') }],
  });

/** A host that fails so often that its circuit opens; for how long is shortened where the case does not wait for it. */
async function openCircuit(source: SourceName, host: string): Promise<void> {
  for (let asked = 0; asked < CIRCUIT_FAILURES; asked += 1) expect((await probe(source)).state).toBe('down');
  expect(await world.db.collection<{ _id: string }>('limits').findOne({ _id: host })).toMatchObject({
    failures: CIRCUIT_FAILURES,
  });
}

/** Clocks by which people are told, and a quiet time passes, at once. */
function quickPlan(part: Partial<IncidentPlan>): IncidentPlan {
  const plan = incidentPlan(part);
  const { P2, P3, ...others } = plan.clocks.severities;
  const quick = { ladder: [{ level: 'L2', afterMinutes: 0.01 } as const], quietMinutes: 0.02 };
  return {
    ...plan,
    clocks: { ...plan.clocks, severities: { ...others, P2: { ...P2, ...quick }, P3: { ...P3, ...quick } } },
  };
}

/** An incident with clocks of its own, which the fault of the next evaluation meets. */
async function waitsWith(cause: string, plan: IncidentPlan): Promise<void> {
  const at = new Date().toISOString();
  const early = {
    alertId: 'phoenix/early',
    seq: 1,
    rule: 'early',
    severity: 'P3',
    kind: 'fired',
    text: 'early',
  } as const;
  const fault: IncidentFault = { ...early, by: null, at };
  const input = { market: 'phoenix', cause, fault };
  const state = { ...openedIncident(incidentId('phoenix', cause, at), input, at), faults: [] };
  await client.workflow.start<typeof incident>('incident', {
    ...{ workflowId: incidentWorkflowId('phoenix', cause), taskQueue: 'pipeline' },
    args: [{ ...input, carried: { state, plan } }],
  });
}

describe('an incident', () => {
  let parcels: string;
  const fault = { effect: { kind: 'status', status: 503 } } as const;

  it('about a source opens when the circuit of its host has been open for some minutes', async () => {
    parcels = new URL(world.sandbox.pima.url).host;
    const outage = world.sandbox.faults.add({ service: 'pima', ...fault });
    await openCircuit(PARCELS, parcels);
    await evaluate('circuit-open');
    await heldFor(6);
    world.sandbox.faults.remove(outage);
    await evaluate('circuit-open');
    expect(await becomes(`host/${parcels}`, () => true)).toMatchObject({ severity: 'P2', status: 'open' });
  }, 120_000);

  it('goes on to people where a source stays away', async () => {
    const { host } = new URL(world.sandbox.reso.url);
    const probes = [{ source: RESO, taskQueue: sourceTaskQueue(RESO, 'http') } as const];
    await waitsWith(`host/${host}`, quickPlan({ steps: ['probe-source'], probes }));
    const outage = world.sandbox.faults.add({ service: 'reso', ...fault });
    await openCircuit(RESO, host);
    const limits = world.db.collection<{ _id: string }>('limits');
    await limits.updateOne({ _id: host }, { $set: { openUntilMs: Date.now() } });
    await evaluate('circuit-open');
    await heldFor(6);
    await evaluate('circuit-open');
    const state = await becomes(`host/${host}`, ({ tried, done }) => tried.length > 0 && done.length > 0);
    expect(tries(state)).toEqual(['probe-source failed']);
    expect(state).toMatchObject({ status: 'open', severity: 'P2', told: ['L2'] });
    const told = { alertId: state.id, channel: 'mail', kind: 'fired' } as const;
    const [mail] = await world.db.collection<DeliveryDocument>('deliveries').find(told).toArray();
    expect(mail).toMatchObject({ roles: ['operations'], body: expect.stringContaining('Tried by the machine') });
    await handleOf(`host/${host}`).executeUpdate(ackIncidentUpdate, { args: [{ by: 'A. Operator', note: null }] });
    expect(await counted(state)).toBe('retry failed');
    world.sandbox.faults.remove(outage);
  }, 120_000);

  it('about a day asks again for the windows that lack, and without the model the model is loaded anew', async () => {
    world.sandbox.faults.add({ service: 'county', effect: { kind: 'status', status: 418 }, path: 'q=85033', times: 1 });
    model.hang(true);
    const summary = await world.day(runDate);
    expect(summary).toMatchObject({ status: 'partial', llm: { model: null } });
    expect(await world.ledger(runDate)).toMatchObject({ 85031: 'complete', 85033: expect.stringMatching(/^failed/) });
    model.hang(false);
    await evaluate('run-success', 'run-partial', 'model-missing');
    const filled = await becomes('run/success', ({ tried }) => tried.length > 0);
    expect(tries(filled)).toEqual(['fill-gaps done']);
    expect((await world.ledger(runDate))['85033']).toBe('complete');
    expect(tries(await becomes('model', ({ tried }) => tried.length > 0))).toEqual(['reload-model done']);
    expect(model.loaded).toContain(MODEL);
    await evaluate('run-success', 'run-partial', 'model-missing');
    const day = await becomes('run/success', ({ status }) => status === 'recovered');
    expect(day.faults.map(({ rule, over }) => `${rule} ${over}`).sort()).toEqual([
      'day-partial true',
      'success-critical true',
    ]);
    expect(await counted(day)).toBe('ran-again recovered');
    expect(await counted(await becomes('model', ({ status }) => status === 'recovered'))).toBe(
      'reloaded-model recovered',
    );
  }, 120_000);

  it('about proxies tries each anew, and is resolved after the quiet time when they are back', async () => {
    const {
      WEBSHARE_BASE_URL: baseUrl = '',
      WEBSHARE_API_KEY: apiKey = '',
      PROXY_CHECK_URL: checkUrl = '',
    } = world.variables;
    const service = createWebshare({ baseUrl, apiKey, userAgent: 'test', countries: [] });
    const deps = { service, ledger: createProxyLedger(world.db), checkUrl, userAgent: 'test' };
    await waitsWith('proxies', quickPlan({ steps: ['check-proxies'] }));
    await Promise.all(world.sandbox.webshare.proxies.map((proxy) => proxy.behave({ kind: 'dead' })));
    // As often as they were used in vain.
    for (let used = 0; used < 5; used += 1) await checkProxies(deps, new AbortController().signal);
    await evaluate('proxies-healthy');
    await heldFor(11);
    await Promise.all(world.sandbox.webshare.proxies.map((proxy) => proxy.behave({ kind: 'alive' })));
    await evaluate('proxies-healthy');
    expect(tries(await becomes('proxies', ({ tried }) => tried.length > 0))).toEqual(['check-proxies done']);
    await evaluate('proxies-healthy');
    const over = await becomes('proxies', ({ status }) => status === 'resolved');
    expect(over).toMatchObject({ by: null, resolution: expect.stringContaining('quiet time') });
    expect(await counted(over)).toBe('rotated-proxy recovered');
  }, 120_000);

  // The last one: the other cases run while its circuit is open.
  it('about a source waits until the circuit lets a call through, and is over when the source is back', async () => {
    const state = await becomes(`host/${parcels}`, ({ tried }) => tried.length > 0);
    expect(tries(state)).toEqual(['probe-source done']);
    await evaluate('circuit-open');
    const over = await becomes(`host/${parcels}`, ({ status }) => status === 'recovered');
    expect(over.timeline.map(({ kind, text }) => `${kind}: ${text}`)).toContainEqual(
      expect.stringMatching(/^recovery-try: probe-source: done, pima-assessor: ok/),
    );
    expect(await counted(over)).toBe('retry recovered');
  }, 120_000);
});
