import { assertNever } from '../core/assert.js';
import type { Config } from '../core/config.js';
import type { RunStatus, RunSummary } from '../core/schemas/run.js';
import type { PartState, StackState } from '../core/schemas/stack.js';
import { linksOf, reportPath } from './run-links.js';

/**
 * What a finished run prints with `--json`; documented in `docs/cli.md`. `counts` and every ZIP satisfy
 * `seen = stored + unchanged + quarantined + excluded`.
 */
export function runDocument(summary: RunSummary, stack: StackState | null, config: Config) {
  const { runId, status, mode, runDate, counts, llm } = summary;
  const { model, calls, cached, tokens, ruleOnly, pending } = llm;
  return {
    schemaVersion: 1,
    runId,
    status,
    mode,
    runDate,
    stack: partsOf(stack, config),
    counts,
    sources: summary.sources.map(({ name, status: own, reason, zips }) => ({ name, status: own, reason, zips })),
    llm: { model, calls, cached, tokens, ruleOnly, pending },
    links: linksOf(config, runId),
    report: reportPath(config, summary.report),
  };
}

function partsOf(stack: StackState | null, config: Config) {
  const given = (address: string | null) => ({ how: 'environment', version: null, address });
  const shown = (part: PartState | undefined, address: string | null) =>
    part ? { how: part.how, version: part.version, address: part.address ?? address } : given(address);
  return {
    temporal: shown(stack?.parts.temporal, config.temporalAddress),
    mongodb: shown(stack?.parts.mongodb, null), // an address that a person gave may hold a password
    llm: shown(stack?.parts.llm, config.ollamaHost),
    browser: shown(stack?.parts.browser, config.chromiumPath),
  };
}

/** Exit code of a command that waited for a run. */
export function exitCodeOf(status: RunStatus): number {
  switch (status) {
    case 'complete':
      return 0;
    case 'partial':
      return 3;
    case 'failed':
      return 1;
    case 'cancelled':
      return 130;
    default:
      return assertNever(status, 'run status');
  }
}
