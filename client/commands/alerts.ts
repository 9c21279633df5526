import { channelEffects, ruleEffects } from '../../domain/alerts/effectiveness.js';
import {
  acknowledgeAlert,
  findAlert,
  historyOfAlert,
  listAlerts,
  transitionsSince,
} from '../../store/alerts/alerts.js';
import { deliveriesOfTransitions } from '../../store/alerts/deliveries.js';
import type { AlertDocument } from '../../store/alerts/documents.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { Faults, readWhole, theMarket } from '../run-request.js';
import { given, readWords } from '../source-request.js';

export interface AlertsListFlags {
  readonly market?: string;
  readonly state?: string;
  readonly limit?: string;
}

export interface AlertsAckFlags {
  readonly by?: string;
  readonly note?: string;
}

export interface AlertsMarketFlags {
  readonly market?: string;
  readonly days?: string;
}

const OPEN = ['firing', 'acknowledged'] as const;
const STATES = { open: OPEN, recovered: ['recovered'], all: [...OPEN, 'recovered', 'pending'] } as const;
const USUAL_LIMIT = 50;
const DAY_MS = 86_400_000;

/** Alerts of a market. @returns 3 when one is open and nobody took it */
export async function listThem(context: CliContext, flags: AlertsListFlags): Promise<number> {
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  const wanted = flags.state ?? 'open';
  const states = Object.entries(STATES).find(([name]) => name === wanted)?.[1] ?? null;
  if (states === null) faults.add(`--state must be open, recovered or all, not "${wanted}"`);
  const limit = readWhole('--limit', flags.limit, 1, 1_000, faults) ?? USUAL_LIMIT;
  faults.throwAny('phx alerts list --help shows an example');
  const { config } = await readSetting(context);
  const found = await withDatabase(config, (db) => listAlerts(db, market, states ?? OPEN, limit));
  context.out.document(found.map(rowOf));
  if (found.length === 0) context.out.data(`no ${wanted === 'all' ? '' : `${wanted} `}alerts`);
  else {
    const rows = found.map((one) => [one.severity, one.state, one.since.toISOString(), one._id, one.text]);
    context.out.data(columnsOf([['SEVERITY', 'STATE', 'SINCE', 'ID', 'WHAT'], ...rows]));
  }
  return found.some(({ state }) => state === 'firing') ? 3 : 0;
}

/** One alert with its history. @throws CliError (NotFound) */
export async function showOne(context: CliContext, id: string): Promise<number> {
  const { config } = await readSetting(context);
  const found = await withDatabase(config, async (db) => {
    const alert = await findAlert(db, id);
    const transitions = alert === null ? [] : await historyOfAlert(db, id);
    const deliveries = await deliveriesOfTransitions(
      db,
      transitions.map(({ _id }) => _id),
    );
    return { alert, transitions, deliveries };
  });
  if (found.alert === null) throw notFound(id);
  const { alert, transitions, deliveries } = found;
  context.out.document({
    ...rowOf(alert),
    transitions: transitions.map(({ at, since, ...one }) => ({
      ...one,
      at: at.toISOString(),
      since: since.toISOString(),
    })),
    deliveries: deliveries.map(({ _id, channel, state, attempts, proof, reason }) => ({
      ...{ id: _id, channel, state, attempts, proof, reason },
    })),
  });
  const notices = (transitionId: string) =>
    deliveries
      .filter((one) => one.transitionId === transitionId)
      .map(({ channel, state, proof, reason }) => `    ${channel}: ${state}  ${proof ?? reason ?? ''}`.trimEnd());
  const lines = transitions.flatMap(({ _id, kind, at, text, by, note, quiet }) => [
    `  ${at.toISOString()}  ${kind}${quiet && kind !== 'acknowledged' ? ' (told to nobody)' : ''}${by === null ? '' : ` by ${by}`}  ${note || text}`,
    ...notices(_id),
  ]);
  context.out.data([`${alert._id}: ${alert.state}, ${alert.severity}, seen ${alert.count} times`, ...lines].join('\n'));
  return 0;
}

