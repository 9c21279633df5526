import type { Db } from 'mongodb';

/** `alert_minutes`: the minutes of an hour in which an evaluation went through worker, Temporal and database. */
interface AlertMinutesDocument {
  /** `YYYY-MM-DDTHH` in UTC. */
  readonly _id: string;
  readonly at: Date;
  readonly minutes: readonly number[];
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const hoursOf = (db: Db) => db.collection<AlertMinutesDocument>('alert_minutes');

/** Notes a minute. A repeat changes nothing. */
export async function noteMinute(db: Db, nowMs: number): Promise<void> {
  const minute = new Date(nowMs).getUTCMinutes();
  const _id = new Date(nowMs).toISOString().slice(0, 13);
  const at = new Date(Date.parse(`${_id}:00:00Z`));
  await hoursOf(db).updateOne({ _id }, { $setOnInsert: { at }, $addToSet: { minutes: minute } }, { upsert: true });
}

/** True when a minute was noted up to a moment. Looks at the hour before it first, so that years of minutes cost nothing. */
export async function isNotedBy(db: Db, ms: number): Promise<boolean> {
  const near = await hoursOf(db)
    .find({ at: { $gte: new Date(ms - 2 * HOUR_MS), $lte: new Date(ms) } })
    .toArray();
  if (near.some((hour) => firstOf(hour) <= ms)) return true;
  const first = await firstMinute(db);
  return first !== null && first <= ms;
}

async function firstMinute(db: Db): Promise<number | null> {
  const first = await hoursOf(db).findOne({}, { sort: { _id: 1 } });
  return first === null ? null : firstOf(first);
}

const firstOf = ({ at, minutes }: AlertMinutesDocument) => at.getTime() + Math.min(...minutes) * MINUTE_MS;

/** The last minute that was noted, epoch milliseconds; null before the first. */
export async function lastMinute(db: Db): Promise<number | null> {
  const last = await hoursOf(db).findOne({}, { sort: { _id: -1 } });
  return last === null ? null : last.at.getTime() + Math.max(...last.minutes) * MINUTE_MS;
}

/** Minutes that were noted in a time, of those since it began or since the first one, whichever is later. */
export async function minutesUp(
  db: Db,
  fromMs: number,
  toMs: number,
): Promise<{ readonly up: number; readonly of: number }> {
  const fromMinuteMs = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS;
  const hours = await hoursOf(db)
    .find({ at: { $gte: new Date(fromMinuteMs - 2 * HOUR_MS), $lte: new Date(toMs) } })
    .toArray();
  // Where the time before was noted, too, the first minute of all need not be looked for.
  const firstMs = hours.some((hour) => firstOf(hour) <= fromMinuteMs) ? fromMinuteMs : await firstMinute(db);
  if (firstMs === null) return { up: 0, of: 0 };
  const beginMs = Math.max(fromMinuteMs, firstMs);
  const noted = hours.flatMap(({ at, minutes }) => minutes.map((minute) => at.getTime() + minute * MINUTE_MS));
  const up = noted.filter((ms) => ms >= beginMs && ms < toMs).length;
  return { up, of: Math.floor((toMs - beginMs) / MINUTE_MS) };
}
