import { type Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { NetworkError, StoreUnavailable } from '../../core/errors.js';
import { noteCommand } from '../../store/measures.js';
import { readSetting, withDatabase, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import type { PartFlags } from '../run-target.js';
import { partIdOf, runTargetOf } from '../run-target.js';
import { servesQueue } from '../worker-check.js';

export type SteerVerb = 'pause' | 'resume' | 'cancel';

/** A worker that is up answers within a second. */
const UPDATE_MS = 15_000;

/**
 * Holds, continues or ends a run or a part of it.
 * @throws CliError: Refused (it is in that state already), NotFound (it does not run); NetworkError when no worker answers
 */
export async function steerRun(
  context: CliContext,
  verb: SteerVerb,
  text: string | undefined,
  flags: PartFlags,
): Promise<number> {
  const workflowId = partIdOf(runTargetOf(text), flags);
  const { config } = await readSetting(context);
  const answer = await withTemporal(context, config, async (client) => {
    await mustRun(client, workflowId);
    return verb === 'cancel' ? cancel(client, workflowId) : update(context, client, verb, workflowId);
  });
  // What was done is done: that the database does not answer must not look like a refusal.
  await withDatabase(config, (db) => noteCommand(db, workflowId, verb, new Date())).catch((problem: unknown) => {
    if (!(problem instanceof StoreUnavailable)) throw problem;
    context.out.warn('the database does not answer: the day counts as one that nobody steered');
  });
  context.out.data(`${workflowId}: ${answer}`);
  context.out.document({ schemaVersion: 1, workflowId, verb, answer });
  return 0;
}

/** The server takes a second cancellation of a run that has ended without a word. */
async function mustRun(client: Client, workflowId: string): Promise<void> {
  const described = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch((problem: unknown) => {
      if (problem instanceof WorkflowNotFoundError) return null;
      throw problem;
    });
  if (described?.status.name === 'RUNNING') return;
  throw new CliError('NotFound', `${workflowId} is not running`, 'phx runs list shows the runs there are');
}

async function cancel(client: Client, workflowId: string): Promise<string> {
  await client.workflow.getHandle(workflowId).cancel();
  return 'asked to end; pages in flight end first, and the report names what is missing';
}

async function update(
  { globals }: CliContext,
  client: Client,
  verb: 'pause' | 'resume',
  workflowId: string,
): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  const timeoutMs = globals.timeoutMs ?? UPDATE_MS;
  // The server would keep the request and hand it to the next worker, however much later.
  if (!(await servesQueue(client))) throw new NetworkError(workflowId, 'no worker is up to answer');
  try {
    return await client.connection.withDeadline(Date.now() + timeoutMs, () => handle.executeUpdate<string, []>(verb));
  } catch (problem) {
    if (problem instanceof WorkflowUpdateFailedError) {
      const reason = problem.cause?.message ?? problem.message;
      throw new CliError('Refused', `${workflowId}: ${reason}`, 'phx runs show tells where it stands', {
        cause: problem,
      });
    }
    if (problem instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw new NetworkError(
        workflowId,
        `no worker answered within ${timeoutMs / 1_000} s; it may still be done when one comes up`,
        {
          cause: problem,
        },
      );
    }
    throw problem;
  }
}
