import type { Db } from 'mongodb';
import { COLLECTIONS } from './collections.js';

/** Bytes of documents, unpacked, and of indexes. */
export async function databaseBytes(db: Db): Promise<number> {
  const { dataSize = 0, indexSize = 0 } = await db.stats();
  return Number(dataSize) + Number(indexSize);
}

/** How large a collection is, and how fast it grows. */
export interface CollectionSize {
  readonly collection: string;
  readonly documents: number;
  /** Of the documents, unpacked. */
  readonly bytes: number;
  readonly indexBytes: number;
  /** Over the days looked at; null where documents do not say when they were made. */
  readonly perDay: { readonly documents: number; readonly bytes: number } | null;
}

/** When a document was made. Collections that are not here replace what they hold. */
const MADE_AT: Readonly<Record<string, string>> = {
  raw_payloads: 'firstFetchedAt',
  fetches: 'grantedAt',
  raw_properties: 'firstSeenAt',
  record_versions: 'knownFrom',
  change_events: 'knownFrom',
  quarantine: 'at',
  json_shapes: 'firstSeenAt',
  windows: 'updatedAt',
  window_pages: 'at',
  absences: 'at',
  reviews: 'openedAt',
  llm_cache: 'createdAt',
  llm_calls: 'at',
  measures: 'at',
  runs: 'startedAt',
  artifacts: 'at',
  decisions: 'at',
  captcha_tasks: 'createdAt',
  cost_entries: 'at',
  sent_mails: 'at',
  backup_drills: 'at',
  quality_runs: 'at',
  llm_batches: 'at',
  llm_care: 'at',
  entity_labels: 'at',
  settings: 'at',
  provider_readings: 'at',
  alert_transitions: 'at',
  alert_minutes: 'at',
  deliveries: 'createdAt',
  error_events: 'failedAt',
  recoveries: 'endedAt',
  reports: 'at',
  report_notes: 'at',
};
const LOOKED_AT_DAYS = 14;
const DAY_MS = 86_400_000;

/** Size of every collection, the largest first. */
export async function measureCollections(db: Db, now: Date): Promise<readonly CollectionSize[]> {
  const sizes: CollectionSize[] = [];
  for (const collection of Object.keys(COLLECTIONS)) {
    const stats = await db.command({ collStats: collection });
    const [documents, bytes] = [Number(stats.count ?? 0), Number(stats.size ?? 0)];
    const made = documents === 0 ? null : await madePerDay(db, collection, now);
    const perDay = made === null ? null : { documents: made, bytes: Math.round((made * bytes) / documents) };
    sizes.push({ collection, documents, bytes, indexBytes: Number(stats.totalIndexSize ?? 0), perDay });
  }
  return sizes.sort((a, b) => b.bytes - a.bytes);
}

/** Documents a day over the last days, or since the first of them where that is less; at least one day. */
async function madePerDay(db: Db, collection: string, now: Date): Promise<number | null> {
  const field = MADE_AT[collection];
  if (field === undefined) return null;
  const since = new Date(now.getTime() - LOOKED_AT_DAYS * DAY_MS);
  const rows = db.collection(collection);
  const filter = { [field]: { $gte: since } };
  const documents = await rows.countDocuments(filter);
  if (documents === 0) return 0;
  const first = await rows.findOne(filter, { sort: { [field]: 1 }, projection: { [field]: 1 } });
  const from: unknown = first?.[field];
  const days = from instanceof Date ? (now.getTime() - from.getTime()) / DAY_MS : LOOKED_AT_DAYS;
  return documents / Math.max(1, days);
}

/** What a forecast is made of. */
export interface Growth {
  readonly bytes: number;
  readonly bytesPerDay: number;
  readonly records: number;
  /** Null without a record. */
  readonly bytesPerRecord: number | null;
}

/** Documents and indexes together; indexes grow as their documents do. */
export function growthOf(sizes: readonly CollectionSize[]): Growth {
  const sum = (of: (size: CollectionSize) => number) => sizes.reduce((total, size) => total + of(size), 0);
  const bytes = sum((size) => size.bytes + size.indexBytes);
  const bytesPerDay = sum(({ bytes: own, indexBytes, perDay }) =>
    perDay === null || own === 0 ? 0 : (perDay.bytes * (own + indexBytes)) / own,
  );
  const records = sizes.find(({ collection }) => collection === 'raw_properties')?.documents ?? 0;
  return {
    bytes,
    bytesPerDay: Math.round(bytesPerDay),
    records,
    bytesPerRecord: records === 0 ? null : Math.round(bytes / records),
  };
}

/** Whole days until a place is full; 0 when it is, null when nothing grows. */
export function daysUntilFull(freeBytes: number, bytesPerDay: number): number | null {
  if (freeBytes <= 0) return 0;
  return bytesPerDay <= 0 ? null : Math.floor(freeBytes / bytesPerDay);
}
