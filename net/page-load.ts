import type { BrowserContext, Page, Request, Response } from 'playwright';
import { BrowserCrashed, NetworkError, ResponseInvalid, UnsafeTarget } from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';

export interface PageLoad {
  readonly source: SourceName;
  readonly url: string;
  readonly waitFor: string | null;
  readonly signal: AbortSignal;
  /** Longest time from the request to the parsed document. */
  readonly navigationTimeoutMs: number;
  /** Longest wait for `waitFor` after that. */
  readonly settleTimeoutMs: number;
}

/** What a load gave. `retryAfter` is the header as it came, null when absent. */
export interface LoadedPage {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | null;
  readonly html: string;
  readonly finalUrl: string;
}

const CLOSE_PAGE_TIMEOUT_MS = 3_000;
/** Pages of the listing site are 40-400 KB (assumed); what is larger is no page of it. */
const LARGEST_PAGE_CHARACTERS = 8_000_000;
const REFUSED_BY_NAME = 'net::ERR_NAME_NOT_RESOLVED';

/**
 * Opens a page of its own in the context, reads it, and closes it whatever happens.
 * @throws BrowserCrashed (page or browser died, or did not finish in time), NetworkError, UnsafeTarget (led to another
 * origin), ResponseInvalid (too large); the signal's reason when aborted
 */
export async function loadPage(context: BrowserContext, load: PageLoad): Promise<LoadedPage> {
  load.signal.throwIfAborted();
  const ending = interruption(load);
  let page: Page | null = null;
  try {
    page = await Promise.race([context.newPage(), ending.promise]);
    page.on('crash', () => ending.interrupt(new BrowserCrashed('the page crashed')));
    return await Promise.race([readPage(page, load), ending.promise]);
  } catch (problem) {
    throw load.signal.aborted ? load.signal.reason : asCrash(problem);
  } finally {
    ending.stop();
    if (page) await closeQuietly(page);
  }
}

/** Rejects on abort, on a crash reported to it, and when the browser no longer answers at all. */
function interruption({ signal, navigationTimeoutMs, settleTimeoutMs }: PageLoad) {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined); // the race may be over before it rejects
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const deadlineMs = navigationTimeoutMs + settleTimeoutMs + CLOSE_PAGE_TIMEOUT_MS;
  const timer = setTimeout(() => reject(new BrowserCrashed('the browser no longer answers')), deadlineMs);
  return {
    promise,
    interrupt: reject,
    stop() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
