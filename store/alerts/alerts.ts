import type { Db, Filter } from 'mongodb';
import { transitionId } from '../../core/ids.js';
import type { RaisedMark } from '../../core/schemas/alerts.js';
import { type AlertState, causeOf, type Finding } from '../../domain/alerts/evaluate.js';
import { isDuplicateKey } from '../database.js';
import type { AlertDocument, AlertTransitionDocument } from './documents.js';

const alertsOf = (db: Db) => db.collection<AlertDocument>('alerts');
const transitionsOf = (db: Db) => db.collection<AlertTransitionDocument>('alert_transitions');

/** Transitions that a killed worker left out of `alerts` are looked for so far back. */
const ROLLED_MS = 24 * 3_600_000;

/**
 * How the alerts of a market stand. Transitions that were written and not yet taken into `alerts` are taken in first: their
 * writer died in between.
 */
export async function alertStates(db: Db, market: string, nowMs: number): Promise<readonly AlertState[]> {
  const recent = await transitionsOf(db)
    .find({ market, at: { $gte: new Date(nowMs - ROLLED_MS) } })
    .sort({ at: 1, seq: 1 })
    .toArray();
  const known = new Map((await alertsOf(db).find({ market }).toArray()).map((alert) => [alert._id, alert.seq]));
  const behind = recent.filter(({ alertId, seq }) => seq > (known.get(alertId) ?? 0));
  for (const transition of behind) await takeIn(db, transition);
  const alerts = await alertsOf(db).find({ market }).toArray();
  return alerts.map(({ _id, rule, subject, state, seq, since, noticedAt, noticed, escalated }) => ({
    id: _id,
    ...{ rule, subject, state, seq, noticed, escalated },
    sinceMs: since.getTime(),
    noticedAtMs: noticedAt?.getTime() ?? null,
  }));
}

/**
 * Writes down what an evaluation found. Safe to repeat and to do twice at one time: a transition has a number, the first writer's
 * row stands, and both take it in.
 * @returns the transitions that are now written, of this evaluation or of the other
 */
export async function keepFindings(
  db: Db,
  market: string,
  findings: readonly Finding[],
  nowMs: number,
): Promise<readonly AlertTransitionDocument[]> {
  const written: AlertTransitionDocument[] = [];
  for (const finding of findings) {
    switch (finding.kind) {
      case 'held':
        await noteHeld(db, finding, nowMs);
        break;
      case 'pending':
        await notePending(db, market, finding, nowMs);
        break;
      case 'clear':
        await alertsOf(db).updateOne({ _id: finding.id, state: 'pending' }, { $set: { state: 'clear' } });
        break;
      default: {
        const transition = transitionOf(market, finding, finding.kind, nowMs);
        written.push(await writeTransition(db, transition));
      }
    }
  }
  return written;
}

function transitionOf(
  market: string,
  { id, rule, subject, value, text, seq, quiet, sinceMs }: Finding,
  kind: AlertTransitionDocument['kind'],
  nowMs: number,
): AlertTransitionDocument {
  const { name, tier, severity, measure } = rule;
  return {
    _id: transitionId(id, seq),
    alertId: id,
    ...{ market, rule: name, subject, tier, severity, measure, value, text, seq, kind, quiet },
    cause: causeOf(rule, subject),
    since: new Date(sinceMs),
    at: new Date(nowMs),
    by: null,
    note: null,
  };
}

/** Writes a transition, or finds the one with its number that another wrote; either way `alerts` knows it afterwards. */
async function writeTransition(db: Db, transition: AlertTransitionDocument): Promise<AlertTransitionDocument> {
  try {
    await transitionsOf(db).insertOne(transition);
  } catch (problem) {
    if (!isDuplicateKey(problem)) throw problem;
  }
  const standing = (await transitionsOf(db).findOne({ _id: transition._id })) ?? transition;
  await takeIn(db, standing);
  return standing;
}

const STATE_AFTER = {
  fired: 'firing',
  reminded: 'firing',
  escalated: 'firing',
  acknowledged: 'acknowledged',
  recovered: 'recovered',
  told: 'recovered',
} as const;

/** Brings an alert to where a transition puts it. Does nothing when it is there already. */
async function takeIn(db: Db, transition: AlertTransitionDocument): Promise<void> {
  const { alertId, seq, kind, quiet, at, since, market, rule, subject, tier, severity, cause, measure } = transition;
  const told = !quiet && kind !== 'recovered' && kind !== 'acknowledged';
  const { value, text } = transition;
  const first = { noticedAt: null, noticed: false, escalated: false };
  const set = {
    ...{ state: STATE_AFTER[kind], seq, value, text, tier, severity, cause, since, lastSeenAt: at },
    ...(kind === 'fired' ? { noticed: false, escalated: false } : {}),
    ...(kind === 'escalated' ? { escalated: true } : {}),
    ...(told ? { noticed: true, noticedAt: at } : {}),
  };
  const insert = { market, rule, subject, measure, plannedSeq: 0, firstSeenAt: at };
  await putOnce(
    db,
    { _id: alertId, seq: seq - 1 },
    {
      $set: set,
      $setOnInsert: { ...insert, ...without(first, set) },
      $inc: { count: kind === 'fired' || kind === 'told' ? 1 : 0 },
    },
  );
}

/** Fields that an update sets may not be among those of an insertion. */
function without(fields: object, set: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !Object.hasOwn(set, name)));
}

