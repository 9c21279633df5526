import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { sleep, startChild } from '@temporalio/workflow';
import { deliveryWorkflowId, TASK_QUEUES } from '../core/ids.js';
import type { DigestResult, DueDelivery, EvaluateAlertsInput, EvaluateAlertsResult } from '../core/schemas/alerts.js';
import { alerts, deliveries } from './activity-proxies.js';
import { reasonOf } from './failures.js';

/**
 * Measures a market once, writes down what changed, and lets each notice go its own way: a mail server that is away holds up
 * neither the next evaluation nor the other channels.
 */
export async function evaluateAlerts(input: EvaluateAlertsInput): Promise<EvaluateAlertsResult> {
  const at = { ...input, atMs: Date.now() };
  const { transitions, raised, unknown } = await alerts.evaluateMarket(at);
  const due = await alerts.planNotices(at);
  for (const delivery of due) await startNotice(delivery);
  return { transitions, deliveries: due.length, raised, unknown };
}

/** Those that are on their way already go on. */
async function startNotice(delivery: DueDelivery): Promise<void> {
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

/** The daily mail of what needs nobody at once. */
export async function sendDigest({ market }: { readonly market: string }): Promise<DigestResult> {
  return deliveries.mailDigest({ market, atMs: Date.now() });
}
