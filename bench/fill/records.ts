import { gzipSync } from 'node:zlib';
import { Binary } from 'mongodb';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { recordId } from '../../core/ids.js';
import { productVersion } from '../../core/paths.js';
import type { FactInput, FactValue } from '../../core/schemas/facts.js';
import { changesBetween } from '../../domain/change-events.js';
import type { KindOrder } from '../../domain/compose.js';
import { toProcessedDocument } from '../../domain/document-shape.js';
import { judgeProperty } from '../../domain/quality/judge.js';
import { describeByRules } from '../../domain/rules.js';
import type { FetchDocument } from '../../net/audit.js';
import { eventOf } from '../../store/change-events.js';
import type { KindFacts, QueueDocument, RawPayloadDocument, RawPropertyDocument } from '../../store/documents.js';
import { factsOf } from '../../store/properties.js';
import { contentHash, propertyContentHash, versionOf } from '../../store/records.js';
import { matchKeysOf } from '../../store/resolve/match-keys.js';
import { homeOf } from '../export-rows.js';
import { type Bulk, requestId } from './bulk.js';
import { COUNTY, type FilledDay, type FilledSource, type FillSize, MARKET, versionDays } from './plan.js';

const TOGETHER = 200;
/** Kinds of answer, as the sources name them. */
const KINDS: Readonly<Record<FilledSource, readonly string[]>> = {
  'maricopa-assessor': ['search-page', 'parcel'],
  'phoenix-mls': ['listing-page'],
};

/** What the market's properties are made of. */
export interface FilledWorld extends FillSize {
  readonly days: number;
  readonly calendar: readonly FilledDay[];
  readonly kindOrder: KindOrder;
}

/** Fills everything that is kept of properties: answers, requests, records, versions, changes, queue and read model. */
export async function fillRecords(bulk: Bulk, world: FilledWorld): Promise<void> {
  for (let from = 0; from < world.properties; from += TOGETHER) {
    const numbers = Array.from({ length: Math.min(TOGETHER, world.properties - from) }, (_, at) => from + at);
    for (const number of numbers) await fillHome(bulk, world, number);
  }
}

async function fillHome(bulk: Bulk, world: FilledWorld, number: number): Promise<void> {
  const home = homeOf(number);
  const county = await fillRecord(bulk, world, number, 'maricopa-assessor', home.county);
  const records =
    home.listing === null ? [county] : [county, await fillRecord(bulk, world, number, 'phoenix-mls', home.listing)];
  const stored = records.map(({ _id, source, key, propertyId, zip, kinds }) => ({
    ...{ recordId: _id, source, key, propertyId, zip, facts: factsOf(source, kinds) },
  }));
  const hash = propertyContentHash(records);
  const last = world.calendar.at(-1);
  const updatedAt = last?.endedAt ?? new Date();
  const row: QueueDocument = {
    ...{ _id: home.propertyId, market: MARKET, zip: home.zip, contentHash: hash, composedHash: hash },
    ...{ composedBy: productVersion(), state: number % 5 === 0 ? 'pending' : 'completed', claimedBy: null },
    ...{ priority: records.length > 1 ? 1 : 2, attempts: 0, errors: [], updatedAt },
  };
  await bulk.add('processing_queue', [row]);
  await bulk.add('match_keys', records.map(matchKeysOf));
  const { property, quality } = judgeProperty(home.propertyId, stored, world.kindOrder);
  if (property === null) return;
  const urls = Object.fromEntries(
    records.flatMap(({ kinds }) => Object.values(kinds).map(({ fetchId, url }) => [fetchId, url] as const)),
  );
  const origin = {
    mode: 'demo',
    market: MARKET,
    runKey: last?.runKey ?? '',
    processedAt: updatedAt.toISOString(),
  } as const;
  const words = describeByRules(property);
  const document = toProcessedDocument(property, words, quality.score, origin, property.recordIds, urls);
  const shown = { ...document, processed_at: updatedAt };
  await bulk.add('processed_properties', [shown]);
}

/** All versions of one record. @returns the record as it is now */
async function fillRecord(
  bulk: Bulk,
  world: FilledWorld,
  number: number,
  source: FilledSource,
  values: Readonly<Record<string, FactValue>>,
): Promise<RawPropertyDocument> {
  const versions: RawPropertyDocument[] = [];
  for (const dayNumber of versionDays(source, number, world.days)) {
    const day = world.calendar[dayNumber];
    if (day === undefined) continue;
    versions.push(await fillVersion(bulk, day, number, source, values, versions.at(-1)));
  }
  const now = versions.at(-1);
  if (now === undefined) throw new Error('a database has at least one day');
  await bulk.add('raw_properties', [now]);
  return now;
}

