import { CancellationScope, executeChild, isCancellation, setCurrentDetails, sleep } from '@temporalio/workflow';
import { TASK_QUEUES, zipWorkflowId } from '../core/ids.js';
import type { DetailBatch, SourceResult, Window, ZipResult } from '../core/schemas/collect.js';
import type { CollectSourceInput } from '../core/schemas/sequence.js';
import { collectOn, ledger } from './activity-proxies.js';
import { type CollectZipResult, collectZip } from './collect-zip.js';
import { type FailureReason, reasonOf, stopsSource } from './failures.js';
import { createHold } from './hold.js';
import { mapLimited } from './map-limited.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';
import { tellEnrichment, tellHold } from './tell.js';

/**
 * Collects all ZIPs of one source: walks in lanes, then the details of all of them by one list of priorities. A ZIP that
 * fails does not stop the others, unless its reason is one of the whole source.
 */
export async function collectSource(input: CollectSourceInput): Promise<SourceResult> {
  const { plan, run, zips } = input;
  const running = new Set<string>();
  const hold = createHold(input.paused, (held) => tellHold(running, held));
  if (plan.startDelayMs > 0) await sleep(plan.startDelayMs, { summary: `${plan.source} starts after the county` });

  const stop: { reason: FailureReason | null } = { reason: null };
  const walks = await mapLimited(
    zips,
    plan.lanes,
    hold.gate,
    () => stop.reason !== null,
    async (zip) => {
      const workflowId = zipWorkflowId(run.workflowId, plan.source, zip);
      running.add(workflowId);
      try {
        const result = await executeChild(collectZip, {
          workflowId,
          taskQueue: TASK_QUEUES.pipeline,
          args: [walkInput(input, zip, hold.held())],
          staticSummary: `${plan.source} ${zip}`,
          typedSearchAttributes: [
            { key: SEARCH_ATTRIBUTES.market, value: run.market },
            { key: SEARCH_ATTRIBUTES.runDate, value: run.runDate },
            { key: SEARCH_ATTRIBUTES.source, value: plan.source },
            { key: SEARCH_ATTRIBUTES.zip, value: zip },
          ],
        });
        if (result.code !== null && stopsSource({ code: result.code, message: '' })) {
          stop.reason ??= { code: result.code, message: result.reason ?? result.code };
        }
        return result;
      } finally {
        running.delete(workflowId);
        showProgress(input, zips.length - running.size);
      }
    },
  );
  const results = walks.map(({ item, result }) =>
    result.status === 'fulfilled' ? result.value : failedZip(item, reasonOf(result.reason)),
  );
  const walked = [...results, ...(await closeUnasked(input, results, stop.reason))];
  if (stop.reason !== null) return finish(input, walked, 0, stop.reason.message);
  const { zips: ended, left, problem } = await collectAllDetails(input, walked, hold.gate);
  return finish(input, ended, left, problem);
}

function walkInput(input: CollectSourceInput, zip: string, paused: boolean) {
  const { plan, force, enrichWorkflowId } = input;
  return {
    window: windowOf(input, zip),
    taskQueue: plan.taskQueue,
    force,
    leaveOpen: plan.detailsBelongToComplete,
    enrichWorkflowId,
    cursor: null,
    pagesDone: 0,
    paused,
  };
}

function windowOf({ run, county, plan, limit }: CollectSourceInput, zip: string): Window {
  return { market: run.market, county, source: plan.source, zip, runDate: run.runDate, runKey: run.runKey, limit };
}

function failedZip(zip: string, reason: FailureReason): CollectZipResult {
  const sentence = `${reason.code}: ${reason.message}`;
  return { zip, status: 'failed', reason: sentence, code: reason.code, awaitsDetails: false, alreadyComplete: false };
}

/** ZIPs that were never begun, because the source had to stop, are failed by name. */
async function closeUnasked(
  input: CollectSourceInput,
  results: readonly CollectZipResult[],
  stopper: FailureReason | null,
) {
  const begun = new Set(results.map(({ zip }) => zip));
  const unasked = input.zips.filter((zip) => !begun.has(zip));
  if (stopper === null || unasked.length === 0) return [];
  const reason = { code: stopper.code, message: 'not asked, the source had stopped' };
  return Promise.all(
    unasked.map(async (zip) => {
      const failed = failedZip(zip, reason);
      await ledger.closeWindow({ window: windowOf(input, zip), state: 'failed', reason: failed.reason });
      return failed;
    }),
  );
}

