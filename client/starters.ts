import type { Client, WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { canonicalJson, sha256 } from '../core/hash.js';
import { adhocWorkflowId, dailyWorkflowId, runKeyOf, TASK_QUEUES } from '../core/ids.js';
import { optionsIn } from '../core/run-options.js';
import type { Mode } from '../core/schemas/names.js';
import type { RunOptions } from '../core/schemas/run.js';
import type { DailySequenceInput } from '../core/schemas/sequence.js';
import type { dailySequence } from '../workflows/daily-sequence.js';

/** By what runs are found in the Web UI; as `workflows/search-attributes.ts`, which this side knows by type alone. */
const MARKET = defineSearchAttributeKey('PxMarket', 'KEYWORD');
const RUN_DATE = defineSearchAttributeKey('PxRunDate', 'KEYWORD');
const RUN_KIND = defineSearchAttributeKey('PxRunKind', 'KEYWORD');

export interface SequenceRequest {
  readonly market: string;
  readonly runDate: string;
  readonly options: RunOptions;
}

export interface StartedSequence {
  readonly workflowId: string;
  readonly runKey: string;
  /** True when it was running already; its own options hold then. */
  readonly joined: boolean;
  readonly handle: WorkflowHandle<typeof dailySequence>;
}

/** Which workflow a request is: the day itself, or a run with a scope of its own. The same scope gives the same id. */
export function sequenceIdOf({ market, runDate, options }: SequenceRequest): {
  readonly workflowId: string;
  readonly kind: DailySequenceInput['kind'];
} {
  const { sources, zips, limit } = options;
  if (sources === null && zips === null && limit === null) {
    return { workflowId: dailyWorkflowId(market, runDate), kind: 'daily' };
  }
  const scope = { sources: sources && [...sources].sort(), zips: zips && [...zips].sort(), limit };
  const inputHash = sha256(canonicalJson(scope)).slice(0, 8);
  return { workflowId: adhocWorkflowId(market, runDate, inputHash), kind: 'adhoc' };
}

/**
 * Starts the sequence of a request, or joins it when it is running. A repeat after it ended starts it again: what is left
 * to do is read from the ledger.
 */
export async function startSequence(client: Client, mode: Mode, request: SequenceRequest): Promise<StartedSequence> {
  const { market, runDate } = request;
  const options = optionsIn(mode, request.options);
  const { workflowId, kind } = sequenceIdOf(request);
  const start = (workflowIdConflictPolicy: 'FAIL' | 'USE_EXISTING') =>
    client.workflow.start<typeof dailySequence>('dailySequence', {
      workflowId,
      workflowIdConflictPolicy,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      taskQueue: TASK_QUEUES.pipeline,
      args: [{ market, runDate, kind, options, startedBy: 'person' }],
      staticSummary: `${market} ${runDate}`,
      typedSearchAttributes: [
        { key: MARKET, value: market },
        { key: RUN_DATE, value: runDate },
        { key: RUN_KIND, value: kind },
      ],
    });
  const started = (handle: Awaited<ReturnType<typeof start>>, joined: boolean): StartedSequence => ({
    workflowId,
    runKey: runKeyOf(workflowId, handle.firstExecutionRunId),
    joined,
    handle,
  });
  try {
    // The server tells only by refusing whether one was running.
    return started(await start('FAIL'), false);
  } catch (problem) {
    if (!(problem instanceof WorkflowExecutionAlreadyStartedError)) throw problem;
    return started(await start('USE_EXISTING'), true);
  }
}
