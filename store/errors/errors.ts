import { type Db, MongoBulkWriteError } from 'mongodb';
import { runDateOf } from '../../core/dates.js';
import { sha256 } from '../../core/hash.js';
import type { Failure, FailureShape, TroubleEnd, WaitCount } from '../../core/schemas/failures.js';
import { actionAfter } from '../../domain/failures/actions.js';
import type { CostEntryDocument } from '../cost/entries.js';
import type { ErrorDocument, ErrorEventDocument } from './documents.js';
import { noteRecovery } from './recoveries.js';

const DUPLICATE_KEY = 11_000;
const FINGERPRINT_DIGITS = 12;
const LATE_MS = 500;

export const errorsOf = (db: Db) => db.collection<ErrorDocument>('errors');
export const errorEventsOf = (db: Db) => db.collection<ErrorEventDocument>('error_events');

/** Key of `errors`: the same trouble again gives the same one. */
export function fingerprintOf({ kind, code, activity, source, host, pattern }: FailureShape): string {
  return sha256([kind, code, activity, source, host, pattern].join('\n')).slice(0, FINGERPRINT_DIGITS);
}

/**
 * Keeps failed attempts, and counts them under their fingerprints. A repeat changes nothing: counts are taken from the rows, and
 * never fall.
 */
export async function recordFailures(db: Db, failures: readonly Failure[]): Promise<void> {
  if (failures.length === 0) return;
  const rows = await Promise.all(failures.map((failure) => eventOf(db, failure)));
  const beganAtMs = Date.now();
  try {
    await errorEventsOf(db).insertMany(rows, { ordered: false });
  } catch (problem) {
    if (!onlyDuplicates(problem)) throw problem;
  }
  // The driver itself waits for a database that is away: what stands in the rows would be too early then.
  if (Date.now() - beganAtMs > LATE_MS) {
    const ids = rows.map(({ _id }) => _id);
    await errorEventsOf(db).updateMany({ _id: { $in: ids }, state: 'open' }, { $set: { recordedAt: new Date() } });
  }
  await countDays(db, new Map(rows.map((row) => [`${row.fingerprint} ${row.day}`, row])));
}

/** Counts waiting that was to be expected. A repeat counts it again. */
export async function countWaits(db: Db, waits: readonly WaitCount[]): Promise<void> {
  for (const { atMs, lostMs, times, ...shape } of waits) {
    const at = new Date(atMs);
    const day = `days.${runDateOf(atMs, 'UTC')}`;
    await errorsOf(db).updateOne(
      { _id: fingerprintOf(shape) },
      {
        $setOnInsert: shape,
        $min: { firstSeenAt: at },
        $max: { lastSeenAt: at, [`${day}.costUsdMicros`]: 0, [`${day}.runs`]: 0 },
        $inc: { [`${day}.count`]: times, [`${day}.lostMs`]: lostMs },
      },
      { upsert: true },
    );
  }
}

/** Ends the trouble of a step, and counts what was done about it. Nothing is done where none is open; a repeat changes nothing. */
export async function endTrouble(db: Db, end: TroubleEnd): Promise<void> {
  const { trouble, outcome, action, atMs } = end;
  const open = await errorEventsOf(db).find({ trouble, state: 'open' }).sort({ failedAt: 1 }).toArray();
  const [first, last] = [open[0], open.at(-1)];
  if (first === undefined || last === undefined) return;
  const endedAt = new Date(atMs);
  const did = action ?? actionAfter(last.code);
  if (outcome !== 'withdrawn') {
    await noteRecovery(db, {
      id: end.countedAs ?? first._id,
      action: did,
      cause: first.code,
      market: first.market,
      source: first.source,
      runKey: first.runKey,
      startedAt: first.beganAt.toISOString(),
      detectedAt: first.recordedAt.toISOString(),
      endedAt: endedAt.toISOString(),
      outcome,
      tries: open.length,
    });
  }
  const state = { state: outcome, action: outcome === 'recovered' ? did : null, endedAt };
  await errorEventsOf(db).updateMany({ _id: { $in: open.map(({ _id }) => _id) } }, { $set: state });
}

