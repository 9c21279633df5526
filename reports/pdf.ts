import type { Printer } from '../net/printer.js';
import { escapeHtml } from './escape-html.js';

export interface PdfOptions {
  /** Stands left at the foot of every page. Plain text. */
  readonly title: string;
  /** Stands right at the head of every page, such as mode and time. Plain text; empty: none. */
  readonly header?: string;
  /** Pages on their side, for slides. Default false. */
  readonly landscape?: boolean;
}

const EDGE = 'width:100%;margin:0 14mm;font:8px DejaVu Sans,Arial,sans-serif;color:#55606c;display:flex;';

/**
 * Prints a report: backgrounds, selectable text, page numbers at the foot. A repeat gives the same pages.
 * @param html the whole document; nothing it names is fetched
 * @throws BrowserCrashed (retried), BadConfig when there is no browser
 */
export function printPdf(
  html: string,
  { title, header = '', landscape = false }: PdfOptions,
  browser: Printer,
): Promise<Uint8Array> {
  const edge = (left: string, right: string) =>
    `<div style="${EDGE}justify-content:space-between"><span>${left}</span><span>${right}</span></div>`;
  return browser.pdf(html, {
    landscape,
    headerHtml: header === '' ? '' : edge('', escapeHtml(header)),
    footerHtml: edge(escapeHtml(title), 'page <span class="pageNumber"></span> of <span class="totalPages"></span>'),
  });
}
