import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  chatText,
  generateText,
  lastPiece,
  piece,
  runningRow,
  SERVER_VERSION,
  showAnswer,
  type TextField,
  tagRow,
} from './answers.js';
import { BadTask, type TextEngine } from './engine.js';
import { createQueue, type OneAtATime, QueueFull } from './queue.js';
import { readChatRequest, readGenerateRequest, readModelName, type TextRequest } from './requests.js';

export interface LlmServerOptions {
  readonly engine: TextEngine;
  /** Most requests that may wait behind the running one. */
  readonly queueLimit: number;
  /** Longest time one answer may take once it is begun. */
  readonly generateTimeoutMs: number;
}

/** The answer took longer than one answer may; answered with 504. */
class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

interface Context extends LlmServerOptions {
  readonly queue: OneAtATime;
}
type Handler = (context: Context, request: IncomingMessage, response: ServerResponse) => Promise<void>;

const MAX_BODY_BYTES = 1_000_000;
const ROUTES: Readonly<Record<string, Handler>> = {
  'GET /': async (_context, _request, response) => void response.end('Ollama is running'),
  'GET /api/version': async (_context, _request, response) => sendJson(response, 200, { version: SERVER_VERSION }),
  'GET /api/tags': async ({ engine }, _request, response) =>
    sendJson(response, 200, { models: [tagRow(engine.model)] }),
  'GET /api/ps': async ({ engine }, _request, response) =>
    sendJson(response, 200, { models: [runningRow(engine.model)] }),
  'POST /api/show': async ({ engine }, request, response) => {
    const name = readModelName(await bodyOf(request));
    if (!isServed(engine, name)) return sendUnknownModel(response, name);
    sendJson(response, 200, showAnswer(engine.model));
  },
  'POST /api/chat': async (context, request, response) =>
    answerText(context, response, readChatRequest(await bodyOf(request)), chatText),
  'POST /api/generate': async (context, request, response) =>
    answerText(context, response, readGenerateRequest(await bodyOf(request)), generateText),
};

/**
 * An HTTP server that speaks the part of Ollama's API that the system uses: version, tags, show, ps, chat, generate, with
 * and without stream. One answer at a time; a client that goes away stops its answer. The caller listens and closes.
 */
export function createLlmServer(options: LlmServerOptions): Server {
  const context: Context = { ...options, queue: createQueue(options.queueLimit) };
  return createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    const handler = ROUTES[`${request.method === 'HEAD' ? 'GET' : request.method} ${path}`];
    if (handler === undefined)
      return sendJson(response, 404, { error: `${request.method} ${path} is not served here` });
    handler(context, request, response).catch((error: unknown) => sendError(response, error));
  });
}

async function answerText(context: Context, response: ServerResponse, request: TextRequest, field: TextField) {
  const { engine, queue, generateTimeoutMs } = context;
  const { task, stream } = request;
  if (!isServed(engine, request.model)) return sendUnknownModel(response, request.model);
  if (task === null) return sendJson(response, 200, lastPiece(engine.model, field(''), new Date(), 0, null));
  const gone = new AbortController();
  response.on('close', () => gone.abort(new Error('the client went away')));
  const startedAt = performance.now();
  const result = await queue.run(async () => {
    const timer = setTimeout(() => gone.abort(new TooSlow(`no end after ${generateTimeoutMs} ms`)), generateTimeoutMs);
    const onText = (text: string) => {
      if (stream) sendLine(response, piece(engine.model, field(text), new Date()));
    };
    try {
      return await engine.generate(task, onText, gone.signal);
    } finally {
      clearTimeout(timer);
    }
  }, gone.signal);
  const last = lastPiece(
    engine.model,
    field(stream ? '' : result.text),
    new Date(),
    performance.now() - startedAt,
    result,
  );
  if (!stream) return sendJson(response, 200, last);
  sendLine(response, last);
  response.end();
}

/** Ollama adds `:latest` to a name without a tag; so do we. */
function isServed({ model }: TextEngine, name: string): boolean {
  return (
    name === model.name || (!name.includes(':') && `${name}:latest` === model.name) || name === `${model.name}:latest`
  );
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new BadTask(`the body is larger than ${MAX_BODY_BYTES} bytes`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (cause) {
    throw new BadTask('the body is not JSON', { cause });
  }
}

function sendLine(response: ServerResponse, value: object): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.write(`${JSON.stringify(value)}\n`);
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function sendUnknownModel(response: ServerResponse, name: string): void {
  sendJson(response, 404, { error: `model "${name}" not found` });
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  const message = error instanceof Error ? error.message : 'unknown fault';
  if (response.headersSent) {
    // Inside a stream the status is gone already; Ollama sends the fault as a line, and its client raises it.
    response.end(`${JSON.stringify({ error: message })}\n`);
    return;
  }
  sendJson(response, statusOf(error), { error: message });
}

function statusOf(error: unknown): number {
  if (error instanceof BadTask) return 400;
  if (error instanceof QueueFull) return 503;
  if (error instanceof TooSlow) return 504;
  return 500;
}
