import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Eta } from 'eta';
import mjml2html from 'mjml';
import { projectRoot } from '../../core/paths.js';
import type { Printer } from '../../net/printer.js';
import { type ChartSpec, chartPng } from '../chart.js';
import { printPdf } from '../pdf.js';
import type { ReportModel } from './model.js';
import { renderReportText } from './text.js';
import { viewOf } from './view.js';

/** A picture in a mail, named by `cid:<cid>`. */
export interface MailPicture {
  readonly cid: string;
  readonly png: Uint8Array;
}

export interface ReportMail {
  /** One line, no line ends. */
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly pictures: readonly MailPicture[];
}

/**
 * A report as a mail. Charts are pictures where there is a browser to draw them, else the figures in them.
 * @param pdf name of the attached file; null where there is none
 * @throws BrowserCrashed (retried)
 */
export async function renderReportMail(
  model: ReportModel,
  browser: Printer | null,
  pdf: string | null,
): Promise<ReportMail> {
  const view = viewOf(model, 'mail');
  const pictures = browser === null ? [] : await drawCharts(model, browser);
  const drawn = new Set(pictures.map(({ cid }) => cid));
  const template = await templateOf('report-mail.mjml.eta');
  const markup = new Eta().renderString(template, { ...view, drawn, pdf, cidOf });
  // Includes are off and validation is strict: text that got past the escaping must break the report, not enter it.
  const { html } = await mjml2html(markup, {
    validationLevel: 'strict',
    ignoreIncludes: true,
    keepComments: false,
    fonts: {},
  });
  return { subject: view.subject, html, text: renderReportText(view), pictures };
}

/** The whole report as one HTML document that fetches nothing: for readers, and for the printer. Safe to repeat. */
export async function renderReportPage(model: ReportModel): Promise<string> {
  return new Eta().renderString(await templateOf('report-page.html.eta'), viewOf(model, 'all'));
}

/** The whole report as PDF. @throws BrowserCrashed (retried), BadConfig without a browser */
export async function printReport(model: ReportModel, browser: Printer): Promise<Uint8Array> {
  const { title, market, period, mode, layout } = model;
  return printPdf(
    await renderReportPage(model),
    {
      title: `${title}, ${market} ${period}`,
      header: mode === 'production' ? '' : mode.toUpperCase(),
      landscape: layout === 'slides',
    },
    browser,
  );
}

const cidOf = (id: string) => `chart-${id}@report`;

async function drawCharts(model: ReportModel, browser: Printer): Promise<readonly MailPicture[]> {
  const charts = new Map<string, ChartSpec>();
  for (const { blocks } of model.mail ?? model.sections) {
    for (const block of blocks) if (block.type === 'chart') charts.set(block.chart.id, block.chart);
  }
  const pictures: MailPicture[] = [];
  for (const [id, spec] of charts) {
    const png = await chartPng(spec, browser);
    if (png !== null) pictures.push({ cid: cidOf(id), png });
  }
  return pictures;
}

/** Templates are read from the project folder, since the compiler does not copy them. */
function templateOf(name: string): Promise<string> {
  return readFile(join(projectRoot(), 'reports', 'periodic', name), 'utf8');
}
