import {
  AuthRejected,
  Blocked,
  type PhoenixError,
  ResponseInvalid,
  SchemaDrift,
  SourceUnavailable,
} from '../../core/errors.js';
import type { Json } from '../../core/hash.js';
import type { HttpAnswer } from '../../net/http-client.js';
import { isChallengePage, pageForData } from '../../net/page-for-data.js';
import { MARICOPA } from './settings.js';

/** What the JSON of an answer is, or that the county has no such thing. */
export type Content =
  | { readonly status: 'found'; readonly json: Json }
  | { readonly status: 'absent'; readonly reason: string };

/**
 * The error an answer of status 400 or more stands for; null leaves it its plain meaning (5xx: outage; 4xx: handed back).
 * A wrong token is a 500 with a reason phrase that says so (recorded 2025-07-21).
 */
export function refusalOf({ status, reason, contentType, text }: HttpAnswer): PhoenixError | null {
  if (status === 401) return new AuthRejected(MARICOPA, 'status 401: the token was refused');
  if (isChallengePage({ contentType, text })) return new Blocked(MARICOPA, `status ${status} with a block page`);
  if (status === 403) return new Blocked(MARICOPA, 'status 403');
  if (status >= 500 && isBare({ contentType, text }) && /unauthori[sz]ed/i.test(reason)) {
    return new AuthRejected(MARICOPA, `status ${status}: the token was refused`);
  }
  return null;
}

/** The error an answer with a good status stands for: a challenge, or a page in the place of data. Null for what may be data. */
export function failureIn(answer: HttpAnswer, url: string): PhoenixError | null {
  if (isChallengePage(answer)) return new Blocked(MARICOPA, `block page with status ${answer.status}`);
  return pageForData(answer, url);
}

/**
 * An empty 500 page without a reason phrase: over HTTP/2 a refused token and an outage look the same. Only a known-good
 * request tells them apart.
 */
export function isUnexplained({ status, reason, contentType, text }: HttpAnswer): boolean {
  return status === 500 && reason === '' && isBare({ contentType, text });
}

/**
 * JSON of an answer that was not refused, and is no page.
 * @throws ResponseInvalid (page: of another type, or a status nobody foresaw), SourceUnavailable (retried: JSON cut short)
 */
export function contentOf(answer: HttpAnswer, url: string): Content {
  const { status, contentType, text } = answer;
  if (status === 404) return { status: 'absent', reason: 'the county has no such parcel (status 404)' };
  if (status === 204) return { status: 'absent', reason: 'the county says nothing (status 204)' };
  if (status < 200 || status >= 300) throw new ResponseInvalid(MARICOPA, `${url}: status ${status}`);
  if (!/^(application|text)\/([\w.-]+\+)?json$/.test(contentType)) {
    throw new ResponseInvalid(MARICOPA, `${url}: ${contentType || 'no content type'} where JSON is due`);
  }
  return { status: 'found', json: jsonOf(text, url) };
}

/** The answer has another envelope than the contract. */
export function envelopeDrift(path: string, problem: string): SchemaDrift {
  return new SchemaDrift(MARICOPA, path, problem);
}

/** Text after the byte order mark the service puts before its pages. */
function jsonOf(text: string, url: string): Json {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new SourceUnavailable(new URL(url).host, `JSON is cut short or broken after ${text.length} characters`, {
      cause,
    });
  }
}

const isBare = ({ contentType, text }: Pick<HttpAnswer, 'contentType' | 'text'>) =>
  contentType === 'text/html' && text.trim() === '';
