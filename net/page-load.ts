import { type BrowserContext, type CDPSession, errors, type Page, type Request, type Response } from 'playwright';
import {
  BrowserCrashed,
  NetworkError,
  PhoenixError,
  ResponseInvalid,
  SourceUnavailable,
  UnsafeTarget,
} from '../core/errors.js';
import type { SourceName } from '../core/schemas/names.js';
import { type CaptchaAnswer, submitCaptcha } from './captcha/submit-captcha.js';

/** How long a page may take, and what ends it sooner. */
export interface PageTimes {
  readonly signal: AbortSignal;
  /** Longest time from the request to the parsed document. */
  readonly navigationTimeoutMs: number;
  /** Longest wait for `waitFor` after that. */
  readonly settleTimeoutMs: number;
}

export interface PageLoad extends PageTimes {
  readonly source: SourceName;
  readonly url: string;
  readonly waitFor: string | null;
  /** See `PageVisit.wall`. */
  readonly wall?: string;
  /** Told the document once it is read, also when that is only after the load had failed. */
  readonly onHtml?: (html: string) => void;
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
/** Who was cancelled does not wait for a page that is stuck in the middle of its body. */
const CLOSE_CANCELLED_TIMEOUT_MS = 500;
const LAST_LOOK_MS = 500;
/** A page may hold what else would be a wall, such as the captcha of a form: its own content then comes soon. */
const BEHIND_WALL_MS = 1_000;
/** Chromium's word for a 4xx or 5xx without a body (seen in 156; the headless shell 153 shows an empty page). */
const EMPTY_REFUSAL = 'net::ERR_HTTP_RESPONSE_CODE_FAILURE';
/** Chromium's words for a body that ended before its announced end. */
const CUT_SHORT = /ERR_CONTENT_LENGTH_MISMATCH|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_HTTP2_PROTOCOL_ERROR/;
/** Pages of the listing site are 40-400 KB (assumed); what is larger is no page of it, and reading it takes too long. */
const LARGEST_PAGE_CHARACTERS = 500_000;
/** Scripts and style sheets of a page count as well; more than this is not loaded, unpacked. */
const MOST_BYTES = 8 * 1_048_576;

/**
 * A page of its own in a browser. All three throw BrowserCrashed and the signal's reason; both ways to read it throw BrowserCrashed (page or browser died, or did not finish in time),
 * NetworkError, UnsafeTarget (led to another origin), ResponseInvalid (too large), SourceUnavailable (cut short); the signal's
 * reason when aborted.
 */
export interface OpenPage {
  /** Opens it, empty, so that the first load need not. Safe to repeat. */
  open(load: PageTimes): Promise<void>;
  /** Goes to the address and reads what is there. */
  load(load: PageLoad): Promise<LoadedPage>;
  /** Puts a token into the captcha that the page shows, sends it as the page would, and reads what comes. */
  answer(load: PageLoad, captcha: CaptchaAnswer): Promise<LoadedPage>;
  /** Safe to repeat. */
  close(aborted: boolean): Promise<void>;
}

type Go = (page: Page, load: PageLoad, shown: ShownDocument) => Promise<boolean>;

/** Prepares a page; it is opened by `open`, or by the first `load`. */
export function openPage(context: BrowserContext): OpenPage {
  let page: Page | null = null;
  const open = async ({ promise }: Pick<Interruption, 'promise'>): Promise<Page> => {
    page ??= await Promise.race([context.newPage(), promise]);
    return page;
  };
  const read = async (load: PageLoad, go: Go): Promise<LoadedPage> => {
    load.signal.throwIfAborted();
    const ending = interruption(load);
    const onCrash = () => ending.interrupt(new BrowserCrashed('the page crashed'));
    try {
      const opened = await open(ending);
      opened.on('crash', onCrash);
      const shown = watchDocument(opened, () => ending.interrupt(cutShort(load.url)));
      const reading = readPage(opened, load, shown, go, () => ending.interrupt(tooLarge(load)));
      return await Promise.race([reading, ending.promise]);
    } catch (problem) {
      if (load.signal.aborted) throw load.signal.reason;
      if (page && load.onHtml) await lastLook(page, load.onHtml);
      throw asCrash(problem);
    } finally {
      ending.stop();
      page?.off('crash', onCrash);
    }
  };
  return {
    async open(times) {
      times.signal.throwIfAborted();
      const ending = interruption(times);
      try {
        await open(ending);
      } catch (problem) {
        times.signal.throwIfAborted();
        throw asCrash(problem);
      } finally {
        ending.stop();
      }
    },
    load: (load) => read(load, navigate),
    answer: (load, captcha) =>
      read(load, (opened, _load, shown) => arrive(load, shown, () => submitCaptcha(opened, load, captcha))),
    async close(aborted) {
      if (page) await closeQuietly(page, aborted ? CLOSE_CANCELLED_TIMEOUT_MS : CLOSE_PAGE_TIMEOUT_MS);
      page = null;
    },
  };
}

type Interruption = ReturnType<typeof interruption>;

/** Rejects on abort, on a crash reported to it, and when the browser no longer answers at all. */
function interruption({ signal, navigationTimeoutMs, settleTimeoutMs }: PageTimes) {
  let interrupt: (reason: unknown) => void = () => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    interrupt = reject;
  });
  promise.catch(() => undefined); // the race may be over before it rejects
  const onAbort = () => interrupt(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const deadlineMs = navigationTimeoutMs + settleTimeoutMs + CLOSE_PAGE_TIMEOUT_MS;
  const timer = setTimeout(() => interrupt(new BrowserCrashed('the browser no longer answers')), deadlineMs);
  return {
    promise,
    interrupt,
    stop() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

async function readPage(
  page: Page,
  load: PageLoad,
  shown: ShownDocument,
  go: Go,
  onLarge: () => void,
): Promise<LoadedPage> {
  const control = await page.context().newCDPSession(page);
  await countBytes(control, onLarge);
  const hasContent = await go(page, load, shown);
  const document = shown.response();
  const refused = (document?.status() ?? 0) >= 400; // a refusal never becomes the page waited for
  if (load.waitFor !== null && !refused) await settle(page, load.waitFor, load);
  const html = hasContent ? await contentOf(page, control) : '';
  if (html === null) throw tooLarge(load);
  load.onHtml?.(html);
  const finalUrl = hasContent ? page.url() : (document?.url() ?? load.url);
  assertSameOrigin(load.url, finalUrl);
  return { ...headOf(shown.response()), html, finalUrl };
}

/** Hears of every piece that arrives, unpacked, so that an endless one does not fill the browser. */
async function countBytes(control: CDPSession, onLarge: () => void): Promise<void> {
  let bytes = 0;
  control.on('Network.dataReceived', ({ dataLength }) => {
    bytes += dataLength;
    if (bytes > MOST_BYTES) onLarge();
  });
  await control.send('Network.enable');
}

/**
 * The document as text. Its length is asked before all of it is handed over, in a world that its scripts cannot reach.
 * @returns null when it is too large
 */
async function contentOf(page: Page, control: CDPSession): Promise<string | null> {
  if ((await lengthOf(control)) > LARGEST_PAGE_CHARACTERS) return null;
  const html = await page.content();
  return html.length > LARGEST_PAGE_CHARACTERS ? null : html;
}

async function lengthOf(control: CDPSession): Promise<number> {
  const { frameTree } = await control.send('Page.getFrameTree');
  const { executionContextId } = await control.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
  const { result } = await control.send('Runtime.evaluate', {
    contextId: executionContextId,
    expression: 'document.documentElement?.outerHTML.length ?? 0',
    returnByValue: true,
  });
  return Number(result.value);
}

function headOf(document: Response | null): Pick<LoadedPage, 'status' | 'contentType' | 'retryAfter'> {
  const headers = document?.headers() ?? {};
  return {
    status: document?.status() ?? 0,
    contentType: (headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase(),
    retryAfter: headers['retry-after'] ?? null,
  };
}

type ShownDocument = ReturnType<typeof watchDocument>;

/**
 * Remembers the newest document of the main frame: scripts may reload a page after `goto` has returned.
 * @param onCut its body broke off; Chromium would wait for the rest until the time-out
 */
function watchDocument(page: Page, onCut: () => void) {
  let response: Response | null = null;
  let failed: Request | null = null;
  const isDocument = (request: Request) => request.isNavigationRequest() && request.frame() === page.mainFrame();
  page.on('response', (answer) => {
    if (isDocument(answer.request())) response = answer;
  });
  page.on('requestfailed', (request) => {
    if (!isDocument(request)) return;
    failed = request;
    if (CUT_SHORT.test(request.failure()?.errorText ?? '')) onCut();
  });
  return { response: (): Response | null => response, failed: (): Request | null => failed };
}

/** @returns false when the host refused without a word: Chromium then shows an error page of its own */
async function navigate(page: Page, load: PageLoad, shown: ShownDocument): Promise<boolean> {
  return arrive(load, shown, async () => {
    await page.goto(load.url, { waitUntil: 'domcontentloaded', timeout: load.navigationTimeoutMs });
  });
}

/** Does what leads to a new document. @returns false as `navigate` */
async function arrive(load: PageLoad, shown: ShownDocument, go: () => Promise<void>): Promise<boolean> {
  try {
    await go();
    return true;
  } catch (problem) {
    if (problem instanceof PhoenixError) throw problem;
    const text = problem instanceof Error ? problem.message : '';
    const failed = shown.failed();
    if (failed) assertSameOrigin(load.url, failed.url());
    const network = /net::ERR_[A-Z_]+/.exec(text)?.[0];
    if (network === EMPTY_REFUSAL && shown.response() !== null) return false;
    // ERR_ABORTED is what a dying page gives; every other network code is the host's or the line's.
    if (network !== undefined && network !== 'net::ERR_ABORTED') {
      throw new NetworkError(new URL(load.url).host, network, { cause: problem });
    }
    throw new BrowserCrashed(`${load.url}: the page did not load in ${load.navigationTimeoutMs} ms`, {
      cause: problem,
    });
  }
}

/** Waits for the page to look finished. One that never does is handed over: telling why is the source's work. */
async function settle(page: Page, waitFor: string, { wall, settleTimeoutMs }: PageLoad): Promise<void> {
  const shows = async (selector: string, timeout: number) => {
    try {
      await page.waitForSelector(selector, { state: 'attached', timeout });
      return true;
    } catch (problem) {
      if (!(problem instanceof errors.TimeoutError)) throw problem;
      return false;
    }
  };
  if (wall === undefined) await shows(waitFor, settleTimeoutMs);
  else if (await shows(`${waitFor}, ${wall}`, settleTimeoutMs)) await shows(waitFor, BEHIND_WALL_MS);
}

/** @throws UnsafeTarget when a redirect or a script led elsewhere */
function assertSameOrigin(asked: string, reached: string): void {
  const { origin } = new URL(asked);
  if (new URL(reached).origin !== origin) throw new UnsafeTarget(`${asked} led to another origin`);
}

function tooLarge({ source, url }: PageLoad): ResponseInvalid {
  return new ResponseInvalid(source, `${url}: page too large`);
}

function cutShort(url: string): SourceUnavailable {
  return new SourceUnavailable(new URL(url).host, `${url}: body was cut short`);
}

function asCrash(problem: unknown): unknown {
  if (problem instanceof PhoenixError) return problem;
  return new BrowserCrashed('the page died while it was read', { cause: problem });
}

/** What a page that failed shows; a dead or stuck one shows nothing, and its error must not wait long for that. */
async function lastLook(page: Page, onHtml: (html: string) => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), LAST_LOOK_MS);
  });
  const seen = page
    .context()
    .newCDPSession(page)
    .then((control) => contentOf(page, control));
  const html = await Promise.race([seen.catch(() => null), late]);
  clearTimeout(timer);
  if (html !== null) onHtml(html);
}

/** A dead page cannot be closed, and a stuck one must not hold up its reader; its browser is renewed anyway. */
async function closeQuietly(page: Page, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([page.close().catch(() => undefined), late]);
  clearTimeout(timer);
}
