import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen, type RunningService } from './http-service.js';
import type { RequestLog } from './request-log.js';

/** What a proxy does from now on. */
export type ProxyBehaviour =
  | { readonly kind: 'alive' }
  /** Nothing listens at its port any more, and its connections are cut. */
  | { readonly kind: 'dead' }
  /** Takes connections and never answers. */
  | { readonly kind: 'hang' }
  /** Answers late. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Refuses every request with this status: 407 for credentials, 403, 402. */
  | { readonly kind: 'refuse'; readonly status: number }
  /** Says that the host cannot be reached. */
  | { readonly kind: 'gateway' }
  /** Opens the way and cuts it as soon as something goes through. */
  | { readonly kind: 'cut' };

export interface ForwardProxyOptions {
  /** As the stand-in of the proxy service lists it, `d-1`. */
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly log: RequestLog;
}

export interface ForwardProxy {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly port: number;
  readonly behaviour: ProxyBehaviour;
  behave(behaviour: ProxyBehaviour): Promise<void>;
  stop(): Promise<void>;
}

/** Headers that end at a proxy (RFC 9110, 7.6.1). */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'proxy-authorization',
  'proxy-connection',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
]);

/**
 * Starts a real forward proxy on 127.0.0.1: `CONNECT` tunnels and requests in absolute form, Basic credentials, 407 without. It
 * leads to this machine alone. Every request is in the log as one of service `proxy`, with the id in its query.
 */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  const { id, username, password } = options;
  const right = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  let behaviour: ProxyBehaviour = { kind: 'alive' };
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const serve = (port: number): Promise<RunningService> => {
    const deps = { options, right, keep, behaviour: () => behaviour };
    const server = createServer((request, response) => {
      carry(deps, request, response).catch(() => response.destroy());
    });
    server.on('connection', keep);
    server.on('connect', (request: IncomingMessage, client: Duplex) => {
      tunnel(deps, request, client).catch(() => client.destroy());
    });
    return listen(server, port);
  };
  const first = await serve(0);
  const port = Number(new URL(first.url).port);
  let running: RunningService | null = first;
  const end = async () => {
    const ending = running;
    running = null;
    for (const socket of sockets) socket.destroy();
    await ending?.stop();
  };
  return {
    id,
    username,
    password,
    port,
    get behaviour() {
      return behaviour;
    },
    async behave(next) {
      behaviour = next;
      if (next.kind === 'dead') return end();
      running ??= await serve(port);
    },
    stop: end,
  };
}

interface CarryDeps {
  readonly options: ForwardProxyOptions;
  /** The header that is right. */
  readonly right: string;
  readonly keep: (socket: Socket) => Socket;
  readonly behaviour: () => ProxyBehaviour;
}

/** Status of a refusal, `hang`, or null: the request may go on. */
async function judge({ right, behaviour }: CarryDeps, request: IncomingMessage, host: string) {
  const now = behaviour();
  if (now.kind === 'hang') return 'hang';
  if (now.kind === 'slow') await sleep(now.delayMs, undefined, { ref: false });
  if (now.kind === 'refuse') return now.status;
  if (request.headers['proxy-authorization'] !== right) return 407;
  if (now.kind === 'gateway') return 502;
  return host === '127.0.0.1' || host === 'localhost' ? null : 403;
}

function begin({ options }: CarryDeps, { method = 'GET' }: IncomingMessage, path: string) {
  return options.log.begin({ service: 'proxy', method, path, query: { proxy: options.id } });
}

async function tunnel(deps: CarryDeps, request: IncomingMessage, client: Duplex): Promise<void> {
  const target = new URL(`http://${request.url ?? ''}`);
  const entry = begin(deps, request, request.url ?? '');
  client.on('error', () => client.destroy());
  const verdict = await judge(deps, request, target.hostname);
  if (verdict === 'hang') return;
  if (verdict !== null) {
    client.end(refusalText(verdict));
    return entry.end(verdict, deps.behaviour().kind);
  }
  const upstream = deps.keep(connect(Number(target.port || '80'), target.hostname));
  upstream.once('error', () => {
    client.end(refusalText(502));
    entry.end(502, null);
  });
  upstream.once('connect', () => {
    entry.end(200, null);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (deps.behaviour().kind === 'cut') client.once('data', () => client.destroy());
    else client.pipe(upstream).pipe(client);
    client.once('close', () => upstream.destroy());
  });
}

const refusalText = (status: number) =>
  `HTTP/1.1 ${status} Refused\r\n${status === 407 ? 'Proxy-Authenticate: Basic realm="sandbox"\r\n' : ''}Content-Length: 0\r\nConnection: close\r\n\r\n`;

async function carry(deps: CarryDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const absolute = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : null;
  const entry = begin(deps, request, request.url ?? '');
  response.once('close', () => entry.end(response.writableFinished ? response.statusCode : 0, deps.behaviour().kind));
  const verdict = absolute === null ? 400 : await judge(deps, request, absolute.hostname);
  if (verdict === 'hang') return;
  if (absolute === null || verdict !== null) return refuse(response, verdict ?? 400);
  if (deps.behaviour().kind === 'cut') return void response.destroy();
  const headers = Object.entries(request.headers).filter(([name]) => !OWN_HEADERS.has(name));
  // The host of the address counts, whatever the header says (RFC 9112, 3.2.2).
  const sent = { ...Object.fromEntries(headers), host: absolute.host };
  const onward = forward(absolute, { method: request.method, headers: sent, agent: false });
  onward.once('socket', deps.keep);
  onward.once('error', () => (response.headersSent ? response.destroy() : refuse(response, 502)));
  onward.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  request.pipe(onward);
}

function refuse(response: ServerResponse, status: number): void {
  const headers = status === 407 ? { 'proxy-authenticate': 'Basic realm="sandbox"' } : {};
  response.writeHead(status, { ...headers, connection: 'close' }).end();
}
