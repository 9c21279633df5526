import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Workflow, WorkflowResultType } from '@temporalio/common';
import type { CliContext } from './context.js';
import { CliError } from './errors.js';

/**
 * Waits for the result of a workflow that goes on when the person leaves.
 * @param further tells whoever leaves where to look
 * @throws CliError: RunFailed, Interrupted
 */
export async function awaitWorkflow<W extends Workflow>(
  { signal }: CliContext,
  handle: WorkflowHandle<W>,
  further: string,
): Promise<WorkflowResultType<W>> {
  const leaving = new Promise<never>((_resolve, reject) => {
    const leave = () => reject(new CliError('Interrupted', `detached: ${handle.workflowId} goes on`, further));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
  });
  return Promise.race([handle.result().catch(asRunFailed), leaving]);
}

function asRunFailed(problem: unknown): never {
  if (problem instanceof WorkflowFailedError) {
    throw new CliError('RunFailed', problem.cause?.message ?? problem.message, null, { cause: problem });
  }
  throw problem;
}
