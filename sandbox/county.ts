import { normaliseParcelNumber } from '../core/ids.js';
import { drifted, emptyAnswer, jsonAnswer, recordedAnswer, sitePage } from './county-answers.js';
import { partOfDocument } from './county-document.js';
import { allParcels, pageNumber, pageOf, searchAnswer } from './county-search.js';
import type { FaultEffect, Faults } from './faults.js';
import { type RunningService, type ServiceAnswer, type ServiceRequest, startHttpService } from './http-service.js';
import { normalisePath } from './recordings.js';
import type { RequestLog } from './request-log.js';
import { DISALLOW_ALL, robots } from './robots.js';
import type { World } from './world.js';

export interface CountyOptions {
  /** The tokens that are right; sent bare in the `Authorization` header. */
  readonly tokens: readonly string[];
  readonly log: RequestLog;
  readonly faults: Faults;
  /** Default 0: any free port. */
  readonly port?: number;
}

/** First path parts that belong to the API; everything else is the county's web site. */
const API_KINDS = new Set(['search', 'parcel', 'mapid', 'bpp', 'mh']);

/** Starts the stand-in of the county assessor's service on 127.0.0.1. */
export function startCounty(world: World, { tokens, log, faults, port = 0 }: CountyOptions): Promise<RunningService> {
  return startHttpService({
    service: 'county',
    port,
    log,
    faults,
    handle: (request) => answer(world, tokens, request),
  });
}

/** What the county's file says is not known; one that lets the API be asked is assumed. */
const ROBOTS = 'User-agent: *\nDisallow: /admin/\nAllow: /search/\nAllow: /parcel/\n';

function answer(world: World, tokens: readonly string[], request: ServiceRequest): ServiceAnswer {
  const { fault, headers } = request;
  if (request.path === '/robots.txt') return robots(fault?.kind === 'robots-disallow' ? DISALLOW_ALL : ROBOTS);
  const kind = request.path.split('/')[1] ?? '';
  if (!API_KINDS.has(kind)) return recordedOrNull(world, request) ?? sitePage(world);
  const sent = headers.authorization ?? '';
  const refusal = refusalOf(fault, sent);
  if (refusal !== null || !tokens.includes(sent)) return refusedToken(world, kind, request, refusal?.silent === true);
  if (fault?.kind === 'html') return sitePage(world);
  if (fault?.kind === 'empty') return nothing(kind, request.path);
  if (fault?.kind === 'wrong-parcel') return apiAnswer(world, kind, { ...request, path: otherParcel(world, request) });
  const plain = request.method === 'GET' ? apiAnswer(world, kind, request) : emptyAnswer(405);
  return fault?.kind === 'drift' ? drifted(plain, fault) : plain;
}

const refusalOf = (fault: FaultEffect | null, token: string) =>
  fault?.kind === 'refused-token' && (fault.token ?? token) === token ? fault : null;

/** The county has no 401: a missing or wrong token is a 500 with nothing but a reason phrase. */
function refusedToken(world: World, kind: string, asked: ServiceRequest, silent: boolean): ServiceAnswer {
  if (silent) return emptyAnswer(500, '');
  const recorded = world.recordings.findRefusal(asked);
  if (recorded !== null) return recordedAnswer(recorded);
  return emptyAnswer(500, `[${kind}]:Unauthorized access! Please contact support.`);
}

function apiAnswer(world: World, kind: string, request: ServiceRequest): ServiceAnswer {
  if (kind === 'search') return searchAnswer(world, request);
  const recorded = recordedOrNull(world, request);
  if (recorded !== null) return recorded;
  if (kind === 'parcel') return parcelAnswer(world, request);
  if (kind === 'mapid') return jsonAnswer([]);
  // Business property and mobile homes have no recorded accounts; that an unknown one is a 404 is assumed.
  return notFound(kind);
}

/** The same path of the next parcel of the ZIP; of any other for a parcel nobody knows. */
function otherParcel(world: World, { path }: ServiceRequest): string {
  const [, kind = '', key = '', ...rest] = path.split('/');
  const parcels = world.parcelsOf(world.parcel(key)?.facts.zip ?? world.zips[0] ?? '');
  const at = parcels.findIndex(({ facts }) => facts.apn === normaliseParcelNumber(key));
  const other = parcels[(at + 1) % parcels.length]?.facts.apn ?? key;
  return ['', kind, other, ...rest].join('/');
}

function parcelAnswer(world: World, request: ServiceRequest): ServiceAnswer {
  const [, , key = '', endpoint] = request.path.split('/');
  if (key === 'mcr' || key === 'str') return neighbours(world, request);
  if (/[^A-Za-z0-9.\- ]/.test(key)) return emptyAnswer(500);
  const parcel = world.parcel(key);
  if (endpoint === undefined || endpoint === '') {
    return parcel === null ? notFound('parcel') : jsonAnswer(parcel.document());
  }
  const part = partOfDocument(endpoint, parcel?.document() ?? {});
  if (part === null) return sitePage(world);
  return jsonAnswer(parcel === null ? [] : part);
}

/** `/parcel/mcr/{mcr}` and `/parcel/str/{s-t-r}`. The form of the rows is assumed to be that of a search. */
function neighbours(world: World, { path, query }: ServiceRequest): ServiceAnswer {
  const [, , kind, wanted = ''] = path.split('/');
  const rows = allParcels(world)
    .filter(({ facts }) => {
      const place = kind === 'mcr' ? facts.mcr : `${facts.section}-${facts.township}-${facts.range}`;
      return place === wanted;
    })
    .map(({ row }) => row);
  const { Results = [] } = pageOf(rows, pageNumber(query));
  return Array.isArray(Results) && Results.length === 0 ? emptyAnswer(200) : jsonAnswer({ Parcels: Results });
}

function recordedOrNull(world: World, { method, path, query }: ServiceRequest): ServiceAnswer | null {
  const recorded = world.recordings.find({ method, path, query });
  return recorded === null ? null : recordedAnswer(recorded);
}

function notFound(kind: string): ServiceAnswer {
  return emptyAnswer(404, `[${kind}]:Requested content was not found`);
}

/** The county's own forms of "nothing". */
function nothing(kind: string, path: string): ServiceAnswer {
  if (kind === 'search') return jsonAnswer({ TOTAL: 0, Results: [] });
  return normalisePath(path).split('/').length === 3 ? notFound(kind) : jsonAnswer([]);
}
