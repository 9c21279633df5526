import { Command } from 'commander';
import { productVersion } from '../core/paths.js';
import type { Run } from './context.js';
import { defineAlerts } from './definitions/alerts.js';
import { defineBackup } from './definitions/backup.js';
import { defineBaseline } from './definitions/baseline.js';
import { defineCaptcha } from './definitions/captcha.js';
import { defineChanges } from './definitions/changes.js';
import { defineContacts } from './definitions/contacts.js';
import { defineBudget, defineCost } from './definitions/cost.js';
import { defineEmergency } from './definitions/emergency.js';
import { defineEnrich } from './definitions/enrich.js';
import { defineErrors } from './definitions/errors.js';
import { defineExport } from './definitions/export.js';
import { defineHealth } from './definitions/health.js';
import { defineIncidents } from './definitions/incidents.js';
import { defineLlm } from './definitions/llm.js';
import { defineMarket } from './definitions/market.js';
import { defineMonitoring } from './definitions/monitoring.js';
import { defineCapacity, defineOptimize } from './definitions/optimize.js';
import { defineProperty } from './definitions/property.js';
import { defineProxies } from './definitions/proxies.js';
import { defineQuality } from './definitions/quality.js';
import { defineReplay } from './definitions/replay.js';
import { defineReport } from './definitions/report.js';
import { defineReviews } from './definitions/reviews.js';
import { defineRuns } from './definitions/runs.js';
import { defineSchedules } from './definitions/schedules.js';
import { defineSources } from './definitions/sources.js';
import { defineStack } from './definitions/stack.js';
import { defineStart } from './definitions/start.js';
import { defineTools } from './definitions/tools.js';
import { defineWindows } from './definitions/windows.js';

/** Flags of the program itself, as commander gives them. */
export interface GlobalFlags {
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly color?: boolean;
  readonly input?: boolean;
  readonly mode?: string;
  readonly config?: string;
  readonly profile?: string;
  readonly timeout?: string;
}

export interface ProgramSetup {
  readonly run: Run;
  writeOut(text: string): void;
  writeErr(text: string): void;
  /** Gets the sentence about a command line that was not understood. */
  outputError(text: string): void;
}

/**
 * The whole command tree: names, options, help. Loads no command's code, so that `--help` is there at once; each command
 * loads its own when it runs.
 */
export function createProgram({ run, ...output }: ProgramSetup): Command {
  const program = new Command('phx')
    .description('Collects Phoenix property records, keeps the evidence, and says what is true and how it is known.')
    .version(productVersion(), '-V, --version', 'print the version')
    .option('--json', 'print one JSON document on stdout, errors as JSON on stderr')
    .option('--quiet', 'no progress and no hints')
    .option('--verbose', 'show where an error happened')
    .option('--no-color', 'no colour')
    .option('--no-input', 'never ask')
    .option('--mode <mode>', 'demo (sandbox and recordings), test (real services, 25 records a ZIP) or production')
    .option('--config <file>', 'settings file instead of .env')
    .option('--profile <name>', 'settings file .env.<name> instead of .env')
    .option('--timeout <seconds>', 'longest wait for an answer of a service')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput(output)
    .exitOverride();
  const groups = [
    defineStart,
    defineRuns,
    defineWindows,
    defineProperty,
    defineReviews,
    defineChanges,
    defineQuality,
    defineReplay,
    defineReport,
    defineEnrich,
    defineMarket,
    defineExport,
    defineSources,
    defineProxies,
    defineCaptcha,
    defineCost,
    defineBudget,
    defineBaseline,
    defineMonitoring,
    defineOptimize,
    defineCapacity,
    defineAlerts,
    defineIncidents,
    defineErrors,
    defineHealth,
    defineContacts,
    defineSchedules,
    defineEmergency,
    defineStack,
    defineBackup,
    defineLlm,
    defineTools,
  ];
  for (const define of groups) define(program, run);
  return program;
}
