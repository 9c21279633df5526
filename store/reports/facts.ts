import type { Db } from 'mongodb';
import { dayAfter } from '../../core/dates.js';
import type { Outcome } from '../../core/schemas/collect.js';
import type { AlertTransitionDocument } from '../alerts/documents.js';
import type { ChangeEventDocument, QuarantineDocument, RunDocument, WindowDocument } from '../documents.js';
import type { IncidentDocument } from '../incidents/incidents.js';
import type { LlmBatchDocument } from '../llm.js';

/** Requests of one source and how they ended. */
export interface RequestFigures {
  readonly source: string;
  readonly requests: number;
  /** Without an answer that could be used. */
  readonly failed: number;
  /** Milliseconds; null without an answer. */
  readonly meanMs: number | null;
  readonly p95Ms: number | null;
  /** Failures by error code, the most frequent first. */
  readonly codes: readonly { readonly code: string; readonly count: number }[];
}

export type ReportWindow = Pick<WindowDocument, 'source' | 'zip' | 'runDate' | 'state' | 'reason' | 'total' | 'seen'>;

/**
 * Days from one to another, both inside. Not by `$lte`: in the middle of a compound index SecantusDB 0.7.0b3 leaves out what equals
 * the upper bound, without an error (seen 2026-11-22).
 */
const daysBetween = (from: string, to: string) => ({ $gte: from, $lt: dayAfter(to) });

/** Runs of a market whose day is one of some, the oldest first. */
export async function runsOfDays(db: Db, market: string, from: string, to: string): Promise<readonly RunDocument[]> {
  return db
    .collection<RunDocument>('runs')
    .find({ market, runDate: daysBetween(from, to) }, { projection: { 'summary.examples': 0 } })
    .sort({ startedAt: 1 })
    .toArray();
}

/** The ledger of some days, by day, source and ZIP. */
export async function windowsOfDays(
  db: Db,
  market: string,
  from: string,
  to: string,
): Promise<readonly ReportWindow[]> {
  return db
    .collection<WindowDocument>('windows')
    .find(
      { market, runDate: daysBetween(from, to) },
      { projection: { source: 1, zip: 1, runDate: 1, state: 1, reason: 1, total: 1, seen: 1 } },
    )
    .sort({ runDate: 1, source: 1, zip: 1 })
    .toArray();
}

/** What some runs counted, by outcome: the sum of what each has in its own row. */
export async function outcomesOfRuns(db: Db, runKeys: readonly string[]): Promise<Readonly<Record<Outcome, number>>> {
  const found = { stored: 0, unchanged: 0, quarantined: 0, excluded: 0 };
  const runs = await db
    .collection<RunDocument>('runs')
    .find({ _id: { $in: [...runKeys] } }, { projection: { counts: 1 } })
    .toArray();
  for (const { counts } of runs) {
    for (const name of ['stored', 'unchanged', 'quarantined', 'excluded'] as const) found[name] += counts?.[name] ?? 0;
  }
  return found;
}

interface FetchTime {
  readonly source: string;
  readonly durationMs?: number;
  readonly error?: string | null;
}

/** Requests of some runs, by source. */
export async function requestsOfRuns(db: Db, runKeys: readonly string[]): Promise<readonly RequestFigures[]> {
  const rows = db
    .collection<FetchTime>('fetches')
    .find({ runKey: { $in: [...runKeys] } }, { projection: { _id: 0, source: 1, durationMs: 1, error: 1 } });
  const sources = new Map<string, { times: number[]; requests: number; codes: Map<string, number> }>();
  for await (const { source, durationMs, error = null } of rows) {
    const own = sources.get(source) ?? { times: [], requests: 0, codes: new Map<string, number>() };
    sources.set(source, own);
    own.requests += 1;
    if (durationMs !== undefined) own.times.push(durationMs);
    if (error !== null) own.codes.set(error, (own.codes.get(error) ?? 0) + 1);
  }
  return [...sources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([source, own]) => figuresOf(source, own));
}

function figuresOf(
  source: string,
  { times, requests, codes }: { times: number[]; requests: number; codes: ReadonlyMap<string, number> },
): RequestFigures {
  const sorted = times.sort((a, b) => a - b);
  const sum = sorted.reduce((all, one) => all + one, 0);
  return {
    source,
    requests,
    failed: [...codes.values()].reduce((all, one) => all + one, 0),
    meanMs: sorted.length === 0 ? null : sum / sorted.length,
    p95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null,
    codes: [...codes].sort(([, a], [, b]) => b - a).map(([code, count]) => ({ code, count })),
  };
}

