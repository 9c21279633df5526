import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { createDeliverActivities } from '../../activities/deliver.js';
import { deliveryWorkflowId } from '../../core/ids.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import type { DeliveryDocument } from '../../store/alerts/documents.js';
import type { evaluateAlerts, sendDigest } from '../../workflows/evaluate-alerts.js';
import type { sendNotice } from '../../workflows/send-notice.js';
import { TRIGGERS } from '../support/alert-triggers.js';
import { type AlertStage, type AlertWorld, startAlertWorld } from '../support/alert-world.js';
import { createFakes, planOf } from '../support/fake-activities.js';
import { startTimeServer, uniqueId, type WorkflowServer } from '../support/workflow-workers.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DOWN_MS = 3 * HOUR_MS;

let world: AlertWorld;
let sandbox: Sandbox;
beforeAll(async () => {
  [world, sandbox] = await Promise.all([startAlertWorld(), startSandbox({ parcelsPerZip: 1, listings: 1 })]);
}, 120_000);
afterAll(async () => {
  await sandbox?.stop();
  await world?.stop();
});

// A server for each case: this one may keep its clock locked after an activity that succeeded at a later attempt.
let server: WorkflowServer;
beforeEach(async () => {
  server = await startTimeServer();
}, 60_000);
afterEach(() => server?.stop(), 60_000);

const evaluateOnce = () =>
  server.client.workflow.execute<typeof evaluateAlerts>('evaluateAlerts', {
    workflowId: uniqueId('alerts'),
    taskQueue: 'pipeline',
    args: [{ market: 'phoenix', measures: ['token-refused', 'drill-passed'] }],
  });

async function activitiesOn(stage: AlertStage, beforeDelivery: () => Promise<void> = async () => undefined) {
  const real = createDeliverActivities(stage);
  return {
    ...createFakes(planOf()).activities, // incidents have tests of their own
    ...stage.activities,
    ...real,
    deliverNotice: async (input: { readonly id: string }) => {
      await beforeDelivery();
      return real.deliverNotice(input);
    },
  };
}

const deliveriesOf = ({ db }: AlertStage) => db.collection<DeliveryDocument>('deliveries').find().toArray();

/** Waits for the end of every notice; where time is skipped, that lets it pass. */
async function ended(stage: AlertStage): Promise<void> {
  const mails = (await deliveriesOf(stage)).filter(({ channel }) => channel === 'mail');
  for (const { _id } of mails) {
    await server.client.workflow.getHandle<typeof sendNotice>(deliveryWorkflowId(_id)).result();
  }
}

describe('a mail server that is down for three hours', () => {
  it('loses no notice and doubles none, and does not hold up the next evaluation', async () => {
    const stage = await world.fresh('smtp_down', { variables: sandbox.variables });
    const firstMail = sandbox.smtp.received.length;
    const upAtMs = (await server.nowMs()) + DOWN_MS;
    sandbox.smtp.behave({ kind: 'refuse-connection' });
    const all = await activitiesOn(stage, async () => {
      if ((await server.nowMs()) >= upAtMs) sandbox.smtp.behave({ kind: 'accept' });
    });
    // Mail alone: the clock of this server stands still once some activities ran side by side.
    const planNotices: typeof all.planNotices = async (input) =>
      (await all.planNotices(input)).filter(({ id }) => id.endsWith('/mail'));
    const activities = { ...all, planNotices };
    await server.withWorkers(activities, async () => {
      await TRIGGERS['token-refused']?.cause(stage.db);
      const first = await evaluateOnce();
      expect(first).toMatchObject({ transitions: 1, deliveries: 1, unknown: [] });
      expect(first.raised).toEqual([
        expect.objectContaining({
          cause: 'source/maricopa-assessor',
          opens: true,
          fault: expect.objectContaining({ severity: 'P1', kind: 'fired' }),
        }),
      ]);
      expect(await evaluateOnce()).toMatchObject({ transitions: 0 }); // what waits is not begun again
      await ended(stage);
      await TRIGGERS['token-refused']?.heal(stage.db);
      expect(await evaluateOnce()).toMatchObject({ transitions: 1, deliveries: 1 });
      await ended(stage);
    });
    const ends = await deliveriesOf(stage);
    const mails = ends.filter(({ channel }) => channel === 'mail');
    expect(mails.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      'fired delivered',
      'recovered delivered',
    ]);
    expect(mails.map(({ attempts }) => attempts > 10)).toEqual([true, false]);
    const subjects = sandbox.smtp.received.slice(firstMail).map(({ raw }) => /^Subject: (.*),/m.exec(raw)?.[1]);
    expect(subjects.sort()).toEqual([
      '[CRITICAL] phoenix (demo): token-refused',
      '[RECOVERED CRITICAL] phoenix (demo): token-refused',
    ]);
  }, 120_000);
});

describe('a notice', () => {
  const send = (id: string, notBeforeMs: number) =>
    server.client.workflow.execute<typeof sendNotice>('sendNotice', {
      workflowId: uniqueId('delivery'),
      taskQueue: 'pipeline',
      args: [{ id, notBeforeMs }],
    });

  it('waits for the end of the quiet hours', async () => {
    const sentAtMs: number[] = [];
    const fromMs = await server.nowMs();
    const deliverNotice = async () => {
      sentAtMs.push(await server.nowMs());
      return 'delivered' as const;
    };
    await server.withWorkers({ deliverNotice }, () => send('n', fromMs + 8 * HOUR_MS));
    expect(sentAtMs).toHaveLength(1);
    expect((sentAtMs[0] ?? 0) - fromMs).toBeGreaterThanOrEqual(8 * HOUR_MS);
  });

  it('that nobody can be given is written down as failed, with the reason', async () => {
    const given: unknown[] = [];
    const deliverNotice = async () => {
      throw ApplicationFailure.nonRetryable('ALERT_GITHUB_TOKEN was refused', 'BadConfig');
    };
    const giveUpNotice = async (input: unknown) => void given.push(input);
    expect(await server.withWorkers({ deliverNotice, giveUpNotice }, () => send('n', 0))).toBe('failed');
    expect(given).toEqual([{ id: 'n', reason: 'BadConfig: ALERT_GITHUB_TOKEN was refused' }]);
  });
});

describe('the digest', () => {
  it('tells once what happened once, in one mail', async () => {
    const stage = await world.fresh('digest', { variables: sandbox.variables });
    sandbox.smtp.behave({ kind: 'accept' });
    const firstMail = sandbox.smtp.received.length;
    await TRIGGERS['drill-passed']?.cause(stage.db);
    const digest = () =>
      server.client.workflow.execute<typeof sendDigest>('sendDigest', {
        workflowId: uniqueId('digest'),
        taskQueue: 'pipeline',
        args: [{ market: 'phoenix' }],
      });
    await server.withWorkers(await activitiesOn(stage), async () => {
      expect(await evaluateOnce()).toMatchObject({ transitions: 1, deliveries: 0 });
      await server.pass(MINUTE_MS);
      expect(await digest()).toEqual({ notices: 1, sent: true, reason: null });
      expect(await digest()).toEqual({ notices: 0, sent: false, reason: 'nothing to tell' });
    });
    const [mail, ...more] = sandbox.smtp.received.slice(firstMail);
    expect(more).toEqual([]);
    expect(mail?.raw).toMatch(/Subject: \[INFO\] phoenix \(demo\): 1 notices of \d{4}-\d{2}-\d{2}/);
    expect(mail?.raw).toContain('drill-passed, drill-1');
  });
});
