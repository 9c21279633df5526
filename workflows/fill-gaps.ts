import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { daysFrom } from '../core/dates.js';
import { dailyWorkflowId, runKeyOf, sourceWorkflowId, TASK_QUEUES } from '../core/ids.js';
import type { SourceResult } from '../core/schemas/collect.js';
import type { FillDayPlan, FilledSource, FillGapsInput, FillGapsResult, FillPart } from '../core/schemas/fill.js';
import { composition, gaps } from './activity-proxies.js';
import { collectSource } from './collect-source.js';
import { reasonOf } from './failures.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';

/** Properties composed by one activity; as many as the day's own enrichment takes. */
const COMPOSE_SIZE = 100;

/**
 * Fills what days of the past and today lack, day by day. What only a source of the present could have given is closed as
 * missed; the rest is collected by the ordinary child workflows under its own day, so that a day that is running already
 * is left alone. A repeat asks only for what is still not complete.
 */
export async function fillGaps(input: FillGapsInput): Promise<FillGapsResult> {
  const { from, to, ...scope } = input;
  const days = daysFrom(from, to);
  const totals = { complete: 0, missed: 0, missedBefore: 0 };
  const filled: FilledSource[] = [];
  for (const [at, runDate] of days.entries()) {
    setCurrentDetails(`**${runDate}**, day ${at + 1} of ${days.length}, ${totals.missed} missed`);
    const plan = await gaps.planFill({ ...scope, runDate });
    totals.complete += plan.complete;
    totals.missed += plan.missed;
    totals.missedBefore += plan.missedBefore;
    for (const part of plan.collect) filled.push({ runDate, result: await collectPart(input, runDate, plan, part) });
  }
  if (filled.length > 0) await composeAll(input);
  return { days: days.length, ...totals, filled };
}

async function collectPart(
  { market }: FillGapsInput,
  runDate: string,
  { county }: FillDayPlan,
  { plan, zips, past }: FillPart,
): Promise<SourceResult> {
  const { source, skipReason } = plan;
  const none = { source, zips: [], detailsLeft: 0 };
  if (skipReason !== null) return { ...none, status: 'skipped', reason: skipReason };
  const day = dailyWorkflowId(market, runDate);
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const run = { market, runDate, workflowId: day, runKey: runKeyOf(workflowId, firstExecutionRunId) };
  try {
    return await executeChild(collectSource, {
      workflowId: sourceWorkflowId(day, source),
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ run, county, plan, zips, limit: null, force: false, enrichWorkflowId: null, paused: false, past }],
      staticSummary: `${source} of ${runDate}, what was missing`,
      typedSearchAttributes: [
        { key: SEARCH_ATTRIBUTES.market, value: market },
        { key: SEARCH_ATTRIBUTES.runDate, value: runDate },
        { key: SEARCH_ATTRIBUTES.source, value: source },
      ],
    });
  } catch (problem) {
    if (problem instanceof WorkflowExecutionAlreadyStartedError) {
      return { ...none, status: 'skipped', reason: 'the day is being collected already' };
    }
    const { code, message } = reasonOf(problem);
    return { ...none, status: 'failed', reason: `${code}: ${message}` };
  }
}

/** Shows in the read model what was stored; the words of the model come with the next day. */
async function composeAll({ market, to }: FillGapsInput): Promise<void> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const run = { market, runDate: to, workflowId, runKey: runKeyOf(workflowId, firstExecutionRunId) };
  while ((await composition.composeBatch({ run, size: COMPOSE_SIZE })).more);
}
