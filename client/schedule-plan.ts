import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { assertNever } from '../core/assert.js';
import { scheduledWorkflowId, TASK_QUEUES } from '../core/ids.js';
import type { ScheduleRow } from '../core/product-settings.js';
import { optionsIn } from '../core/run-options.js';
import type { EvaluateAlertsInput } from '../core/schemas/alerts.js';
import type { UpdateBaselinesInput } from '../core/schemas/baselines.js';
import type { WatchdogInput } from '../core/schemas/incidents.js';
import { MARKET_FILES, type RefreshMarketInput } from '../core/schemas/market-data.js';
import type { Mode } from '../core/schemas/names.js';
import { REPORT_SPANS, type ScheduledReportInput } from '../core/schemas/periodic.js';
import { DEFAULT_RUN_OPTIONS } from '../core/schemas/run.js';
import type { ScheduledInput } from '../core/schemas/sequence.js';
import type { MaintenanceInput } from '../core/schemas/upkeep.js';

const MANAGED = 'managed: config/schedules.json, phx schedules apply';
const NOT_BEGUN = 'not begun: phx schedules resume lets it go on';
const POLICY = { SKIP: ScheduleOverlapPolicy.SKIP, BUFFER_ONE: ScheduleOverlapPolicy.BUFFER_ONE } as const;
const MINUTE_MS = 60_000;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Creates a schedule or brings it up to date. Whether it is paused, and why, stays as an operator left it.
 * A repeat changes nothing.
 */
export async function reconcileSchedule(client: Client, mode: Mode, row: ScheduleRow): Promise<'created' | 'updated'> {
  const wanted = scheduleOf(row, mode);
  try {
    await client.schedule.create(wanted);
    return 'created';
  } catch (problem) {
    if (!(problem instanceof ScheduleAlreadyRunning)) throw problem;
  }
  const { spec, action, policies } = wanted;
  await client.schedule
    .getHandle(row.scheduleId)
    .update(({ state }) => ({ spec, action, policies: policies ?? {}, state }));
  return 'updated';
}

/** A declared schedule as Temporal takes it. */
export function scheduleOf(row: ScheduleRow, mode: Mode) {
  const { scheduleId, timeZone, comment, overlap, catchupWindow, startsPaused } = row;
  return {
    scheduleId,
    // The field is `timezone`; another name would be dropped without error and the run would start in UTC.
    spec: timesOf(row, comment, timeZone),
    action: {
      type: 'startWorkflow',
      workflowId: scheduledWorkflowId(scheduleId),
      taskQueue: TASK_QUEUES.pipeline,
      ...workOf(row, mode),
    },
    policies: { overlap: POLICY[overlap], catchupWindow: windowMs(catchupWindow), pauseOnFailure: false },
    memo: { managed: MANAGED },
    state: startsPaused ? { note: NOT_BEGUN, paused: true } : { note: MANAGED },
  } satisfies ScheduleOptions;
}

function workOf(row: ScheduleRow, mode: Mode): { readonly workflowType: string; readonly args: unknown[] } {
  switch (row.workflow) {
    case 'dailySequence': {
      const { market, timeZone, calendar } = row;
      const due = { hour: calendar.hour, minute: calendar.minute };
      const input: ScheduledInput = { market, timeZone, due, options: optionsIn(mode, DEFAULT_RUN_OPTIONS) };
      return { workflowType: 'scheduled', args: [input] };
    }
    case 'refreshMarket': {
      const input: RefreshMarketInput = { files: MARKET_FILES, force: false };
      return { workflowType: 'refreshMarket', args: [input] };
    }
    case 'evaluateAlerts': {
      const input: EvaluateAlertsInput = { market: row.market };
      return { workflowType: 'evaluateAlerts', args: [input] };
    }
    case 'watchdog': {
      const input: WatchdogInput = { market: row.market };
      return { workflowType: 'watchdog', args: [input] };
    }
    case 'sendDigest':
      return { workflowType: 'sendDigest', args: [{ market: row.market }] };
    case 'maintenance': {
      const { retention, sample } = row;
      const input: MaintenanceInput = { retention, sample };
      return { workflowType: 'maintenance', args: [input] };
    }
    case 'updateBaselines': {
      const input: UpdateBaselinesInput = { market: row.market };
      return { workflowType: 'updateBaselines', args: [input] };
    }
    case 'restoreDrill':
      return { workflowType: 'restoreDrill', args: [] };
    case 'scheduledReport': {
      const { report: kind, market, timeZone } = row;
      const input: ScheduledReportInput = { kind, span: REPORT_SPANS[kind], market, timeZone };
      return { workflowType: 'scheduledReport', args: [input] };
    }
    default:
      return assertNever(row, 'schedule');
  }
}

function timesOf(row: ScheduleRow, comment: string, timezone: string) {
  if (row.workflow === 'evaluateAlerts') return { intervals: [{ every: row.everyMinutes * MINUTE_MS }], timezone };
  if (row.workflow === 'watchdog') {
    return { intervals: [{ every: row.everyMinutes * MINUTE_MS, offset: row.offsetMinutes * MINUTE_MS }], timezone };
  }
  return { calendars: [{ ...row.calendar, comment }], timezone };
}

/** `12h` in milliseconds; the form is checked where the file is read. */
function windowMs(text: string): number {
  return Number(text.slice(0, -1)) * (UNIT_MS[text.slice(-1)] ?? 0);
}
