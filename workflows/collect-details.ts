import { CancellationScope } from '@temporalio/workflow';
import type { DetailBatch, PlanDetailsResult } from '../core/schemas/collect.js';
import type { CollectSourceInput } from '../core/schemas/sequence.js';
import { collectOn, ledger } from './activity-proxies.js';
import type { CollectZipResult } from './collect-zip.js';
import { CANCELLED, cancelRequested, type FailureReason, reasonOf, stopsSource } from './failures.js';
import { mapLimited } from './map-limited.js';
import { closeAwaiting, windowOf } from './source-windows.js';
import { tellEnrichment } from './tell.js';

/** How the details of a source ended. */
export interface DetailsEnd {
  readonly zips: readonly CollectZipResult[];
  /** Details that the request budget left for another day. */
  readonly left: number;
  /** What failed and no window says, by ZIP; null when there is nothing of the kind. */
  readonly problem: string | null;
  /** Why the whole source had to stop; null when it had not. */
  readonly stopper: FailureReason | null;
}

/**
 * Collects the details of all ZIPs by one list of priorities, and closes the windows that waited for them. Whatever
 * happens on the way, cancellation included, no window stays open and no result of a walk is lost.
 */
export async function collectAllDetails(
  input: CollectSourceInput,
  walked: readonly CollectZipResult[],
  gate: () => Promise<void>,
): Promise<DetailsEnd> {
  const good = walked.filter(({ status, reason }) => status === 'complete' || reason === 'limit');
  const problems = new Map<string, string>();
  const planned = await planOf(input, good, problems);
  const stopper = await askBatches(input, planned.batches, gate, problems);
  const problemOf = (zip: string) => problems.get(zip) ?? null;
  const awaiting = new Set(walked.filter(({ awaitsDetails }) => awaitsDetails).map(({ zip }) => zip));
  const unsaid = [...problems].filter(([zip]) => !awaiting.has(zip)).sort();
  const sentences = unsaid.map(([zip, problem]) => `${zip} ${problem}`);
  return {
    zips: await CancellationScope.nonCancellable(() => closeAwaiting(input, walked, problemOf)),
    left: planned.leftForLater,
    problem: sentences.length === 0 ? null : sentences.join('; '),
    stopper,
  };
}

async function planOf(
  input: CollectSourceInput,
  good: readonly CollectZipResult[],
  problems: Map<string, string>,
): Promise<PlanDetailsResult> {
  try {
    const windows = good.map(({ zip }) => windowOf(input, zip));
    return await ledger.planDetails({ windows, force: input.force });
  } catch (problem) {
    for (const { zip } of good) problems.set(zip, sentence(problem));
    return { batches: [], leftForLater: 0 };
  }
}

async function askBatches(
  input: CollectSourceInput,
  batches: readonly DetailBatch[],
  gate: () => Promise<void>,
  problems: Map<string, string>,
): Promise<FailureReason | null> {
  const { plan, enrichWorkflowId } = input;
  const { collectDetails } = collectOn(plan.taskQueue);
  const stop: { reason: FailureReason | null } = { reason: null };
  const ask = async ({ window, keys }: DetailBatch) => {
    try {
      const summary = `${keys.length} details of ${window.zip}`;
      await collectDetails.executeWithOptions({ summary }, [{ window, keys }]);
      await tellEnrichment(enrichWorkflowId);
    } catch (problem) {
      problems.set(window.zip, sentence(problem));
      const reason = reasonOf(problem);
      if (stopsSource(reason)) stop.reason ??= reason;
    }
  };
  const done = await mapLimited(batches, plan.lanes, gate, () => stop.reason !== null, ask);
  const begun = new Set(done.map(({ item }) => item));
  const why = cancelRequested() ? CANCELLED : 'details: not asked, the source had stopped';
  for (const batch of batches) {
    if (!begun.has(batch) && !problems.has(batch.window.zip)) problems.set(batch.window.zip, why);
  }
  return stop.reason;
}

function sentence(problem: unknown): string {
  if (cancelRequested()) return CANCELLED;
  const { code, message } = reasonOf(problem);
  return `details: ${code}: ${message}`;
}
