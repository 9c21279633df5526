import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createIncidentActivities } from '../../../activities/incidents.js';
import { openedIncident, resolvedBy, withFault, withTry } from '../../../domain/incidents/state.js';
import { createOfflineSources } from '../../../sources/offline.js';
import { TRIGGERS } from '../../support/alert-triggers.js';
import { type AlertWorld, NOW_MS, startAlertWorld } from '../../support/alert-world.js';

const BEGIN = Date.parse('2026-03-02T10:00:00Z');
const iso = (minutes: number) => new Date(BEGIN + minutes * 60_000).toISOString();
const fault = { alertId: 'phoenix/a/s', rule: 'a', severity: 'P1', kind: 'fired', text: 'so', by: null } as const;

let world: AlertWorld;
beforeAll(async () => {
  world = await startAlertWorld();
}, 120_000);
afterAll(() => world?.stop());

describe('what the machine tried about an incident', () => {
  it('is measured from the beginning of its round', async () => {
    const { db, config, database } = await world.fresh('incident_rounds');
    const { countRecovery } = createIncidentActivities({ config, database, sources: createOfflineSources(config) });
    const input = { market: 'phoenix', cause: 'model', fault: { ...fault, seq: 1, at: iso(0) } };
    const tried = { step: 'reload-model', outcome: 'done', text: 'done' } as const;
    const first = withTry(openedIncident('phoenix/model@1', input, iso(1)), { ...tried, at: iso(2) });
    await countRecovery({ state: first, outcome: 'recovered', atMs: Date.parse(iso(3)) });
    const ended = resolvedBy(first, { by: 'A. Operator', how: 'loaded' }, iso(4));
    const again = withFault(ended, { ...fault, alertId: 'phoenix/b/s', seq: 1, at: iso(1_440) }, iso(1_441));
    const second = withTry(again, { ...tried, at: iso(1_442) });
    await countRecovery({ state: second, outcome: 'recovered', atMs: Date.parse(iso(1_443)) });
    const rows = await db.collection('recoveries').find().sort({ endedAt: 1 }).toArray();
    expect(rows.map(({ startedAt, tries }) => [startedAt.toISOString(), tries])).toEqual([
      [iso(0), 1],
      [iso(1_441), 1],
    ]);
  });
});

describe('what an incident goes by', () => {
  it('says whether the day has begun', async () => {
    const { db, config, database } = await world.fresh('incident_day');
    const { planIncident } = createIncidentActivities({ config, database, sources: createOfflineSources(config) });
    const plan = () => planIncident({ market: 'phoenix', cause: 'run/success', atMs: BEGIN });
    expect(await plan()).toMatchObject({ runDate: '2026-03-02', began: false, steps: ['fill-gaps'] });
    const run = { workflowId: 'daily/phoenix/2026-03-02', market: 'phoenix', runDate: '2026-03-02' };
    await db
      .collection<{ _id: string; startedAt: Date }>('runs')
      .insertOne({ _id: 'r', ...run, startedAt: new Date(BEGIN) });
    expect(await plan()).toMatchObject({ began: true });
  });
});

describe('an alert that was taken with its incident', () => {
  it('rings again after its cooldown where the incident was resolved and it still holds', async () => {
    const { db, config, database, evaluateAt, transitionsOf } = await world.fresh('incident_release');
    const { takeAlerts, releaseAlerts } = createIncidentActivities({
      ...{ config, database, sources: createOfflineSources(config) },
    });
    await TRIGGERS['token-refused']?.cause(db);
    const at = (minutes: number) => evaluateAt(NOW_MS + minutes * 60_000, ['token-refused']);
    await at(0);
    const [fired] = await transitionsOf('token-refused');
    const input = {
      market: 'phoenix',
      cause: 'x',
      fault: { ...fault, alertId: fired?.alertId ?? '', seq: 1, at: iso(0) },
    };
    const state = { ...openedIncident('phoenix/x@1', input, iso(0)), by: 'A. Operator' };
    await takeAlerts({ state });
    await at(500);
    const kinds = async () => (await transitionsOf('token-refused')).map(({ kind }) => kind);
    expect(await kinds()).toEqual(['fired', 'acknowledged']);
    await releaseAlerts({ state: { ...state, id: 'another' }, atMs: NOW_MS + 500 * 60_000 });
    await at(501);
    expect(await kinds()).toEqual(['fired', 'acknowledged']);
    for (let times = 0; times < 2; times += 1) await releaseAlerts({ state, atMs: NOW_MS + 501 * 60_000 });
    await at(510);
    expect(await kinds()).toEqual(['fired', 'acknowledged']);
    await at(501 + 241);
    expect(await kinds()).toEqual(['fired', 'acknowledged', 'reminded']);
  });
});
