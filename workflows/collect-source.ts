import { CancellationScope, isCancellation, setCurrentDetails, sleep, startChild } from '@temporalio/workflow';
import { TASK_QUEUES, zipWorkflowId } from '../core/ids.js';
import type { SourceResult, ZipResult } from '../core/schemas/collect.js';
import type { CollectSourceInput } from '../core/schemas/sequence.js';
import { collectAllDetails } from './collect-details.js';
import { type CollectZipInput, type CollectZipResult, collectZip } from './collect-zip.js';
import { CANCELLED, cancelRequested, type FailureReason, reasonOf, stopsSource } from './failures.js';
import { createHold, type Hold } from './hold.js';
import { beginRepair, checkKnownPages } from './known-pages.js';
import { mapLimited } from './map-limited.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';
import { closeAwaiting, closeUnasked, failedZip, windowOf } from './source-windows.js';
import { resultOfHeld, tellHold, tellStage } from './tell.js';

/**
 * Collects all ZIPs of one source: walks in lanes, then the details of all of them by one list of priorities. A ZIP that
 * fails does not stop the others, unless its reason is one of the whole source. A cancelled source ends its pages in
 * flight, closes its windows and gives what it has.
 */
export async function collectSource(input: CollectSourceInput): Promise<SourceResult> {
  const running = new Set<string>();
  const hold = createHold(input.paused, (held) => tellHold(running, held));
  await startLater(input);
  if (input.plan.startDelayMs > 0 && !cancelRequested())
    await tellStage(input.enrichWorkflowId, input.plan.source, 'walking');
  const changed = await checkKnownPages(input, hold.gate);
  const { walked, stopper } = changed === null ? await walkAll(input, hold, running) : { walked: [], stopper: changed };
  if (stopper === null && !cancelRequested()) {
    await tellStage(input.enrichWorkflowId, input.plan.source, 'details');
    const { zips, left, problem, stopper: late } = await collectAllDetails(input, walked, hold.gate);
    await beginRepair(input, late);
    return finish(input, zips, left, cancelRequested() ? CANCELLED : problem);
  }
  return CancellationScope.nonCancellable(async () => {
    const unasked = await closeUnasked(input, walked, stopper);
    const why = stopper === null ? CANCELLED : 'details: not asked, the source had stopped';
    const ended = await closeAwaiting(input, walked, () => why);
    await beginRepair(input, stopper);
    return finish(input, [...ended, ...unasked], 0, stopper === null ? CANCELLED : stopper.message);
  });
}

async function startLater({ plan }: CollectSourceInput): Promise<void> {
  if (plan.startDelayMs === 0) return;
  try {
    await sleep(plan.startDelayMs, { summary: `${plan.source} starts after the county` });
  } catch (problem) {
    if (!isCancellation(problem)) throw problem; // cancelled while waiting: no ZIP is begun, each is closed by name
  }
}

/** @returns how the ZIPs ended that were begun, and why the whole source had to stop (null when it had not) */
async function walkAll(
  input: CollectSourceInput,
  hold: Hold,
  running: Set<string>,
): Promise<{ readonly walked: readonly CollectZipResult[]; readonly stopper: FailureReason | null }> {
  const { plan, zips } = input;
  const stop: { reason: FailureReason | null } = { reason: null };
  let ended = 0;
  const walks = await mapLimited(
    zips,
    plan.lanes,
    hold.gate,
    () => stop.reason !== null,
    async (zip) => {
      const result = await walkZip(input, zip, hold, running);
      if (result.code !== null && stopsSource({ code: result.code, message: '' })) {
        stop.reason ??= { code: result.code, message: result.reason ?? result.code };
      }
      ended += 1;
      setCurrentDetails(`**${plan.source}**: ${ended} of ${zips.length} ZIPs walked`);
      return result;
    },
  );
  const walked = walks.flatMap(({ item, result }) => {
    if (result.status === 'fulfilled') return [result.value];
    const neverBegun = cancelRequested() && isCancellation(result.reason);
    return neverBegun ? [] : [failedZip(item, reasonOf(result.reason))];
  });
  return { walked, stopper: stop.reason };
}

function walkZip(input: CollectSourceInput, zip: string, hold: Hold, running: Set<string>): Promise<CollectZipResult> {
  const { plan, run } = input;
  const held = hold.held();
  const child = startChild(collectZip, {
    workflowId: zipWorkflowId(run.workflowId, plan.source, zip),
    taskQueue: TASK_QUEUES.pipeline,
    args: [walkInput(input, zip, held)],
    staticSummary: `${plan.source} ${zip}`,
    typedSearchAttributes: [
      { key: SEARCH_ATTRIBUTES.market, value: run.market },
      { key: SEARCH_ATTRIBUTES.runDate, value: run.runDate },
      { key: SEARCH_ATTRIBUTES.source, value: plan.source },
      { key: SEARCH_ATTRIBUTES.zip, value: zip },
    ],
  });
  return resultOfHeld(child, held, hold, running);
}

function walkInput(input: CollectSourceInput, zip: string, paused: boolean): CollectZipInput {
  const { plan, force, enrichWorkflowId, past = false } = input;
  return {
    window: windowOf(input, zip),
    taskQueue: plan.taskQueue,
    force,
    leaveOpen: plan.detailsBelongToComplete,
    enrichWorkflowId,
    cursor: null,
    pagesDone: 0,
    paused,
    past,
  };
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
