import type { Client } from '@temporalio/client';
import { TASK_QUEUES } from '../core/ids.js';

/** Value of `temporal.api.enums.v1.TaskQueueType` for workflow tasks. */
const WORKFLOW_QUEUE = 1;

/** Whether a worker has polled the queue of our workflows in the last minutes. */
export async function servesQueue(client: Client): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: TASK_QUEUES.pipeline },
    taskQueueType: WORKFLOW_QUEUE,
  });
  return (pollers ?? []).length > 0;
}
