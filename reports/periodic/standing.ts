import type { Db } from 'mongodb';
import { loadPrices, loadQualityLimits, marketOf } from '../../core/product-settings.js';
import type { BaselineName } from '../../core/schemas/baselines.js';
import type { Budget } from '../../core/schemas/money.js';
import type { AlertDocument } from '../../store/alerts/documents.js';
import { type BaselineDocument, standingBaselines } from '../../store/baselines/baselines.js';
import { currentBudget } from '../../store/cost/budget-settings.js';
import { accountingDay, entriesBetween } from '../../store/cost/entries.js';
import type { MachineFigures } from '../../store/detectors/context.js';
import type { QueueDocument } from '../../store/documents.js';
import { type IncidentDocument, listIncidents } from '../../store/incidents/incidents.js';
import { lastWindows } from '../../store/quality.js';
import { queueStates } from '../../store/queue.js';
import { homesByZip, openAlerts, openReviews, type ZipHomes } from '../../store/reports/standing.js';
import { databaseBytes } from '../../store/size.js';
import { type Composite, composites } from '../baselines/composite.js';
import { costOfMarket, sharedPart } from '../cost/market-costs.js';
import { propertiesByZip } from '../cost/property-costs.js';
import { type Recommendation, type Remeasured, recommend } from '../cost/recommend.js';
import { type CostState, readCostState } from '../cost/state.js';

/** How things stand at the moment of a report. Of the past nobody can tell it any more. */
export interface Standing {
  readonly nowMs: number;
  readonly homes: readonly ZipHomes[];
  readonly alerts: readonly AlertDocument[];
  /** Hours since each source walked each ZIP code of the market completely; null where it never did. */
  readonly ages: readonly { readonly source: string; readonly zip: string; readonly hours: number | null }[];
  /** Hours up to which a ZIP code is fresh. */
  readonly freshHours: number;
  readonly queue: Readonly<Record<QueueDocument['state'], number>>;
  readonly reviews: number;
  readonly databaseBytes: number;
  readonly quotaBytes: number | null;
  readonly machine: MachineFigures | null;
  /** Of all markets. */
  readonly cost: CostState;
  /** What the last 30 days (UTC) cost that counts for the market: its own, and its part of what serves all. */
  readonly marketCostUsdMicros: number;
  readonly budget: Budget;
  readonly recommendations: readonly Recommendation[];
  /** Not resolved, the latest first. */
  readonly incidents: readonly IncidentDocument[];
  readonly baselines: ReadonlyMap<BaselineName, BaselineDocument>;
  /** Uptime, autonomy and operational excellence of the last 30 days. */
  readonly composites: readonly Composite[];
  readonly adviceTaken: readonly Remeasured[];
  /** Properties of all markets by ZIP code. */
  readonly propertiesByZip: ReadonlyMap<string, number>;
  /** Price of the hosted model that the local one stands in for, 30 days. */
  readonly hostedModelUsdMicros: number;
}

export interface StandingInput {
  readonly db: Db;
  readonly market: string;
  readonly nowMs: number;
  readonly quotaBytes: number | null;
  /** Null: this process is not on the machine that does the work. */
  readonly machine: (() => Promise<MachineFigures>) | null;
}

const MOST_INCIDENTS = 50;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** As long as a property is worth what is assumed of it in a month. */
const MONTH_DAYS = 30;

/** Reads how things stand. Asks no service. */
export async function readStanding({ db, market, nowMs, quotaBytes, machine }: StandingInput): Promise<Standing> {
  const { recommendations, taken } = await recommend(db, nowMs);
  return {
    nowMs,
    homes: await homesByZip(db, market),
    alerts: await openAlerts(db, market),
    ages: await agesOf(db, market, nowMs),
    freshHours: loadQualityLimits().freshness.freshHours,
    queue: await queueStates(db, market),
    reviews: await openReviews(db, market),
    databaseBytes: await databaseBytes(db),
    quotaBytes,
    machine: machine === null ? null : await machine(),
    cost: await readCostState(db, nowMs),
    marketCostUsdMicros: await costOfLastMonth(db, market, nowMs),
    budget: await currentBudget(db),
    incidents: await listIncidents(db, market, ['open', 'acknowledged', 'recovered'], MOST_INCIDENTS),
    baselines: await standingBaselines(db, market),
    composites: await composites(db, market, nowMs),
    recommendations,
    adviceTaken: taken,
    propertiesByZip: await propertiesByZip(db),
    hostedModelUsdMicros: loadPrices()['hosted-model'].at(-1)?.usdMicros ?? 0,
  };
}

async function costOfLastMonth(db: Db, market: string, nowMs: number): Promise<number> {
  const entries = await entriesBetween(db, accountingDay(nowMs - (MONTH_DAYS - 1) * DAY_MS), accountingDay(nowMs));
  return costOfMarket(entries, market, await sharedPart(db, market));
}

async function agesOf(db: Db, market: string, nowMs: number): Promise<Standing['ages']> {
  const { zips } = marketOf(market);
  const last = await lastWindows(db, market);
  const sources = [...new Set(last.map(({ source }) => source))].sort();
  return sources.flatMap((source) =>
    zips.map((zip) => {
      const found = last.find((one) => one.source === source && one.zip === zip);
      return { source, zip, hours: found === undefined ? null : Math.max(0, nowMs - found.atMs) / HOUR_MS };
    }),
  );
}
