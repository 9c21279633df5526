import { fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BadConfig, NetworkError } from '../core/errors.js';
import { projectRoot } from '../core/paths.js';
import type { PartName } from '../core/schemas/stack.js';
import { joinStack } from './join-stack.js';
import { logFileOf, tailOf } from './log-file.js';
import type { RunningStack, StackOptions } from './running-stack.js';

/** What the starting command tells the stack's own process. */
export interface StackOrder {
  /** By variable name; they win over the environment, which the process inherits. */
  readonly flags: Readonly<Record<string, string>>;
  readonly parts: readonly PartName[] | null;
  readonly sandboxArgs: readonly string[];
}

/** What that process tells the command until it is ready. */
export type StackReport =
  | { readonly line: string }
  | { readonly ready: true }
  | { readonly failed: string; readonly faults: readonly string[] | null };

/** Starts the stack in a process of its own, which goes on after this one, and waits until it is ready. */
export async function startDetached(options: StackOptions): Promise<RunningStack> {
  const running = await joinStack(options);
  if (running !== null) return running;
  await startProcess(options);
  const started = await joinStack({ ...options, onLine: () => undefined });
  if (started === null) throw new NetworkError('stack', 'it ended as soon as it was ready');
  return { ...started, joined: false };
}

function startProcess({ config, mode, parts, sandboxArgs = [], signal, onLine }: StackOptions): Promise<void> {
  const logFile = logFileOf(config.dataFolder, 'stack');
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const main = join(projectRoot(), 'dist/stack/main.js');
  const child = fork(main, [], { stdio: ['ignore', log, log, 'ipc'], detached: true });
  closeSync(log);
  const flags = { PHOENIX_MODE: mode, PHOENIX_DATA: config.dataFolder, PHOENIX_CACHE: config.cacheFolder };
  const order: StackOrder = { flags, parts: parts ?? null, sandboxArgs };
  child.send(order);
  return new Promise((resolve, reject) => {
    const onAbort = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', onAbort, { once: true });
    const onExit = async () => {
      const tail = await tailOf(logFile);
      done(() => reject(new NetworkError('stack', `its process ended while it started; end of ${logFile}:\n${tail}`)));
    };
    const done = (settle: () => void) => {
      signal?.removeEventListener('abort', onAbort);
      child.off('exit', onExit); // once it is up, its end is nobody's business here
      if (child.connected) child.disconnect();
      child.unref();
      settle();
    };
    child.on('message', (report: StackReport) => {
      if ('line' in report) return onLine(report.line);
      if ('ready' in report) return done(resolve);
      done(() => reject(report.faults ? new BadConfig(report.faults) : new NetworkError('stack', report.failed)));
    });
    child.once('exit', onExit);
  });
}
