import type { EnricherDeps } from '../llm/describe.js';
import { describeModelServer } from '../llm/model-server.js';
import type { CachedAnswer } from '../llm/types.js';
import { readSetting } from './connect.js';
import type { CliContext } from './context.js';
import { CliError } from './errors.js';

/** As in a run (spec L1), with patience for a machine that does other work too. */
const MAX_OUTPUT_TOKENS = 120;
const TIMEOUT_MS = 180_000;

/**
 * What asks the model of the settings, without a database: answers are kept while the command runs.
 * @throws CliError (NotFound) when there is no such model
 */
export async function modelUnderTest(context: CliContext): Promise<EnricherDeps> {
  const { config } = await readSetting(context);
  const { model, reason } = await describeModelServer(config.ollamaHost, config.ollamaModel);
  if (model === null)
    throw new CliError(
      'NotFound',
      reason ?? `no model at ${config.ollamaHost}`,
      'phx stack up starts a model server; --rules-only measures without one',
    );
  const kept = new Map<string, CachedAnswer>();
  return {
    host: config.ollamaHost,
    model,
    maxOutputTokens: MAX_OUTPUT_TOKENS,
    timeoutMs: context.globals.timeoutMs ?? TIMEOUT_MS,
    cache: {
      get: async (key) => kept.get(key) ?? null,
      put: async (key, answer) => void kept.set(key, answer),
    },
    book: async () => undefined,
  };
}
