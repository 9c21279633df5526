import { randomUUID } from 'node:crypto';
import { loadConfig } from '../core/config.js';
import { peakMemoryBytes } from '../core/peak-memory.js';
import type { RawPayload } from '../core/raw-payload.js';
import type { Cursor, Window } from '../core/schemas/collect.js';
import { toProcessedDocument } from '../domain/document-shape.js';
import { judgeProperty } from '../domain/quality/judge.js';
import { describeByRules } from '../domain/rules.js';
import type { FetchDocument } from '../net/audit.js';
import type { HttpGet } from '../net/http-client.js';
import { createMaricopaAssessor, createMaricopaSettings } from '../sources/maricopa-assessor/index.js';
import { LANES } from '../sources/maricopa-assessor/settings.js';
import { type Database, initDatabase, openDatabase } from '../store/database.js';
import { keepProcessed, readProperties } from '../store/properties.js';
import { markComposed, waitingForComposition } from '../store/queue.js';
import { keepPayload } from '../store/raw-payloads.js';
import { keepRecords } from '../store/records.js';
import { keepPage } from '../store/windows/windows.js';
import { FLOOR_DATABASE, type FloorResult } from './floor-result.js';
import { inLanes } from './lanes.js';

/**
 * The bare loop that the product is held against: the same requests, the same lanes, the same documents, in one process,
 * without Temporal, limiter, heartbeats and every read that only makes a step safe to repeat. Arguments: ZIP codes.
 * Prints one JSON line at the start and one, the result, at the end.
 */
process.stdout.write('{"ready":true}\n');
const zips = process.argv.slice(2);
const config = loadConfig();
const database = await openDatabase(config.mongodbUrl, FLOOR_DATABASE);
await initDatabase(database.db);
const source = createMaricopaAssessor({ http: bareGet(database), settings: createMaricopaSettings(config) });
const signal = new AbortController().signal;

const startedAtMs = performance.now();
const walked = await inLanes(zips.map(windowOf), LANES, (window) => walk(window));
const details = walked.flatMap(({ window, keys }) => keys.map((key) => ({ window, key })));
await inLanes(details, LANES, readDetail);
await composeAll();
const wallMs = performance.now() - startedAtMs;

const { userCPUTime, systemCPUTime } = process.resourceUsage();
const result: FloorResult = {
  records: await database.db.collection('raw_properties').countDocuments(),
  wallMs,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  peakMemoryBytes: peakMemoryBytes(),
};
await database.close();
process.stdout.write(`${JSON.stringify(result)}\n`);

async function walk(window: Window): Promise<{ readonly window: Window; readonly keys: readonly string[] }> {
  const keys: string[] = [];
  let cursor: Cursor | null = null;
  do {
    const page = await source.readPage(window, cursor, signal);
    keys.push(...(await store(window, `walk:${keys.length}`, page.payloads, page.total)));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { window, keys };
}

async function readDetail({ window, key }: { readonly window: Window; readonly key: string }): Promise<void> {
  const detail = await source.readDetail(window, key, signal);
  if (detail.status === 'found') await store(window, `detail:${key}`, detail.payloads, null);
}

/** Keeps what an answer says. @returns its keys */
async function store(
  window: Window,
  step: string,
  payloads: readonly RawPayload[],
  total: number | null,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const payload of payloads) {
    const redacted = { ...payload, body: source.redact(payload.body) };
    const { hash: rawRef } = await keepPayload(database.db, source.name, redacted);
    const { records } = source.parse(redacted);
    await keepRecords(
      database,
      window,
      'demo',
      records.map((record) => ({ ...record, rawRef, ...evidenceOf(payload) })),
    );
    keys.push(...records.map(({ key }) => key));
  }
  await keepPage(database.db, window, { step, keys: keys.map((key) => ({ key, outcome: 'stored' })), total });
  return keys;
}

function evidenceOf({ fetchId, fetchedAt, url }: RawPayload) {
  return { fetchId, fetchedAt, url };
}

async function composeAll(): Promise<void> {
  const { db } = database;
  const origin = { mode: 'demo', market: 'phoenix', runKey: 'floor', processedAt: new Date().toISOString() } as const;
  const kindOrder = { [source.name]: source.kindOrder };
  for (;;) {
    const items = await waitingForComposition(db, 'phoenix', 100);
    if (items.length === 0) return;
    const found = await readProperties(
      db,
      items.map(({ _id }) => _id),
    );
    await keepProcessed(
      db,
      [...found].flatMap(([id, { records, urls }]) => {
        const { property, quality } = judgeProperty(id, records, kindOrder);
        if (property === null) return [];
        const words = describeByRules(property);
        return [toProcessedDocument(property, words, quality.score, origin, property.recordIds, urls)];
      }),
    );
    await markComposed(
      db,
      items.map(({ _id, contentHash }) => ({ propertyId: _id, contentHash })),
    );
  }
}

/** Asks without ceiling, and keeps one row for each request. */
function bareGet({ db }: Database): HttpGet {
  return async ({ url, headers, window, endpoint }) => {
    const answer = await fetch(url, { headers });
    const text = await answer.text();
    const fetchId = randomUUID();
    const at = new Date();
    const { host } = new URL(url);
    const { status, statusText: reason } = answer;
    if (!window) throw new Error('the bare loop asks for windows alone');
    const { source: name, zip, runKey, runDate } = window;
    const about = { source: name, zip, runKey, runDate, endpoint, host };
    await db
      .collection<FetchDocument>('fetches')
      .insertOne({ _id: fetchId, ...about, url, status, bodyBytes: text.length, grantedAt: at, sentAt: at });
    const contentType = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    return { status, reason, contentType, location: null, text, fetchId, fetchedAt: at.toISOString() };
  };
}

function windowOf(zip: string): Window {
  return {
    market: 'phoenix',
    county: 'us-az-maricopa',
    source: 'maricopa-assessor',
    zip,
    runDate: '2026-03-02',
    runKey: 'floor',
    limit: null,
  };
}
