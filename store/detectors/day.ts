import { instantOf, runDateOf } from '../../core/dates.js';
import type { Reading } from '../../core/schemas/alerts.js';
import type { WindowState } from '../../core/schemas/collect.js';
import type { RunStatus, RunSummary } from '../../core/schemas/run.js';
import { isNotedBy } from '../alerts/minutes.js';
import type { RunDocument, WindowDocument, WindowPageDocument } from '../documents.js';
import { frozenError } from '../emergency.js';
import { careSince } from '../llm.js';
import { windowsOfDay } from '../windows/windows.js';
import { DAILY, type Detector, type DetectorContext, latestDay, MINUTE_MS, percent } from './context.js';

/** The day is to be done by this hour (spec W1). */
const DONE_BY_HOUR = 5;

/** Share of the windows of the latest day that are complete, those of skipped sources left out. What was filled since its end counts. */
export const runSuccess: Detector = async (context) => {
  const summary = (await latestDay(context))?.summary ?? null;
  const zips = summary === null ? [] : await windowsNow(context, summary);
  if (summary === null || zips.length === 0) return [];
  const complete = zips.filter(({ state }) => state === 'complete').length;
  const value = complete / zips.length;
  const text = `${complete} of ${zips.length} windows of ${summary.runDate} are complete (${percent(value)})`;
  return [{ subject: DAILY, value, text }];
};

/** The windows that a day was to walk, as they stand now: a gap may have been filled since. */
async function windowsNow(
  { db, market }: Pick<DetectorContext, 'db' | 'market'>,
  { runDate, sources }: RunSummary,
): Promise<
  readonly { readonly name: string; readonly before: WindowState; readonly state: WindowDocument['state'] }[]
> {
  const standing = (await windowsOfDay(db, market, runDate)).map(
    ({ source, zip, state }) => [`${source} ${zip}`, state] as const,
  );
  const now = new Map<string, WindowDocument['state']>(standing);
  return sources
    .filter(({ status }) => status !== 'skipped')
    .flatMap(({ name: source, zips }) =>
      zips.map(({ zip, status: before }) => {
        const name = `${source} ${zip}`;
        return { name, before, state: now.get(name) ?? before };
      }),
    );
}

/** A day that ended so, until what it lacked is filled: no longer failed once a window of it is there, no longer partial once all are. */
const endedAs =
  (status: RunStatus): Detector =>
  async (context) => {
    const summary = (await latestDay(context))?.summary ?? null;
    if (summary?.status !== status) return [];
    const filled = (await windowsNow(context, summary)).filter(
      ({ state, before }) => state === 'complete' && before !== 'complete',
    );
    const missing = summary.missing.filter((line) => !filled.some(({ name }) => line.startsWith(`${name}: `)));
    if (filled.length > 0 && (status === 'failed' || missing.length === 0)) return [];
    const why = missing.length === 0 ? '' : `: ${missing.slice(0, 3).join('; ')}`;
    return [{ subject: DAILY, value: 1, text: `the day ${summary.runDate} ended ${status}${why}` }];
  };

export const runFailed: Detector = endedAs('failed');
export const runPartial: Detector = endedAs('partial');

export const runCompleted: Detector = async (context) => {
  const summary = (await latestDay(context))?.summary ?? null;
  if (summary?.status !== 'complete') return [];
  const { runDate, counts, properties } = summary;
  const text = `the day ${runDate} is complete: ${counts.seen} rows seen, ${counts.stored} stored, ${properties.total} properties`;
  return [{ subject: runDate, value: 1, text }];
};

/** Minutes that collection of the latest day took, or has been taking. */
export const collectionMinutes: Detector = async (context) => {
  const run = await latestDay(context);
  if (run === null) return [];
  const phase = run.summary?.phases.find(({ name }) => name === 'collect');
  const ended = phase ? Date.parse(phase.endedAt) - Date.parse(phase.startedAt) : null;
  if (ended === null && run.status !== 'running') return [];
  const value = (ended ?? context.nowMs - run.startedAt.getTime()) / MINUTE_MS;
  const verb = ended === null ? 'has been going on for' : 'took';
  return [{ subject: DAILY, value, text: `collection of ${run.runDate} ${verb} ${Math.round(value)} min` }];
};

/** Minutes past 05:00 of a day that began before. A day that a person starts later is not late. */
export const dayLate: Detector = async ({ db, market, nowMs, timeZone }) => {
  const run = await latestDay({ db, market, nowMs });
  if (run === null) return [];
  const today = runDateOf(nowMs, timeZone);
  const due = instantOf(run.runDate, DONE_BY_HOUR, 0, timeZone);
  if (run.startedAt.getTime() > due || (run.runDate !== today && run.status !== 'running')) return [];
  const value = ((run.endedAt?.getTime() ?? nowMs) - due) / MINUTE_MS;
  if (value <= 0) return [];
  const verb = run.endedAt === null ? 'has not ended' : 'ended';
  return [{ subject: DAILY, value, text: `the day ${run.runDate} ${verb} ${Math.round(value)} min after 05:00` }];
};

