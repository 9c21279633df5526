import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createDeliverActivities } from '../../../activities/deliver.js';
import type { Channel } from '../../../core/schemas/alerts.js';
import { createTellers } from '../../../notify/tellers.js';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.js';
import { acknowledgeAlert } from '../../../store/alerts/alerts.js';
import type { DeliveryDocument } from '../../../store/alerts/documents.js';
import { initDatabase } from '../../../store/database.js';
import { changeSetting } from '../../../store/settings.js';
import { TRIGGERS } from '../../support/alert-triggers.js';
import { type AlertStage, type AlertWorld, NOW_MS, startAlertWorld } from '../../support/alert-world.js';

const MINUTE_MS = 60_000;
const PHONE = '+16025550123';
const ALERT = `phoenix/token-refused/maricopa-assessor`;

let world: AlertWorld;
let sandbox: Sandbox;
let stage: AlertStage;
let cases = 0;

beforeAll(async () => {
  [world, sandbox] = await Promise.all([startAlertWorld(), startSandbox({ parcelsPerZip: 1, listings: 1 })]);
}, 120_000);
afterAll(async () => {
  await sandbox?.stop();
  await world?.stop();
});

beforeEach(async () => {
  cases += 1;
  stage = await world.fresh(`channels_${cases}`, { variables: sandbox.variables });
  sandbox.faults.clear();
  for (const list of [sandbox.notices.desk.slack, sandbox.notices.desk.sms, sandbox.notices.desk.issues])
    list.length = 0;
});

const deliveriesIn = () => stage.db.collection<DeliveryDocument>('deliveries');
const deliver = createDeliverOn(() => stage);

/** Runs the activity as a worker would; what it throws is the attempt's failure. */
function createDeliverOn(on: () => AlertStage) {
  return async (id: string): Promise<string> => {
    const { deliverNotice } = createDeliverActivities(on());
    return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(deliverNotice, { id });
  };
}

async function onRoster(): Promise<void> {
  const value = {
    name: 'Operator on call',
    roles: ['operations'],
    mail: 'oncall@sandbox.example',
    phone: PHONE,
    hours: null,
  };
  await changeSetting(stage.db, { topic: 'person', subject: 'on-call', value, by: 'test', note: '' });
}

/** The token of the county is refused: a critical alert of P1, at once. */
async function raise(atMs = NOW_MS): Promise<readonly string[]> {
  await TRIGGERS['token-refused']?.cause(stage.db);
  return evaluate(atMs);
}

async function evaluate(atMs: number): Promise<readonly string[]> {
  await stage.evaluateAt(atMs, ['token-refused']);
  const due = await stage.activities.planNotices({ market: 'phoenix', atMs });
  return due.map(({ id }) => id);
}

const idOf = (ids: readonly string[], channel: Channel) => ids.find((id) => id.endsWith(`/${channel}`)) ?? '';
const mailsTo = (address: string) => sandbox.smtp.received.filter(({ to }) => to.includes(address));

