import { patched } from '@temporalio/workflow';
import type { DigestResult, EvaluateAlertsInput, EvaluateAlertsResult } from '../core/schemas/alerts.js';
import { alerts, deliveries } from './activity-proxies.js';
import { raiseFault } from './raise-fault.js';
import { startNotice } from './send-notice.js';

/**
 * Measures a market once, writes down what changed, and lets each notice go its own way: a mail server that is away holds up
 * neither the next evaluation nor the other channels.
 */
export async function evaluateAlerts(input: EvaluateAlertsInput): Promise<EvaluateAlertsResult> {
  const at = { ...input, atMs: Date.now() };
  const { transitions, raised, marks, unknown } = await alerts.evaluateMarket(at);
  if (patched('incidents') && marks.length > 0) {
    for (const one of raised) await raiseFault(one);
    await alerts.noteRaised({ marks });
  }
  const due = await alerts.planNotices(at);
  for (const delivery of due) await startNotice(delivery);
  return { transitions, deliveries: due.length, raised, unknown };
}

/** The daily mail of what needs nobody at once. */
export async function sendDigest({ market }: { readonly market: string }): Promise<DigestResult> {
  return deliveries.mailDigest({ market, atMs: Date.now() });
}
