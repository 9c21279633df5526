import { randomUUID } from 'node:crypto';
import type { Json } from '../core/hash.js';
import { drifted } from './county-answers.js';
import type { FaultEffect, Faults } from './faults.js';
import { type RunningService, type ServiceAnswer, type ServiceRequest, startHttpService } from './http-service.js';
import type { JsonObject } from './json.js';
import type { RequestLog } from './request-log.js';
import { createResoDesk, type ResoDesk, type ResoWorld } from './reso-desk.js';
import { matching, placeOf, type ResoQuery, readQuery, tokenOf } from './reso-query.js';
import { createQuotaCount, type QuotaWord, type ResoQuota } from './reso-quota.js';

export interface ResoOptions {
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Most rows of a page, whatever is asked; default 25. */
  readonly pageRows?: number;
  /** How links find the next page: after the last row in the order, or by the number of rows before it; default `row`. */
  readonly pagingBy?: 'row' | 'number';
  /** Life of a token in seconds; default 3,600. */
  readonly tokenSeconds?: number;
  /** Left out: as many requests as are sent, and no word about it. */
  readonly quota?: ResoQuota;
}

export const RESO_ROOT = '/Reso/OData';
export const RESO_TOKEN_PATH = '/oauth2/token';
const DEFAULT_PAGE_ROWS = 25;
const DEFAULT_TOKEN_SECONDS = 3_600;

/** The running service, and what can be done to its listings. */
export interface ResoService extends RunningService {
  readonly desk: ResoDesk;
}

interface Front {
  readonly desk: ResoDesk;
  readonly options: ResoOptions;
  /** End of life of every token given out, epoch milliseconds. */
  readonly tokens: Map<string, number>;
  readonly count: () => QuotaWord;
}

/** Starts the stand-in of a RESO Web API with its token service on 127.0.0.1. */
export async function startReso(world: ResoWorld, options: ResoOptions): Promise<ResoService> {
  const { log, faults, port = 0 } = options;
  const desk = createResoDesk(world);
  const front: Front = { desk, options, tokens: new Map(), count: createQuotaCount(options.quota) };
  const handle = (request: ServiceRequest): ServiceAnswer => {
    if (request.path === RESO_TOKEN_PATH) return tokenAnswer(front, request);
    if (request.path !== `${RESO_ROOT}/Property`) return failure(404, 404, 'Not found');
    const { allowed, headers } = front.count();
    const answer = allowed ? propertyAnswer(front, request) : failure(429, OVER_LIMIT, 'Over rate limit');
    return { ...answer, headers: { ...answer.headers, ...headers } };
  };
  const service = await startHttpService({ service: 'reso', port, log, faults, handle });
  return { ...service, desk };
}

function tokenAnswer({ tokens, options }: Front, { method, body, fault }: ServiceRequest): ServiceAnswer {
  const { clientId, clientSecret, tokenSeconds = DEFAULT_TOKEN_SECONDS } = options;
  const form = new URLSearchParams(body);
  const isKnown = form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
  if (method !== 'POST' || form.get('grant_type') !== 'client_credentials') {
    return json(400, { error: 'unsupported_grant_type' });
  }
  if (!isKnown || fault?.kind === 'refused-token') return json(401, { error: 'invalid_client' });
  const token = randomUUID();
  tokens.set(token, Date.now() + tokenSeconds * 1_000);
  return json(200, { access_token: token, token_type: 'Bearer', expires_in: tokenSeconds });
}

function propertyAnswer({ desk, options, tokens }: Front, request: ServiceRequest): ServiceAnswer {
  const { fault, headers, query } = request;
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  // A token whose time has come is refused from then on; another one can be had.
  if (fault?.kind === 'refused-token') tokens.delete(token);
  const until = tokens.get(token);
  if (until === undefined || until < Date.now()) return failure(401, 1020, 'Session token has expired');
  if (fault?.kind === 'error-body') return failure(STATUS_OF.get(fault.code) ?? 400, fault.code, 'refused');
  if (fault?.kind === 'html') return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' };
  const all = fault?.kind === 'empty' ? [] : desk.rows();
  const asked = readQuery(query, options.pageRows ?? DEFAULT_PAGE_ROWS, Object.keys(all[0] ?? {}));
  if ('refused' in asked) return failure(400, 400, asked.refused);
  const page = pageOf(all, asked);
  const plain = pageAnswer(page, asked, `http://${headers.host}${RESO_ROOT}/Property`, options.pagingBy ?? 'row');
  moveRow(desk, page, fault);
  return fault?.kind === 'drift' ? drifted(plain, fault) : plain;
}

interface Page {
  readonly rows: readonly JsonObject[];
  /** Rows that fit, on this page or on another. */
  readonly count: number;
  readonly more: boolean;
}

function pageOf(all: readonly JsonObject[], asked: ResoQuery): Page {
  const fitting = matching(all, asked);
  const { after, order, skip, top } = asked;
  const rest = after === null ? fitting : fitting.filter((row) => placeOf(row, order) > after);
  const rows = rest.slice(skip, skip + top);
  return { rows, count: fitting.length, more: rest.length > skip + rows.length };
}

/** The link to the next page holds a token that only the service can read. */
function pageAnswer(page: Page, asked: ResoQuery, address: string, pagingBy: 'row' | 'number'): ServiceAnswer {
  const last = page.rows.at(-1);
  const byNumber = { skip: asked.skip + page.rows.length, after: null };
  const goesOn = last && pagingBy === 'row' ? { skip: 0, after: placeOf(last, asked.order) } : byNumber;
  const fields = asked.fields ?? Object.keys(page.rows[0] ?? {});
  return json(200, {
    '@odata.context': `${address.replace('/Property', '')}/$metadata#Property`,
    ...(asked.count ? { '@odata.count': page.count } : {}),
    ...(page.more && last ? { '@odata.nextLink': `${address}?$skiptoken=${tokenOf(asked, goesOn)}` } : {}),
    value: page.rows.map((row) => Object.fromEntries(fields.map((name) => [name, row[name] ?? null]))),
  });
}

/** What happens behind the walk: the first row of the page that was just given is changed, or is gone. */
function moveRow(desk: ResoDesk, { rows: [first] }: Page, fault: FaultEffect | null): void {
  if (first === undefined) return;
  if (fault?.kind === 'row-moves') desk.change(String(first.ListingId));
  if (fault?.kind === 'row-vanishes') desk.remove(String(first.ListingId));
}

const OVER_LIMIT = 1550;

/** Statuses that go with the provider's own codes (Spark API, "Error codes", read 2025-07); any other goes with 400. */
const STATUS_OF: ReadonlyMap<number, number> = new Map([
  [1000, 401],
  [1010, 401],
  [1013, 403],
  [1015, 403],
  [1019, 403],
  [1020, 401],
  [1021, 403],
  [1023, 503],
  [1024, 503],
  [1030, 403],
  [1510, 503],
  [1515, 503],
  [1516, 503],
  [OVER_LIMIT, 429],
]);

function json(status: number, body: Json): ServiceAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function failure(status: number, code: number, message: string): ServiceAnswer {
  return json(status, { error: { code: String(code), message, target: null, details: [] } });
}