/** Ends what nobody works on any more: steps whose time was over, by now at the latest. They count as given up. */
export async function endOverdue(db: Db, nowMs: number): Promise<void> {
  const overdue = await errorEventsOf(db)
    .find({ state: 'open', deadlineAt: { $lt: new Date(nowMs) } }, { projection: { trouble: 1, deadlineAt: 1 } })
    .toArray();
  for (const [trouble, atMs] of new Map(overdue.map((row) => [row.trouble, row.deadlineAt.getTime()]))) {
    await endTrouble(db, { trouble, outcome: 'failed', action: null, atMs });
  }
}

async function eventOf(db: Db, failure: Failure): Promise<ErrorEventDocument> {
  const { id, beganAtMs, failedAtMs, deadlineAtMs, ...rest } = failure;
  return {
    _id: id,
    ...rest,
    fingerprint: fingerprintOf(failure),
    beganAt: new Date(beganAtMs),
    failedAt: new Date(failedAtMs),
    recordedAt: new Date(),
    day: runDateOf(failedAtMs, 'UTC'),
    costUsdMicros: await costOf(db, failure),
    state: 'open',
    action: null,
    endedAt: null,
    deadlineAt: new Date(deadlineAtMs),
  };
}

/** What was paid for the same ZIP and source of a run while the attempt lasted. */
async function costOf(db: Db, { runKey, source, zip, beganAtMs, failedAtMs }: Failure): Promise<number> {
  if (runKey === null) return 0;
  const entries = await db
    .collection<CostEntryDocument>('cost_entries')
    .find({ runKey, at: { $gte: new Date(beganAtMs), $lte: new Date(failedAtMs) } })
    .toArray();
  return entries
    .filter((one) => one.source === source && (zip === null || one.zip === null || one.zip === zip))
    .reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
}

/** The rows of one kind of failure on one day, counted. */
interface CountedDay {
  readonly _id: { readonly fingerprint: string; readonly day: string };
  readonly count: number;
  readonly lostMs: number;
  readonly costUsdMicros: number;
  readonly runKeys: readonly (string | null)[];
}

/** Counts days of kinds of failures anew from their rows, all in one reading. @param some a row of each, by kind and day */
async function countDays(db: Db, some: ReadonlyMap<string, ErrorEventDocument>): Promise<void> {
  const rows = [...some.values()];
  const fingerprint = { $in: [...new Set(rows.map((row) => row.fingerprint))] };
  const day = { $in: [...new Set(rows.map((row) => row.day))] };
  const counted = errorEventsOf(db).aggregate<CountedDay>([
    { $match: { fingerprint, day } },
    {
      $group: {
        _id: { fingerprint: '$fingerprint', day: '$day' },
        ...{ count: { $sum: 1 }, lostMs: { $sum: '$lostMs' }, costUsdMicros: { $sum: '$costUsdMicros' } },
        runKeys: { $addToSet: '$runKey' },
      },
    },
  ]);
  for await (const one of counted) {
    const row = some.get(`${one._id.fingerprint} ${one._id.day}`);
    if (row !== undefined) await keepCounted(db, row, one);
  }
}

async function keepCounted(db: Db, row: ErrorEventDocument, { count, lostMs, costUsdMicros, runKeys }: CountedDay) {
  const { fingerprint, day, kind, code, activity, source, host, pattern, failedAt } = row;
  const counted = { count, lostMs, costUsdMicros, runs: runKeys.filter((key) => key !== null).length };
  const most = Object.fromEntries(Object.entries(counted).map(([field, value]) => [`days.${day}.${field}`, value]));
  await errorsOf(db).updateOne(
    { _id: fingerprint },
    {
      $setOnInsert: { kind, code, activity, source, host, pattern },
      $min: { firstSeenAt: failedAt },
      $max: { lastSeenAt: failedAt, ...most },
    },
    { upsert: true },
  );
}

function onlyDuplicates(problem: unknown): boolean {
  if (!(problem instanceof MongoBulkWriteError)) return false;
  const refused = [problem.writeErrors].flat();
  return refused.length > 0 && refused.every(({ code }) => code === DUPLICATE_KEY);
}
