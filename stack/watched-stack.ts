import { projectRoot } from '../core/paths.js';
import { startMarkOf } from '../core/process-alive.js';
import { PART_NAMES, type PartName, type PartState, type StackState } from '../core/schemas/stack.js';
import { logFileOf } from './log-file.js';
import type { StackOptions } from './running-stack.js';
import type { StartContext, StartedPart } from './start-context.js';
import { removeStackState, writeStackState } from './state-file.js';
import { type PartProcess, type SupervisedPart, supervise } from './supervised-part.js';

export type Starters = Readonly<Partial<Record<PartName, (context: StartContext) => Promise<StartedPart>>>>;

/** The parts of one stack: their processes, and what `stack.json` says about them. */
export interface WatchedStack {
  state(): StackState;
  /**
   * Starts parts side by side.
   * @throws the first error; the others are given up then, and `stop` ends what was started
   */
  start(starters: Starters): Promise<void>;
  /** Writes `stack.json`, now and after each restart of a part. */
  note(): Promise<void>;
  /** Ends the parts in reverse order and removes `stack.json`. Safe to repeat. */
  stop(): Promise<void>;
}

/** An empty stack of this process. */
export function createWatchedStack(options: StackOptions, detached: boolean): WatchedStack {
  const { dataFolder } = options.config;
  const running = new Map<PartName, SupervisedPart<unknown>>();
  const giveUp = new AbortController();
  let state = emptyState(options, detached);
  let noted = false;
  let stopped: Promise<void> | null = null;

  const context: StartContext = {
    config: options.config,
    onLine: options.onLine,
    async supervise(name, plan) {
      const onRestarted = (process: PartProcess) => void setPart(name, { ...state.parts[name], ...process });
      const hooks = { onLine: options.onLine, onRestarted };
      const logFile = logFileOf(dataFolder, name);
      const part = await supervise({ ...plan, name, logFile, folder: projectRoot() }, hooks, giveUp.signal);
      running.set(name, part);
      return part;
    },
  };
  const write = () => (noted ? writeStackState(dataFolder, state) : Promise.resolve());
  const setPart = (name: PartName, part: Partial<PartState>) => {
    const before = state.parts[name];
    if (before === undefined) return;
    state = { ...state, parts: { ...state.parts, [name]: { ...before, ...part } } };
    return write();
  };
  const startOne = async (name: PartName, starter: (context: StartContext) => Promise<StartedPart>) => {
    const { state: part, variables } = await starter(context);
    state = { ...state, parts: { ...state.parts, [name]: part }, variables: { ...state.variables, ...variables } };
    options.onLine(part.line);
  };
  const stopAll = async () => {
    giveUp.abort();
    for (const name of [...PART_NAMES].reverse()) await running.get(name)?.stop();
    if (noted) await removeStackState(dataFolder);
  };
  const onAbort = () => giveUp.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted) onAbort();

  return {
    state: () => state,
    async start(starters) {
      const starts = PART_NAMES.flatMap((name) => (starters[name] ? [startOne(name, starters[name])] : []));
      for (const start of starts) start.catch(() => giveUp.abort());
      const failed = (await Promise.allSettled(starts)).find((start) => start.status === 'rejected');
      options.signal?.throwIfAborted();
      if (failed !== undefined) throw failed.reason;
    },
    async note() {
      noted = true;
      options.signal?.removeEventListener('abort', onAbort);
      await write();
    },
    stop() {
      stopped ??= stopAll();
      return stopped;
    },
  };
}

function emptyState({ mode, sandboxArgs = [] }: StackOptions, detached: boolean): StackState {
  const startMark = startMarkOf(process.pid);
  const own = { pid: process.pid, startMark, startedAt: new Date().toISOString(), detached };
  return { schemaVersion: 1, mode, ...own, sandboxArgs: [...sandboxArgs], parts: {}, variables: {} };
}
