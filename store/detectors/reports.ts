import { reportId } from '../../core/ids.js';
import type { Reading } from '../../core/schemas/alerts.js';
import { REPORT_SPANS, type ReportKind } from '../../core/schemas/periodic.js';
import { instantsOf } from '../../domain/calendar.js';
import { periodDue } from '../../domain/periods.js';
import { hoursWatched } from '../measures.js';
import { recentReports } from '../reports/reports.js';
import { DAY_MS, type Detector, type DetectorContext, HOUR_MS, MINUTE_MS } from './context.js';

/** Older reports are not told of any more: who has not sent them by then does not want them. */
const LOOKED_BACK_MS = 7 * DAY_MS;

/** A report that people wait for, or got. */
interface Awaited {
  readonly kind: ReportKind;
  readonly period: string;
  readonly dueMs: number;
  readonly state: 'not made' | 'not delivered' | 'delivered';
}

/**
 * Minutes that the oldest report of each kind has been due and was not delivered, of those that were due or made in the last seven
 * days; 0 where all were. Nothing where no mail is set up. A report that the schedule was to make while nobody watched the market
 * (machine off, schedules paused) is awaited once it is made.
 */
export const reportsUndelivered: Detector = async (context) => {
  const awaited = await awaitedReports(context);
  const kinds = [...new Set(awaited.map(({ kind }) => kind))].sort();
  return kinds.map((kind) =>
    readingOf(
      kind,
      awaited.filter((one) => one.kind === kind),
      context.nowMs,
    ),
  );
};

function readingOf(kind: ReportKind, awaited: readonly Awaited[], nowMs: number): Reading {
  const late = awaited.filter(({ state }) => state !== 'delivered').sort((a, b) => a.dueMs - b.dueMs);
  const [oldest] = late;
  const names = (some: readonly Awaited[]) => some.map(({ period }) => period).join(', ');
  if (oldest === undefined) return { subject: kind, value: 0, text: `delivered: ${names(awaited)}` };
  const value = (nowMs - oldest.dueMs) / MINUTE_MS;
  const more = late.length === 1 ? '' : `; missing in all: ${names(late)}`;
  const text = `the report ${oldest.period} was due ${Math.round(value)} min ago and is ${oldest.state}${more}`;
  return { subject: kind, value, text };
}

async function awaitedReports({ db, market, nowMs, reportTimes }: DetectorContext): Promise<readonly Awaited[]> {
  if (reportTimes === null) return [];
  const fromMs = nowMs - LOOKED_BACK_MS;
  const made = new Map((await recentReports(db, market, new Date(fromMs - DAY_MS))).map((row) => [row._id, row]));
  const due = reportTimes.flatMap(({ kind, calendar, timeZone }) =>
    instantsOf(calendar, timeZone, fromMs, nowMs).map((dueMs) => {
      const period = periodDue(REPORT_SPANS[kind], dueMs, timeZone);
      return { id: reportId(kind, market, period), kind, period, dueMs };
    }),
  );
  const watched = await hoursWatched(db, market, new Date(fromMs - 2 * HOUR_MS));
  const hourBefore = (dueMs: number) => Math.floor(dueMs / HOUR_MS - 1) * HOUR_MS;
  const onSchedule = due.flatMap(({ id, dueMs, ...name }): readonly Awaited[] => {
    const row = made.get(id);
    if (row === undefined) return watched.has(hourBefore(dueMs)) ? [{ ...name, dueMs, state: 'not made' }] : [];
    return [{ ...name, dueMs, state: row.sentAt === null ? 'not delivered' : 'delivered' }];
  });
  const dueIds = new Set(due.map(({ id }) => id));
  const others = [...made.values()]
    .filter(({ _id, at }) => !dueIds.has(_id) && at.getTime() > fromMs)
    .map(
      ({ kind, period, at, sentAt }): Awaited => ({
        ...{ kind, period, dueMs: at.getTime(), state: sentAt === null ? 'not delivered' : 'delivered' },
      }),
    );
  return [...onSchedule, ...others];
}