async function notePending(db: Db, market: string, finding: Finding, nowMs: number): Promise<void> {
  const { id, rule, subject, value, text, sinceMs } = finding;
  const { name, tier, severity, measure } = rule;
  const at = new Date(nowMs);
  await putOnce(
    db,
    { _id: id, state: { $in: ['pending', 'clear', 'recovered'] } },
    {
      $set: { state: 'pending', since: new Date(sinceMs), value, text, lastSeenAt: at },
      $setOnInsert: {
        ...{ market, rule: name, subject, tier, severity, measure, cause: causeOf(rule, subject) },
        ...{ seq: 0, plannedSeq: 0, count: 0, firstSeenAt: at, noticedAt: null, noticed: false, escalated: false },
      },
    },
  );
}

async function noteHeld(db: Db, { id, value, text, seq }: Finding, nowMs: number): Promise<void> {
  const at = new Date(nowMs);
  await alertsOf(db).updateOne(
    { _id: id, seq, lastSeenAt: { $lt: at } }, // the same evaluation twice counts once
    { $set: { value, text, lastSeenAt: at }, $inc: { count: 1 } },
  );
}

/** An upsert that leaves alone what has gone on meanwhile. */
async function putOnce(db: Db, filter: Filter<AlertDocument>, update: object): Promise<void> {
  try {
    await alertsOf(db).updateOne(filter, update, { upsert: true });
  } catch (problem) {
    if (!isDuplicateKey(problem)) throw problem;
  }
}

const MOST_RACES = 5;

/**
 * A person takes an alert: it is not told again until it has recovered.
 * @returns how it stands now; null when there is none that fires. A repeat changes nothing.
 */
export async function acknowledgeAlert(
  db: Db,
  alertId: string,
  { by, note }: { readonly by: string; readonly note: string | null },
): Promise<AlertDocument | null> {
  for (let attempt = 0; attempt < MOST_RACES; attempt += 1) {
    const alert = await alertsOf(db).findOne({ _id: alertId });
    if (alert?.state === 'acknowledged') return alert;
    if (alert?.state !== 'firing') return null;
    const { market, rule, subject, tier, severity, cause, measure, value, text, since } = alert;
    const seq = alert.seq + 1;
    const fields = { market, rule, subject, tier, severity, cause, measure, value, text, since };
    const _id = transitionId(alertId, seq);
    const taken = { kind: 'acknowledged', quiet: true, by, note, at: new Date() } as const;
    const written = await writeTransition(db, { _id, alertId, seq, ...fields, ...taken });
    if (written.kind === 'acknowledged') return alertsOf(db).findOne({ _id: alertId });
  }
  return null;
}

/**
 * Takes back an acknowledgement that was made with this note: should it still hold, people hear of it again when its cooldown, from now
 * on, is over. A repeat changes nothing.
 */
export async function releaseAlert(db: Db, alertId: string, note: string, now: Date): Promise<void> {
  const alert = await alertsOf(db).findOne({ _id: alertId, state: 'acknowledged' });
  if (alert === null) return;
  const last = await transitionsOf(db).findOne({ _id: transitionId(alertId, alert.seq) });
  if (last?.note !== note) return;
  await alertsOf(db).updateOne(
    { _id: alertId, seq: alert.seq, state: 'acknowledged' },
    { $set: { state: 'firing', noticed: true, noticedAt: now, escalated: true } }, // it does not go up at once
  );
}

/** Transitions of the last day that no incident was told of yet, the oldest first. */
export async function unraisedTransitions(
  db: Db,
  market: string,
  nowMs: number,
): Promise<readonly AlertTransitionDocument[]> {
  const known = await alertsOf(db)
    .find({ market }, { projection: { raisedSeq: 1 } })
    .toArray();
  const raised = new Map(known.map(({ _id, raisedSeq }) => [_id, raisedSeq ?? 0]));
  const recent = await transitionsSince(db, market, new Date(nowMs - ROLLED_MS));
  return recent.filter(({ alertId, seq }) => seq > (raised.get(alertId) ?? 0));
}

/** Notes up to where incidents know. A repeat changes nothing. */
export async function noteRaised(db: Db, marks: readonly RaisedMark[]): Promise<void> {
  for (const { alertId, seq } of marks) await alertsOf(db).updateOne({ _id: alertId }, { $max: { raisedSeq: seq } });
}

/** One alert; null when there is none. */
export async function findAlert(db: Db, alertId: string): Promise<AlertDocument | null> {
  return alertsOf(db).findOne({ _id: alertId });
}

/** Alerts of a market in some states, the worst and latest first. */
export async function listAlerts(
  db: Db,
  market: string,
  states: readonly AlertDocument['state'][],
  limit: number,
): Promise<readonly AlertDocument[]> {
  const found = await alertsOf(db)
    .find({ market, state: { $in: [...states] } })
    .sort({ severity: 1, lastSeenAt: -1 })
    .limit(limit)
    .toArray();
  return found;
}

/** All that happened to an alert, the oldest first. */
export async function historyOfAlert(db: Db, alertId: string): Promise<readonly AlertTransitionDocument[]> {
  return transitionsOf(db).find({ alertId }).sort({ seq: 1 }).toArray();
}

/** Transitions of a market since an instant, the oldest first. */
export async function transitionsSince(
  db: Db,
  market: string,
  since: Date,
): Promise<readonly AlertTransitionDocument[]> {
  return transitionsOf(db)
    .find({ market, at: { $gte: since } })
    .sort({ at: 1, seq: 1 })
    .toArray();
}
