import { runDateOf } from '../../core/dates.js';
import type { Measure, Reading } from '../../core/schemas/alerts.js';
import type { SourceName } from '../../core/schemas/names.js';
import { proveLimit } from '../../domain/limit-proof.js';
import { captchaFigures } from '../captcha/figures.js';
import { standingDecisions } from '../decisions.js';
import type { WindowDocument } from '../documents.js';
import { requestsByHost } from '../fetches.js';
import { HEALTHY_SCORE, type ProxyDocument } from '../proxies.js';
import { DAY_MS, type Detector, type DetectorContext, HOUR_MS, latestDay, percent } from './context.js';

/** A share over fewer requests would jump. */
const LEAST_REQUESTS = 20;

interface FetchEnd {
  readonly source: SourceName;
  readonly host: string;
  readonly error?: string | null;
  readonly durationMs?: number;
}

/** Share of the requests of the latest day without a usable answer, by source. */
export const requestErrors: Detector = async (context) => {
  const run = await latestDay(context);
  if (run === null) return [];
  const rows = await context.db
    .collection<FetchEnd>('fetches')
    .find({ runKey: run._id, durationMs: { $exists: true } }, { projection: { source: 1, error: 1 } })
    .toArray();
  return groupsOf(rows, ({ source }) => source).flatMap(([subject, own]) => {
    if (own.length < LEAST_REQUESTS) return [];
    const failed = own.filter(({ error }) => (error ?? null) !== null).length;
    const value = failed / own.length;
    const text = `${failed} of ${own.length} requests of ${run.runDate} to ${subject} failed (${percent(value)})`;
    return [{ subject, value, text }];
  });
};

/** Windows of today, by source, that a predicate picks. */
const windowsWhere =
  (what: string, picks: (window: WindowDocument) => boolean): Detector =>
  async ({ db, market, nowMs, timeZone }) => {
    const runDate = runDateOf(nowMs, timeZone);
    const windows = await db.collection<WindowDocument>('windows').find({ market, runDate }).toArray();
    return groupsOf(windows.filter(picks), ({ source }) => source).map(([subject, own]) => {
      const zips = own.map(({ zip, reason }) => `${zip} (${reason ?? 'no reason given'})`);
      return { subject, value: own.length, text: `${subject} ${what}: ${zips.slice(0, 3).join(', ')}` };
    });
  };

const because = (code: string) => (window: WindowDocument) =>
  window.state !== 'complete' && (window.reason ?? '').startsWith(code);

export const windowsSuspect = windowsWhere('gave an unusual number of rows', ({ state }) => state === 'suspect');
export const windowsBlocked = windowsWhere('was blocked', because('Blocked'));
export const windowsDrifted = windowsWhere('answers in another shape', because('SchemaDrift'));

const LOOKED_BACK_MS = 30 * DAY_MS;

/** Hours since each ZIP of each source was last complete. One that never was is told by the day itself. */
export const zipAges: Detector = async ({ db, market, nowMs, zips }) => {
  const windows = await db
    .collection<WindowDocument>('windows')
    .find(
      { market, zip: { $in: [...zips] }, state: 'complete', updatedAt: { $gte: new Date(nowMs - LOOKED_BACK_MS) } },
      { projection: { source: 1, zip: 1, updatedAt: 1 } },
    )
    .toArray();
  return groupsOf(windows, ({ source, zip }) => `${source} ${zip}`).map(([subject, own]) => {
    const value = (nowMs - Math.max(...own.map(({ updatedAt }) => updatedAt.getTime()))) / HOUR_MS;
    return { subject, value, text: `${subject} was complete ${Math.round(value)} h ago` };
  });
};

/** Sources that refused every credential and stand still for it. */
export const tokenRefused: Detector = async ({ db }) => {
  const standing = await standingDecisions(db);
  return standing
    .filter(({ kind, granted, code }) => kind === 'pause' && granted && code === 'AuthRejected')
    .map(({ subject }) => ({ subject, value: 1, text: `${subject} refused every credential and is paused` }));
};

/** Learned selectors that nobody has decided about. */
export const layoutWaits: Detector = async ({ db }) => {
  const waiting = await db
    .collection<{ source: SourceName; name: string }>('selector_sets')
    .find({ state: 'proposed' })
    .toArray();
  return waiting.map(({ source, name }) => ({
    subject: source,
    value: 1,
    text: `the site of ${source} has a new layout; ${name} waits for phx sources repair review ${source}`,
  }));
};

interface Circuit {
  readonly _id: string;
  readonly failures?: number;
  readonly openUntilMs?: number;
}

/** Failures in a row that open a circuit (net/limiter.ts), and how long after its pause it counts as open. */
const CIRCUIT_FAILURES = 5;
const OPEN_FOR_MS = 10 * 60_000;

/** Hosts whose circuit is open: five failures in a row, and no answer since. */
export const circuitsOpen: Detector = async ({ db, nowMs }) => {
  const open = await db
    .collection<Circuit>('limits')
    .find({ failures: { $gte: CIRCUIT_FAILURES }, openUntilMs: { $gt: nowMs - OPEN_FOR_MS } })
    .toArray();
  return open.map(({ _id, failures = 0 }) => ({
    subject: _id,
    value: 1,
    text: `${_id} has not answered ${failures} times in a row`,
  }));
};

