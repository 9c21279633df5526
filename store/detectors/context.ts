import type { Db } from 'mongodb';
import type { Calendar } from '../../core/dates.js';
import { dailyWorkflowId } from '../../core/ids.js';
import type { Reading } from '../../core/schemas/alerts.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { ScheduledReport } from '../../core/schemas/periodic.js';
import type { KindOrder } from '../../domain/compose.js';
import type { ProvedLimit } from '../../domain/limit-proof.js';
import type { RunDocument } from '../documents.js';

/** How busy the machine is, each from 0 to 1; null where it cannot be told. */
export interface MachineFigures {
  readonly cpu: number | null;
  readonly memory: number | null;
  /** Of the disk with the data folder. */
  readonly disk: number | null;
}

/** What detectors look at, and by which clock. */
export interface DetectorContext {
  readonly db: Db;
  readonly market: string;
  readonly timeZone: string;
  /** Epoch milliseconds; detectors ask no other clock. */
  readonly nowMs: number;
  /** When the day of this market is due, in its zone; null where no schedule starts it. */
  readonly due: { readonly hour: number; readonly minute: number } | null;
  /** When reports of this market come; null where no mail is set up that could bring them. */
  readonly reportTimes:
    | readonly { readonly kind: ScheduledReport; readonly calendar: Calendar; readonly timeZone: string }[]
    | null;
  readonly zips: readonly string[];
  /** Ceiling of each host with the time between two requests at it, by one of its sources. */
  readonly ceilings: ReadonlyMap<SourceName, ProvedLimit & { readonly spacingMs: number }>;
  readonly kindOrder: KindOrder;
  readonly machine: () => Promise<MachineFigures>;
  /** Values that must never be in a stored text. */
  readonly secrets: readonly string[];
  readonly version: string;
  /** Most that the database may hold; null for what the disk holds. */
  readonly quotaBytes: number | null;
}

/** Takes one measure. Reads alone. An empty list: there is nothing to say, and nothing is wrong. */
export type Detector = (context: DetectorContext) => Promise<readonly Reading[]>;

/** The whole market as the subject of a reading. */
export const DAILY = 'daily';

/** A day that is older is looked for only where there is none of these. */
const RECENT_DAYS = 14;

/**
 * The latest daily sequence of a market; null before the first. Narrower runs say nothing about the day. It is asked for many times a
 * minute, so it looks among the last days first: years of runs cost nothing.
 */
export async function latestDay({
  db,
  market,
  nowMs,
}: Pick<DetectorContext, 'db' | 'market' | 'nowMs'>): Promise<RunDocument | null> {
  const runs = db.collection<RunDocument>('runs');
  const sort = { runDate: -1, startedAt: -1 } as const;
  const since = new Date(nowMs - RECENT_DAYS * DAY_MS).toISOString().slice(0, 10);
  const recent = { $gte: dailyWorkflowId(market, since), $lt: dailyWorkflowId(market, '~') };
  return (
    (await runs.findOne({ market, workflowId: recent }, { sort })) ??
    (await runs.findOne({ market, workflowId: { $regex: '^daily/' } }, { sort }))
  );
}

export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * HOUR_MS;

/** A share as people read it: `87.5 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
