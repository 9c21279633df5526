import { freePort } from '../../core/free-ports.js';
import { type ChildOrder, type GuardedChild, startGuarded } from '../../stack/guarded-child.js';
import { tailOf } from '../../stack/log-file.js';

/** Long enough for a machine that does much else; a server that ends is known at once. */
const READY_MS = 120_000;
const PORTS_TRIED = 3;

/**
 * Starts a server of a test and waits until it answers.
 * @throws Error with the end of its log when it ends or does not answer; nothing is left running then
 */
export async function startTestServer(
  order: ChildOrder,
  ready: (options: { timeoutMs: number; signal: AbortSignal }) => Promise<unknown>,
): Promise<GuardedChild> {
  const child = await startGuarded(order);
  const ended = new AbortController();
  void child.exited.then(() => ended.abort());
  const answer = await ready({ timeoutMs: READY_MS, signal: ended.signal }).catch(() => null);
  if (answer !== null && !ended.signal.aborted) return child;
  const what = ended.signal.aborted ? 'ended while it started' : `did not answer within ${READY_MS / 1_000} s`;
  await child.stop();
  throw new Error(`${order.command} ${what}; end of ${order.logFile}:\n${await tailOf(order.logFile)}`);
}

/** Starts a server on a free port, and on another one when a program took that port first. */
export async function onFreePort(
  start: (port: number) => Promise<GuardedChild>,
): Promise<{ readonly port: number; readonly child: GuardedChild }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, child: await start(port) };
    } catch (error) {
      if (attempt === PORTS_TRIED) throw error;
    }
  }
}
