import type { GenerateResult, ModelInfo } from './engine.js';

/** Version named to clients: ours, so that nobody takes this server for Ollama itself. */
export const SERVER_VERSION = '0.0.0-phoenix.1';
const NANOSECONDS = 1_000_000;
/** The model stays loaded as long as the server runs; Ollama has no word for "never", so a far day. */
const NEVER_EXPIRES = '2318-01-01T00:00:00Z';

/** Row of `/api/tags`. */
export function tagRow(model: ModelInfo) {
  return {
    name: model.name,
    model: model.name,
    modified_at: model.modifiedAt,
    size: model.sizeBytes,
    digest: model.digest,
    details: detailsOf(model),
  };
}

/** Row of `/api/ps`. */
export function runningRow(model: ModelInfo) {
  return { ...tagRow(model), expires_at: NEVER_EXPIRES, size_vram: 0, context_length: model.contextSize };
}

/** Answer of `/api/show`. */
export function showAnswer(model: ModelInfo) {
  return {
    license: '',
    modelfile: `FROM ${model.file}`,
    parameters: `num_ctx ${model.contextSize}`,
    template: '',
    system: '',
    details: detailsOf(model),
    modified_at: model.modifiedAt,
    model_info: {
      'general.architecture': model.architecture,
      [`${model.architecture}.context_length`]: model.contextSize,
    },
    capabilities: ['completion'],
  };
}

export type TextField = (text: string) => object;
/** Where `/api/chat` and `/api/generate` put the text. */
export const chatText: TextField = (text) => ({ message: { role: 'assistant', content: text } });
export const generateText: TextField = (text) => ({ response: text });

/** A piece of a streamed answer. */
export function piece(model: ModelInfo, text: object, at: Date) {
  return { model: model.name, created_at: at.toISOString(), ...text, done: false };
}

/** The last line of a stream, or the whole answer. `result` null: the model was only loaded. Durations in nanoseconds. */
export function lastPiece(model: ModelInfo, text: object, at: Date, totalMs: number, result: GenerateResult | null) {
  const head = { model: model.name, created_at: at.toISOString(), ...text, done: true };
  if (result === null) return { ...head, done_reason: 'load' };
  return {
    ...head,
    done_reason: result.doneReason,
    total_duration: Math.round(totalMs * NANOSECONDS),
    load_duration: 0,
    prompt_eval_count: result.promptTokens,
    prompt_eval_duration: Math.round(result.promptMs * NANOSECONDS),
    eval_count: result.outputTokens,
    eval_duration: Math.round(result.outputMs * NANOSECONDS),
  };
}

function detailsOf(model: ModelInfo) {
  return {
    parent_model: '',
    format: 'gguf',
    family: model.architecture,
    families: [model.architecture],
    parameter_size: '',
    quantization_level: model.quantisation,
  };
}
