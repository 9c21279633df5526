import type { Db } from 'mongodb';
import type { Outcome } from '../../core/schemas/collect.js';
import { type Period, shifted } from '../../domain/periods.js';
import { deliveriesOfTransitions } from '../../store/alerts/deliveries.js';
import type { AlertTransitionDocument } from '../../store/alerts/documents.js';
import { minutesUp } from '../../store/alerts/minutes.js';
import { type RunFiguresRow, runFiguresBetween } from '../../store/baselines/run-figures.js';
import { type CostEntryDocument, entriesBetween } from '../../store/cost/entries.js';
import type { RunDocument } from '../../store/documents.js';
import { type ErrorRow, readErrorTable } from '../../store/errors/figures.js';
import { type RecoveryFigures, readRecoveries } from '../../store/errors/recoveries.js';
import type { IncidentDocument } from '../../store/incidents/incidents.js';
import type { LlmBatchDocument } from '../../store/llm.js';
import { type QualityRunDocument, readQualityRuns } from '../../store/quality.js';
import {
  batchesOfRuns,
  changesBetween,
  incidentsBetween,
  meanStoreMs,
  outcomesOfRuns,
  quarantineOfRuns,
  type ReportUpkeep,
  type ReportWindow,
  type RequestFigures,
  requestsOfRuns,
  runsOfDays,
  transitionsBetween,
  upkeepBetween,
  windowsOfDays,
} from '../../store/reports/facts.js';
import { costOfMarket, sharedPart } from '../cost/market-costs.js';

/** What happened in a period. Days of windows and runs are those of the market, days of costs UTC, as providers bill. */
export interface PeriodFacts {
  readonly period: Period;
  readonly runs: readonly RunDocument[];
  readonly windows: readonly ReportWindow[];
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly requests: readonly RequestFigures[];
  readonly storeMs: number | null;
  readonly batches: readonly LlmBatchDocument[];
  readonly changes: Awaited<ReturnType<typeof changesBetween>>;
  readonly quarantine: Awaited<ReturnType<typeof quarantineOfRuns>>;
  /** Of all markets. */
  readonly costs: readonly CostEntryDocument[];
  /** Of it what counts for the market: its own, and its part of what serves all. */
  readonly marketCostUsdMicros: number;
  /** The last judgement of each day, the oldest first. */
  readonly quality: readonly QualityRunDocument[];
  readonly uptime: { readonly up: number; readonly of: number };
  readonly transitions: readonly AlertTransitionDocument[];
  readonly deliveries: Awaited<ReturnType<typeof deliveriesOfTransitions>>;
  readonly recoveries: RecoveryFigures;
  readonly upkeep: readonly ReportUpkeep[];
  /** Opened in the period. */
  readonly incidents: readonly IncidentDocument[];
  /** Kinds of failures, by days in UTC. */
  readonly failures: readonly ErrorRow[];
  /** Figures of the daily runs that ended in the period. */
  readonly runFigures: readonly RunFiguresRow[];
}

/** The days up to the end of a period, at least two weeks of them: what charts show. */
export interface TrailFacts {
  readonly days: readonly string[];
  readonly windows: readonly ReportWindow[];
  readonly costs: readonly CostEntryDocument[];
  readonly quality: readonly QualityRunDocument[];
}

const LEAST_TRAIL_DAYS = 14;

/** Reads what happened. What is asked for after `nowMs` has not happened. */
export async function readPeriodFacts(db: Db, market: string, period: Period, nowMs: number): Promise<PeriodFacts> {
  const { from, to, fromMs } = period;
  const toMs = Math.max(fromMs, Math.min(period.toMs, nowMs));
  const [begin, end] = [new Date(fromMs), new Date(toMs)];
  const runs = await runsOfDays(db, market, from, to);
  const runKeys = runs.map(({ _id }) => _id);
  const transitions = await transitionsBetween(db, market, begin, end);
  const costs = await entriesBetween(db, from, to);
  return {
    period,
    runs,
    windows: await windowsOfDays(db, market, from, to),
    outcomes: await outcomesOfRuns(db, runKeys),
    requests: await requestsOfRuns(db, runKeys),
    storeMs: await meanStoreMs(db, runKeys),
    batches: await batchesOfRuns(db, runKeys),
    changes: await changesBetween(db, market, begin, end),
    quarantine: await quarantineOfRuns(db, runKeys),
    costs,
    marketCostUsdMicros: costOfMarket(costs, market, await sharedPart(db, market)),
    quality: await qualityOfDays(db, market, from, to),
    uptime: await minutesUp(db, fromMs, toMs),
    transitions,
    deliveries: await deliveriesOfTransitions(
      db,
      transitions.map(({ _id }) => _id),
    ),
    recoveries: await readRecoveries(db, { from: begin.toISOString(), to: end.toISOString() }),
    upkeep: await upkeepBetween(db, begin, end),
    incidents: await incidentsBetween(db, market, begin, end),
    failures: (await readErrorTable(db, { from, to })).filter(({ kind }) => kind === 'error'),
    runFigures: (await runFiguresBetween(db, market, begin, end)).filter(({ daily }) => daily),
  };
}

/** Reads what charts show. */
export async function readTrail(db: Db, market: string, { days, to }: Period): Promise<TrailFacts> {
  const count = Math.max(LEAST_TRAIL_DAYS, days.length);
  const from = shifted(to, 1 - count);
  return {
    days: Array.from({ length: count }, (_, at) => shifted(from, at)),
    windows: await windowsOfDays(db, market, from, to),
    costs: await entriesBetween(db, from, to),
    quality: await qualityOfDays(db, market, from, to),
  };
}

async function qualityOfDays(db: Db, market: string, from: string, to: string): Promise<readonly QualityRunDocument[]> {
  const runs = (await readQualityRuns(db, market, from)).filter(({ runDate }) => runDate <= to);
  return runs.filter(({ runDate }, at) => runs.findIndex((one) => one.runDate === runDate) === at).reverse();
}
