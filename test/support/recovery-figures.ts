import type { LoggedRequest } from '../../sandbox/request-log.js';
import type { ErrorEventDocument } from '../../store/errors/documents.js';
import { errorEventsOf } from '../../store/errors/errors.js';
import { type RecoveryFigures, readRecoveries } from '../../store/errors/recoveries.js';
import { COUNTY, type FaultWorld } from './fault-world.js';

/** When something was done to the system, epoch milliseconds. */
export interface Blow {
  readonly fault: string;
  readonly atMs: number;
}

/** How a kind of fault was met, by the sandbox's own log or the time of the blow; seconds, null where there is none. */
export interface FaultFigures {
  readonly fault: string;
  /** Times that it struck. */
  readonly struck: number;
  /** Of those, found in `error_events`. */
  readonly noticed: number;
  /** Longest from the strike until it was written down. */
  readonly detectS: number | null;
  /** Longest from the strike until the same was answered well, or the step was done. */
  readonly recoverS: number | null;
}

export interface MixFigures {
  /** From the collection `recoveries` alone. */
  readonly recoveries: RecoveryFigures;
  readonly failed: readonly { readonly cause: string; readonly source: string | null }[];
  /** By the sandbox's log, and the times of the blows. */
  readonly faults: readonly FaultFigures[];
}

/** Faults of the county's answers by what the log calls them, with the code that they must be noticed as. */
const ANSWERS: readonly (readonly [string, (entry: LoggedRequest) => boolean, string | null])[] = [
  ['429', ({ fault, status }) => fault === 'status' && status === 429, 'RateLimited'],
  ['5xx', ({ fault, status }) => fault === 'status' && status === 503, 'SourceUnavailable'],
  ['cut body', ({ fault }) => fault === 'cut-body', 'SourceUnavailable'],
  ['no answer', ({ fault }) => fault === 'hang', 'NetworkError'],
  ['slow', ({ fault }) => fault === 'slow', null],
  ['HTML for JSON', ({ fault }) => fault === 'html', 'SourceUnavailable'],
  ['refused token', ({ fault, status }) => fault === 'refused-token' && status >= 400, 'AuthRejected'],
];
/** Blows to our own parts, with the codes that they are noticed as; null: nothing has to fail. */
const BLOWS: Readonly<Record<string, readonly string[]>> = {
  'dead proxy': ['ProxyFailed'],
  'browser killed': ['BrowserCrashed'],
  'worker killed': ['WorkerLost'],
  'database killed': ['StoreUnavailable'],
  'model that answers junk': ['ModelBusy'],
  'Temporal server killed': [],
};
/** A failure is noted when its step ends, which may be some requests after the answer. */
const SLACK_MS = 15_000;

export async function mixFigures(world: FaultWorld, blows: readonly Blow[]): Promise<MixFigures> {
  const { db } = world;
  const events = await errorEventsOf(db).find().sort({ failedAt: 1 }).toArray();
  const failed = await db
    .collection<{ cause: string; source: string | null; outcome: string }>('recoveries')
    .find({ outcome: 'failed' }, { projection: { _id: 0, cause: 1, source: 1 } })
    .toArray();
  return {
    recoveries: await readRecoveries(db, { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }),
    failed,
    faults: [
      ...ANSWERS.map((kind) => ofAnswers(world.sandbox.county.log, events, kind)),
      ...Object.entries(BLOWS).map(([fault, codes]) => ofBlows(world, blows, events, fault, codes)),
    ],
  };
}

function ofAnswers(
  log: readonly LoggedRequest[],
  events: readonly ErrorEventDocument[],
  [fault, is, code]: (typeof ANSWERS)[number],
): FaultFigures {
  const struck = log.filter(is);
  const free = events.filter((one) => one.code === code && one.source === COUNTY);
  const found = struck.flatMap((entry) => {
    const at = free.findIndex(({ failedAt }) => {
      const lateMs = failedAt.getTime() - entry.endedAtMs;
      return lateMs > -1_000 && lateMs < SLACK_MS;
    });
    const [event] = at === -1 ? [] : free.splice(at, 1);
    return event === undefined ? [] : [{ entry, event }];
  });
  const answered = struck.map((entry) => {
    const good = log.find((one) => isSame(one, entry) && one.status === 200 && one.atMs > entry.atMs && !one.fault);
    return fault === 'slow' ? entry.endedAtMs - entry.atMs : good && good.endedAtMs - entry.atMs;
  });
  return {
    fault,
    struck: struck.length,
    noticed: code === null ? struck.length : found.length,
    detectS: longest(found.map(({ entry, event }) => event.recordedAt.getTime() - entry.atMs)),
    recoverS: longest(answered.flatMap((ms) => (ms === undefined ? [] : [ms]))),
  };
}

const isSame = (a: LoggedRequest, b: LoggedRequest) =>
  a.path === b.path && a.query.q === b.query.q && a.query.page === b.query.page;

function ofBlows(
  { sandbox }: FaultWorld,
  blows: readonly Blow[],
  events: readonly ErrorEventDocument[],
  fault: string,
  codes: readonly string[],
): FaultFigures {
  const struck = blows.filter((blow) => blow.fault === fault);
  const met = struck.map(({ atMs }) => {
    const next = blows.find((blow) => blow.fault === fault && blow.atMs > atMs)?.atMs ?? Number.POSITIVE_INFINITY;
    const own = events.filter(({ code, recordedAt }) => {
      return codes.includes(code) && recordedAt.getTime() >= atMs && recordedAt.getTime() < next;
    });
    const later = sandbox.county.log.find((entry) => entry.atMs > atMs + 1_000 && entry.status === 200);
    return { atMs, own, later };
  });
  const quiet = codes.length === 0;
  return {
    fault,
    struck: struck.length,
    noticed: met.filter(({ own }) => quiet || own.length > 0).length,
    detectS: longest(met.flatMap(({ atMs, own: [first] }) => (first ? [first.recordedAt.getTime() - atMs] : []))),
    recoverS: longest(
      met.flatMap(({ atMs, own, later }) => {
        if (quiet) return later === undefined ? [] : [later.endedAtMs - atMs];
        return own.flatMap(({ endedAt, state }) =>
          endedAt && state === 'recovered' ? [endedAt.getTime() - atMs] : [],
        );
      }),
    ),
  };
}

const longest = (ms: readonly number[]): number | null =>
  ms.length === 0 ? null : Math.round(Math.max(...ms) / 100) / 10;
