import type { Client } from '@temporalio/client';

/** More are not looked at: the first ones say enough. */
const MOST_WORKFLOWS = 100;
/** Waiting for a turn or for a person is not hanging. */
const WAITING = ['RateLimited', 'Frozen', 'BudgetExceeded'];

/** Parts of a run that try the same thing again and again: activities, and workflows whose own code fails. A sentence each. */
export async function hangingParts(
  client: Client,
  workflowId: string,
  manyAttempts: number,
): Promise<readonly string[]> {
  const found: string[] = [];
  let looked = 0;
  for await (const one of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    if (one.workflowId !== workflowId && !one.workflowId.startsWith(`${workflowId}/`)) continue;
    looked += 1;
    if (looked > MOST_WORKFLOWS) break;
    found.push(...(await hangingIn(client, one.workflowId, manyAttempts)));
  }
  return found;
}

async function hangingIn(client: Client, workflowId: string, manyAttempts: number): Promise<readonly string[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const task = raw.pendingWorkflowTask?.attempt ?? 0;
  const own = task >= manyAttempts ? [`${workflowId}: its own code fails, try ${task}`] : [];
  const activities = (raw.pendingActivities ?? []).flatMap(({ activityType, attempt, lastFailure }) => {
    const code = lastFailure?.applicationFailureInfo?.type ?? 'no answer in time';
    if ((attempt ?? 0) < manyAttempts || WAITING.includes(code)) return [];
    return [`${workflowId}: ${activityType?.name ?? 'an activity'} at try ${attempt}, ${code}`];
  });
  return [...own, ...activities];
}
