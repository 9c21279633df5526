import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultEffect, Faults } from './faults.js';
import type { RequestLog, ServiceName } from './request-log.js';

/** A request as a service of the sandbox sees it. */
export interface ServiceRequest {
  readonly method: string;
  /** Decoded path. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Body of a POST, PATCH and the like as text, `''` of a GET. */
  readonly body: string;
  /** A fault that the service itself must show (`html`, `empty`, `drift`, pages); the plain ones are done already. */
  readonly fault: FaultEffect | null;
}

export interface ServiceAnswer {
  readonly status: number;
  /** Reason phrase; left out: the usual one; `''`: none, as over HTTP/2. */
  readonly reason?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A running service. `stop` ends open connections too, and may be called twice. */
export interface RunningService {
  readonly url: string;
  stop(): Promise<void>;
}

export interface HttpServiceOptions {
  readonly service: ServiceName;
  /** 0 takes any free port. */
  readonly port: number;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly handle: (request: ServiceRequest) => ServiceAnswer | Promise<ServiceAnswer>;
}

/**
 * Starts an HTTP service on 127.0.0.1 that writes every request to the log and applies faults.
 * @throws Error of the socket when the port is taken
 */
export async function startHttpService(options: HttpServiceOptions): Promise<RunningService> {
  const { service, log, faults } = options;
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://sandbox');
    const request = { method: incoming.method ?? 'GET', path: decoded(url.pathname), query: url.searchParams };
    const entry = log.begin({ service, ...request, query: Object.fromEntries(url.searchParams) });
    const effect = faults.strike(service, `${url.pathname}${url.search}`);
    const fault = effect?.kind ?? null;
    response.once('close', () => entry.end(response.writableFinished ? response.statusCode : 0, fault));
    bodyOf(incoming)
      .then((body) => respond(options, { ...request, headers: incoming.headers, body, fault: effect }, response))
      .catch(() => response.destroy());
  });
  return listen(server, options.port);
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return incoming.method !== 'GET' ? Buffer.concat(chunks).toString('utf8') : '';
}

/** Binds a server to 127.0.0.1 and waits until it listens. */
export async function listen(server: Server, port: number): Promise<RunningService> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(options: HttpServiceOptions, request: ServiceRequest, response: ServerResponse): Promise<void> {
  const effect = request.fault;
  if (effect?.kind === 'hang') return;
  if (effect?.kind === 'status') return send(response, refusal(effect));
  if (effect?.kind === 'slow') await sleep(effect.delayMs, undefined, { ref: false });
  const answer = await options.handle(request);
  if (effect?.kind === 'cut-body') return cut(response, answer);
  send(response, answer);
}

function refusal({ status, retryAfterSeconds, silent }: FaultEffect & { kind: 'status' }): ServiceAnswer {
  const headers: Record<string, string> = { 'content-type': 'text/html; charset=UTF-8' };
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  return { status, headers, body: '', ...(silent ? { reason: '' } : {}) };
}

function send(response: ServerResponse, { status, reason, headers, body }: ServiceAnswer): void {
  const bytes = Buffer.from(body);
  const all = { ...headers, 'content-length': String(bytes.length) };
  if (reason === undefined) response.writeHead(status, all);
  else response.writeHead(status, reason, all);
  response.end(bytes);
}

function cut(response: ServerResponse, { status, headers, body }: ServiceAnswer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
