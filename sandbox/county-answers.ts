import type { Json } from '../core/hash.js';
import type { Exchange } from './exchange.js';
import type { FaultEffect } from './faults.js';
import type { ServiceAnswer } from './http-service.js';
import { isJsonList, isJsonObject } from './json.js';
import type { World } from './world.js';

// As recorded in July 2025; no ETag and no header about limits.
const USUAL_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store, no-cache, must-revalidate, max-age=0,post-check=0, pre-check=0',
  pragma: 'no-cache',
  expires: '0',
  server: 'cloudflare',
  'cf-cache-status': 'DYNAMIC',
  'x-powered-by': 'ASP.NET',
};

/** Headers that describe the recorded connection, not the answer: the body is sent plain and whole. */
const OF_THE_CONNECTION = new Set(['content-encoding', 'transfer-encoding', 'content-length', 'connection']);

/** A JSON answer of status 200. */
export function jsonAnswer(body: Json): ServiceAnswer {
  return { status: 200, headers: { ...USUAL_HEADERS, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** An empty `text/html` answer, the county's form of every refusal. The reason phrase is all that tells them apart. */
export function emptyAnswer(status: number, reason?: string): ServiceAnswer {
  const headers = { ...USUAL_HEADERS, 'content-type': 'text/html; charset=UTF-8' };
  return { status, headers, body: '', ...(reason === undefined ? {} : { reason }) };
}

/** A recorded answer with the headers that were kept. */
export function recordedAnswer({ response }: Exchange): ServiceAnswer {
  const kept = Object.entries(response.headers).filter(([name]) => !OF_THE_CONNECTION.has(name.toLowerCase()));
  const body = typeof response.body === 'string' ? response.body : JSON.stringify(response.body);
  const answer = { status: response.status, headers: Object.fromEntries(kept), body };
  return response.reason === '' ? answer : { ...answer, reason: response.reason };
}

/** The site page that the county answers to a path it does not have: 200, `text/html`. Recorded where the folder has one. */
export function sitePage({ recordings }: World): ServiceAnswer {
  const recorded = recordings
    .all()
    .flat()
    .find(({ response }) => response.status === 200 && typeof response.body === 'string' && response.body !== '');
  if (recorded !== undefined) return recordedAnswer(recorded);
  return {
    status: 200,
    headers: { ...USUAL_HEADERS, 'content-type': 'text/html;charset=UTF-8' },
    body: "<!DOCTYPE html><html><head><title>Maricopa County Assessor's Office</title></head><body></body></html>",
  };
}

/** The same answer with the field changed wherever it stands. Answers that are no JSON stay as they are. */
export function drifted(answer: ServiceAnswer, { change, field }: FaultEffect & { kind: 'drift' }): ServiceAnswer {
  if (answer.headers['content-type'] !== 'application/json') return answer;
  const body: Json = JSON.parse(String(answer.body));
  return { ...answer, body: JSON.stringify(changed(body)) };

  function changed(value: Json): Json {
    if (isJsonList(value)) return value.map(changed);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => entries(key, item)));
  }

  function entries(key: string, item: Json): readonly (readonly [string, Json])[] {
    if (key !== field) return [[key, changed(item)]];
    if (change === 'drop') return [];
    return change === 'rename' ? [[`${key}New`, item]] : [[key, { value: item }]];
  }
}
