import {
  AuthRejected,
  Blocked,
  type PhoenixError,
  RateLimited,
  ResponseInvalid,
  SchemaDrift,
  SourceUnavailable,
} from '../../core/errors.js';
import type { Json } from '../../core/hash.js';
import { fieldOf } from '../../domain/readings.js';
import type { HttpAnswer } from '../../net/http-client.js';
import { isChallengePage, pageForData } from '../../net/page-for-data.js';
import { RESO } from './settings.js';

/** Pause where the provider says "over limit" without a 429, and names no time (assumed). */
const UNNAMED_PAUSE_MS = 60_000;

/** The provider's own codes (Spark API, "Error codes", read 2025-07) that mean more than their status. */
const OVER_LIMIT: ReadonlySet<number> = new Set([1550]);
const NOT_NOW: ReadonlySet<number> = new Set([1023, 1024, 1510, 1515, 1516]);
const TOKEN_EXPIRED = 1020;
const REFUSED: ReadonlyMap<number, string> = new Map([
  [1000, 'the token is not valid'],
  [1010, 'the key is disabled'],
  [1013, 'this way to authorise is not permitted for the key'],
  [1015, 'the user of the key is not active'],
  [1019, 'the key is restricted to other addresses or user agents'],
  [TOKEN_EXPIRED, 'the token has expired'],
  [1021, 'the key belongs to another host of the provider (RESO_BASE_URL)'],
  [1030, 'the address must be https'],
]);

/** An error is short; a page of listings, which is not, is read once. */
const LONGEST_ERROR = 20_000;

/** The error an answer of status 400 or more stands for; null leaves it its plain meaning. */
export function refusalOf(answer: HttpAnswer, url: string): PhoenixError | null {
  const { status } = answer;
  const byCode = errorOfCode(codeIn(answer), url);
  if (byCode !== null) return byCode;
  if (status === 401) return new AuthRejected(RESO, 'status 401: the token was refused');
  if (status === 403 && fieldOf(errorBody(answer), 'error') !== undefined) {
    return new AuthRejected(RESO, 'status 403: the licence does not hold what was asked');
  }
  if (status === 403) return new Blocked(RESO, 'status 403, and not in the form of the service');
  return status === 501 ? new ResponseInvalid(RESO, `${url}: status 501, the service cannot do what was asked`) : null;
}

/** The error that stands in an answer of status 200, or that it is a page; null when there is none. */
export function failureIn(answer: HttpAnswer, url: string): PhoenixError | null {
  if (isChallengePage(answer)) return new Blocked(RESO, `block page with status ${answer.status}`);
  const page = pageForData(answer, url);
  if (page !== null) return page;
  const error = fieldOf(errorBody(answer), 'error');
  if (error === undefined) return null;
  const problem = `${url}: an error with status 200${wordsOf(error)}`;
  return errorOfCode(codeIn(answer), url) ?? new ResponseInvalid(RESO, problem);
}

/** Whether another token might be taken: this one has run out or was withdrawn. */
export function isTokenRefused(answer: HttpAnswer): boolean {
  return answer.status === 401 || codeIn(answer) === TOKEN_EXPIRED;
}

function errorOfCode(code: number | null, url: string): PhoenixError | null {
  if (code === null) return null;
  const { host } = new URL(url);
  if (OVER_LIMIT.has(code)) return new RateLimited(host, UNNAMED_PAUSE_MS, { told: true });
  if (NOT_NOW.has(code)) return new SourceUnavailable(host, `error ${code}: the provider's data are not available now`);
  const refused = REFUSED.get(code);
  return refused === undefined ? null : new AuthRejected(RESO, `error ${code}: ${refused}`);
}

/**
 * JSON of an answer that holds no failure.
 * @throws ResponseInvalid (page: no JSON, or a status nobody foresaw), SourceUnavailable (retried: JSON cut short)
 */
export function jsonOf(answer: HttpAnswer, url: string): Json {
  const { status, contentType, text } = answer;
  if (status !== 200) {
    throw new ResponseInvalid(RESO, `${url}: status ${status}${wordsOf(fieldOf(errorBody(answer), 'error'))}`);
  }
  if (!/^(application|text)\/([\w.-]+\+)?json$/.test(contentType)) {
    throw new ResponseInvalid(RESO, `${url}: ${contentType || 'no content type'} where JSON is due`);
  }
  const json = parsed(text);
  if (json !== undefined) return json;
  throw new SourceUnavailable(new URL(url).host, `JSON is cut short or broken after ${text.length} characters`);
}

/** The answer has another envelope than the contract. */
export function envelopeDrift(path: string, problem: string): SchemaDrift {
  return new SchemaDrift(RESO, path, problem);
}

/** Code of OData's error, or of the envelope that Spark uses outside it; null where there is none. */
function codeIn(answer: HttpAnswer): number | null {
  const json = errorBody(answer);
  const stated = fieldOf(fieldOf(json, 'error'), 'code') ?? fieldOf(fieldOf(json, 'D'), 'Code');
  const code = typeof stated === 'string' && /^\d{1,6}$/.test(stated) ? Number(stated) : stated;
  return typeof code === 'number' ? code : null;
}

/** What the service says is wrong, for a person: plain words alone, since they may repeat what was asked. */
function wordsOf(error: unknown): string {
  const message = fieldOf(error, 'message') ?? error;
  if (typeof message !== 'string') return '';
  const words = message.replace(/[^\w .,'()-]+/g, ' ').trim();
  return words === '' ? '' : `: ${words.slice(0, 160)}`;
}

/** JSON of an answer that may be an error; undefined for what is none. */
function errorBody({ text }: HttpAnswer): Json | undefined {
  return text.length > LONGEST_ERROR ? undefined : parsed(text);
}

/** Undefined for what is no JSON. */
function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
