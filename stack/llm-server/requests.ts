import { BadTask, type GenerateTask, type Turn } from './engine.js';

/** A request for text, checked. */
export interface TextRequest {
  readonly model: string;
  readonly stream: boolean;
  /** Null: only load the model, as Ollama does for an empty prompt. */
  readonly task: GenerateTask | null;
}

/** Most tokens of one answer, whatever is asked: an endless answer would hold the only lane. */
export const MAX_OUTPUT_TOKENS = 512;
const ROLES = ['system', 'user', 'assistant'] as const;
type Fields = Readonly<Record<string, unknown>>;

/** Reads the body of `/api/chat`. @throws BadTask naming what is wrong */
export function readChatRequest(body: unknown): TextRequest {
  const fields = fieldsOf(body, 'the body');
  refuse(fields, ['tools', 'images']);
  const messages = fields.messages ?? [];
  if (!Array.isArray(messages)) throw new BadTask('messages must be a list');
  return textRequest(fields, messages.map(turnOf));
}

/** Reads the body of `/api/generate`. @throws BadTask naming what is wrong */
export function readGenerateRequest(body: unknown): TextRequest {
  const fields = fieldsOf(body, 'the body');
  refuse(fields, ['images', 'suffix', 'context', 'template']);
  const prompt = textOf(fields, 'prompt') ?? '';
  const system = textOf(fields, 'system') ?? '';
  const turns: Turn[] = [];
  if (system !== '') turns.push({ role: 'system', content: system });
  if (prompt !== '') turns.push({ role: 'user', content: prompt });
  return textRequest(fields, prompt === '' ? [] : turns);
}

/** Name of the model in the body of `/api/show`. @throws BadTask when there is none */
export function readModelName(body: unknown): string {
  const fields = fieldsOf(body, 'the body');
  const name = textOf(fields, 'model') ?? textOf(fields, 'name');
  if (name === null || name === '') throw new BadTask('model is required');
  return name;
}

function textRequest(fields: Fields, turns: readonly Turn[]): TextRequest {
  const model = readModelName(fields);
  const stream = fields.stream ?? true;
  if (typeof stream !== 'boolean') throw new BadTask('stream must be true or false');
  if (turns.length === 0) return { model, stream, task: null };
  if (turns.at(-1)?.role !== 'user') throw new BadTask('the last message must be from the user');
  return { model, stream, task: { turns, format: formatOf(fields.format), ...optionsOf(fields.options ?? {}) } };
}

function optionsOf(value: unknown): Omit<GenerateTask, 'turns' | 'format'> {
  const options = fieldsOf(value, 'options');
  const asked = numberOf(options, 'num_predict', -2, 1_000_000) ?? -1;
  return {
    maxTokens: asked <= 0 ? MAX_OUTPUT_TOKENS : Math.min(Math.trunc(asked), MAX_OUTPUT_TOKENS),
    temperature: numberOf(options, 'temperature', 0, 5) ?? 0.8,
    topP: numberOf(options, 'top_p', 0, 1),
    topK: numberOf(options, 'top_k', 0, 1_000_000),
    repeatPenalty: numberOf(options, 'repeat_penalty', 0, 10),
    seed: numberOf(options, 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  };
}

function formatOf(value: unknown): GenerateTask['format'] {
  if (value === undefined || value === null || value === '') return null;
  if (value === 'json') return 'json';
  if (typeof value === 'object' && !Array.isArray(value)) return withoutSchemaName(value);
  throw new BadTask('format must be "json" or a JSON schema');
}

/** The grammar compiler knows no `$schema`; every schema made by zod has one. */
function withoutSchemaName(schema: object): object {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}

function turnOf(value: unknown): Turn {
  const fields = fieldsOf(value, 'a message');
  refuse(fields, ['images', 'tool_calls']);
  const role = ROLES.find((known) => known === fields.role);
  if (role === undefined) throw new BadTask(`role must be one of ${ROLES.join(', ')}`);
  if (typeof fields.content !== 'string') throw new BadTask('content must be a text');
  return { role, content: fields.content };
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadTask(`${what} must be an object`);
  return Object.fromEntries(Object.entries(value));
}

function textOf(fields: Fields, key: string): string | null {
  const value = fields[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new BadTask(`${key} must be a text`);
  return value;
}

function numberOf(fields: Fields, key: string, least: number, most: number): number | null {
  const value = fields[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    throw new BadTask(`${key} must be a number from ${least} to ${most}`);
  }
  return value;
}

function refuse(fields: Fields, keys: readonly string[]): void {
  for (const key of keys) {
    const value = fields[key];
    const empty = value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
    if (!empty) throw new BadTask(`${key} is not supported by this server`);
  }
}
