import {
  allHandlersFinished,
  CancellationScope,
  ContinueAsNew,
  condition,
  continueAsNew,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Cursor, Window, ZipResult } from '../core/schemas/collect.js';
import { collectOn, ledger } from './activity-proxies.js';
import { CANCELLED, cancelRequested, reasonOf } from './failures.js';
import { createHold, type Hold } from './hold.js';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';
import { tellEnrichment } from './tell.js';

/** Input of `collectZip`. */
export interface CollectZipInput {
  readonly window: Window;
  readonly taskQueue: string;
  readonly force: boolean;
  /** True leaves the window open, for details that belong to it. */
  readonly leaveOpen: boolean;
  readonly enrichWorkflowId: string | null;
  /** Where to go on after continue-as-new; null at the start. */
  readonly cursor: Cursor | null;
  readonly pagesDone: number;
  readonly paused: boolean;
  /** True for a day that is over. Left out: false. */
  readonly past?: boolean;
}

/** How a ZIP ended, and what stops its source when that is the reason. */
export interface CollectZipResult extends ZipResult {
  /** Error code of a failure; null otherwise. */
  readonly code: string | null;
  /** True when the walk ended well and the window waits for its details. */
  readonly awaitsDetails: boolean;
  /** True when nothing was asked, because the window was complete. */
  readonly alreadyComplete: boolean;
}

/**
 * Walks one ZIP of one source, page by page. Continues as new when the server suggests it. When it is cancelled it closes
 * its window as partial and ends with that result, so that neither its source nor the day is cancelled with it.
 */
export async function collectZip(input: CollectZipInput): Promise<CollectZipResult> {
  const { window } = input;
  const hold = createHold(input.paused, async () => {});
  const ended = (part: Partial<CollectZipResult>): CollectZipResult => ({
    zip: window.zip,
    status: 'complete',
    reason: null,
    code: null,
    awaitsDetails: false,
    alreadyComplete: false,
    ...part,
  });
  try {
    if (input.pagesDone === 0) {
      const { alreadyComplete } = await ledger.openWindow({
        window,
        force: input.force,
        past: input.past ?? false,
      });
      if (alreadyComplete) {
        setCurrentDetails(`**${window.source} ${window.zip}**: complete already, nothing asked`);
        return ended({ alreadyComplete });
      }
    }
    const end = await walk(input, hold);
    if (end === 'limit') return ended(await close(window, 'partial', 'limit'));
    return ended(input.leaveOpen ? { awaitsDetails: true } : await close(window, 'complete', null));
  } catch (problem) {
    if (problem instanceof ContinueAsNew) throw problem;
    if (cancelRequested()) {
      return ended(await CancellationScope.nonCancellable(() => close(window, 'partial', CANCELLED)));
    }
    const { code, message } = reasonOf(problem);
    return ended({ ...(await close(window, 'failed', `${code}: ${message}`)), code });
  }
}

async function walk(input: CollectZipInput, hold: Hold): Promise<'end' | 'limit'> {
  const { window, taskQueue } = input;
  const { collectPage } = collectOn(taskQueue);
  let pages = input.pagesDone;
  let cursor = input.cursor;
  for (;;) {
    await hold.gate();
    const page = await collectPage.executeWithOptions({ summary: `page ${pages + 1}` }, [{ window, cursor }]);
    pages += 1;
    const place = `${pages} pages, ${page.keysSoFar} of ${page.total ?? '?'} keys`;
    setCurrentDetails(`**${window.source} ${window.zip}**: ${place}`);
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.saved, value: page.keysSoFar }]);
    await tellEnrichment(input.enrichWorkflowId);
    if (page.limitReached) return 'limit';
    if (page.nextCursor === null) return 'end';
    cursor = page.nextCursor;
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof collectZip>({ ...input, cursor, pagesDone: pages, paused: hold.held() });
    }
  }
}

async function close(
  window: Window,
  state: ZipResult['status'],
  reason: string | null,
): Promise<Pick<ZipResult, 'status' | 'reason'>> {
  const closed = await ledger.closeWindow({ window, state, reason });
  return { status: closed.state, reason: closed.reason };
}
