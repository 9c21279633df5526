import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, log, workflowInfo } from '@temporalio/workflow';
import { instantOf, runDateOf } from '../core/dates.js';
import { dailyWorkflowId, TASK_QUEUES } from '../core/ids.js';
import type { DailySequenceResult, ScheduledInput } from '../core/schemas/sequence.js';
import { dailySequence } from './daily-sequence.js';
import { SCHEDULED_START, SEARCH_ATTRIBUTES } from './search-attributes.js';

/**
 * What schedules start: a schedule cannot give a business id (the server appends the time), so this runs the day under
 * its own id and waits for it. The day is the one that was scheduled, also when it starts late. A schedule that a person lets run has
 * another time than its own.
 */
export async function scheduled({
  market,
  timeZone,
  due: clock,
  options,
}: ScheduledInput): Promise<DailySequenceResult | { readonly skipped: string }> {
  const info = workflowInfo();
  const planned = info.typedSearchAttributes.get(SCHEDULED_START) ?? null;
  const due = planned ?? info.startTime;
  const runDate = runDateOf(due.getTime(), timeZone);
  const onTime =
    planned !== null && (!clock || instantOf(runDate, clock.hour, clock.minute, timeZone) === planned.getTime());
  try {
    return await executeChild(dailySequence, {
      workflowId: dailyWorkflowId(market, runDate),
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ market, runDate, kind: 'daily', options, startedBy: onTime ? 'schedule' : 'person' }],
      staticSummary: `${market} ${runDate}`,
      typedSearchAttributes: [
        { key: SEARCH_ATTRIBUTES.market, value: market },
        { key: SEARCH_ATTRIBUTES.runDate, value: runDate },
        { key: SEARCH_ATTRIBUTES.runKind, value: 'daily' },
      ],
    });
  } catch (problem) {
    if (!(problem instanceof WorkflowExecutionAlreadyStartedError)) throw problem;
    log.warn('the day is running already; this start is counted as skipped', { market, runDate });
    return { skipped: `${dailyWorkflowId(market, runDate)} is running already` };
  }
}
