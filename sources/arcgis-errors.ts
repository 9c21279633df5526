import {
  AuthRejected,
  Blocked,
  type PhoenixError,
  RateLimited,
  ResponseInvalid,
  SchemaDrift,
  SourceUnavailable,
} from '../core/errors.js';
import type { Json } from '../core/hash.js';
import type { SourceName } from '../core/schemas/names.js';
import { fieldOf, isObject } from '../domain/readings.js';
import type { HttpAnswer } from '../net/http-client.js';
import { isChallengePage, pageForData } from '../net/page-for-data.js';

/** Pause where the layer says "too many requests" in a body, which names no time (assumed). */
const UNNAMED_PAUSE_MS = 60_000;

/** An error is short; a page of rows, which is not, is read once. */
const LONGEST_ERROR = 20_000;

/** What answers of a layer of one source mean. */
export interface LayerErrors {
  /** The error an answer of status 400 or more stands for; null leaves it its plain meaning. */
  refusalOf(answer: HttpAnswer): PhoenixError | null;
  /**
   * The error that stands in an answer of status 200, null when there is none: ArcGIS reports every failure as 200 with
   * `{"error":{"code","message"}}`. Codes as in HTTP, and 498 and 499 for tokens (ArcGIS REST API, "Status and error codes", read
   * 2025-07).
   */
  failureIn(answer: HttpAnswer, url: string): PhoenixError | null;
  /**
   * JSON of an answer that holds no failure.
   * @throws ResponseInvalid (page: no JSON, or a status nobody foresaw), SourceUnavailable (retried: JSON cut short)
   */
  jsonOf(answer: HttpAnswer, url: string): Json;
  /** The answer has another envelope than the contract. */
  envelopeDrift(path: string, problem: string): SchemaDrift;
}

export function createLayerErrors(source: SourceName): LayerErrors {
  return {
    refusalOf: (answer) => refusalOf(source, answer),
    failureIn: (answer, url) => failureIn(source, answer, url),
    jsonOf: (answer, url) => jsonOf(source, answer, url),
    envelopeDrift: (path, problem) => new SchemaDrift(source, path, problem),
  };
}

function refusalOf(source: SourceName, answer: HttpAnswer): PhoenixError | null {
  const { status } = answer;
  if (status === 401) return new AuthRejected(source, 'status 401: the layer is no longer open without a token');
  if (isChallengePage(answer)) return new Blocked(source, `status ${status} with a block page`);
  return status === 403 ? new Blocked(source, 'status 403') : null;
}

function failureIn(source: SourceName, answer: HttpAnswer, url: string): PhoenixError | null {
  if (isChallengePage(answer)) return new Blocked(source, 'block page with status 200');
  const page = pageForData(answer, url);
  if (page !== null) return page;
  const error = answer.text.length > LONGEST_ERROR ? undefined : fieldOf(parsed(answer.text), 'error');
  if (error === undefined) return null;
  const { host } = new URL(url);
  const code = isObject(error) && typeof error.code === 'number' ? error.code : null;
  const problem = `error ${code ?? 'without code'} in an answer of status 200`;
  if (code === 401 || code === 498 || code === 499) return new AuthRejected(source, `${problem}: a token is wanted`);
  if (code === 403) return new Blocked(source, problem);
  if (code === 429) return new RateLimited(host, UNNAMED_PAUSE_MS, { told: true });
  if (code === null || code >= 500) return new SourceUnavailable(host, problem);
  return new ResponseInvalid(source, `${url}: ${problem}`);
}

function jsonOf(source: SourceName, { status, contentType, text }: HttpAnswer, url: string): Json {
  if (status !== 200) throw new ResponseInvalid(source, `${url}: status ${status}`);
  // The server says text/plain for `f=json` to browsers, and JSON to others (ArcGIS REST API, "Output formats").
  const mayBeJson = /^(text\/plain|(application|text)\/([\w.-]+\+)?json)$/.test(contentType);
  if (!mayBeJson) {
    throw new ResponseInvalid(source, `${url}: ${contentType || 'no content type'} where JSON is due`);
  }
  const json = parsed(text);
  if (json !== undefined) return json;
  throw new SourceUnavailable(new URL(url).host, `JSON is cut short or broken after ${text.length} characters`);
}

/** Undefined for what is no JSON. */
function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
