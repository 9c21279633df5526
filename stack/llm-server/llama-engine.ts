import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { BadConfig } from '../../core/errors.js';
import {
  BadTask,
  type GenerateResult,
  type GenerateTask,
  type ModelInfo,
  type TextEngine,
  type Turn,
} from './engine.js';
import {
  type Llama,
  type LlamaChatForm,
  type LlamaGrammar,
  type LlamaHistoryItem,
  type LlamaModel,
  type LlamaModule,
  type LlamaPromptOptions,
  type LlamaSequence,
  loadLlamaModule,
} from './llama-module.js';

export interface LlamaEngineOptions {
  /** GGUF file. */
  readonly modelFile: string;
  /** Name under which the model is served; never another model's. */
  readonly modelName: string;
  /** Folder that holds node-llama-cpp. */
  readonly nodeModules: string;
  readonly threads: number;
  /** Tokens of prompt and answer together. */
  readonly contextSize: number;
}

interface Loaded {
  readonly module: LlamaModule;
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly sequence: LlamaSequence;
  readonly chatForm: LlamaChatForm;
  readonly contextSize: number;
}

/**
 * Loads a GGUF model for the processor alone. One context with one sequence: what two prompts have in common at their
 * beginning (the instructions) is worked out once.
 * @throws BadConfig when the file or node-llama-cpp is missing or unfit
 */
export async function createLlamaEngine(options: LlamaEngineOptions): Promise<TextEngine> {
  const info = await stat(options.modelFile).catch((cause: unknown) => {
    throw new BadConfig([`model file ${options.modelFile} cannot be read`], { cause });
  });
  const loaded = await load(options);
  const model: ModelInfo = {
    name: options.modelName,
    file: options.modelFile,
    sizeBytes: info.size,
    digest: await digestOf(options.modelFile),
    modifiedAt: info.mtime.toISOString(),
    contextSize: loaded.contextSize,
    architecture: 'llama',
    quantisation: /[.-](I?Q\d\w*|F16|F32|BF16)\.gguf$/i.exec(basename(options.modelFile))?.[1] ?? 'unknown',
  };
  return {
    model,
    generate: (task, onText, signal) => generate(loaded, task, onText, signal),
    dispose: () => loaded.llama.dispose(),
  };
}

async function load({ modelFile, nodeModules, threads, contextSize }: LlamaEngineOptions): Promise<Loaded> {
  const module = await loadLlamaModule(nodeModules);
  try {
    // Without `build: never` it would start a compile; without thread and batch sizes it hangs where few cores are seen.
    const llama = await module.getLlama({
      gpu: false,
      build: 'never',
      maxThreads: threads,
      progressLogs: false,
      logLevel: module.LlamaLogLevel.error,
    });
    const model = await llama.loadModel({ modelPath: modelFile, gpuLayers: 0 });
    const size = Math.min(contextSize, model.trainContextSize);
    const context = await model.createContext({ contextSize: size, threads, batchSize: 512 });
    // Worked out once: left to each session, it costs 0.35 s a request (measured, 2 cores).
    const chatForm = module.resolveChatWrapper(model);
    return { module, llama, model, sequence: context.getSequence(), chatForm, contextSize: context.contextSize };
  } catch (cause) {
    throw new BadConfig([`model file ${modelFile} cannot be loaded`], { cause });
  }
}

async function generate(
  { module, llama, model, sequence, chatForm, contextSize }: Loaded,
  task: GenerateTask,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<GenerateResult> {
  checkLength(model, task, contextSize);
  const grammar = await grammarOf(llama, task.format);
  const session = new module.LlamaChatSession({ contextSequence: sequence, chatWrapper: chatForm });
  const outputBefore = sequence.tokenMeter.usedOutputTokens;
  const startedAt = performance.now();
  let firstTextAt: number | null = null;
  try {
    session.setChatHistory(historyOf(task.turns.slice(0, -1)));
    const { responseText, stopReason } = await session.promptWithMeta(task.turns.at(-1)?.content ?? '', {
      ...samplingOf(task),
      ...(grammar === null ? {} : { grammar }),
      signal,
      onTextChunk: (text) => {
        firstTextAt ??= performance.now();
        if (text !== '') onText(text);
      },
    });
    const endedAt = performance.now();
    const outputTokens = sequence.tokenMeter.usedOutputTokens - outputBefore;
    return {
      text: responseText,
      doneReason: stopReason === 'maxTokens' ? 'length' : 'stop',
      promptTokens: Math.max(0, sequence.nextTokenIndex - outputTokens),
      outputTokens,
      promptMs: (firstTextAt ?? endedAt) - startedAt,
      outputMs: endedAt - (firstTextAt ?? endedAt),
    };
  } finally {
    session.dispose();
  }
}

function samplingOf(task: GenerateTask): Omit<LlamaPromptOptions, 'signal' | 'onTextChunk' | 'grammar'> {
  return {
    maxTokens: task.maxTokens,
    temperature: task.temperature,
    ...(task.seed === null ? {} : { seed: task.seed }),
    ...(task.topP === null ? {} : { topP: task.topP }),
    ...(task.topK === null ? {} : { topK: task.topK }),
    ...(task.repeatPenalty === null ? {} : { repeatPenalty: { penalty: task.repeatPenalty } }),
  };
}

function checkLength(model: LlamaModel, { turns, maxTokens }: GenerateTask, contextSize: number): void {
  const roleTokens = 8; // marks around a turn in the chat forms we know: 5 or 6
  const tokens = turns.reduce((sum, { content }) => sum + model.tokenize(content).length + roleTokens, 0);
  if (tokens + maxTokens > contextSize) {
    throw new BadTask(`the prompt has ${tokens} tokens and the answer may have ${maxTokens}; room is ${contextSize}`);
  }
}

async function grammarOf(llama: Llama, format: GenerateTask['format']): Promise<LlamaGrammar | null> {
  if (format === null) return null;
  try {
    return format === 'json' ? await llama.getGrammarFor('json') : await llama.createGrammarForJsonSchema(format);
  } catch (cause) {
    throw new BadTask('format: this schema cannot be turned into a grammar', { cause });
  }
}

function historyOf(turns: readonly Turn[]): readonly LlamaHistoryItem[] {
  return turns.map(({ role, content }) =>
    role === 'assistant' ? { type: 'model', response: [content] } : { type: role, text: content },
  );
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file)) hash.update(part);
  return hash.digest('hex');
}
