import { join } from 'node:path';
import type { Json } from '../../core/hash.js';
import { projectRoot } from '../../core/paths.js';
import type { RawPayload } from '../../core/raw-payload.js';
import type { Window } from '../../core/schemas/collect.js';
import type { FactValue, SourceRecord } from '../../core/schemas/facts.js';
import type { Source } from '../../core/source.js';
import { loadRecordings } from '../../sandbox/exchange.js';
import { createMaricopaAssessor, createMaricopaSettings, kindOfPath } from '../../sources/maricopa-assessor/index.js';
import { openHttpGet } from './local-http.js';

/** Every recorded exchange of the county, by file name. */
export const EXCHANGES = loadRecordings(join(projectRoot(), 'sandbox/recordings/maricopa')).exchanges;

/** Body of a recorded file. */
export function recordedBody(file: string): Json {
  const exchange = EXCHANGES.find((one) => one.file === file);
  if (!exchange) throw new Error(`${file} is not among the recordings`);
  return exchange.response.body;
}

/** The county source asking a local server, without ceiling. */
export function countySource(
  baseUrl = 'http://127.0.0.1:9',
  changes: {
    readonly requestBudget?: number;
    readonly secondToken?: string;
    readonly details?: readonly string[];
    readonly personalData?: readonly string[];
  } = {},
): Source {
  const settings = createMaricopaSettings({
    maricopaApiKey: 'test-token',
    maricopaApiKey2: changes.secondToken ?? null,
    maricopaDetails: [...(changes.details ?? ['parcel'])],
    personalData: [...(changes.personalData ?? [])],
    maricopaBaseUrl: baseUrl,
    maricopaInFlight: 2,
    maricopaRequestBudget: changes.requestBudget ?? 2_700,
    maricopaWindowLimit: 60,
    maricopaWindowMs: 60_000,
  });
  return createMaricopaAssessor({
    http: openHttpGet('maricopa-assessor', settings.target.origin, settings.target.limit),
    settings,
  });
}

export const WINDOW: Window = {
  market: 'phoenix',
  county: 'us-az-maricopa',
  source: 'maricopa-assessor',
  zip: '85031',
  runDate: '2025-11-20',
  runKey: 'daily/phoenix/2025-11-20#1',
  limit: null,
};

/** A JSON answer as kept, before redaction. */
export function payload(kind: string, key: string | null, json: Json): RawPayload {
  return {
    kind,
    key,
    url: 'http://127.0.0.1/',
    fetchId: 'fetch-1',
    fetchedAt: '2025-11-20T10:00:00.000Z',
    body: { type: 'json', json },
  };
}

/** What the product makes of an answer: redacted first, then parsed. */
export function understood(source: Source, raw: RawPayload) {
  const redacted = { ...raw, body: source.redact(raw.body) };
  return { redacted, ...source.parse(redacted) };
}

/** The JSON of a body after redaction. */
export function redactedJson(source: Source, json: Json): Json {
  const body = source.redact({ type: 'json', json });
  if (body.type === 'html') throw new Error('JSON became a page');
  return body.json;
}

/** Recorded exchange as payload; null for a path the source does not understand. */
export function payloadOf(exchange: (typeof EXCHANGES)[number]): RawPayload | null {
  const asked = kindOfPath(exchange.request.path);
  return asked && payload(asked.kind, asked.key, exchange.response.body);
}

/** Facts as an object of name and value. */
export function valuesOf(record: SourceRecord | undefined): Record<string, FactValue> {
  return Object.fromEntries((record?.facts ?? []).map(({ name, value }) => [name, value]));
}