/** Takes an alert. @throws CliError (NotFound) for one that is not open */
export async function acknowledge(context: CliContext, id: string, flags: AlertsAckFlags): Promise<number> {
  const faults = new Faults();
  const by = readWords('--by', flags.by, true, faults);
  const note = readWords('--note', flags.note, false, faults);
  faults.throwAny('phx alerts ack --help shows an example');
  const { config } = await readSetting(context);
  const taken = await withDatabase(config, (db) => acknowledgeAlert(db, id, { by: given(by), note }));
  if (taken === null) throw notFound(id);
  context.out.data(`${id}: taken by ${by}; it is not told again until it has recovered`);
  context.out.document(rowOf(taken));
  return 0;
}

/** How alerts and channels did in some days. */
export async function report(context: CliContext, flags: AlertsMarketFlags): Promise<number> {
  const faults = new Faults();
  const [market] = theMarket(flags.market);
  const days = readWhole('--days', flags.days, 1, 90, faults) ?? 7;
  faults.throwAny('phx alerts report --help shows an example');
  const { config } = await readSetting(context);
  const since = new Date(Date.now() - days * DAY_MS);
  const { rules, channels } = await withDatabase(config, async (db) => {
    const transitions = await transitionsSince(db, market, since);
    const deliveries = await deliveriesOfTransitions(
      db,
      transitions.map(({ _id }) => _id),
    );
    return {
      rules: ruleEffects(transitions.map(({ at, ...one }) => ({ ...one, atMs: at.getTime() }))),
      channels: channelEffects(
        deliveries.map(({ channel, state, createdAt, notBefore, endedAt }) => ({
          ...{ channel, state, createdAtMs: createdAt.getTime(), notBeforeMs: notBefore.getTime() },
          endedAtMs: endedAt?.getTime() ?? null,
        })),
      ),
    };
  });
  context.out.document({ schemaVersion: 1, market, days, since: since.toISOString(), rules, channels });
  if (rules.length === 0) {
    context.out.data(`no alert of ${market} in ${days} days`);
    return 0;
  }
  const shown = (value: number | null) => (value === null ? '-' : value.toFixed(1));
  const ruleRows = rules.map((one) => [
    ...[one.rule, one.fired, one.held, one.reminded, one.escalated, one.acknowledged, one.recovered].map(String),
    ...[shown(one.minutesToAcknowledge), shown(one.minutesToRecover)],
  ]);
  const channelRows = channels.map((one) => [
    ...[one.channel, one.delivered, one.waiting, one.skipped, one.failed].map(String),
    ...[shown(one.medianSeconds), shown(one.slowestSeconds)],
  ]);
  const ruleHead = ['RULE', 'FIRED', 'HELD BACK', 'AGAIN', 'UP', 'TAKEN', 'OVER', 'MIN TO TAKE', 'MIN TO END'];
  const channelHead = ['CHANNEL', 'DELIVERED', 'WAITING', 'SKIPPED', 'FAILED', 'MEDIAN S', 'SLOWEST S'];
  context.out.data(`${columnsOf([ruleHead, ...ruleRows])}\n\n${columnsOf([channelHead, ...channelRows])}`);
  return 0;
}

function notFound(id: string): CliError {
  return new CliError('NotFound', `no open alert ${id}`, 'phx alerts list shows the ids');
}

function rowOf({ _id, since, firstSeenAt, lastSeenAt, noticedAt, plannedSeq: _planned, ...alert }: AlertDocument) {
  return {
    ...{ schemaVersion: 1, id: _id, ...alert },
    since: since.toISOString(),
    firstSeenAt: firstSeenAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    noticedAt: noticedAt?.toISOString() ?? null,
  };
}
