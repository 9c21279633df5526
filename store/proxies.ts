import type { Collection, Db, Document } from 'mongodb';

/** `proxies`: how one proxy has done. No credential is in it. Times that are compared are integer milliseconds of the database's clock. */
export interface ProxyDocument {
  /** `webshare:<id>`. */
  readonly _id: string;
  readonly address: string;
  readonly port: number;
  readonly country: string | null;
  /** Place in the list of the service, from 0. */
  readonly rank: number;
  /** False once the service lists it no longer. */
  readonly listed: boolean;
  readonly listedAt: Date;
  /** 0 to 100: every failure takes three tenths of it, every success a fifth of what is missing. */
  readonly score: number;
  /** Failures since the last success. */
  readonly inARow: number;
  /** It rests until then. */
  readonly notBeforeMs: number;
  /** When it was last taken; 0 for never. The one that waited longest is next. */
  readonly pickedAtMs: number;
  readonly successes: number;
  readonly failures: number;
  /** Running mean of the time to an open connection; null before the first. */
  readonly connectMs: number | null;
  readonly lastFault: string | null;
  readonly lastFaultAt: Date | null;
}

/** One taking of a proxy, to be told of when it ends. */
export interface ProxyPick {
  readonly id: string;
  readonly pickedAtMs: number;
}

export type ListedRow = Pick<ProxyDocument, 'address' | 'port' | 'country' | 'rank'> & { readonly id: string };

/** Below this a proxy is taken only when no better one is free. */
export const HEALTHY_SCORE = 50;
const REST_MS = 30_000;
const REST_GROWTH = 4;
const LONGEST_REST_MS = 3_600_000;
/** A fault that may be another's makes a proxy rest only when it comes so often in a row. */
const DOUBTFUL_FAULTS = 3;

/** So often another worker may be faster; after that two may share a turn. */
const MOST_TRIES = 25;

const NOW = { $toLong: '$$NOW' };
const AWAKE = { listed: true, $expr: { $lte: ['$notBeforeMs', NOW] } };

/** Figures of all proxies, shared by all workers: every change is one atomic update. */
export interface ProxyLedger {
  /** Writes down what the service lists now. Figures of proxies that stay are kept. */
  list(rows: readonly ListedRow[]): Promise<void>;
  /**
   * Takes the proxy that waited longest, among the first `poolSize` of the list that do not rest; those below a score of 50 only
   * when there is no other.
   * @param ids those that can be used; a worker knows credentials of these alone
   * @returns null when all of them rest
   */
  pick(ids: readonly string[], poolSize: number): Promise<ProxyPick | null>;
  /** Takes this very proxy. @returns null when it rests or is listed no longer */
  pickAgain(id: string): Promise<ProxyPick | null>;
  /** The request went well. */
  worked(pick: ProxyPick, connectMs: number | null): Promise<void>;
  /**
   * The request failed. It rests 30 s, four times as long after each further failure, at most an hour. Failures of requests that
   * were under way when it began to rest do not lengthen that.
   * @param sure false for a fault that may be the line's or the host's: it rests after three in a row
   * @returns true when it rests now
   */
  failed(pick: ProxyPick, fault: string, sure: boolean): Promise<boolean>;
  /** Ends the rest of a proxy that was seen to work; it is healthy again, however often it failed before. */
  wake(id: string): Promise<void>;
  /** Lets a proxy rest for so long. @returns false when there is none of that id */
  rest(id: string, restMs: number): Promise<boolean>;
  /** Milliseconds until the first of these is awake, 0 when one is; null when none of them is listed. */
  soonestMs(ids: readonly string[]): Promise<number | null>;
  /** All, also those no longer listed, by place in the list; `restMs` is what is left of its rest. */
  all(): Promise<readonly (ProxyDocument & { readonly restMs: number })[]>;
}