/** Minutes since today's sequence was due, while nobody has started it. Needs an evaluation from before. */
export const dayNotStarted: Detector = async ({ db, market, nowMs, timeZone, due }) => {
  if (due === null) return [];
  const runDate = runDateOf(nowMs, timeZone);
  const dueMs = instantOf(runDate, due.hour, due.minute, timeZone);
  const value = (nowMs - dueMs) / MINUTE_MS;
  if (value <= 0 || !(await isNotedBy(db, dueMs))) return [];
  const started = await db.collection<RunDocument>('runs').findOne({ market, runDate });
  if (started !== null) return [];
  return [{ subject: DAILY, value, text: `the day ${runDate} was due ${Math.round(value)} min ago and never began` }];
};

/** Minutes without a page, while a day is running and has windows that are not ended. */
export const nothingCollected: Detector = async (context) => {
  const still = await standstill(context);
  if (still === null) return [];
  const { runDate, minutes: value } = still;
  return [{ subject: DAILY, value, text: `the day ${runDate} has collected nothing for ${Math.round(value)} min` }];
};

/** For how long a running day has collected nothing; null where none runs, it has nothing to collect, or a freeze holds it. */
export async function standstill({ db, market, nowMs }: Pick<DetectorContext, 'db' | 'market' | 'nowMs'>): Promise<{
  readonly runDate: string;
  readonly minutes: number;
} | null> {
  const run = await latestDay({ db, market, nowMs });
  if (run?.status !== 'running' || (await frozenError(db)) !== null) return null; // a freeze is meant
  const { runDate } = run;
  const windows = db.collection<WindowDocument>('windows');
  const all = await windows.countDocuments({ market, runDate });
  const open = await windows.countDocuments({ market, runDate, state: 'open' });
  if (all > 0 && open === 0) return null;
  const last = await db
    .collection<WindowPageDocument>('window_pages')
    .findOne({ runKey: run._id }, { sort: { at: -1 }, projection: { at: 1 } });
  const minutes = (nowMs - Math.max(run.startedAt.getTime(), last?.at.getTime() ?? 0)) / MINUTE_MS;
  return { runDate, minutes };
}

/** Fewer minutes with work would only show how slow the start is. */
const LEAST_WORK_MINUTES = 15;
const BUCKET_MINUTES = 5;

/** Rows confirmed per hour in which there was work, of the latest day that has ended. */
export const rowsPerHour: Detector = async (context) => {
  const run = await latestDay(context);
  if (run === null || run.endedAt === null) return [];
  const pages = await walkPages(context, run);
  const minutes = new Set(pages.map(({ at }) => Math.floor(at.getTime() / (BUCKET_MINUTES * MINUTE_MS)))).size * 5;
  if (minutes < LEAST_WORK_MINUTES) return [];
  const rows = pages.reduce((sum, { keys }) => sum + keys.length, 0);
  const value = (rows * 60) / minutes;
  const text = `${rows} rows of ${run.runDate} in ${minutes} min with work: ${Math.round(value)} an hour`;
  return [{ subject: DAILY, value, text }];
};

function walkPages({ db }: DetectorContext, run: RunDocument): Promise<Pick<WindowPageDocument, 'at' | 'keys'>[]> {
  return db
    .collection<WindowPageDocument>('window_pages')
    .find({ runKey: run._id, step: { $regex: '^walk:' } }, { projection: { at: 1, keys: 1 } })
    .toArray();
}

/** A share over fewer details would jump. */
const LEAST_DETAILS = 20;

/** Share of the details of the latest day that had not changed: requests that a slower cycle would have spared. */
export const detailsUnchanged: Detector = async (context): Promise<readonly Reading[]> => {
  const run = await latestDay(context);
  if (run === null || run.endedAt === null) return [];
  const details = await context.db
    .collection<WindowPageDocument>('window_pages')
    .find({ runKey: run._id, detail: 'done' }, { projection: { keys: 1 } })
    .toArray();
  if (details.length < LEAST_DETAILS) return [];
  const same = details.filter(({ keys }) => keys.every(({ outcome }) => outcome === 'unchanged')).length;
  const value = same / details.length;
  const text = `${same} of ${details.length} details of ${run.runDate} were asked for and had not changed`;
  return [{ subject: DAILY, value, text }];
};

/** 1 where the latest day had no model to write with, and none was made ready since. */
export const modelMissing: Detector = async (context) => {
  const summary = (await latestDay(context))?.summary ?? null;
  if (summary === null || summary.llm.model !== null || summary.llm.reason === null) return [];
  const care = await careSince(context.db, new Date(summary.endedAt));
  if (care.some(({ ready }) => ready)) return [];
  return [{ subject: DAILY, value: 1, text: `${summary.runDate}: ${summary.llm.reason}` }];
};
