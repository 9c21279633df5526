import type { Db } from 'mongodb';
import type { SourceName } from '../core/schemas/names.js';
import type { RequestTimes } from '../domain/limit-proof.js';

/** Requests of one host. */
export interface HostRequests {
  readonly host: string;
  readonly sources: readonly SourceName[];
  readonly times: readonly RequestTimes[];
}

interface FetchTimes {
  readonly host: string;
  readonly source: SourceName;
  readonly grantedAt: Date;
  readonly sentAt: Date;
  readonly durationMs?: number;
  readonly pauseMs?: number | null;
}

export interface FetchScope {
  readonly sources: readonly SourceName[];
  /** Requests granted before are left out; null for all that are kept. */
  readonly since: Date | null;
}

/**
 * When every request to each host was granted and sent. Reads times alone: a year at 60 a minute would be some gigabytes,
 * the 90 days that are kept some hundred megabytes at most.
 */
export async function requestsByHost(db: Db, { sources, since }: FetchScope): Promise<readonly HostRequests[]> {
  const rows = db
    .collection<FetchTimes>('fetches')
    .find(
      { source: { $in: [...sources] }, ...(since === null ? {} : { grantedAt: { $gte: since } }) },
      { projection: { _id: 0, host: 1, source: 1, grantedAt: 1, sentAt: 1, durationMs: 1, pauseMs: 1 } },
    );
  const hosts = new Map<string, { readonly sources: Set<SourceName>; readonly times: RequestTimes[] }>();
  for await (const { host, source, grantedAt, sentAt, durationMs, pauseMs } of rows) {
    const found = hosts.get(host) ?? { sources: new Set<SourceName>(), times: [] };
    hosts.set(host, found);
    found.sources.add(source);
    found.times.push({
      grantedAtMs: grantedAt.getTime(),
      sentAtMs: sentAt.getTime(),
      durationMs: durationMs ?? null,
      pauseMs: pauseMs ?? null,
    });
  }
  return [...hosts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([host, found]) => ({ host, sources: [...found.sources].sort(), times: found.times }));
}

/** When each source was last asked; sources that never were are left out. */
export async function lastAsked(db: Db): Promise<ReadonlyMap<SourceName, Date>> {
  const rows = await db
    .collection<FetchTimes>('fetches')
    .aggregate<{ _id: SourceName; at: Date }>([{ $group: { _id: '$source', at: { $max: '$grantedAt' } } }])
    .toArray();
  return new Map(rows.map(({ _id, at }) => [_id, at]));
}

interface FetchOutcome {
  readonly url: string;
  readonly sentAt: Date;
  readonly status?: number | null;
  readonly error?: string | null;
}

/** Rows of answers with a good status that held no data: pages, and failures told in a body. */
const NO_DATA = { error: 'SourceUnavailable', status: { $gte: 200, $lt: 300 } };
const DATA = { error: null, status: { $gte: 200, $lt: 400 } };

/** What a run met at an endpoint of a source: pages in the place of data, at one address and at all. Fields as in `net/page-patience.ts`. */
export async function pagesForData(
  db: Db,
  {
    url,
    ...asked
  }: { readonly runKey: string; readonly source: SourceName; readonly endpoint: string; readonly url: string },
) {
  const fetches = db.collection<FetchOutcome>('fetches');
  const lastData = await fetches.findOne({ ...asked, ...DATA }, { sort: { sentAt: -1 } });
  const since = lastData?.sentAt ?? new Date(0);
  const pages = await fetches
    .find({ ...asked, ...NO_DATA, sentAt: { $gt: since } })
    .sort({ sentAt: 1 })
    .toArray();
  const own = await fetches
    .find({ ...asked, url, sentAt: { $lte: since } })
    .sort({ sentAt: 1 })
    .toArray();
  const [first] = pages;
  const { runKey, source } = asked;
  const other = first && (await fetches.findOne({ runKey, source, ...DATA, sentAt: { $gt: first.sentAt } }));
  const streak = own.slice(own.findLastIndex(({ error }) => error === null) + 1);
  return {
    passedBy: streak.filter(({ error, status }) => error === NO_DATA.error && (status ?? 0) >= 200).length,
    onlyPagesSinceMs: first?.sentAt.getTime() ?? null,
    addresses: new Set(pages.map((page) => page.url)).size,
    otherData: other !== undefined && other !== null,
  };
}
