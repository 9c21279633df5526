import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { sleep, startChild } from '@temporalio/workflow';
import { deliveryWorkflowId, TASK_QUEUES } from '../core/ids.js';
import type { DueDelivery } from '../core/schemas/alerts.js';
import { deliveries } from './activity-proxies.js';
import { reasonOf } from './failures.js';

/** Sends a notice beside whoever starts it. One that is on its way already goes on. */
export async function startNotice(delivery: DueDelivery): Promise<void> {
  try {
    await startChild(sendNotice, {
      workflowId: deliveryWorkflowId(delivery.id),
      taskQueue: TASK_QUEUES.pipeline,
      parentClosePolicy: 'ABANDON',
      staticSummary: delivery.id,
      args: [delivery],
    });
  } catch (problem) {
    if (!(problem instanceof WorkflowExecutionAlreadyStartedError)) throw problem;
  }
}

/** Brings one notice to people: not before its time, then for as long as it takes, up to two days. */
export async function sendNotice({ id, notBeforeMs }: DueDelivery): Promise<string> {
  const waitMs = notBeforeMs - Date.now();
  if (waitMs > 0) await sleep(waitMs, { summary: 'quiet hours' });
  try {
    return await deliveries.deliverNotice({ id });
  } catch (problem) {
    const { code, message } = reasonOf(problem);
    await deliveries.giveUpNotice({ id, reason: `${code}: ${message}` });
    return 'failed';
  }
}
