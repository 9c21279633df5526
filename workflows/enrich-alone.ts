import { CancellationScope, executeChild, workflowInfo } from '@temporalio/workflow';
import { phaseWorkflowId, runKeyOf } from '../core/ids.js';
import type { EnrichAloneInput, EnrichAloneResult } from '../core/schemas/sequence.js';
import { sequence } from './activity-proxies.js';
import { enrichPending } from './enrich-pending.js';
import { PHASE_TASK_QUEUE } from './phases.js';

/**
 * Enrichment without a day around it: composes what waits and has the model describe what is on the list, until nothing is left or
 * its time is over. May run beside a day; no property is described by both.
 */
export async function enrichAlone({ market, runDate, llmSeconds }: EnrichAloneInput): Promise<EnrichAloneResult> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const run = { market, runDate, workflowId, runKey: runKeyOf(workflowId, firstExecutionRunId) };
  const { model, modelReason } = await sequence.planWords();
  try {
    const result = await executeChild(enrichPending, {
      workflowId: phaseWorkflowId(workflowId, 'enrich'),
      taskQueue: PHASE_TASK_QUEUE,
      staticSummary: `words of ${market}`,
      args: [
        {
          run,
          model,
          deadlineAtMs: Date.now() + llmSeconds * 1_000,
          force: false,
          zips: [],
          nextBatch: 1,
          collectionEnded: true,
          earlier: { composed: 0, modelProblem: null },
        },
      ],
    });
    return { ...result, model, modelReason };
  } finally {
    await CancellationScope.nonCancellable(() => sequence.releaseRun(run));
  }
}
