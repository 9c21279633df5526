import { PhoenixError } from '../core/errors.js';
import { modelMissing, servedModels } from './ollama-client.js';

/** What is known of the model server before a run. */
export interface ModelServer {
  readonly reachable: boolean;
  /** Models it holds, by its own names. */
  readonly served: readonly string[];
  /** The model to ask, as the server names it; null when it cannot be asked. */
  readonly model: string | null;
  /** Why there is no model, in one sentence with the way out; null when there is one. */
  readonly reason: string | null;
}

const TIMEOUT_MS = 3_000;

/**
 * Looks whether the wanted model is there. Never throws for a server that is missing, slow or foreign: the day goes on by rules.
 * A model is never taken for another: only `:latest` may be left out of a name.
 */
export async function describeModelServer(host: string, model: string): Promise<ModelServer> {
  try {
    const served = await servedModels(host, TIMEOUT_MS, new AbortController().signal);
    const found = served.find((name) => name === model || name === `${model}:latest` || `${name}:latest` === model);
    if (found !== undefined) return { reachable: true, served, model: found, reason: null };
    return { reachable: true, served, model: null, reason: modelMissing(host, model).message };
  } catch (error) {
    if (!(error instanceof PhoenixError)) throw error;
    const reason = error.code === 'BadConfig' ? error.message : `no model server answers at ${host}`;
    return { reachable: false, served: [], model: null, reason };
  }
}
