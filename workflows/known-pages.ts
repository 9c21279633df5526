import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, isCancellation, log, startChild } from '@temporalio/workflow';
import { repairWorkflowId, TASK_QUEUES } from '../core/ids.js';
import type { RepairSelectorsInput, RepairSelectorsResult } from '../core/schemas/repair.js';
import type { CollectSourceInput } from '../core/schemas/sequence.js';
import { layoutOn } from './activity-proxies.js';
import { cancelRequested, type FailureReason, reasonOf, stopsSource } from './failures.js';
import { layoutChangedSignal } from './messages.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';

/** A person is reminded once a day. */
const REMIND_AFTER_MS = 86_400_000;

/**
 * Looks at pages that are known, before a source of pages is walked. Plans from before this was there do not ask for it, so
 * their histories are repeated as they were.
 * @returns why the source has to stop; null when it may be walked. A look that fails for itself is no reason.
 */
export async function checkKnownPages(
  { run, county, plan, zips, force }: CollectSourceInput,
  gate: () => Promise<void>,
): Promise<FailureReason | null> {
  if (!plan.repairs) return null;
  await gate();
  if (cancelRequested()) return null;
  try {
    await layoutOn(plan.taskQueue).checkKnown({ run, county, source: plan.source, zips, force });
    return null;
  } catch (problem) {
    if (isCancellation(problem) && cancelRequested()) return null; // the walk ends by itself, each ZIP by name
    const reason = reasonOf(problem);
    if (stopsSource(reason)) return reason;
    log.warn('known pages could not be looked at; the walk itself tells a changed layout, too', { ...reason });
    return null;
  }
}

/**
 * Starts the repair of a source whose layout changed, or tells the one that is under way what else was lost. It outlives
 * the run: a person may take days.
 */
export async function beginRepair(input: CollectSourceInput, stopper: FailureReason | null): Promise<void> {
  const { run, county, plan, zips } = input;
  if (!plan.repairs || stopper?.code !== 'SchemaDrift') return;
  const lost = { market: run.market, runDate: run.runDate, zips };
  const workflowId = repairWorkflowId(plan.source);
  try {
    await startChild<(input: RepairSelectorsInput) => Promise<RepairSelectorsResult>>('repairSelectors', {
      workflowId,
      taskQueue: TASK_QUEUES.pipeline,
      parentClosePolicy: 'ABANDON',
      staticSummary: `layout of ${plan.source} changed`,
      args: [{ run, county, plan, lost, remindAfterMs: REMIND_AFTER_MS }],
      typedSearchAttributes: [
        { key: SEARCH_ATTRIBUTES.market, value: run.market },
        { key: SEARCH_ATTRIBUTES.source, value: plan.source },
      ],
    });
  } catch (problem) {
    if (!(problem instanceof WorkflowExecutionAlreadyStartedError)) throw problem;
    await getExternalWorkflowHandle(workflowId)
      .signal(layoutChangedSignal, lost)
      .catch((ended: unknown) => log.warn('the repair ended meanwhile', { ...reasonOf(ended) }));
  }
}
