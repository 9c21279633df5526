import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { startChild } from '@temporalio/workflow';
import { dailyWorkflowId, TASK_QUEUES } from '../core/ids.js';
import type { RecoveryTry } from '../core/schemas/incidents.js';
import { watch } from './activity-proxies.js';
import { dailySequence } from './daily-sequence.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';

/**
 * Starts today's sequence of a market where it was due and nobody began it. A day has one id, so that it is started once, whoever
 * else thinks of it; what a person paused stays paused.
 */
export async function startMissedDay(market: string): Promise<Pick<RecoveryTry, 'outcome' | 'text'>> {
  const missed = await watch.missedDay({ market, atMs: Date.now() });
  if (missed.start === null) return { outcome: 'nothing', text: missed.reason };
  const { runDate, options } = missed.start;
  try {
    await startChild(dailySequence, {
      workflowId: dailyWorkflowId(market, runDate),
      taskQueue: TASK_QUEUES.pipeline,
      parentClosePolicy: 'ABANDON',
      args: [{ market, runDate, kind: 'daily', options, startedBy: 'watchdog' }],
      staticSummary: `${market} ${runDate}, started by the watchdog`,
      typedSearchAttributes: [
        { key: SEARCH_ATTRIBUTES.market, value: market },
        { key: SEARCH_ATTRIBUTES.runDate, value: runDate },
        { key: SEARCH_ATTRIBUTES.runKind, value: 'daily' },
      ],
    });
    return { outcome: 'done', text: `the day ${runDate} was not begun and is started now` };
  } catch (problem) {
    if (!(problem instanceof WorkflowExecutionAlreadyStartedError)) throw problem;
    return { outcome: 'nothing', text: `the day ${runDate} is running already` };
  }
}
