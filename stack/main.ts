import { loadConfig } from '../core/config.js';
import { BadConfig } from '../core/errors.js';
import { errorText } from './error-code.js';
import type { RunningStack } from './running-stack.js';
import type { StackOrder, StackReport } from './start-detached.js';
import { startAttached } from './start-stack.js';

/*
 * The stack's own process (`phx stack up`, `npm start -- --keep`): gets its order over IPC, starts the parts, watches
 * them, and stops them in order on SIGTERM or SIGINT. Its lines go to the log and, until it is ready, to the command.
 */

const giveUp = new AbortController();
let running: Promise<RunningStack> | null = null;

process.once('message', (order: StackOrder) => {
  running = start(order);
  running.then(reportReady, reportFailure);
});
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

async function start({ flags, parts, sandboxArgs }: StackOrder): Promise<RunningStack> {
  const config = loadConfig({ flags });
  const base = { config, mode: config.mode, sandboxArgs, signal: giveUp.signal, onLine };
  return startAttached(parts === null ? base : { ...base, parts }, true);
}

function reportReady({ joined }: RunningStack): void {
  tell({ ready: true }, () => {
    if (process.connected) process.disconnect();
    if (joined) process.exit(0);
  });
}

function reportFailure(error: unknown): void {
  const failed = errorText(error);
  write(failed);
  tell({ failed, faults: error instanceof BadConfig ? error.faults : null }, () => process.exit(1));
}

async function stop(): Promise<void> {
  giveUp.abort(new Error('stopped'));
  const stack = await running?.catch(() => null);
  await stack?.stop();
  process.exit(0);
}

function onLine(line: string): void {
  write(line);
  tell({ line }, () => undefined);
}

function write(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

function tell(report: StackReport, sent: () => void): void {
  if (process.connected && process.send) process.send(report, undefined, undefined, sent);
  else sent();
}
