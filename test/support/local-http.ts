import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { SourceName } from '../../core/schemas/names.js';
import { createHttpGet, type HttpGet } from '../../net/http-client.js';
import type { HostLimit, Limiter } from '../../net/limiter.js';

/** What the local server answers to one request. */
export interface LocalAnswer {
  readonly status?: number;
  /** Reason phrase; left out: that of the status. An empty one is what HTTP/2 gives. */
  readonly reason?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is sent. */
  readonly text?: string;
  /** Sends half of the text and cuts the connection. */
  readonly cut?: boolean;
}

export interface AskedRequest {
  readonly method: string;
  readonly url: string;
  /** Body as text; whole only once the request has been answered. */
  readonly body: () => string;
  readonly headers: IncomingMessage['headers'];
}

export interface LocalHttp {
  readonly baseUrl: string;
  /** Every request since the start, oldest first. */
  readonly asked: AskedRequest[];
  /** Answers all requests from now on. */
  answer(how: (url: URL) => LocalAnswer): void;
  stop(): Promise<void>;
}

/** A real server on a free port of this machine. */
export async function startLocalHttp(): Promise<LocalHttp> {
  const asked: AskedRequest[] = [];
  let how: (url: URL) => LocalAnswer = () => ({ status: 404 });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://local');
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    asked.push({
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      body: () => Buffer.concat(body).toString('utf8'),
      headers: request.headers,
    });
    const { status = 200, reason, type = 'application/json', headers = {}, text = '', cut = false } = how(url);
    const head = { 'content-type': type, ...headers };
    if (reason === '') return sendWithoutReason(response, status, head, text);
    if (reason === undefined) response.writeHead(status, head);
    else response.writeHead(status, reason, head);
    if (!cut) return response.end(text);
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the local server has no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}`,
    asked,
    answer: (next) => {
      how = next;
    },
    stop: () => new Promise((done) => server.close(() => done())),
  };
}

/** Node puts the usual phrase where none is given, so the head is written by hand. */
function sendWithoutReason(
  response: ServerResponse,
  status: number,
  head: Readonly<Record<string, string>>,
  text: string,
): void {
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  response.socket?.end(
    `HTTP/1.1 ${status} \r\n${lines.join('')}content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

/** The product's HTTP client without a ceiling and without an audit: for tests of sources, not of the limiter. */
export function openHttpGet(
  source: SourceName,
  origin: string,
  limit: HostLimit,
  moreOrigins: readonly string[] = [],
): HttpGet {
  const limiter: Limiter = {
    acquire: async () => ({ id: 'open', grantedAtMs: Date.now() }),
    release: async () => {},
    defer: async () => {},
    reportFailure: async () => {},
  };
  const audit = { sent: async () => {}, via: async () => {}, ended: async () => {} };
  return createHttpGet({
    limiter,
    audit,
    userAgent: 'phoenix-property-collector/test',
    targets: { [source]: { origin, moreOrigins, limit } },
  });
}
