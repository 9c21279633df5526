import { getExternalWorkflowHandle, isCancellation, patched } from '@temporalio/workflow';
import type { SourceName } from '../core/schemas/names.js';
import type { SourceStage } from '../core/schemas/sequence.js';
import type { Hold } from './hold.js';
import { holdSignal, recordsStoredSignal, sourceStageSignal } from './messages.js';

/** Wakes enrichment. It may have ended at its deadline; then nobody needs to be told. */
export async function tellEnrichment(enrichWorkflowId: string | null): Promise<void> {
  if (enrichWorkflowId === null) return;
  await getExternalWorkflowHandle(enrichWorkflowId).signal(recordsStoredSignal).catch(ignoreEnded);
}

/** Tells enrichment how far a source has come. Histories of before have no such signal. */
export async function tellStage(
  enrichWorkflowId: string | null,
  source: SourceName,
  stage: SourceStage,
): Promise<void> {
  if (enrichWorkflowId === null || !patched('source-stages')) return;
  await getExternalWorkflowHandle(enrichWorkflowId)
    .signal(sourceStageSignal, source, stage)
    .catch(() => undefined); // a source that is cancelled meanwhile ends as it would have
}

/** Holds the workflows below, or lets them go on. Those that ended in between need not be told. */
export async function tellHold(workflowIds: Iterable<string>, held: boolean): Promise<void> {
  const handles = [...workflowIds].map((id) => getExternalWorkflowHandle(id));
  await Promise.all(handles.map((handle) => handle.signal(holdSignal, held).catch(ignoreEnded)));
}

/**
 * Waits for a child that obeys pause and resume.
 * @param child being started
 * @param given whether it was started held; it is told again when that changed while it was being started
 * @param running ids of the children that are told of pause and resume; the child is among them while it runs
 */
export async function resultOfHeld<R>(
  child: Promise<{ readonly workflowId: string; result(): Promise<R> }>,
  given: boolean,
  hold: Hold,
  running: Set<string>,
): Promise<R> {
  const handle = await child;
  running.add(handle.workflowId);
  try {
    if (hold.held() !== given) await tellHold([handle.workflowId], hold.held());
    return await handle.result();
  } finally {
    running.delete(handle.workflowId);
  }
}

function ignoreEnded(problem: unknown): void {
  if (isCancellation(problem)) throw problem;
}
