import { randomUUID } from 'node:crypto';
import type { Json } from '../core/hash.js';
import { drifted } from './county-answers.js';
import type { Faults } from './faults.js';
import { type RunningService, type ServiceAnswer, type ServiceRequest, startHttpService } from './http-service.js';
import type { JsonObject } from './json.js';
import type { Listing } from './listing.js';
import type { RequestLog } from './request-log.js';
import { type ResoQuery, readQuery, tokenOf } from './reso-query.js';
import { type ResoRecord, resoRecord } from './reso-record.js';

/** The part of the sandbox's world that the service shows. */
export interface ResoWorld {
  readonly seed: string;
  readonly listings: readonly Listing[];
}

export interface ResoOptions {
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Most rows of a page, whatever is asked; default 25. */
  readonly pageRows?: number;
  /** Life of a token in seconds; default 3,600. */
  readonly tokenSeconds?: number;
}

export const RESO_ROOT = '/Reso/OData';
export const RESO_TOKEN_PATH = '/oauth2/token';
const DEFAULT_PAGE_ROWS = 25;
const DEFAULT_TOKEN_SECONDS = 3_600;

/** Every listing as the service shows it, by listing id. */
export function resoRecords({ listings, seed }: ResoWorld): ReadonlyMap<string, ResoRecord> {
  return new Map(listings.map((listing) => [listing.listingId, resoRecord(listing, seed)] as const));
}

/** Starts the stand-in of a RESO Web API with its token service on 127.0.0.1. */
export function startReso(world: ResoWorld, options: ResoOptions): Promise<RunningService> {
  const { log, faults, port = 0 } = options;
  /** End of life of every token given out, epoch milliseconds. */
  const tokens = new Map<string, number>();
  const handle = (request: ServiceRequest): ServiceAnswer => {
    if (request.path === RESO_TOKEN_PATH) return tokenAnswer(tokens, options, request);
    if (request.path !== `${RESO_ROOT}/Property`) return failure(404, 404, 'Not found');
    return propertyAnswer(world, tokens, options, request);
  };
  return startHttpService({ service: 'reso', port, log, faults, handle });
}

function tokenAnswer(
  tokens: Map<string, number>,
  { clientId, clientSecret, tokenSeconds = DEFAULT_TOKEN_SECONDS }: ResoOptions,
  { method, body, fault }: ServiceRequest,
): ServiceAnswer {
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

function propertyAnswer(
  world: ResoWorld,
  tokens: Map<string, number>,
  { pageRows = DEFAULT_PAGE_ROWS }: ResoOptions,
  request: ServiceRequest,
): ServiceAnswer {
  const { fault, headers, query } = request;
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  // A token whose time has come is refused from then on; another one can be had.
  if (fault?.kind === 'refused-token') tokens.delete(token);
  const until = tokens.get(token);
  if (until === undefined || until < Date.now()) return failure(401, 1020, 'Session token has expired');
  if (fault?.kind === 'error-body') return failure(STATUS_OF.get(fault.code) ?? 400, fault.code, 'refused');
  if (fault?.kind === 'html') return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' };
  const all = fault?.kind === 'empty' ? [] : [...resoRecords(world).values()].map(({ row }) => row);
  const asked = readQuery(query, pageRows, Object.keys(all[0] ?? {}));
  if ('refused' in asked) return failure(400, 400, asked.refused);
  const plain = pageAnswer(all, asked, `http://${headers.host}${RESO_ROOT}/Property`);
  return fault?.kind === 'drift' ? drifted(plain, fault) : plain;
}

/** Rows in the order of their keys. The link to the next page names the last key in a token that only the service can read. */
function pageAnswer(all: readonly JsonObject[], asked: ResoQuery, address: string): ServiceAnswer {
  const matching = all
    .filter((row) => asked.zip === null || row.PostalCode === asked.zip)
    .filter((row) => asked.statuses === null || asked.statuses.includes(String(row.StandardStatus)))
    .sort((a, b) => (String(a.ListingKey) < String(b.ListingKey) ? -1 : 1));
  const rest = matching.filter(({ ListingKey }) => asked.after === null || String(ListingKey) > asked.after);
  const page = rest.slice(asked.skip, asked.skip + asked.top);
  const last = page.at(-1);
  const more = rest.length > asked.skip + page.length && last !== undefined;
  const fields = asked.fields ?? Object.keys(matching[0] ?? {});
  return json(200, {
    '@odata.context': `${address.replace('/Property', '')}/$metadata#Property`,
    ...(asked.count ? { '@odata.count': matching.length } : {}),
    ...(more ? { '@odata.nextLink': `${address}?$skiptoken=${tokenOf(asked, String(last.ListingKey))}` } : {}),
    value: page.map((row) => Object.fromEntries(fields.map((name) => [name, row[name] ?? null]))),
  });
}

/** Statuses that go with the provider's own codes. */
const STATUS_OF: ReadonlyMap<number, number> = new Map([
  [1020, 401],
  [1021, 403],
  [1510, 503],
  [1515, 503],
  [1516, 503],
  [1550, 429],
]);

function json(status: number, body: Json): ServiceAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function failure(status: number, code: number, message: string): ServiceAnswer {
  return json(status, { error: { code: String(code), message, details: [] } });
}
