import type { Db } from 'mongodb';
import { loadBaselines } from '../../core/product-settings.js';
import type { Measure } from '../../core/schemas/alerts.js';
import { atLeastAsGood } from '../../domain/baselines/compare.js';
import { minutesUp } from '../../store/alerts/minutes.js';
import { frozenTimes } from '../../store/emergency.js';
import { commandsSince, readingsSince } from '../../store/measures.js';
import { dailyRunsSince } from '../../store/runs.js';

/** One composite figure with what it is made of. */
export interface Composite {
  readonly name: 'uptime' | 'autonomy' | 'excellence';
  readonly formula: string;
  /** 0 to 1; null where there is no data. */
  readonly value: number | null;
  readonly target: number;
  /** How many of how many. */
  readonly good: number;
  readonly of: number;
  /** What was not good, some of it. */
  readonly because: readonly string[];
}

const DAY_MS = 86_400_000;
/** A share of a morning is no uptime. */
const LEAST_MINUTES = 60;
const MOST_TOLD = 5;

/** Uptime, autonomy and operational excellence of the last 30 days. Reads alone; no data says so. */
export async function composites(db: Db, market: string, nowMs: number): Promise<readonly Composite[]> {
  const { composite } = loadBaselines();
  const fromMs = nowMs - composite.days * DAY_MS;
  return [
    await uptime(db, fromMs, nowMs, composite.uptime),
    await autonomy(db, market, fromMs, composite.autonomy),
    await excellence(db, market, fromMs, composite.excellence),
  ];
}

async function uptime(db: Db, fromMs: number, nowMs: number, target: number): Promise<Composite> {
  const { up, of } = await minutesUp(db, fromMs, nowMs);
  const formula =
    'minutes in which an evaluation went through worker, Temporal and database / minutes since the first one, 30 days at most';
  return { name: 'uptime', formula, value: of < LEAST_MINUTES ? null : up / of, target, good: up, of, because: [] };
}

/** A command is written down after it was obeyed, which may have ended the run. */
const NOTED_AFTER_MS = 60_000;

async function autonomy(db: Db, market: string, fromMs: number, target: number): Promise<Composite> {
  const since = new Date(fromMs);
  const all = await dailyRunsSince(db, market, since);
  const runs = all.filter(({ startedBy }) => startedBy === 'schedule' || startedBy === 'watchdog');
  const commands = await commandsSince(db, new Date(fromMs - DAY_MS));
  const frozen = await frozenTimes(db);
  const steered = runs.filter(({ workflowId, status, startedAt, endedAt }) => {
    const end = endedAt?.getTime() ?? Number.POSITIVE_INFINITY;
    const during = (at: Date) => at >= startedAt && at.getTime() <= end + NOTED_AFTER_MS;
    return (
      status === 'cancelled' ||
      frozen.some(({ from, to }) => from.getTime() < end && (to === null || to > startedAt)) ||
      commands.some((one) => `${one.workflowId}/`.startsWith(`${workflowId}/`) && during(one.at))
    );
  });
  const good = runs.length - steered.length;
  return {
    name: 'autonomy',
    formula:
      'scheduled days that ended without pause, resume, cancel or freeze by a person / scheduled days that ended; days that the watchdog began in place of the schedule are among them, those that a person began are not, nor those of versions that did not keep who did',
    value: runs.length === 0 ? null : good / runs.length,
    target,
    good,
    of: runs.length,
    because: steered.slice(0, MOST_TOLD).map(({ runDate }) => `${runDate}: a person stepped in`),
  };
}

async function excellence(db: Db, market: string, fromMs: number, target: number): Promise<Composite> {
  const { targets } = loadBaselines();
  const hours = await readingsSince(db, market, new Date(fromMs));
  const days = new Map<string, Map<Measure, { n: number; sum: number }>>();
  for (const { at, measures } of hours) {
    const day = at.toISOString().slice(0, 10);
    const own = days.get(day) ?? new Map<Measure, { n: number; sum: number }>();
    days.set(day, own);
    for (const { measure } of targets) {
      const tally = measures[measure];
      if (tally === undefined) continue;
      const before = own.get(measure) ?? { n: 0, sum: 0 };
      own.set(measure, { n: before.n + tally.n, sum: before.sum + tally.sum });
    }
  }
  const judged = [...days].flatMap(([day, own]) =>
    targets.flatMap((one) => {
      const tally = own.get(one.measure);
      if (tally === undefined) return [];
      const mean = tally.sum / tally.n;
      return [{ day, measure: one.measure, mean, good: atLeastAsGood(mean, one.target, one.direction) }];
    }),
  );
  const good = judged.filter((one) => one.good).length;
  const misses = new Map<Measure, number>();
  for (const one of judged) if (!one.good) misses.set(one.measure, (misses.get(one.measure) ?? 0) + 1);
  const worst = [...misses].sort(([, a], [, b]) => b - a).slice(0, MOST_TOLD);
  return {
    name: 'excellence',
    formula:
      'days times measures whose mean of the day was inside its target / days times measures with readings, 30 days',
    value: judged.length === 0 ? null : good / judged.length,
    target,
    good,
    of: judged.length,
    because: worst.map(([measure, n]) => `${measure}: outside its target on ${n} days`),
  };
}