export function createProxyLedger(db: Db): ProxyLedger {
  const proxies = db.collection<ProxyDocument>('proxies');
  const take = async (filter: Document): Promise<ProxyPick | null> => {
    // Never the same number twice, so that a later taking can be told from an earlier one.
    const pickedAtMs = { $max: [NOW, { $add: ['$pickedAtMs', 1] }] };
    const update = [{ $set: { pickedAtMs } }];
    const taken = await proxies.findOneAndUpdate({ ...filter, ...AWAKE }, update, { returnDocument: 'after' });
    return taken && { id: taken._id, pickedAtMs: taken.pickedAtMs };
  };
  const pickOnce = async (ids: readonly string[], poolSize: number, onlyIfFirst: boolean) => {
    const pool = await proxies
      .find({ _id: { $in: [...ids] }, ...AWAKE }, { projection: { score: 1, pickedAtMs: 1 } })
      .sort({ rank: 1 })
      .limit(poolSize)
      .toArray();
    const healthy = pool.filter(({ score }) => score >= HEALTHY_SCORE);
    const [next] = (healthy.length > 0 ? healthy : pool).sort((one, other) => one.pickedAtMs - other.pickedAtMs);
    if (next === undefined) return null;
    const pick = await take({ _id: next._id, ...(onlyIfFirst ? { pickedAtMs: next.pickedAtMs } : {}) });
    return pick ?? 'taken meanwhile';
  };
  return {
    list: (rows) => writeList(proxies, rows),
    async pick(ids, poolSize) {
      for (let tries = 1; ; tries += 1) {
        const pick = await pickOnce(ids, poolSize, tries < MOST_TRIES);
        if (pick !== 'taken meanwhile') return pick;
      }
    },
    pickAgain: (id) => take({ _id: id }),
    async worked({ id }, connectMs) {
      await proxies.updateOne({ _id: id }, workedPipeline(connectMs));
    },
    async failed(pick, fault, sure) {
      const after = await proxies.findOneAndUpdate({ _id: pick.id }, failedPipeline(pick, fault, sure), {
        returnDocument: 'after',
      });
      return after !== null && after.notBeforeMs > pick.pickedAtMs;
    },
    async wake(id) {
      await proxies.updateOne({ _id: id }, { $set: { notBeforeMs: 0, inARow: 0 }, $max: { score: HEALTHY_SCORE } });
    },
    async rest(id, restMs) {
      const found = await proxies.updateOne({ _id: id }, [{ $set: { notBeforeMs: { $add: [NOW, restMs] } } }]);
      return found.matchedCount > 0;
    },
    async soonestMs(ids) {
      const [first] = await withRest(proxies, { _id: { $in: [...ids] }, listed: true }, { restMs: 1 });
      return first?.restMs ?? null;
    },
    all: () => withRest(proxies, {}, { listed: -1, rank: 1, _id: 1 }),
  };
}

function withRest(proxies: Collection<ProxyDocument>, filter: Document, sort: Record<string, 1 | -1>) {
  const restMs = { $max: [0, { $subtract: ['$notBeforeMs', NOW] }] };
  return proxies
    .aggregate<ProxyDocument & { readonly restMs: number }>([
      { $match: filter },
      { $addFields: { restMs } },
      { $sort: sort },
    ])
    .toArray();
}

async function writeList(proxies: Collection<ProxyDocument>, rows: readonly ListedRow[]): Promise<void> {
  const listedAt = new Date();
  const fresh = {
    score: 100,
    inARow: 0,
    notBeforeMs: 0,
    pickedAtMs: 0,
    successes: 0,
    failures: 0,
    connectMs: null,
    lastFault: null,
    lastFaultAt: null,
  };
  for (const { id, ...row } of rows) {
    await proxies.updateOne(
      { _id: id },
      { $set: { ...row, listed: true, listedAt }, $setOnInsert: fresh },
      { upsert: true },
    );
  }
  await proxies.updateMany({ _id: { $nin: rows.map(({ id }) => id) } }, { $set: { listed: false } });
}

function workedPipeline(connectMs: number | null): Document[] {
  const mean = { $add: [{ $multiply: ['$connectMs', 0.7] }, (connectMs ?? 0) * 0.3] };
  return [
    {
      $set: {
        inARow: 0,
        successes: { $add: ['$successes', 1] },
        score: { $add: [{ $multiply: ['$score', 0.8] }, 20] },
        ...(connectMs === null ? {} : { connectMs: { $cond: [{ $eq: ['$connectMs', null] }, connectMs, mean] } }),
      },
    },
  ];
}

function failedPipeline({ pickedAtMs }: ProxyPick, fault: string, sure: boolean): Document[] {
  const isNew = { $lte: ['$notBeforeMs', pickedAtMs] };
  const step = { $subtract: ['$inARow', sure ? 1 : DOUBTFUL_FAULTS] };
  const restMs = { $min: [LONGEST_REST_MS, { $multiply: [REST_MS, { $pow: [REST_GROWTH, step] }] }] };
  return [
    { $set: { isNew } },
    {
      $set: {
        failures: { $add: ['$failures', 1] },
        score: { $multiply: ['$score', 0.7] },
        inARow: { $cond: ['$isNew', { $add: ['$inARow', 1] }, '$inARow'] },
        lastFault: { $literal: fault },
        lastFaultAt: new Date(),
      },
    },
    {
      $set: {
        notBeforeMs: {
          $cond: [{ $and: ['$isNew', { $gte: [step, 0] }] }, { $add: [NOW, { $toLong: restMs }] }, '$notBeforeMs'],
        },
      },
    },
    { $unset: 'isNew' },
  ];
}