/** Requests of the last two hours are held against the ceilings. */
const PROVED_MS = 2 * HOUR_MS;

/** Windows of time with more requests to a host than its ceiling allows. */
export const ceilingPassed: Detector = async ({ db, nowMs, ceilings }) => {
  const hosts = await requestsByHost(db, { sources: [...ceilings.keys()], since: new Date(nowMs - PROVED_MS) });
  return hosts.flatMap(({ host, sources, times }) => {
    const limit = strictest(sources, ceilings);
    if (limit === null) return [];
    const proof = proveLimit(times, limit, limit.spacingMs);
    const value = proof.violations + proof.inFlightViolations;
    const text = `${host}: ${proof.most} requests in one window, ${limit.windowLimit} are allowed; ${proof.mostInFlight} at one time, ${limit.inFlight} are allowed`;
    return [{ subject: host, value, text }];
  });
};

/** Below this the rate says nothing. */
const LEAST_FOR_RATE = 100;

/** Share of the allowed rate that the latest day used, by host. */
export const rateUsed: Detector = async (context) => {
  const run = await latestDay(context);
  if (run === null || run.endedAt === null) return [];
  const { db, ceilings } = context;
  const hosts = await requestsByHost(db, { sources: [...ceilings.keys()], since: run.startedAt });
  return hosts.flatMap(({ host, sources, times }) => {
    const limit = strictest(sources, ceilings);
    if (limit === null || times.length < LEAST_FOR_RATE) return [];
    const { utilisation } = proveLimit(times, limit, limit.spacingMs);
    if (utilisation === null) return [];
    return [
      { subject: host, value: utilisation, text: `${host}: ${percent(utilisation)} of the allowed rate was used` },
    ];
  });
};

function strictest(sources: readonly SourceName[], ceilings: DetectorContext['ceilings']) {
  const own = sources.flatMap((source) => ceilings.get(source) ?? []);
  return own.sort((a, b) => b.spacingMs - a.spacingMs)[0] ?? null;
}

const LEAST_BEFORE = 100;

/** How many times longer the answers of the last hour took than those of the seven days before, by host. */
export const answerTimes: Detector = async ({ db, nowMs }) => {
  const from = nowMs - HOUR_MS;
  const means = async (since: number, before: number) => {
    const rows = await db
      .collection('fetches')
      .aggregate<{ _id: string; mean: number; n: number }>([
        { $match: { grantedAt: { $gte: new Date(since), $lt: new Date(before) }, durationMs: { $gte: 0 } } },
        { $group: { _id: '$host', mean: { $avg: '$durationMs' }, n: { $sum: 1 } } },
      ])
      .toArray();
    return rows;
  };
  const earlier = await means(from - 7 * DAY_MS, from);
  return (await means(from, nowMs)).flatMap(({ _id, mean, n }) => {
    const usual = earlier.find((row) => row._id === _id);
    if (n < LEAST_REQUESTS || usual === undefined || usual.n < LEAST_BEFORE || usual.mean <= 0) return [];
    const text = `${_id} answers in ${Math.round(mean)} ms; ${Math.round(usual.mean)} ms is usual`;
    return [{ subject: _id, value: mean / usual.mean, text }];
  });
};

/** Share of the listed proxies that can be used and do well. */
export const proxiesHealthy: Detector = async ({ db, nowMs }) => {
  const listed = await db.collection<ProxyDocument>('proxies').find({ listed: true }).toArray();
  if (listed.length === 0) return [];
  const well = listed.filter(({ score, notBeforeMs }) => score >= HEALTHY_SCORE && notBeforeMs <= nowMs).length;
  const value = well / listed.length;
  return [{ subject: 'pool', value, text: `${well} of ${listed.length} proxies are healthy (${percent(value)})` }];
};

const LEAST_CAPTCHAS = 10;

/** Share of the captchas of a day whose solution the site took, by source. */
export const captchasSolved: Detector = async ({ db, nowMs }) => {
  const figures = await captchaFigures(db, new Date(nowMs - DAY_MS));
  return figures.flatMap(({ source, tasks, solveRate }) => {
    if (solveRate === null || tasks < LEAST_CAPTCHAS) return [];
    return [{ subject: source, value: solveRate, text: `${percent(solveRate)} of ${tasks} captchas were taken` }];
  });
};

/** How many parts of the installation are down at one time: hosts, refused sources, the model, the mail. */
export const componentsDown = (others: Readonly<Partial<Record<Measure, Detector>>>): Detector => {
  return async (context) => {
    const found: Reading[] = [];
    for (const detector of Object.values(others)) found.push(...(await detector(context)));
    const down = [...new Set(found.map(({ text }) => text))];
    return [{ subject: 'components', value: down.length, text: `${down.length} parts are down: ${down.join('; ')}` }];
  };
};

function groupsOf<T>(rows: readonly T[], nameOf: (row: T) => string): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(nameOf(row), [...(groups.get(nameOf(row)) ?? []), row]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
