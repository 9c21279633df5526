import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BadConfig } from '../../core/errors.js';

/*
 * The few parts of node-llama-cpp 3.22.1 that we use. The package is no dependency of the project (85 MB, and only where no
 * Ollama is installed), so its types are written down here and checked when it is loaded.
 */

/** Compiled grammar; opaque. */
export interface LlamaGrammar {
  readonly trimWhitespaceSuffix: boolean;
}

/** How turns are marked for a model, from the template in its file; opaque. */
export interface LlamaChatForm {
  readonly wrapperName: string;
}

export interface LlamaPromptOptions {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly repeatPenalty?: false | { readonly penalty: number };
  readonly grammar?: LlamaGrammar;
  readonly signal: AbortSignal;
  readonly onTextChunk: (text: string) => void;
}

export type LlamaHistoryItem =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly string[] };

export interface LlamaSession {
  setChatHistory(history: readonly LlamaHistoryItem[]): void;
  promptWithMeta(
    prompt: string,
    options: LlamaPromptOptions,
  ): Promise<{ readonly responseText: string; readonly stopReason: string }>;
  dispose(): void;
}

export interface LlamaSequence {
  readonly nextTokenIndex: number;
  readonly tokenMeter: { readonly usedInputTokens: number; readonly usedOutputTokens: number };
  clearHistory(): Promise<void>;
}

export interface LlamaModel {
  readonly size: number;
  readonly trainContextSize: number;
  tokenize(text: string): readonly number[];
  createContext(options: { contextSize: number; threads: number; batchSize: number }): Promise<{
    readonly contextSize: number;
    getSequence(): LlamaSequence;
  }>;
}

export interface Llama {
  loadModel(options: { modelPath: string; gpuLayers: number }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: object): Promise<LlamaGrammar>;
  getGrammarFor(kind: 'json'): Promise<LlamaGrammar>;
  dispose(): Promise<void>;
}

export interface LlamaModule {
  getLlama(options: {
    gpu: false;
    build: 'never';
    maxThreads: number;
    progressLogs: boolean;
    logLevel: string;
  }): Promise<Llama>;
  readonly LlamaChatSession: new (options: {
    contextSequence: LlamaSequence;
    chatWrapper: LlamaChatForm;
  }) => LlamaSession;
  resolveChatWrapper(model: LlamaModel): LlamaChatForm;
  readonly LlamaLogLevel: { readonly error: string };
}

/**
 * Loads node-llama-cpp from a folder outside the project.
 * @param folder folder where it was installed (`npm install --prefix`), or the `node_modules` in it
 * @throws BadConfig when it is not there, cannot be loaded, or lacks a part we use
 */
export async function loadLlamaModule(folder: string): Promise<LlamaModule> {
  const from = pathToFileURL(join(resolve(folder), 'package.json'));
  const loaded = await importFrom(from, folder);
  if (!isLlamaModule(loaded)) throw new BadConfig([`node-llama-cpp in ${folder} is another release than 3.22`]);
  return loaded;
}

async function importFrom(from: URL, folder: string): Promise<unknown> {
  try {
    const file = createRequire(from).resolve('node-llama-cpp');
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    throw new BadConfig([`node-llama-cpp cannot be loaded from ${folder}`], { cause });
  }
}

function isLlamaModule(value: unknown): value is LlamaModule {
  if (typeof value !== 'object' || value === null) return false;
  if (!('getLlama' in value && 'LlamaChatSession' in value && 'LlamaLogLevel' in value)) return false;
  if (!('resolveChatWrapper' in value && typeof value.resolveChatWrapper === 'function')) return false;
  const { getLlama, LlamaChatSession: session, LlamaLogLevel: level } = value;
  const levelIsKnown = typeof level === 'object' && level !== null && 'error' in level;
  if (typeof getLlama !== 'function' || typeof session !== 'function' || !levelIsKnown) return false;
  const methods: unknown = session.prototype;
  return typeof methods === 'object' && methods !== null && 'promptWithMeta' in methods && 'setChatHistory' in methods;
}
