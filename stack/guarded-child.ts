import { fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../core/paths.js';

/** What to start. */
export interface ChildOrder {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly variables: Readonly<Record<string, string>>;
  /** Working folder. */
  readonly folder: string;
  /** Gets output and errors, appended. */
  readonly logFile: string;
  /** Between the request to end and the kill. */
  readonly graceMs: number;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A program that never outlives this process, however this process ends. */
export interface GuardedChild {
  /** Process id of the program itself. */
  readonly pid: number;
  /** Resolves when the program and its group have ended. */
  readonly exited: Promise<ChildExit>;
  /** SIGTERM to the program's group, SIGKILL after the grace time. Safe to repeat. */
  stop(): Promise<ChildExit>;
}

type GuardMessage = { pid: number } | { failed: string } | { exited: ChildExit };

/**
 * Starts a program under `guard.mjs`, in a process group of its own.
 * @throws Error when the program file cannot be started
 */
export function startGuarded(order: ChildOrder): Promise<GuardedChild> {
  mkdirSync(dirname(order.logFile), { recursive: true });
  const log = openSync(order.logFile, 'a');
  const guard = fork(join(projectRoot(), 'stack/guard.mjs'), [], {
    stdio: ['ignore', log, log, 'ipc'],
    execArgv: ['--max-old-space-size=32'],
    detached: true,
  });
  closeSync(log);
  const { command, args, variables, folder, graceMs } = order;
  guard.send({ command, args: [...args], variables, folder, graceMs });
  return new Promise((resolve, reject) => {
    let end: ChildExit = { code: null, signal: 'SIGKILL' };
    let pid = 0;
    const exited = new Promise<ChildExit>((ended) => {
      guard.once('exit', () => {
        killGroup(pid); // the guard itself was killed: nobody else would end its program
        reject(new Error(`${command} ended before it ran`));
        ended(end);
      });
    });
    const stop = () => {
      if (guard.connected) guard.send({ stop: true }, ignoreClosedChannel);
      return exited;
    };
    guard.on('message', (message: GuardMessage) => {
      if ('failed' in message) reject(new Error(`${command} cannot be started: ${message.failed}`));
      else if ('exited' in message) end = message.exited;
      else {
        pid = message.pid;
        resolve({ pid, exited, stop });
      }
    });
    guard.once('error', reject);
  });
}

/** The guard may end between the question and the message: its end is what was wanted. */
function ignoreClosedChannel(): void {}

function killGroup(pid: number): void {
  if (pid === 0) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: the group has ended with its program, which is the usual case.
  }
}
