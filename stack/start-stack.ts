import { join } from 'node:path';
import { withFileLock } from './file-lock.js';
import { joinStack } from './join-stack.js';
import type { RunningStack, StackOptions } from './running-stack.js';
import { startDetached } from './start-detached.js';
import { startHere } from './start-here.js';
import { endLeftovers } from './stop-stack.js';

/** A first start may have to install everything. */
const WAIT_FOR_OTHER_MS = 15 * 60_000;

/**
 * Brings up the stack of the data folder, or joins it when it is up: two calls at once give one stack.
 * @throws BadConfig (a part that is needed is missing, or the stack that is up serves something else), NetworkError
 *   (a part does not answer; its message holds the end of the part's log)
 */
export function startStack(options: StackOptions): Promise<RunningStack> {
  return options.keep === true ? startDetached(options) : startAttached(options, false);
}

/**
 * The same, as children of this process.
 * @param detached noted in `stack.json`: this process is no command of a person but the stack's own
 */
export function startAttached(options: StackOptions, detached: boolean): Promise<RunningStack> {
  const { dataFolder } = options.config;
  return withFileLock(join(dataFolder, 'stack.lock'), WAIT_FOR_OTHER_MS, async () => {
    const running = await joinStack(options);
    if (running !== null) return running;
    await endLeftovers(dataFolder);
    return startHere(options, detached);
  });
}
