import { join } from 'node:path';
import { BadConfig } from '../core/errors.js';
import { freePorts } from '../core/free-ports.js';
import { projectRoot } from '../core/paths.js';
import { logFileOf, readyLineIn } from './log-file.js';
import { resolveBrowser } from './resolve-browser.js';
import { foreignPart, type StartContext, type StartedPart } from './start-context.js';
import { waitUntil } from './wait-until.js';

const READY_MS = 60_000;
const SANDBOX_GRACE_MS = 5_000;
/** One for each service of the sandbox (`sandbox/ports.ts`). */
const SANDBOX_PORTS = 11;
/** The worker drains for 30 s and is forced at 60 s; the process manager waits a little longer. */
const WORKER_GRACE_MS = 70_000;

/** Finds the browser; it is started by the worker when a page is read. Never throws for a missing one. */
export async function startBrowser({ config }: StartContext): Promise<StartedPart> {
  const { how, version, path, line } = await resolveBrowser(config);
  const state = foreignPart({ how, version, address: path, line });
  return { state, variables: path === null ? {} : { CHROMIUM_PATH: path } };
}

/**
 * Starts the stand-ins for outside services (mode `demo` alone) and takes over the settings that they announce.
 * @param args passed on, for example `--recordings DIR`
 */
export async function startSandbox(context: StartContext, args: readonly string[]): Promise<StartedPart> {
  const log = logFileOf(context.config.dataFolder, 'sandbox');
  // A sandbox that dies comes back at the same ports, so the settings of the worker stay true.
  const ports = ['--ports', (await freePorts(SANDBOX_PORTS)).join(',')];
  const { pid, startMark, facts } = await context.supervise('sandbox', {
    program: { command: process.execPath, args: [join(projectRoot(), 'dist/sandbox/main.js'), ...ports, ...args] },
    variables: {},
    graceMs: SANDBOX_GRACE_MS,
    readyMs: READY_MS,
    ready: ({ logFrom, ...wait }) => waitUntil(() => readyLineIn(log, logFrom), wait),
  });
  const variables = textsOf(facts.variables);
  const address = variables.MARICOPA_BASE_URL ?? null;
  const line = `sandbox instead of the outside services (demo): county ${address}, listings ${variables.PHOENIX_MLS_BASE_URL}`;
  return { state: { how: 'own', version: null, address, pid, startMark, log, line }, variables };
}

/** Starts the worker with the settings of this stack. @param variables win over the environment */
export async function startWorker(
  context: StartContext,
  variables: Readonly<Record<string, string>>,
): Promise<StartedPart> {
  const log = logFileOf(context.config.dataFolder, 'worker');
  const { pid, startMark } = await context.supervise('worker', {
    program: { command: process.execPath, args: [join(projectRoot(), 'dist/workers/main.js')] },
    variables,
    graceMs: WORKER_GRACE_MS,
    readyMs: READY_MS,
    ready: ({ logFrom, ...wait }) => waitUntil(() => readyLineIn(log, logFrom), wait),
  });
  return {
    state: { how: 'own', version: null, address: null, pid, startMark, log, line: `worker, log ${log}` },
    variables: {},
  };
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) throw new BadConfig(['the sandbox announced no settings']);
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
