import type { Window } from '../core/schemas/collect.js';
import type { CollectSourceInput } from '../core/schemas/sequence.js';
import { ledger } from './activity-proxies.js';
import type { CollectZipResult } from './collect-zip.js';
import { CANCELLED, type FailureReason, reasonOf } from './failures.js';

/** The window of a ZIP in this run. */
export function windowOf({ run, county, plan, limit }: CollectSourceInput, zip: string): Window {
  return { market: run.market, county, source: plan.source, zip, runDate: run.runDate, runKey: run.runKey, limit };
}

/** A ZIP whose workflow gave no result. */
export function failedZip(zip: string, reason: FailureReason): CollectZipResult {
  const sentence = `${reason.code}: ${reason.message}`;
  return { zip, status: 'failed', reason: sentence, code: reason.code, awaitsDetails: false, alreadyComplete: false };
}

/**
 * Closes the windows of ZIPs that were never begun: failed when the source had to stop, skipped when the run was
 * cancelled.
 * @param stopper why the source stopped; null when it was cancelled
 */
export async function closeUnasked(
  input: CollectSourceInput,
  results: readonly CollectZipResult[],
  stopper: FailureReason | null,
): Promise<readonly CollectZipResult[]> {
  const begun = new Set(results.map(({ zip }) => zip));
  const unasked = input.zips.filter((zip) => !begun.has(zip));
  return Promise.all(
    unasked.map((zip) =>
      closeAs(
        input,
        stopper === null
          ? { ...failedZip(zip, { code: CANCELLED, message: '' }), status: 'skipped', reason: CANCELLED, code: null }
          : failedZip(zip, { code: stopper.code, message: 'not asked, the source had stopped' }),
      ),
    ),
  );
}

/**
 * Closes the windows that waited for their details.
 * @param problemOf why the details of a ZIP are not all in; null when they are
 */
export async function closeAwaiting(
  input: CollectSourceInput,
  walked: readonly CollectZipResult[],
  problemOf: (zip: string) => string | null,
): Promise<readonly CollectZipResult[]> {
  return Promise.all(
    walked.map((zip) => {
      if (!zip.awaitsDetails) return zip;
      const reason = problemOf(zip.zip);
      return closeAs(input, { ...zip, status: reason === null ? 'complete' : 'partial', reason });
    }),
  );
}

/** A window that cannot be closed fails its own ZIP, not what is known of the others. */
async function closeAs(input: CollectSourceInput, zip: CollectZipResult): Promise<CollectZipResult> {
  const { status, reason } = zip;
  try {
    const closed = await ledger.closeWindow({ window: windowOf(input, zip.zip), state: status, reason });
    return { ...zip, status: closed.state, reason: closed.reason };
  } catch (problem) {
    return failedZip(zip.zip, reasonOf(problem));
  }
}
