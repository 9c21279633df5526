import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, log, workflowInfo } from '@temporalio/workflow';
import { reportId, TASK_QUEUES } from '../core/ids.js';
import type { PeriodicReportInput, PeriodicReportResult, ScheduledReportInput } from '../core/schemas/periodic.js';
import { periodDue } from '../domain/periods.js';
import { reportMail, reports } from './activity-proxies.js';
import { cancelRequested, reasonOf } from './failures.js';
import { SCHEDULED_START } from './search-attributes.js';

/**
 * Makes one report: figures, files, mail. The figures and files are kept before anything is sent, so that a mail server that is
 * away loses nothing. A repeat makes the files anew and sends nothing twice.
 */
export async function periodicReport({ send, again, ...name }: PeriodicReportInput): Promise<PeriodicReportResult> {
  const kept = await reports.buildReport({ name, atMs: Date.now() });
  const files = await reports.writeReport({ name });
  if (!send) return { ...kept, files, sent: false, reason: 'not asked for' };
  try {
    return { ...kept, files, ...(await reportMail.mailReport({ ...name, again })) };
  } catch (problem) {
    if (cancelRequested()) throw problem;
    const { code, message } = reasonOf(problem);
    return { ...kept, files, sent: false, reason: `${code}: ${message}` };
  }
}

/** What schedules start: names the period that the report is about, and makes it under its own id. */
export async function scheduledReport({
  kind,
  span,
  market,
  timeZone,
}: ScheduledReportInput): Promise<PeriodicReportResult | { readonly skipped: string }> {
  const info = workflowInfo();
  const due = info.typedSearchAttributes.get(SCHEDULED_START) ?? info.startTime;
  const period = periodDue(span, due.getTime(), timeZone);
  const workflowId = reportId(kind, market, period);
  try {
    return await executeChild(periodicReport, {
      workflowId,
      taskQueue: TASK_QUEUES.pipeline,
      staticSummary: workflowId,
      args: [{ kind, market, period, send: true, again: null }],
    });
  } catch (problem) {
    if (!(problem instanceof WorkflowExecutionAlreadyStartedError)) throw problem;
    log.warn('the report is being made already', { workflowId });
    return { skipped: `${workflowId} is being made already` };
  }
}
