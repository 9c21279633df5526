import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AlertTransitionDocument, DeliveryDocument } from '../../../store/alerts/documents.js';
import { TRIGGERS } from '../../support/alert-triggers.js';
import { phx } from '../../support/phx.js';
import { startTestWorld, type TestWorld } from '../../support/world.js';

const ALERT = 'phoenix/token-refused/maricopa-assessor';
const SLOW_MS = 3_000;

describe('alerts through worker processes', () => {
  let world: TestWorld;
  let worker: ChildProcess;
  beforeAll(async () => {
    world = await startTestWorld({ parcelsPerZip: 1, listings: 1 });
    worker = await world.startWorker();
  }, 180_000);
  afterAll(() => world?.stop(), 60_000);

  const check = () => phx(['alerts', 'check', '--json'], world.variables);
  const deliveries = (kind: DeliveryDocument['kind']) =>
    world.db.collection<DeliveryDocument>('deliveries').find({ alertId: ALERT, kind }).toArray();
  const ended = async (kind: DeliveryDocument['kind']): Promise<readonly DeliveryDocument[]> => {
    for (;;) {
      const all = await deliveries(kind);
      if (all.length > 0 && all.every(({ state }) => state !== 'waiting')) return all;
      await sleep(50);
    }
  };
  const states = (all: readonly DeliveryDocument[]) => all.map(({ channel, state }) => `${channel} ${state}`).sort();

  it('reach people once, however many evaluations find the same', async () => {
    await TRIGGERS['token-refused']?.cause(world.db);
    const [first] = await Promise.all([check(), check()]);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(JSON.parse(first.stdout)).toMatchObject({ market: 'phoenix', unknown: [] });
    expect(states(await ended('fired'))).toEqual([
      'dashboard delivered',
      'github delivered',
      'mail delivered',
      'slack delivered',
      'sms skipped', // nobody is on the roster
    ]);
    await check();
    const { slack, issues } = world.sandbox.notices.desk;
    expect(slack.filter(({ text }) => text.includes('token-refused'))).toHaveLength(1);
    expect(issues).toHaveLength(1);
    const fired = await world.db
      .collection<AlertTransitionDocument>('alert_transitions')
      .countDocuments({ alertId: ALERT });
    expect(fired).toBe(1);
  }, 120_000);

  it('are not lost with a worker that is killed while the mail server thinks', async () => {
    world.sandbox.smtp.behave({ kind: 'slow', delayMs: SLOW_MS });
    await TRIGGERS['token-refused']?.heal(world.db);
    expect((await check()).code).toBe(0);
    const begun = ({ channel, attempts }: DeliveryDocument) => channel === 'mail' && attempts > 0;
    while (!(await deliveries('recovered')).some(begun)) await sleep(20);
    worker.kill('SIGKILL');
    worker = await world.startWorker();
    world.sandbox.smtp.behave({ kind: 'accept' });
    expect(states(await ended('recovered'))).toContain('mail delivered');
    const ids = world.sandbox.smtp.received
      .filter(({ raw }) => /^Subject: \[RECOVERED CRITICAL\]/m.test(raw))
      .map(({ raw }) => /^Message-ID: (.*)$/im.exec(raw)?.[1]);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(1); // the one that was in flight may come twice, under one Message-ID
    const told = world.sandbox.notices.desk.slack.filter(({ text }) => text.startsWith('*[RECOVERED'));
    expect(new Set(told.map(({ text }) => text)).size).toBe(1);
    expect(world.sandbox.notices.desk.issues.map(({ state }) => state)).toEqual(['closed']);
  }, 180_000);
});