describe('a critical alert', () => {
  it('reaches every channel of its tier with the same words, and so does its end; with the validators of the product', async () => {
    await initDatabase(stage.db);
    await onRoster();
    const ids = await raise();
    expect(ids.map((id) => id.replace(/.*\//, '')).sort()).toEqual(['dashboard', 'github', 'mail', 'slack', 'sms']);
    for (const id of ids) expect(await deliver(id)).toBe('delivered');
    const title = '[CRITICAL] phoenix (demo): token-refused, maricopa-assessor';
    const { slack, sms, issues } = sandbox.notices.desk;
    expect(slack.map(({ text }) => text)).toEqual([
      `*${title}*
maricopa-assessor refused every credential and is paused

Trigger: Security: refused token (R-DP 3-Tier Alert System, CRITICAL: Security incidents)
Severity: P1; answer within 15 min
Since: 2026-03-02T14:30:00.000Z; told at 2026-03-02T14:30:00.000Z
What to do: docs/alerts.md#token
Take it: phx alerts ack "${ALERT}" --by NAME
Reference: ${ALERT}#1
`,
    ]);
    expect(sms).toEqual([
      expect.objectContaining({
        to: PHONE,
        text: expect.stringMatching(
          /^\[CRITICAL\] phoenix \(demo\): token-refused, maricopa-assessor: maricopa-assessor refused every credential and is paused Ref [0-9a-f]{10}$/,
        ),
      }),
    ]);
    expect(issues).toEqual([
      expect.objectContaining({ title, labels: ['phoenix-alert'], state: 'open', comments: [] }),
    ]);
    const [mail] = mailsTo('oncall@sandbox.example');
    expect(mail?.raw).toContain(`Subject: ${title}`);
    const proofs = await deliveriesIn().find().toArray();
    expect(proofs.map(({ channel, proof }) => [channel, proof !== null])).toEqual(
      proofs.map(({ channel }) => [channel, true]),
    );

    await TRIGGERS['token-refused']?.heal(stage.db);
    for (const id of await evaluate(NOW_MS + 7 * MINUTE_MS)) await deliver(id);
    expect(slack[1]?.text).toMatch(/^\*\[RECOVERED CRITICAL\] .*\nover after 7 min: it does not show any more/);
    expect(issues[0]).toMatchObject({ state: 'closed', stateReason: 'completed', comments: [expect.anything()] });
    expect(mailsTo('oncall@sandbox.example')).toHaveLength(2);
    expect(await evaluate(NOW_MS + 8 * MINUTE_MS)).toEqual([]);
  });

  it('is told again when nobody takes it, to somebody higher first, and not at all once somebody has', async () => {
    await raise();
    const titles = async (atMs: number) => {
      for (const id of await evaluate(atMs)) await deliver(id);
      const last = await deliveriesIn().find({ channel: 'slack' }).sort({ createdAt: -1 }).limit(1).toArray();
      return last[0]?.title;
    };
    expect(await titles(NOW_MS + 29 * MINUTE_MS)).toMatch(/^\[CRITICAL\]/);
    expect(await titles(NOW_MS + 30 * MINUTE_MS)).toMatch(/^\[ESCALATED CRITICAL\]/);
    expect(await titles(NOW_MS + 31 * MINUTE_MS)).toMatch(/^\[ESCALATED CRITICAL\]/);
    expect(await titles(NOW_MS + 270 * MINUTE_MS)).toMatch(/^\[STILL CRITICAL\]/);
    const taken = await acknowledgeAlert(stage.db, ALERT, { by: 'operator', note: 'token renewed' });
    expect(taken).toMatchObject({ state: 'acknowledged' });
    expect(await acknowledgeAlert(stage.db, ALERT, { by: 'another', note: null })).toMatchObject({ seq: taken?.seq });
    const before = await deliveriesIn().countDocuments();
    expect(await evaluate(NOW_MS + 900 * MINUTE_MS)).toEqual([]);
    expect(await deliveriesIn().countDocuments()).toBe(before);
  });

  it('is written once by two evaluations at one time', async () => {
    await TRIGGERS['token-refused']?.cause(stage.db);
    const twice = await Promise.all([evaluate(NOW_MS), evaluate(NOW_MS + 20)]);
    expect(await stage.transitionsOf('token-refused')).toHaveLength(1);
    expect(await deliveriesIn().countDocuments()).toBe(5);
    expect(new Set(twice.flat()).size).toBe(5);
  });

  it('says what is not set up instead of losing it', async () => {
    stage = await world.fresh(`channels_${cases}_bare`, { variables: { EMAIL_ENABLED: 'false' } });
    const ids = await raise();
    const states = Object.fromEntries(
      await Promise.all(ids.map(async (id) => [id.replace(/.*\//, ''), await deliver(id)])),
    );
    expect(states).toEqual({
      mail: 'skipped',
      slack: 'skipped',
      sms: 'skipped',
      github: 'skipped',
      dashboard: 'delivered',
    });
    const slack = await deliveriesIn().findOne({ channel: 'slack' });
    expect(slack?.reason).toBe('SLACK_WEBHOOK_URL is not set');
  });
});

describe('a worker that is killed after a notice was taken and before that was written down', () => {
  const killed = async (id: string, channel: 'mail' | 'slack' | 'sms' | 'github') => {
    const delivery = await deliveriesIn().findOneAndUpdate({ _id: id }, { $inc: { attempts: 1 } });
    if (delivery === null) throw new Error(`${id} is not there`);
    const forgetful = { wasSent: async () => null, markSent: async () => undefined };
    const { alertId, kind, title, body } = delivery;
    const notice = { id, alertId, kind, title, body, attempt: 1, mails: ['oncall@sandbox.example'], phones: [PHONE] };
    const told = await createTellers(stage.config, forgetful)[channel](notice, AbortSignal.timeout(10_000));
    expect(told.state).toBe('delivered');
  };

  it('leaves one SMS and one issue: both are looked for first', async () => {
    await onRoster();
    const ids = await raise();
    await killed(idOf(ids, 'sms'), 'sms');
    await killed(idOf(ids, 'github'), 'github');
    expect(await deliver(idOf(ids, 'sms'))).toBe('delivered');
    expect(await deliver(idOf(ids, 'github'))).toBe('delivered');
    expect(sandbox.notices.desk.sms).toHaveLength(1);
    expect(sandbox.notices.desk.issues).toHaveLength(1);
  });

  it('repeats a mail with its Message-ID, and a Slack message with its reference: they know no key', async () => {
    await onRoster();
    const before = sandbox.smtp.received.length;
    const ids = await raise();
    await killed(idOf(ids, 'mail'), 'mail');
    await killed(idOf(ids, 'slack'), 'slack');
    await deliver(idOf(ids, 'mail'));
    await deliver(idOf(ids, 'slack'));
    const ownIds = sandbox.smtp.received.slice(before).map(({ raw }) => /^Message-ID: (.*)$/im.exec(raw)?.[1]);
    expect(ownIds).toHaveLength(2);
    expect(new Set(ownIds).size).toBe(1);
    const texts = sandbox.notices.desk.slack.map(({ text }) => text);
    expect(texts).toHaveLength(2);
    expect(new Set(texts).size).toBe(1);
    await deliver(idOf(ids, 'slack'));
    expect(sandbox.notices.desk.slack).toHaveLength(2);
  });
});

describe('a service in trouble', () => {
  it.each([
    [
      'slack',
      '^/services/',
      { kind: 'status', status: 429, retryAfterSeconds: 7 } as const,
      { code: 'RateLimited', retryAfterMs: 7_000 },
    ],
    ['slack', '^/services/', { kind: 'status', status: 503 } as const, { code: 'SourceUnavailable' }],
    ['sms', '^/2010', { kind: 'cut-body' } as const, { code: 'NetworkError' }],
    [
      'github',
      '^/github/',
      { kind: 'status', status: 429, retryAfterSeconds: 60 } as const,
      { code: 'RateLimited', retryAfterMs: 60_000 },
    ],
    ['github', '/issues$', { kind: 'cut-body' } as const, { code: 'NetworkError' }],
  ] as const)('of %s (%s): is tried again, and gets it once', async (channel, path, effect, expected) => {
    await onRoster();
    const id = idOf(await raise(), channel);
    sandbox.faults.add({ service: 'notices', path, effect, times: 1 });
    const problem = await deliver(id).catch((error: unknown) => error);
    expect(problem).toMatchObject(expected);
    expect(String(problem)).not.toContain('sandbox-slack-secret');
    expect(await deliver(id)).toBe('delivered');
    const { slack, sms, issues } = sandbox.notices.desk;
    expect([slack, sms, issues].map((list) => list.length)).toEqual([
      ...[channel === 'slack' ? 1 : 0, channel === 'sms' ? 1 : 0, channel === 'github' ? 1 : 0],
    ]);
    expect(await deliveriesIn().findOne({ _id: id })).toMatchObject({ attempts: 2, state: 'delivered' });
  });

  it.each([
    ['slack', { SLACK_WEBHOOK_URL: '/services/T0/B0/gone' }, 'failed', /HTTP 404 no_service/],
    ['sms', { TWILIO_AUTH_TOKEN: 'wrong' }, 'BadConfig', /TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN was refused/],
    ['github', { ALERT_GITHUB_TOKEN: 'wrong' }, 'BadConfig', /ALERT_GITHUB_TOKEN was refused/],
  ] as const)('%s with a wrong setting is told as that', async (channel, wrong, how, says) => {
    const { url } = sandbox.notices;
    const variables = Object.fromEntries(
      Object.entries(wrong).map(([name, value]) => [name, value.startsWith('/') ? `${url}${value}` : value]),
    );
    stage = await world.fresh(`channels_${cases}_${channel}`, { variables: { ...sandbox.variables, ...variables } });
    await onRoster();
    const id = idOf(await raise(), channel);
    const end = await deliver(id).catch((error: unknown) => error);
    if (how === 'failed') {
      expect(end).toBe('failed');
      expect((await deliveriesIn().findOne({ _id: id }))?.reason).toMatch(says);
    } else {
      expect(end).toMatchObject({ code: how, message: expect.stringMatching(says) });
    }
  });
});
