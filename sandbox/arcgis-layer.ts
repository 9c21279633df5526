import type { Json } from '../core/hash.js';
import { drifted } from './county-answers.js';
import type { Faults } from './faults.js';
import { type RunningService, type ServiceAnswer, type ServiceRequest, startHttpService } from './http-service.js';
import type { JsonObject } from './json.js';
import type { RequestLog, ServiceName } from './request-log.js';

/** A layer of rows, on a server that behaves like ArcGIS. */
export interface LayerOptions {
  readonly service: ServiceName;
  /** Path of the layer's query. */
  readonly query: string;
  /** Field of the one condition that is understood. */
  readonly zipField: string;
  readonly rows: readonly JsonObject[];
  readonly log: RequestLog;
  readonly faults: Faults;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Most rows of a page, whatever is asked; default 1,000. */
  readonly pageRows?: number;
}

const DEFAULT_PAGE_ROWS = 1_000;

/** Starts it on 127.0.0.1. */
export function startLayer(options: LayerOptions): Promise<RunningService> {
  const { service, port = 0, log, faults } = options;
  return startHttpService({ service, port, log, faults, handle: (request) => answer(options, request) });
}

function answer(options: LayerOptions, request: ServiceRequest): ServiceAnswer {
  const { fault, path, query } = request;
  if (path !== options.query) return { status: 404, headers: { 'content-type': 'text/html' }, body: '' };
  if (fault?.kind === 'html' || query.get('f') !== 'json') return queryForm();
  if (fault?.kind === 'refused-token') return failure(499, 'Token Required');
  if (fault?.kind === 'error-body') return failure(fault.code, 'Failed to execute query.');
  const plain = queried(fault?.kind === 'empty' ? { ...options, rows: [] } : options, query);
  return fault?.kind === 'drift' ? drifted(plain, fault) : plain;
}

/** The one condition that is understood; ArcGIS refuses any other with 400 inside an answer of status 200. */
function queried(
  { rows, zipField, pageRows = DEFAULT_PAGE_ROWS }: LayerOptions,
  query: URLSearchParams,
): ServiceAnswer {
  const [, field, zip] = /^(\w+)\s*=\s*'(\d{5})'$/.exec(query.get('where') ?? '') ?? [];
  const [sample] = rows;
  const fields = fieldsOf(query.get('outFields'), sample);
  if (field !== zipField || zip === undefined || fields === null) return failure(400, 'Failed to execute query.');
  const found = rows.filter((row) => row[zipField] === zip);
  if (query.get('returnCountOnly') === 'true') return json({ count: found.length });
  const offset = wholeAt(query, 'resultOffset', 0);
  const size = Math.min(wholeAt(query, 'resultRecordCount', pageRows), pageRows);
  const page = found.slice(offset, offset + size);
  const more = offset + size < found.length;
  return json({
    displayFieldName: 'APN',
    features: page.map((row) => ({ attributes: Object.fromEntries(fields.map((name) => [name, row[name] ?? null])) })),
    ...(more ? { exceededTransferLimit: true } : {}),
  });
}

/** Null when a field is asked for that the layer does not have. */
function fieldsOf(asked: string | null, sample: JsonObject | undefined): readonly string[] | null {
  if (sample === undefined) return [];
  const known = Object.keys(sample);
  if (asked === '*') return known;
  const names = (asked ?? 'OBJECTID').split(',');
  return names.every((name) => known.includes(name)) ? names : null;
}

function wholeAt(query: URLSearchParams, name: string, otherwise: number): number {
  const value = Number(query.get(name) ?? otherwise);
  return Number.isInteger(value) && value >= 0 ? value : otherwise;
}

function json(body: Json): ServiceAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** ArcGIS tells every failure with status 200. */
function failure(code: number, message: string): ServiceAnswer {
  return json({ error: { code, message, details: [] } });
}

function queryForm(): ServiceAnswer {
  const body =
    '<!DOCTYPE html><html><head><title>Query: Parcels (ID: 0)</title></head><body><form></form></body></html>';
  return { status: 200, headers: { 'content-type': 'text/html;charset=utf-8' }, body };
}
