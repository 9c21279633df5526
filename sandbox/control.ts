import { createServer, type IncomingMessage } from 'node:http';
import type { CaptchaDesk } from './captcha.js';
import { NotUnderstood, readFaultRule, serviceName, wanted } from './fault-rule.js';
import type { Faults } from './faults.js';
import type { ForwardProxy } from './forward-proxy.js';
import { listen, type RunningService } from './http-service.js';
import { isJsonObject, type JsonObject } from './json.js';
import type { MailBehaviour, MailServer } from './mail-server.js';
import type { NoticeDesk } from './notices.js';
import { maxInWindow, type RequestLog, type ServiceName } from './request-log.js';
import { readProxyBehaviour } from './webshare.js';

export interface ControlOptions {
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly mail: MailServer;
  readonly captcha: CaptchaDesk;
  readonly proxies: readonly ForwardProxy[];
  readonly notices: NoticeDesk;
  readonly port: number;
}

/**
 * Starts the control service, on a port of its own so that its calls are in no log:
 * `GET /__sandbox/log?since=MS&service=NAME`, `DELETE /__sandbox/log`, `GET /__sandbox/max-in-window?ms=N&service=NAME`,
 * `GET|POST|DELETE /__sandbox/faults` (`?id=` removes one), `GET /__sandbox/captcha`, `GET /__sandbox/mails`, `GET /__sandbox/notices`, `POST /__sandbox/mail-behaviour`,
 * `GET|POST /__sandbox/proxies` (`{"id":"d-1","kind":"dead"}`; without `id` all of them).
 */
export function startControl(options: ControlOptions): Promise<RunningService> {
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    control(options, request).then(
      (body) => (body === undefined ? send(404, { error: 'no such command' }) : send(200, body)),
      (error: unknown) => send(error instanceof NotUnderstood ? 400 : 500, { error: String(error) }),
    );
  });
  return listen(server, options.port);
}

async function control(
  { log, faults, mail, captcha, proxies, notices }: ControlOptions,
  request: IncomingMessage,
): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control');
  const body = await readBody(request);
  switch (`${request.method} ${pathname}`) {
    case 'GET /__sandbox/log':
      return log.entries(filterOf(searchParams));
    case 'DELETE /__sandbox/log':
      log.clear();
      return {};
    case 'GET /__sandbox/max-in-window':
      return { max: maxInWindow(log.entries(filterOf(searchParams)), Number(searchParams.get('ms') ?? '60000')) };
    case 'GET /__sandbox/faults':
      return faults.list();
    case 'POST /__sandbox/faults':
      return { id: faults.add(readFaultRule(parsed(body))) };
    case 'DELETE /__sandbox/faults':
      removeFaults(faults, searchParams.get('id'));
      return {};
    case 'GET /__sandbox/captcha':
      return { balance: captcha.balance, tasks: captcha.tasks };
    case 'GET /__sandbox/proxies':
      return proxies.map(({ id, port, behaviour }) => ({ id, port, behaviour }));
    case 'POST /__sandbox/proxies':
      await behaveProxies(proxies, parsed(body));
      return {};
    case 'GET /__sandbox/notices':
      return { slack: notices.slack, sms: notices.sms, issues: notices.issues };
    case 'GET /__sandbox/mails':
      return mail.received;
    case 'POST /__sandbox/mail-behaviour':
      mail.behave(readBehaviour(parsed(body)));
      return {};
    default:
      return undefined;
  }
}

function filterOf(query: URLSearchParams): { sinceMs: number; service?: ServiceName } {
  const since = Number(query.get('since') ?? '0');
  if (!Number.isFinite(since)) throw new NotUnderstood('since must be epoch milliseconds');
  const service = query.get('service');
  return service === null ? { sinceMs: since } : { sinceMs: since, service: serviceName(service) };
}

function removeFaults(faults: Faults, id: string | null): void {
  if (id === null) faults.clear();
  else faults.remove(id);
}

async function behaveProxies(proxies: readonly ForwardProxy[], told: JsonObject): Promise<void> {
  const behaviour = readProxyBehaviour(told);
  if (behaviour === null) throw new NotUnderstood('kind must be alive, dead, hang, slow, refuse, gateway or cut');
  const meant = told.id === undefined ? proxies : proxies.filter(({ id }) => id === told.id);
  if (meant.length === 0) throw new NotUnderstood('there is no proxy of that id');
  await Promise.all(meant.map((proxy) => proxy.behave(behaviour)));
}

function readBehaviour(json: JsonObject): MailBehaviour {
  const { kind } = json;
  if (kind === 'slow') return { kind, delayMs: wanted(json, 'delayMs') };
  if (kind === 'accept' || kind === 'refuse-connection' || kind === 'refuse-recipient') return { kind };
  throw new NotUnderstood('kind must be accept, refuse-connection, refuse-recipient or slow');
}

function parsed(body: string): JsonObject {
  try {
    const json: unknown = JSON.parse(body);
    if (isJsonObject(json)) return json;
  } catch {
    // Told below, as for any other text that is no object.
  }
  throw new NotUnderstood('the body must be a JSON object');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
