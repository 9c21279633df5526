/** One turn of a conversation, in Ollama's words. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What to write. All bounds are set: nothing here may run for ever. */
export interface GenerateTask {
  /** The last turn is the user's. */
  readonly turns: readonly Turn[];
  /** `json`: any JSON; an object: a JSON schema the text must obey; null: free text. */
  readonly format: 'json' | object | null;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly repeatPenalty: number | null;
  /** Null: a different answer each time (when the temperature is above 0). */
  readonly seed: number | null;
}

export interface GenerateResult {
  readonly text: string;
  /** `length`: cut at the most tokens allowed. */
  readonly doneReason: 'stop' | 'length';
  /** Tokens of the whole prompt, those kept from the last request included. */
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly promptMs: number;
  readonly outputMs: number;
}

export interface ModelInfo {
  readonly name: string;
  readonly file: string;
  readonly sizeBytes: number;
  /** SHA-256 of the model file. */
  readonly digest: string;
  /** ISO 8601 UTC. */
  readonly modifiedAt: string;
  readonly contextSize: number;
  readonly architecture: string;
  readonly quantisation: string;
}

/** A loaded model. Does one thing at a time; `server.ts` queues. */
export interface TextEngine {
  readonly model: ModelInfo;
  /**
   * Writes a text. `onText` gets it piece by piece.
   * @throws BadTask when the prompt is too long or the schema cannot be obeyed; what `signal` carries when it is aborted
   */
  generate(task: GenerateTask, onText: (text: string) => void, signal: AbortSignal): Promise<GenerateResult>;
  dispose(): Promise<void>;
}

/** The request can never be done as it stands; answered with 400. */
export class BadTask extends Error {
  override readonly name = 'BadTask';
}