async function fillVersion(
  bulk: Bulk,
  day: FilledDay,
  number: number,
  source: FilledSource,
  values: Readonly<Record<string, FactValue>>,
  before: RawPropertyDocument | undefined,
): Promise<RawPropertyDocument> {
  const { parcel, propertyId, zip } = homeOf(number);
  const key = source === 'phoenix-mls' ? `L${number}` : parcel;
  const number1 = (before?.version ?? 0) + 1;
  const fetchedAt = new Date(day.startedAt.getTime() + (number % 10_000) * 1_000);
  const kinds: Record<string, KindFacts> = {};
  for (const kind of KINDS[source]) {
    const facts = factsAbout(changed(values, source, number1));
    kinds[kind] = await fillAnswer(bulk, day, { source, key, zip, kind, facts, fetchedAt });
  }
  const record: RawPropertyDocument = {
    ...{
      _id: recordId(source, key),
      source,
      key,
      county: COUNTY,
      market: MARKET,
      mode: 'demo',
      zip,
      propertyId,
      kinds,
    },
    ...{ contentHash: contentHash(kinds), version: number1, versionRunKey: day.runKey },
    ...{ firstSeenAt: before?.firstSeenAt ?? fetchedAt, changedAt: fetchedAt },
  };
  const knownFrom = new Date(fetchedAt.getTime() + 2_000);
  await bulk.add('record_versions', [versionOf(record, knownFrom)]);
  const changes = before === undefined ? [] : changesBetween(before, record, false);
  await bulk.add(
    'change_events',
    changes.map((change) => eventOf(record, change, knownFrom)),
  );
  return record;
}

/** What a later version says: another price, another area. */
function changed(values: Readonly<Record<string, FactValue>>, source: FilledSource, version: number) {
  if (version === 1) return values;
  return source === 'phoenix-mls'
    ? { ...values, ListPrice: Number(values.ListPrice) - 5_000 }
    : { ...values, LivingArea: Number(values.LivingArea) + 40 };
}

function factsAbout(values: Readonly<Record<string, FactValue>>): readonly FactInput[] {
  return Object.entries(values).map(([name, value]) => ({ name, value, path: `$.${name}` }));
}

interface Answer {
  readonly source: FilledSource;
  readonly key: string;
  readonly zip: string;
  readonly kind: string;
  readonly facts: readonly FactInput[];
  readonly fetchedAt: Date;
}

/** An answer with its request. */
async function fillAnswer(
  bulk: Bulk,
  day: FilledDay,
  { source, key, zip, kind, facts, fetchedAt }: Answer,
): Promise<KindFacts> {
  const fetchId = requestId(`${source} ${key} ${kind} ${day.runDate}`);
  const url = `https://${source}.example/${kind}/${key}`;
  const text = canonicalJson({
    key,
    kind,
    day: day.runDate,
    values: Object.fromEntries(facts.map((one) => [one.name, one.path])),
  });
  const payload: RawPayloadDocument = {
    ...{ _id: sha256(text), source, kind, type: 'json', body: new Binary(gzipSync(text)) },
    ...{ bodyBytes: Buffer.byteLength(text), firstFetchId: fetchId, firstKey: key, firstFetchedAt: fetchedAt },
  };
  await bulk.add('raw_payloads', [payload]);
  await bulk.add('fetches', [requestOf(day, { fetchId, source, zip, kind, url, at: fetchedAt })]);
  return { rawRef: payload._id, fetchId, url, fetchedAt, facts, parser: productVersion() };
}

/** A request of a day, as it is kept after its answer. */
export function requestOf(
  { runKey, runDate }: FilledDay,
  request: {
    readonly fetchId: string;
    readonly source: FilledSource;
    readonly zip: string;
    readonly kind: string;
    readonly url: string;
    readonly at: Date;
  },
): FetchDocument {
  const { fetchId, source, zip, kind, url, at } = request;
  return {
    ...{ _id: fetchId, source, host: `${source}.example`, endpoint: kind, url, runKey, zip, runDate },
    ...{ grantedAt: at, sentAt: at, status: 200, bodyBytes: 2_000, bodySha256: null, durationMs: 120 },
    ...{ error: null, pauseMs: null },
  };
}
