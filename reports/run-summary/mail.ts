import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Eta } from 'eta';
import mjml2html from 'mjml';
import { projectRoot } from '../../core/paths.js';
import type { RunSummary } from '../../core/schemas/run.js';
import { createCleanText } from '../clean-text.js';
import { renderText } from './text.js';
import { type ReportLink, type RunSummaryView, viewOf } from './view.js';

export interface RunSummaryMail {
  /** One line, no line ends. */
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface MailOptions {
  /** IANA zone of the market; default `America/Phoenix`. */
  readonly timeZone?: string;
  /** Values that must not be seen, as from `config.secretValues`. */
  readonly secrets?: readonly string[];
}

/**
 * The run summary as a mail with both parts. Text of sources and models is escaped; nothing of it is run or fetched.
 * The templates are read from the project folder, since the compiler does not copy them. A repeat gives the same mail.
 */
export async function renderRunSummaryMail(
  summary: RunSummary,
  links: readonly ReportLink[],
  { timeZone = 'America/Phoenix', secrets = [] }: MailOptions = {},
): Promise<RunSummaryMail> {
  const view = viewOf(summary, { links, timeZone, clean: createCleanText(secrets) });
  return { subject: view.subject, html: await renderHtml(view), text: renderText(view) };
}

async function renderHtml(view: RunSummaryView): Promise<string> {
  const template = await readFile(join(projectRoot(), 'reports', 'run-summary', 'run-summary.mjml.eta'), 'utf8');
  const markup = new Eta().renderString(template, view);
  // Includes are off and validation is strict: text that got past the escaping must break the report, not enter it.
  const { html } = await mjml2html(markup, {
    validationLevel: 'strict',
    ignoreIncludes: true,
    keepComments: false,
    fonts: {},
  });
  return html;
}
