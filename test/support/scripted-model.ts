import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer of the scripted server: a model's text, a raw status and body, or trouble. */
export type Script =
  | { readonly text: string }
  /** Made from the question. */
  | { readonly reply: (question: string) => string }
  | { readonly status: number; readonly body: string; readonly type?: string }
  | { readonly trouble: 'silence' | 'endless' | 'cut' };

export interface ScriptedModel {
  readonly host: string;
  /** Bodies of the chat requests that came. */
  readonly asked: readonly Record<string, unknown>[];
  /** When they came, epoch milliseconds. */
  readonly askedAtMs: readonly number[];
  /** Models in memory; all at first. */
  readonly loaded: Set<string>;
  /** Requests whose client went away before the answer. */
  readonly abandoned: () => number;
  /** Answers for the next chat requests; the last one stays. */
  script(...answers: readonly Script[]): void;
  /** A server that hangs: takes every request and answers none, until it is let go. It has lost its models by then. */
  hang(on: boolean): void;
  close(): Promise<void>;
}

/** A server with Ollama's API and answers given beforehand, on a real socket. Holds the models named. */
export async function startScriptedModel(models: readonly string[]): Promise<ScriptedModel> {
  const asked: Record<string, unknown>[] = [];
  const askedAtMs: number[] = [];
  let answers: readonly Script[] = [];
  let abandoned = 0;
  let hangs = false;
  const loaded = new Set(models);
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) abandoned += 1;
    });
    if (hangs) return;
    if (request.url === '/api/tags')
      return send(response, 200, JSON.stringify({ models: models.map((name) => ({ name })) }));
    if (request.url === '/api/ps')
      return send(response, 200, JSON.stringify({ models: [...loaded].map((name) => ({ name })) }));
    const body = await jsonOf(request);
    asked.push(body);
    askedAtMs.push(Date.now());
    if (!models.includes(`${body.model}`)) {
      return send(response, 404, JSON.stringify({ error: `model "${body.model}" not found` }));
    }
    if (body.keep_alive === 0) loaded.delete(`${body.model}`);
    else loaded.add(`${body.model}`);
    if (Array.isArray(body.messages) && body.messages.length === 0) return play({ text: '' }, response);
    const [next = { text: '' }, ...rest] = answers;
    if (rest.length > 0) answers = rest;
    play('reply' in next ? { text: next.reply(questionIn(body)) } : next, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `http://127.0.0.1:${portOf(server.address())}`,
    asked,
    askedAtMs,
    loaded,
    abandoned: () => abandoned,
    script: (...next) => {
      answers = next;
    },
    hang: (on) => {
      hangs = on;
      if (on) loaded.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(address: AddressInfo | string | null): number {
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function questionIn({ messages }: Record<string, unknown>): string {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : null;
  const content: unknown = typeof last === 'object' && last !== null ? Reflect.get(last, 'content') : '';
  return typeof content === 'string' ? content : '';
}

function play(script: Exclude<Script, { reply: unknown }>, response: ServerResponse): void {
  if ('text' in script) {
    const message = { role: 'assistant', content: script.text };
    send(
      response,
      200,
      JSON.stringify({ message, done: true, done_reason: 'stop', prompt_eval_count: 100, eval_count: 20 }),
    );
    return;
  }
  if ('status' in script) {
    send(response, script.status, script.body, script.type);
    return;
  }
  if (script.trouble === 'silence') return;
  response.writeHead(200, { 'content-type': 'application/json' });
  if (script.trouble === 'cut') {
    response.write('{"message":');
    setTimeout(() => response.destroy(), 20);
    return;
  }
  const more = () => {
    if (!response.destroyed) response.write('x'.repeat(65_536), more);
  };
  more();
}

function send(response: ServerResponse, status: number, body: string, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

async function jsonOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const part of request) text += part;
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}
