import type { BrowserContextOptions, Page } from 'playwright';
import { BrowserCrashed } from '../core/errors.js';
import { createLeases } from './browser-leases.js';
import type { BrowserSession } from './browser-session.js';
import { createMemorySessions } from './memory-sessions.js';

/** How HTML becomes pages of paper. */
export interface PrintOptions {
  /** Letter size; slides lie on their side. Default false. */
  readonly landscape?: boolean;
  /** HTML above and below each page; `<span class="pageNumber">` and `<span class="totalPages">` are filled in. Empty: none. */
  readonly headerHtml: string;
  readonly footerHtml: string;
}

/** A browser of its own for our own pages: it reaches no host, runs no script and goes as nobody's visitor. */
export interface Printer {
  /** A PDF with text that can be selected. @throws BrowserCrashed (retried), BadConfig when there is no browser */
  pdf(html: string, options: PrintOptions): Promise<Uint8Array>;
  /** A PNG of `width` × `height` CSS pixels, drawn with two dots a pixel. Errors as `pdf`. */
  picture(html: string, width: number, height: number): Promise<Uint8Array>;
  /** Ends the browser, if one was started. Later calls are refused. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 30_000;
const RENEW_AFTER_PAGES = 200;

/** The browser starts with the first page that is asked for. @param executablePath program file (`CHROMIUM_PATH`) */
export function createPrinter(executablePath: string): Printer {
  const leases = createLeases({
    executablePath,
    product: '',
    hosts: [], // no name resolves, so that no page can fetch anything
    renewAfterPages: RENEW_AFTER_PAGES,
    sessions: createMemorySessions(),
  });
  const onPage = (options: BrowserContextOptions, html: string, work: (page: Page) => Promise<Uint8Array>) =>
    leases.beside((session) => onOwnPage(session, options, html, work));
  return {
    pdf: (html, { landscape = false, headerHtml, footerHtml }) =>
      onPage({}, html, (page) =>
        page.pdf({
          format: 'Letter',
          landscape,
          printBackground: true,
          displayHeaderFooter: true,
          headerTemplate: headerHtml === '' ? '<span></span>' : headerHtml,
          footerTemplate: footerHtml === '' ? '<span></span>' : footerHtml,
          margin: { top: '16mm', bottom: '16mm', left: '14mm', right: '14mm' },
          tagged: true,
          outline: true,
        }),
      ),
    picture: (html, width, height) =>
      onPage({ viewport: { width, height }, deviceScaleFactor: 2 }, html, (page) => page.screenshot({ type: 'png' })),
    close: () => leases.close(),
  };
}

/** A browser for as long as the work takes; null where no program is given (`CHROMIUM_PATH`). */
export async function withPrinter<T>(
  executablePath: string | null,
  work: (browser: Printer | null) => Promise<T>,
): Promise<T> {
  if (executablePath === null) return work(null);
  const browser = createPrinter(executablePath);
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

async function onOwnPage(
  { context: beside }: BrowserSession,
  options: BrowserContextOptions,
  html: string,
  work: (page: Page) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const browser = beside.browser();
  if (browser === null) throw new BrowserCrashed('the browser has gone');
  const context = await browser.newContext({
    ...options,
    javaScriptEnabled: false,
    offline: true,
    serviceWorkers: 'block',
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.setContent(html, { waitUntil: 'load' });
    return await work(page);
  } catch (problem) {
    throw new BrowserCrashed('the report could not be drawn', { cause: problem });
  } finally {
    await context.close().catch(() => undefined); // a browser that died took it along
  }
}
