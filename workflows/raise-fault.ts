import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, isCancellation, startChild } from '@temporalio/workflow';
import { incidentWorkflowId, TASK_QUEUES } from '../core/ids.js';
import type { RaisedAlert } from '../core/schemas/alerts.js';
import { incident } from './incident.js';
import { incidentFaultSignal } from './messages.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';

/** An incident that ends between being found and being told is opened anew; it cannot end twice in a moment. */
const MOST_RACES = 3;

/**
 * Opens the incident of a cause, or tells the one that there is. A repeat is known to it by the number of the transition.
 * @throws ApplicationFailure when neither could be done: who asked must not believe that an incident knows
 */
export async function raiseFault({ market, cause, fault, opens }: RaisedAlert): Promise<void> {
  const workflowId = incidentWorkflowId(market, cause);
  for (let attempt = 0; attempt < MOST_RACES; attempt += 1) {
    if (opens && (await opened(workflowId, { market, cause, fault }))) return;
    if (await told(workflowId, fault)) return;
    if (!opens) return;
  }
  throw ApplicationFailure.create({
    type: 'IncidentNotTold',
    message: `${workflowId} could neither be opened nor told of ${fault.rule}`,
  });
}

async function opened(
  workflowId: string,
  { market, cause, fault }: Pick<RaisedAlert, 'market' | 'cause' | 'fault'>,
): Promise<boolean> {
  try {
    await startChild(incident, {
      workflowId,
      taskQueue: TASK_QUEUES.pipeline,
      parentClosePolicy: 'ABANDON',
      args: [{ market, cause, fault }],
      staticSummary: `${fault.severity} ${fault.rule} of ${market}`,
      typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.market, value: market }],
    });
    return true;
  } catch (problem) {
    if (problem instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw problem;
  }
}

/** @returns false when no such incident runs */
async function told(workflowId: string, fault: RaisedAlert['fault']): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(incidentFaultSignal, fault);
    return true;
  } catch (problem) {
    if (isCancellation(problem)) throw problem;
    return false;
  }
}
