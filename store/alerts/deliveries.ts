import type { Db } from 'mongodb';
import type { Channel, DueDelivery } from '../../core/schemas/alerts.js';
import type { AlertDocument, AlertTransitionDocument, DeliveryDocument } from './documents.js';

const deliveriesOf = (db: Db) => db.collection<DeliveryDocument>('deliveries');
const alertsOf = (db: Db) => db.collection<AlertDocument>('alerts');

/** Transitions of a market that have no deliveries yet, the oldest first. */
export async function unplannedTransitions(db: Db, market: string): Promise<readonly AlertTransitionDocument[]> {
  const behind = await alertsOf(db)
    .find({ market, $expr: { $lt: ['$plannedSeq', '$seq'] } }, { projection: { seq: 1, plannedSeq: 1 } })
    .toArray();
  const found: AlertTransitionDocument[] = [];
  for (const { _id, plannedSeq, seq } of behind) {
    const range = { $gt: plannedSeq, $lte: seq };
    const own = await db
      .collection<AlertTransitionDocument>('alert_transitions')
      .find({ alertId: _id, seq: range })
      .sort({ seq: 1 })
      .toArray();
    found.push(...own);
  }
  return found;
}

/** Writes the deliveries of a transition, and then that it has them. A repeat changes nothing. */
export async function planDeliveries(
  db: Db,
  { alertId, seq }: AlertTransitionDocument,
  deliveries: readonly DeliveryDocument[],
): Promise<void> {
  await writeDeliveries(db, deliveries);
  await alertsOf(db).updateOne({ _id: alertId, plannedSeq: { $lt: seq } }, { $set: { plannedSeq: seq } });
}

/** Writes deliveries that there are not yet. A repeat changes nothing: the first words stand. */
export async function writeDeliveries(db: Db, deliveries: readonly DeliveryDocument[]): Promise<void> {
  for (const { _id, ...delivery } of deliveries) {
    await deliveriesOf(db).updateOne({ _id }, { $setOnInsert: delivery }, { upsert: true });
  }
}

/** Those of the daily digest wait for it. Few wait at all, so they are told apart here: an exclusion in the filter may miss the index. */
const isAtOnce = ({ channel }: Pick<DeliveryDocument, 'channel'>) => channel !== 'digest';

/** Notices of a market that are to be sent; those of the daily digest wait for it. */
export async function dueDeliveries(db: Db, market: string): Promise<readonly DueDelivery[]> {
  const waiting = await deliveriesOf(db)
    .find({ market, state: 'waiting' }, { projection: { notBefore: 1, channel: 1 } })
    .sort({ createdAt: 1 })
    .toArray();
  return waiting.filter(isAtOnce).map(({ _id, notBefore }) => ({ id: _id, notBeforeMs: notBefore.getTime() }));
}

/** One delivery; null when there is none. */
export async function findDelivery(db: Db, id: string): Promise<DeliveryDocument | null> {
  return deliveriesOf(db).findOne({ _id: id });
}

/** Counts a try. */
export async function noteAttempt(db: Db, id: string): Promise<void> {
  await deliveriesOf(db).updateOne({ _id: id, state: 'waiting' }, { $inc: { attempts: 1 } });
}

/** How a delivery ended. The first end stands. */
export async function endDelivery(
  db: Db,
  id: string,
  end: Pick<DeliveryDocument, 'state' | 'proof' | 'reason'>,
): Promise<void> {
  await deliveriesOf(db).updateOne({ _id: id, state: 'waiting' }, { $set: { ...end, endedAt: new Date() } });
}

/** Notices that wait beyond their time, by channel. */
export async function waitingNotices(
  db: Db,
  nowMs: number,
): Promise<readonly { readonly channel: Channel; readonly oldestMs: number; readonly notices: number }[]> {
  const waiting = await deliveriesOf(db)
    .find({ state: 'waiting', notBefore: { $lte: new Date(nowMs) } }, { projection: { channel: 1, notBefore: 1 } })
    .toArray();
  const late = waiting.filter(isAtOnce);
  const channels = [...new Set(late.map(({ channel }) => channel))].sort();
  return channels.map((channel) => {
    const own = late.filter((delivery) => delivery.channel === channel);
    return { channel, oldestMs: Math.min(...own.map(({ notBefore }) => notBefore.getTime())), notices: own.length };
  });
}

/** Notices of a market that wait for the digest, the oldest first. */
export async function digestNotices(db: Db, market: string, before: Date): Promise<readonly DeliveryDocument[]> {
  return deliveriesOf(db)
    .find({ market, channel: 'digest', state: 'waiting', createdAt: { $lt: before } })
    .sort({ createdAt: 1 })
    .toArray();
}

/** Deliveries about one alert or incident, the oldest first. */
export async function deliveriesAbout(db: Db, alertId: string): Promise<readonly DeliveryDocument[]> {
  return deliveriesOf(db).find({ alertId }).sort({ createdAt: 1, _id: 1 }).toArray();
}

/** Deliveries of some transitions. */
export async function deliveriesOfTransitions(db: Db, ids: readonly string[]): Promise<readonly DeliveryDocument[]> {
  return deliveriesOf(db)
    .find({ transitionId: { $in: [...ids] } })
    .toArray();
}
