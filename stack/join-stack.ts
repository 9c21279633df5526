import { BadConfig, NetworkError } from '../core/errors.js';
import type { PartName, StackState } from '../core/schemas/stack.js';
import { askDatabase } from './database-ready.js';
import { partsOf } from './parts-of.js';
import type { RunningStack, StackOptions } from './running-stack.js';
import { livesStill, readStackState } from './state-file.js';
import { askTemporal } from './temporal-ready.js';
import { waitUntil } from './wait-until.js';

/** A part that has just died is started again meanwhile. */
const HEALTHY_MS = 60_000;

/**
 * Joins the stack of the data folder.
 * @returns null when none is up
 * @throws BadConfig when it serves something else than what is asked for, NetworkError when it does not answer
 */
export async function joinStack(options: StackOptions): Promise<RunningStack | null> {
  const { config, mode, parts = partsOf(mode), onLine, signal } = options;
  const state = await readStackState(config.dataFolder);
  if (state === null || !livesStill(state)) return null;
  const faults = differences(state, options, parts);
  if (faults.length > 0) throw new BadConfig(faults.map((fault) => `${fault}: stop it first (phx stack down)`));
  const healthy = await waitUntil(() => answers(state), { timeoutMs: HEALTHY_MS, ...(signal ? { signal } : {}) });
  if (healthy === null) {
    const logs = `see the logs in ${config.dataFolder}/logs, or stop it (phx stack down)`;
    throw new NetworkError('stack', `process ${state.pid} runs it, but it does not answer: ${logs}`);
  }
  onLine(`stack of ${config.dataFolder} is up (process ${state.pid}) and is used`);
  return { state, variables: state.variables, joined: true, stop: () => Promise.resolve() };
}

function differences(
  state: StackState,
  { mode, sandboxArgs = [] }: StackOptions,
  parts: readonly PartName[],
): string[] {
  const faults: string[] = [];
  if (state.mode !== mode) faults.push(`the stack of this data folder runs in mode ${state.mode}, not ${mode}`);
  const missing = parts.filter((name) => state.parts[name] === undefined);
  if (missing.length > 0) faults.push(`the stack that is up has no ${missing.join(', ')}`);
  if (state.mode === 'demo' && state.sandboxArgs.join('\n') !== sandboxArgs.join('\n')) {
    faults.push(`the sandbox of the stack that is up was started with other settings`);
  }
  return faults;
}

async function answers({ variables }: StackState): Promise<true | null> {
  const { TEMPORAL_ADDRESS: address, MONGODB_URL: url } = variables;
  const questions: Promise<unknown>[] = [];
  if (address !== undefined) questions.push(askTemporal({ address }, 2_000));
  if (url !== undefined) questions.push(askDatabase(url, 2_000));
  return Promise.all(questions).then(
    () => true,
    () => null,
  );
}
