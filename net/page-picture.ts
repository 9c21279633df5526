import type { BrowserContext } from 'playwright';
import { BrowserCrashed } from '../core/errors.js';

/** Part of a page that is drawn; tall enough for a wall or the first listings. Pixels. */
const PICTURE_SIZE = { width: 1_366, height: 2_000 };
const PICTURE_TIMEOUT_MS = 10_000;

/**
 * Draws HTML that was read before, in a context of its own: no cookies, no scripts, and nothing is asked of any host.
 * @returns a PNG
 * @throws BrowserCrashed when it cannot be drawn in 10 s
 */
export async function drawPage(beside: BrowserContext, html: string): Promise<Uint8Array> {
  const browser = beside.browser();
  if (browser === null) throw new BrowserCrashed('the browser has gone');
  const context = await browser.newContext({
    javaScriptEnabled: false,
    offline: true,
    serviceWorkers: 'block',
    viewport: PICTURE_SIZE,
  });
  try {
    await context.route('**/*', (route) => route.abort('blockedbyclient'));
    const page = await context.newPage();
    page.setDefaultTimeout(PICTURE_TIMEOUT_MS);
    await page.setContent(html, { waitUntil: 'domcontentloaded' });
    return await page.screenshot({ type: 'png' });
  } catch (problem) {
    throw new BrowserCrashed('the page could not be drawn', { cause: problem });
  } finally {
    await context.close().catch(() => undefined); // a browser that died took it along
  }
}
