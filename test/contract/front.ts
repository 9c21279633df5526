import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listen } from '../../sandbox/http-service.js';

/** A request of the source under test, as it arrived. */
export interface FrontRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface FrontAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer | string;
  /** Announces the whole body, sends half of it, and cuts the connection. */
  readonly cut?: true;
  /** Sends half of the body and then nothing, with the connection open. */
  readonly stall?: true;
  /** Sends the body again and again and never ends. */
  readonly endless?: true;
}

/** Asks the stand-in, for the same request or for another target of it. */
export type AskStandIn = (target?: string) => Promise<FrontAnswer>;
/** What the front answers; `null` leaves it to the stand-in, `hang` never answers. */
export type FrontRule = (
  request: FrontRequest,
  ask: AskStandIn,
) => FrontAnswer | null | 'hang' | Promise<FrontAnswer | null | 'hang'>;

/**
 * A server between a source and its stand-in, so that any service can be made to misbehave in any way without knowing how.
 * Addresses of the stand-in in its answers become those of the front.
 */
export interface Front {
  readonly origin: string;
  /** Every request since the last `reset`, oldest first. */
  readonly asked: readonly FrontRequest[];
  /** All requests go through this rule from now on. */
  tamper(rule: FrontRule): void;
  /** Passes everything on again and forgets what was asked. */
  reset(): void;
  stop(): Promise<void>;
}

/** @param origin of the stand-in */
export async function startFront(origin: string): Promise<Front> {
  const passOn: FrontRule = () => null;
  let rule = passOn;
  let asked: FrontRequest[] = [];
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });
  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const received: FrontRequest = {
      method: incoming.method ?? 'GET',
      target: incoming.url ?? '/',
      headers: incoming.headers,
      body: await whole(incoming),
    };
    asked.push(received);
    const ask: AskStandIn = async (target = received.target) => moved(await forward(origin, { ...received, target }));
    const given = await rule(received, ask);
    if (given !== 'hang') send(response, given ?? (await ask()));
  }
  /** The stand-in's answer with its own addresses replaced by ours. */
  const moved = (given: FrontAnswer): FrontAnswer => {
    const type = String(given.headers['content-type'] ?? '');
    if (!/json|html|text/.test(type)) return given;
    return { ...given, body: String(given.body).replaceAll(origin, service.url) };
  };
  const service = await listen(server, 0);
  return {
    origin: service.url,
    get asked() {
      return asked;
    },
    tamper(next) {
      rule = next;
    },
    reset() {
      rule = passOn;
      asked = [];
    },
    stop: () => service.stop(),
  };
}

function forward(origin: string, { method, target, headers, body }: FrontRequest): Promise<FrontAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${origin}${target}`,
      { method, headers: { ...headers, host: new URL(origin).host }, agent: false },
      (answer) => {
        whole(answer).then(
          (bytes) => resolve({ status: answer.statusCode ?? 0, headers: kept(answer), body: bytes }),
          reject,
        );
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

/** Headers without those that describe the connection: the front has one of its own. */
function kept(answer: IncomingMessage): FrontAnswer['headers'] {
  const own = new Set(['connection', 'keep-alive', 'content-length', 'transfer-encoding']);
  const entries = Object.entries(answer.headers).flatMap(([name, value]) =>
    own.has(name) || value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

function send(response: ServerResponse, { status, headers, body, cut, stall, endless }: FrontAnswer): void {
  const bytes = Buffer.from(body);
  const head = Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]);
  const all = Object.fromEntries(head);
  if (endless) {
    response.writeHead(status, all);
    const more = (): void => {
      if (response.destroyed) return;
      response.write(bytes, () => setImmediate(more));
    };
    more();
    return;
  }
  response.writeHead(status, { ...all, 'content-length': String(bytes.length) });
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  if (stall) response.write(half);
  else if (cut) response.write(half, () => response.destroy());
  else response.end(bytes);
}

async function whole(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** An answer of status 200. */
export function answerOf(body: Buffer | string, contentType: string): FrontAnswer {
  return { status: 200, headers: { 'content-type': contentType }, body };
}
