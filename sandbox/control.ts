import { createServer, type IncomingMessage } from 'node:http';
import type { CaptchaDesk } from './captcha.js';
import { FAULT_KINDS, type FaultEffect, type FaultKind, type FaultRule, type Faults } from './faults.js';
import type { ForwardProxy } from './forward-proxy.js';
import { listen, type RunningService } from './http-service.js';
import { isJsonObject, type JsonObject, numberAt, textAt } from './json.js';
import { LAYOUT_NAMES } from './listing-site/layouts.js';
import type { MailBehaviour, MailServer } from './mail-server.js';
import { maxInWindow, type RequestLog, SERVICE_NAMES, type ServiceName } from './request-log.js';
import { readProxyBehaviour } from './webshare.js';

export interface ControlOptions {
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly mail: MailServer;
  readonly captcha: CaptchaDesk;
  readonly proxies: readonly ForwardProxy[];
  readonly port: number;
}

/** A request that the control service does not understand; the text says why. */
class BadRequest extends Error {}

/**
 * Starts the control service, on a port of its own so that its calls are in no log:
 * `GET /__sandbox/log?since=MS&service=NAME`, `DELETE /__sandbox/log`, `GET /__sandbox/max-in-window?ms=N&service=NAME`,
 * `GET|POST|DELETE /__sandbox/faults` (`?id=` removes one), `GET /__sandbox/captcha`, `GET /__sandbox/mails`, `POST /__sandbox/mail-behaviour`,
 * `GET|POST /__sandbox/proxies` (`{"id":"d-1","kind":"dead"}`; without `id` all of them).
 */
export function startControl(options: ControlOptions): Promise<RunningService> {
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    control(options, request).then(
      (body) => (body === undefined ? send(404, { error: 'no such command' }) : send(200, body)),
      (error: unknown) => send(error instanceof BadRequest ? 400 : 500, { error: String(error) }),
    );
  });
  return listen(server, options.port);
}

async function control(
  { log, faults, mail, captcha, proxies }: ControlOptions,
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
  if (!Number.isFinite(since)) throw new BadRequest('since must be epoch milliseconds');
  const service = query.get('service');
  return service === null ? { sinceMs: since } : { sinceMs: since, service: serviceName(service) };
}

function removeFaults(faults: Faults, id: string | null): void {
  if (id === null) faults.clear();
  else faults.remove(id);
}

/** Reads a fault rule sent as JSON, in the shape of `FaultRule`. @throws BadRequest saying what is wrong */
function readFaultRule(json: JsonObject): FaultRule {
  const { path, effect } = json;
  if (!isJsonObject(effect)) throw new BadRequest('effect must be an object');
  const times = numberAt(json, 'times');
  const rate = numberAt(json, 'rate');
  if (rate !== null && (rate < 0 || rate > 1)) throw new BadRequest('rate must be from 0 to 1');
  return {
    service: serviceName(textAt(json, 'service') ?? ''),
    effect: readEffect(effect),
    ...(times === null ? {} : { times }),
    ...(rate === null ? {} : { rate }),
    ...(typeof path === 'string' ? { path: patternText(path) } : {}),
  };
}

function readEffect(json: JsonObject): FaultEffect {
  const kind = FAULT_KINDS.find((known): known is FaultKind => known === json.kind);
  switch (kind) {
    case undefined:
      throw new BadRequest(`effect.kind must be one of ${FAULT_KINDS.join(', ')}`);
    case 'status': {
      const retryAfterSeconds = numberAt(json, 'retryAfterSeconds');
      const status = { kind, status: wanted(json, 'status'), ...silenceIn(json) };
      return retryAfterSeconds === null ? status : { ...status, retryAfterSeconds };
    }
    case 'refused-token': {
      const token = textAt(json, 'token');
      return { kind, ...(token === null ? {} : { token }), ...silenceIn(json) };
    }
    case 'slow':
    case 'late-solution':
      return { kind, delayMs: wanted(json, 'delayMs') };
    case 'error-body':
      return { kind, code: wanted(json, 'code') };
    case 'layout-change': {
      const layout = LAYOUT_NAMES.find((name) => name === json.layout);
      if (json.layout !== undefined && layout === undefined) {
        throw new BadRequest(`effect.layout must be one of ${LAYOUT_NAMES.join(', ')}`);
      }
      return layout === undefined ? { kind } : { kind, layout };
    }
    case 'broken-cards':
      return { kind, count: wanted(json, 'count') };
    case 'drift': {
      const { change, field } = json;
      if (typeof field !== 'string') throw new BadRequest('effect.field must be a text');
      if (change === 'drop' || change === 'rename' || change === 'retype') return { kind, change, field };
      throw new BadRequest('effect.change must be drop, rename or retype');
    }
    default:
      return { kind };
  }
}

const silenceIn = (json: JsonObject) => (json.silent === true ? { silent: true } : {});

async function behaveProxies(proxies: readonly ForwardProxy[], told: JsonObject): Promise<void> {
  const behaviour = readProxyBehaviour(told);
  if (behaviour === null) throw new BadRequest('kind must be alive, dead, hang, slow, refuse, gateway or cut');
  const meant = told.id === undefined ? proxies : proxies.filter(({ id }) => id === told.id);
  if (meant.length === 0) throw new BadRequest('there is no proxy of that id');
  await Promise.all(meant.map((proxy) => proxy.behave(behaviour)));
}

function readBehaviour(json: JsonObject): MailBehaviour {
  const { kind } = json;
  if (kind === 'slow') return { kind, delayMs: wanted(json, 'delayMs') };
  if (kind === 'accept' || kind === 'refuse-connection' || kind === 'refuse-recipient') return { kind };
  throw new BadRequest('kind must be accept, refuse-connection, refuse-recipient or slow');
}

function wanted(json: JsonObject, key: string): number {
  const value = numberAt(json, key);
  if (value === null) throw new BadRequest(`${key} must be a number`);
  return value;
}

function serviceName(text: string): ServiceName {
  const known = SERVICE_NAMES.find((name) => name === text);
  if (known !== undefined) return known;
  throw new BadRequest(`service must be one of ${SERVICE_NAMES.join(', ')}`);
}

function patternText(pattern: string): string {
  try {
    new RegExp(pattern);
    return pattern;
  } catch {
    throw new BadRequest('path must be a regular expression');
  }
}

function parsed(body: string): JsonObject {
  try {
    const json: unknown = JSON.parse(body);
    if (isJsonObject(json)) return json;
  } catch {
    // Told below, as for any other text that is no object.
  }
  throw new BadRequest('the body must be a JSON object');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
