import { dayAfter, runDateOf } from '../../core/dates.js';
import { sha256 } from '../../core/hash.js';
import { dailyWorkflowId, runKeyOf } from '../../core/ids.js';

export const MARKET = 'phoenix';
export const COUNTY = 'us-az-maricopa';
export const SOURCES = ['maricopa-assessor', 'phoenix-mls'] as const;
export type FilledSource = (typeof SOURCES)[number];
/** Days whose runs have no figures yet: the update of the baselines measures them. */
export const UNMEASURED_DAYS = 14;
const TIME_ZONE = 'America/Phoenix';
const DAY_MS = 86_400_000;

/** How large a database is to be. */
export interface FillSize {
  readonly properties: number;
  readonly days: number;
}

/** One day of the past; number 0 is the first. */
export interface FilledDay {
  readonly number: number;
  /** `YYYY-MM-DD`. */
  readonly runDate: string;
  readonly runId: string;
  readonly runKey: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** The days up to today, the oldest first. A day runs from 01:00 to 04:00 in Phoenix. */
export function daysUpTo(nowMs: number, count: number): readonly FilledDay[] {
  const first = runDateOf(nowMs - count * DAY_MS, TIME_ZONE);
  const days: FilledDay[] = [];
  for (let number = 0, runDate = dayAfter(first); number < count; number += 1, runDate = dayAfter(runDate)) {
    const runId = dailyWorkflowId(MARKET, runDate);
    const startedAt = new Date(`${runDate}T08:00:00Z`);
    const endedAt = new Date(startedAt.getTime() + 3 * 3_600_000);
    days.push({ number, runDate, runId, runKey: runKeyOf(runId, sha256(runDate).slice(0, 16)), startedAt, endedAt });
  }
  return days;
}

/**
 * Days on which the record of a home had another content, the first included: a tenth of the parcels and half of the listings changed
 * once.
 */
export function versionDays(source: FilledSource, home: number, days: number): readonly number[] {
  const changes = source === 'phoenix-mls' ? home % 2 === 0 : home % 10 === 0;
  const later = 1 + ((home * 7) % Math.max(1, days - 1));
  return changes && days > 1 ? [0, later] : [0];
}
