import type { Config } from '../core/config.js';
import type { PartName } from '../core/schemas/stack.js';
import { partsOf } from './parts-of.js';
import { isGiven } from './resolved.js';
import type { RunningStack, StackOptions } from './running-stack.js';
import { startLlm } from './start-llm.js';
import { startMongodb } from './start-mongodb.js';
import { startBrowser, startSandbox, startWorker } from './start-programs.js';
import { startTemporal } from './start-temporal.js';
import { createWatchedStack, type Starters } from './watched-stack.js';

/**
 * Starts the parts as children of this process and notes them in `stack.json`. The caller holds the lock of the data
 * folder. After an error nothing is left running.
 */
export async function startHere(options: StackOptions, detached: boolean): Promise<RunningStack> {
  const { config, mode, parts = partsOf(mode), sandboxArgs = [] } = options;
  const stack = createWatchedStack(options, detached);
  const all: Starters = {
    temporal: startTemporal,
    mongodb: startMongodb,
    llm: startLlm,
    browser: startBrowser,
    sandbox: (context) => startSandbox(context, sandboxArgs),
  };
  try {
    await stack.start(only(all, parts));
    const variables = { ...givenVariables(config), ...stack.state().variables };
    await stack.start(only({ worker: (context) => startWorker(context, variables) }, parts));
    await stack.note();
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return {
    get state() {
      return stack.state();
    },
    get variables() {
      return stack.state().variables;
    },
    joined: false,
    stop: stack.stop,
  };
}

function only(starters: Starters, parts: readonly PartName[]): Starters {
  return Object.fromEntries(Object.entries(starters).filter(([name]) => parts.some((part) => part === name)));
}

/** What a person gave on the command line or in a settings file, for the worker, which reads its environment alone. */
function givenVariables(config: Config): Record<string, string> {
  const given: Readonly<Record<string, string | null>> = {
    TEMPORAL_ADDRESS: config.temporalAddress,
    MONGODB_URL: config.mongodbUrl,
    OLLAMA_HOST: config.ollamaHost,
    OLLAMA_MODEL: config.ollamaModel,
  };
  const own = { PHOENIX_MODE: config.mode, PHOENIX_DATA: config.dataFolder, PHOENIX_CACHE: config.cacheFolder };
  const texts = Object.entries(given).flatMap(([name, value]) =>
    value !== null && isGiven(config, name) ? [[name, value]] : [],
  );
  return { ...own, ...Object.fromEntries(texts) };
}
