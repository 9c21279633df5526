import { type Config, secretValues } from '../core/config.js';
import { marketOf } from '../core/product-settings.js';
import type { RunSummary } from '../core/schemas/run.js';
import type { StackState } from '../core/schemas/stack.js';
import { renderRunSummaryTerminal } from '../reports/run-summary/terminal.js';
import type { CliContext } from './context.js';
import { exitCodeOf, runDocument } from './run-document.js';
import { linksOf, reportPath } from './run-links.js';

/**
 * Shows a finished run: for people on stderr, with `--json` as a document on stdout.
 * @param stream the document is the last line of a stream
 * @returns the exit code
 */
export function finishRun(
  { out }: CliContext,
  summary: RunSummary,
  stack: StackState | null,
  config: Config,
  stream = false,
): number {
  if (!out.quiet) out.raw(`\n${summaryText(out, summary, config)}`);
  const document = runDocument(summary, stack, config);
  if (stream) out.record(document);
  else out.document(document);
  return exitCodeOf(summary.status);
}

/** The summary as text for a terminal. */
export function summaryText(
  { colour, columns }: { readonly colour: boolean; readonly columns: number },
  summary: RunSummary,
  config: Config,
): string {
  const { temporal } = linksOf(config, summary.runId);
  return renderRunSummaryTerminal(
    { ...summary, report: reportPath(config, summary.report) },
    {
      colour,
      columns,
      links: temporal === null ? [] : [{ label: 'Temporal', href: temporal }],
      timeZone: marketOf(summary.market).timeZone,
      secrets: secretValues(config),
    },
  );
}