/** Mean time from an answer to the record made of it, over the versions that some runs wrote. Null without one. */
export async function meanStoreMs(db: Db, runKeys: readonly string[]): Promise<number | null> {
  const rows = db
    .collection<{ validFrom: Date; knownFrom: Date }>('record_versions')
    .find({ runKey: { $in: [...runKeys] } }, { projection: { _id: 0, validFrom: 1, knownFrom: 1 } });
  let [count, sum] = [0, 0];
  for await (const { validFrom, knownFrom } of rows) {
    count += 1;
    sum += knownFrom.getTime() - validFrom.getTime();
  }
  return count === 0 ? null : sum / count;
}

/** Batches of the model of some runs. */
export async function batchesOfRuns(db: Db, runKeys: readonly string[]): Promise<readonly LlmBatchDocument[]> {
  return db
    .collection<LlmBatchDocument>('llm_batches')
    .find({ runKey: { $in: [...runKeys] } })
    .toArray();
}

/** Changes that became known in a time, by kind, the most frequent first. */
export async function changesBetween(
  db: Db,
  market: string,
  from: Date,
  to: Date,
): Promise<readonly { readonly kind: string; readonly count: number }[]> {
  const rows = await db
    .collection<ChangeEventDocument>('change_events')
    .aggregate<{ readonly _id: string; readonly count: number }>([
      { $match: { market, knownFrom: { $gte: from, $lt: to } } },
      { $group: { _id: '$kind', count: { $sum: 1 } } },
    ])
    .toArray();
  return ranked(
    rows.map(({ _id, count }) => ({ kind: _id, count })),
    ({ kind }) => kind,
  );
}

/** What some runs could not read or believe, by reason, the most frequent first. */
export async function quarantineOfRuns(
  db: Db,
  runKeys: readonly string[],
): Promise<readonly { readonly source: string; readonly reason: string; readonly count: number }[]> {
  const rows = db
    .collection<QuarantineDocument>('quarantine')
    .find({ runKey: { $in: [...runKeys] } }, { projection: { _id: 0, source: 1, rule: 1, reason: 1 } });
  const counts = new Map<string, number>();
  for await (const { source, rule, reason } of rows) {
    const name = `${source}\n${rule ?? reason}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const found = [...counts].map(([name, count]) => {
    const [source = '', reason = ''] = name.split('\n');
    return { source, reason, count };
  });
  return ranked(found, ({ source, reason }) => `${source}\n${reason}`);
}

/** What happened to the alerts of a market in a time, the oldest first. */
export async function transitionsBetween(
  db: Db,
  market: string,
  from: Date,
  to: Date,
): Promise<readonly AlertTransitionDocument[]> {
  return db
    .collection<AlertTransitionDocument>('alert_transitions')
    .find({ market, at: { $gte: from, $lt: to } })
    .sort({ at: 1, seq: 1 })
    .toArray();
}

/** Incidents of a market that were opened in a time, the oldest first. */
export async function incidentsBetween(
  db: Db,
  market: string,
  from: Date,
  to: Date,
): Promise<readonly IncidentDocument[]> {
  return db
    .collection<IncidentDocument>('incidents')
    .find({ market, openedAt: { $gte: from, $lt: to } })
    .sort({ openedAt: 1 })
    .toArray();
}

/** How upkeep on schedule ended in a time, the oldest first. */
export async function upkeepBetween(db: Db, from: Date, to: Date): Promise<readonly ReportUpkeep[]> {
  return db
    .collection<ReportUpkeep>('upkeep')
    .find({ at: { $gte: from, $lt: to } }, { projection: { _id: 0 } })
    .sort({ at: 1 })
    .toArray();
}

export interface ReportUpkeep {
  readonly kind: string;
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
  readonly at: Date;
}

/** The most frequent first, of equally frequent ones by name. */
function ranked<T extends { readonly count: number }>(rows: readonly T[], nameOf: (row: T) => string): readonly T[] {
  return [...rows].sort((a, b) => b.count - a.count || (nameOf(a) < nameOf(b) ? -1 : 1));
}
