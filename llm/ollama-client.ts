import { Ollama } from 'ollama';
import { z } from 'zod';
import { BadConfig, ModelBusy, PhoenixError } from '../core/errors.js';
import type { Turn } from './prompts.js';

export interface ModelAddress {
  /** Address of a server with Ollama's API. */
  readonly host: string;
  readonly model: string;
}

export interface AskInput {
  readonly turns: readonly Turn[];
  /** JSON schema that the answer must obey. */
  readonly format: object;
  readonly maxOutputTokens: number;
  readonly temperature: number;
  readonly seed: number;
}

export interface ModelAnswer {
  readonly text: string;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** Prompt, examples, facts and answer: about 900 tokens with the longest remarks shown. */
const CONTEXT_TOKENS = 2_048;
/** The model stays loaded between batches and nights' phases. */
const KEEP_ALIVE = '30m';
/** No answer of ours is longer than some kilobytes; a larger body is a server gone wrong. */
const MAX_ANSWER_BYTES = 1_000_000;

const namedModels = z.object({ models: z.array(z.object({ name: z.string() })) });
const chatAnswer = z.object({
  message: z.object({ content: z.string() }),
  prompt_eval_count: z.number().int().nonnegative().default(0),
  eval_count: z.number().int().nonnegative().default(0),
});

/**
 * Asks the model once. No retry here: Temporal repeats the activity.
 * @throws ModelBusy (no connection, 5xx, time-out, cut or foreign answer), BadConfig (model or API not there), what `signal` carries
 */
export async function askModel(
  address: ModelAddress,
  input: AskInput,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ModelAnswer> {
  const raw = await withModel(address, timeoutMs, signal, (ollama) =>
    ollama.chat({
      model: address.model,
      messages: input.turns.map((turn) => ({ ...turn })),
      stream: false,
      format: input.format,
      keep_alive: KEEP_ALIVE,
      options: {
        num_predict: input.maxOutputTokens,
        num_ctx: CONTEXT_TOKENS,
        temperature: input.temperature,
        seed: input.seed,
      },
    }),
  );
  const answer = chatAnswer.safeParse(raw);
  if (!answer.success) throw new ModelBusy(address.model, `${address.host} gave an answer of another form`);
  const { message, prompt_eval_count: promptTokens, eval_count: outputTokens } = answer.data;
  return { text: message.content, promptTokens, outputTokens };
}

/**
 * Loads the model into memory, so that the first property does not wait for it. Safe to repeat.
 * @throws as `askModel`
 */
export async function warmUp(address: ModelAddress, timeoutMs: number, signal: AbortSignal): Promise<void> {
  await withModel(address, timeoutMs, signal, (ollama) =>
    ollama.chat({ model: address.model, messages: [], stream: false, keep_alive: KEEP_ALIVE }),
  );
}

/** Takes the model out of memory. Safe to repeat. @throws as `askModel` */
export async function unload(address: ModelAddress, timeoutMs: number, signal: AbortSignal): Promise<void> {
  await withModel(address, timeoutMs, signal, (ollama) =>
    ollama.chat({ model: address.model, messages: [], stream: false, keep_alive: 0 }),
  );
}

/** Whether the server has the model in memory. @throws as `askModel` */
export async function isLoaded(address: ModelAddress, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const raw = await withModel(address, timeoutMs, signal, (ollama) => ollama.ps());
  const answer = namedModels.safeParse(raw);
  if (!answer.success) throw notOllama(address.host);
  return answer.data.models.some(({ name }) => name === address.model);
}

/** True when no answer came in time; false for every other trouble. */
export function isTimeout(error: unknown): boolean {
  return error instanceof ModelBusy && error.cause instanceof DOMException && error.cause.name === 'TimeoutError';
}

/** Names of the models that a server holds. @throws as `askModel` */
export async function servedModels(host: string, timeoutMs: number, signal: AbortSignal): Promise<readonly string[]> {
  const raw = await withModel({ host, model: 'any' }, timeoutMs, signal, (ollama) => ollama.list());
  const answer = namedModels.safeParse(raw);
  if (!answer.success) throw notOllama(host);
  return answer.data.models.map(({ name }) => name);
}

/** A status of 400 and more, caught before the package reads it: it writes such bodies to the console. */
class Refused extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(`status ${status}: ${detail}`);
  }
}

/** One client per request: the package can only abort all requests of a client, and none that does not stream. */
async function withModel<T>(
  address: ModelAddress,
  timeoutMs: number,
  signal: AbortSignal,
  request: (ollama: Ollama) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, deadline]);
  const client = new Ollama({
    host: address.host,
    fetch: (url, init) => boundedFetch(url, { ...init, signal: either }),
  });
  try {
    return await request(client);
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) {
      throw new ModelBusy(address.model, `no answer within ${timeoutMs} ms`, { cause: deadline.reason });
    }
    throw meaningOf(error, address);
  }
}

async function boundedFetch(url: Parameters<typeof fetch>[0], init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Refused(502, 'the answer has no end');
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  if (!response.ok) throw new Refused(response.status, text.slice(0, 200));
  return new Response(text, { status: response.status, headers: { 'content-type': 'application/json' } });
}

function meaningOf(error: unknown, { host, model }: ModelAddress): PhoenixError {
  if (error instanceof PhoenixError) return error;
  if (!(error instanceof Refused)) return new ModelBusy(model, `${host} gave no usable answer`, { cause: error });
  if (error.status === 404) return /"error"/.test(error.detail) ? modelMissing(host, model) : notOllama(host);
  if (error.status === 400) return new BadConfig([`model ${model} at ${host} refuses our requests: ${error.detail}`]);
  if (error.status < 500 && error.status !== 429 && error.status !== 408) return notOllama(host);
  return new ModelBusy(model, `${host} answered ${error.status}`, { cause: error });
}

/** The message every reader of a missing model gets: which, where, and the command that fetches it. */
export function modelMissing(host: string, model: string): BadConfig {
  return new BadConfig([`OLLAMA_MODEL ${model} is not at ${host}; fetch it with: ollama pull ${model}`]);
}

function notOllama(host: string): BadConfig {
  return new BadConfig([`OLLAMA_HOST ${host} does not speak Ollama's API`]);
}
