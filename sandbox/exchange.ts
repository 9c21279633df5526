import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BadConfig } from '../core/errors.js';
import type { Json } from '../core/hash.js';
import { isJsonObject, type JsonObject } from './json.js';

/** One recorded HTTP exchange, in the form of `recordings/maricopa/README.md`. */
export interface Exchange {
  /** File name, for messages. */
  readonly file: string;
  /** Epoch milliseconds; the origin may know the month alone. */
  readonly recordedAtMs: number;
  /** How far to trust it: `recorded`, `edited upstream`, … */
  readonly kind: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
  };
  readonly response: {
    readonly status: number;
    readonly reason: string;
    readonly headers: Readonly<Record<string, string>>;
    /** Parsed JSON, or a text where the service sent HTML or nothing. */
    readonly body: Json;
  };
}

export interface RecordingFolder {
  readonly exchanges: readonly Exchange[];
  /** Text of `residential_2021.csv`; null when the folder has none. */
  readonly homesCsv: string | null;
}

/**
 * Reads every `*.json` of a folder as an exchange, and the table of homes where there is one.
 * @throws BadConfig with one fault for each file that is not of the form, all at once
 */
export function loadRecordings(folder: string): RecordingFolder {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new BadConfig([`recordings folder ${folder} does not exist`]);
  }
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  if (files.length === 0) throw new BadConfig([`recordings folder ${folder} holds no *.json file`]);
  const faults: string[] = [];
  const exchanges: Exchange[] = [];
  for (const file of files) {
    const read = readExchange(file, readFileSync(join(folder, file), 'utf8'));
    if ('faults' in read) faults.push(`${file}: ${read.faults.join(', ')}`);
    else exchanges.push(read);
  }
  if (faults.length > 0) throw new BadConfig(faults);
  const table = join(folder, 'residential_2021.csv');
  return { exchanges, homesCsv: existsSync(table) ? readFileSync(table, 'utf8') : null };
}

/** Reads the text of one file. Gives what is wrong instead of raising, so that all files are reported together. */
function readExchange(file: string, text: string): Exchange | { readonly faults: readonly string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { faults: ['is not JSON'] };
  }
  if (!isJsonObject(json)) return { faults: ['is not an object'] };
  const faults: string[] = [];
  const exchange = {
    file,
    recordedAtMs: instant(json, faults),
    kind: textMember(json, 'kind', '', faults),
    request: readRequest(json, faults),
    response: readResponse(json, faults),
  };
  return faults.length > 0 ? { faults } : exchange;
}

function readRequest(json: JsonObject, faults: string[]): Exchange['request'] {
  const request = objectMember(json, 'request', '', faults);
  const path = textMember(request, 'path', 'request.', faults);
  if (path !== '' && !path.startsWith('/')) faults.push('request.path must begin with /');
  return {
    method: textMember(request, 'method', 'request.', faults).toUpperCase(),
    path,
    query: textMap(objectMember(request, 'query', 'request.', faults), 'request.query', faults),
  };
}

function readResponse(json: JsonObject, faults: string[]): Exchange['response'] {
  const response = objectMember(json, 'response', '', faults);
  const { status, body, reason = '' } = response;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    faults.push('response.status must be a whole number from 200 to 599');
  }
  if (typeof reason !== 'string') faults.push('response.reason must be a text');
  if (body === undefined) faults.push('response.body is missing');
  return {
    status: typeof status === 'number' ? status : 0,
    reason: typeof reason === 'string' ? reason : '',
    headers: textMap(objectMember(response, 'headers', 'response.', faults), 'response.headers', faults),
    body: body ?? null,
  };
}

function instant(json: JsonObject, faults: string[]): number {
  const text = textMember(json, 'recorded_at', '', faults);
  const zoned = /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`;
  const ms = Date.parse(zoned);
  if (text !== '' && Number.isNaN(ms)) faults.push('recorded_at is no instant, day or month');
  return ms;
}

function textMember(parent: JsonObject, key: string, prefix: string, faults: string[]): string {
  const value = parent[key];
  if (typeof value === 'string' && value !== '') return value;
  faults.push(`${prefix}${key} must be a text`);
  return '';
}

function objectMember(parent: JsonObject, key: string, prefix: string, faults: string[]): JsonObject {
  const value = parent[key];
  if (isJsonObject(value)) return value;
  faults.push(`${prefix}${key} must be an object`);
  return {};
}

function textMap(json: JsonObject, name: string, faults: string[]): Readonly<Record<string, string>> {
  const map: Record<string, string> = {};
  for (const [key, value] of Object.entries(json)) {
    if (typeof value === 'string' || typeof value === 'number') map[key] = String(value);
    else faults.push(`${name}.${key} must be a text`);
  }
  return map;
}
