import { getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import { holdSignal, recordsStoredSignal } from './messages.js';

/** Wakes enrichment. It may have ended at its deadline; then nobody needs to be told. */
export async function tellEnrichment(enrichWorkflowId: string | null): Promise<void> {
  if (enrichWorkflowId === null) return;
  await getExternalWorkflowHandle(enrichWorkflowId).signal(recordsStoredSignal).catch(ignoreEnded);
}

/** Holds the workflows below, or lets them go on. Those that ended in between need not be told. */
export async function tellHold(workflowIds: Iterable<string>, held: boolean): Promise<void> {
  const handles = [...workflowIds].map((id) => getExternalWorkflowHandle(id));
  await Promise.all(handles.map((handle) => handle.signal(holdSignal, held).catch(ignoreEnded)));
}

function ignoreEnded(problem: unknown): void {
  if (isCancellation(problem)) throw problem;
}