async function collectAllDetails(
  input: CollectSourceInput,
  walked: readonly CollectZipResult[],
  gate: () => Promise<void>,
): Promise<{ readonly zips: readonly CollectZipResult[]; readonly left: number; readonly problem: string | null }> {
  const { plan, force } = input;
  const windows = walked
    .filter(({ status, reason }) => status === 'complete' || reason === 'limit')
    .map(({ zip }) => windowOf(input, zip));
  const { batches, leftForLater: left } = await ledger.planDetails({ windows, force });
  const { collectDetails } = collectOn(plan.taskQueue);
  const problems = new Map<string, FailureReason>();
  let stopped = false;
  const work = async ({ window, keys }: DetailBatch) => {
    const summary = `${keys.length} details of ${window.zip}`;
    await collectDetails.executeWithOptions({ summary }, [{ window, keys }]);
    await tellEnrichment(input.enrichWorkflowId);
  };
  try {
    const done = await mapLimited(
      batches,
      plan.lanes,
      gate,
      () => stopped,
      async (batch) => {
        try {
          await work(batch);
        } catch (problem) {
          if (isCancellation(problem)) throw problem;
          const reason = reasonOf(problem);
          problems.set(batch.window.zip, reason);
          stopped ||= stopsSource(reason);
        }
      },
    );
    if (done.length < batches.length) for (const { window } of batches) rememberUndone(problems, window, stopped);
  } catch (problem) {
    if (isCancellation(problem)) {
      await CancellationScope.nonCancellable(() => closeAwaiting(input, walked, () => 'cancelled'));
    }
    throw problem;
  }
  const problemOf = (zip: string) => {
    const reason = problems.get(zip);
    return reason ? `details: ${reason.code}: ${reason.message}` : null;
  };
  const sentences = [...problems.keys()].sort().map((zip) => `${zip} ${problemOf(zip)}`);
  return {
    zips: await closeAwaiting(input, walked, problemOf),
    left,
    problem: sentences.length === 0 ? null : sentences.join('; '),
  };
}

function rememberUndone(problems: Map<string, FailureReason>, window: Window, stopped: boolean): void {
  if (stopped && !problems.has(window.zip))
    problems.set(window.zip, { code: 'Stopped', message: 'not asked, the source had stopped' });
}

/** Closes the windows that waited for their details. @param problemOf why the details of a ZIP are not all in; null when they are */
async function closeAwaiting(
  input: CollectSourceInput,
  walked: readonly CollectZipResult[],
  problemOf: (zip: string) => string | null,
): Promise<readonly CollectZipResult[]> {
  return Promise.all(
    walked.map(async (zip) => {
      if (!zip.awaitsDetails) return zip;
      const reason = problemOf(zip.zip);
      const closed = await ledger.closeWindow({
        window: windowOf(input, zip.zip),
        state: reason === null ? 'complete' : 'partial',
        reason,
      });
      return { ...zip, status: closed.state, reason: closed.reason };
    }),
  );
}

function finish(
  { plan, zips: order }: CollectSourceInput,
  walked: readonly CollectZipResult[],
  detailsLeft: number,
  problem: string | null,
): SourceResult {
  const zips: ZipResult[] = walked
    .map(({ zip, status, reason }) => ({ zip, status, reason }))
    .sort((a, b) => order.indexOf(a.zip) - order.indexOf(b.zip));
  const good = zips.filter(({ status, reason }) => status === 'complete' || reason === 'limit');
  const nothing = zips.every(({ status }) => status === 'failed');
  const whole = good.length === zips.length && problem === null;
  return {
    source: plan.source,
    status: whole ? 'complete' : nothing ? 'failed' : 'partial',
    reason: problem,
    zips,
    detailsLeft,
  };
}

function showProgress({ plan, zips }: CollectSourceInput, ended: number): void {
  setCurrentDetails(`**${plan.source}**: ${ended} of ${zips.length} ZIPs walked or waiting`);
}
