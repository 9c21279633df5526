import type { Db } from 'mongodb';
import { loadPrices } from '../../core/product-settings.js';
import { BUDGET_LINES, type Budget, type BudgetLine } from '../../core/schemas/money.js';
import { priceOn } from '../../domain/accrual.js';
import { type BudgetLevel, levelAt, percentOf, sumOf } from '../../domain/budget.js';
import { type DayCost, type Forecast, forecastMonth } from '../../domain/cost-forecast.js';
import { currentBudget } from '../../store/cost/budget-settings.js';
import { type ControlDocument, controlsInForce } from '../../store/cost/controls.js';
import { accountingDay, type CostEntryDocument, entriesBetween } from '../../store/cost/entries.js';
import { monthFigures } from '../../store/cost/reservations.js';

/** One line of the month, micro-dollars. */
export interface LineState {
  readonly line: BudgetLine;
  readonly group: string;
  readonly use: string;
  readonly budgetUsdMicros: number;
  readonly bookedUsdMicros: number;
  readonly reservedUsdMicros: number;
  readonly committedUsdMicros: number;
  /** Budget without what is booked, held back and committed; below 0 when bills passed it. */
  readonly leftUsdMicros: number;
  readonly forecastUsdMicros: number;
  /** True when the forecast reaches the warning share of the line. */
  readonly warns: boolean;
}

/** How the money of a month stands. */
export interface CostState {
  /** `YYYY-MM` and `YYYY-MM-DD`, UTC. */
  readonly month: string;
  readonly day: string;
  readonly capUsdMicros: number;
  readonly bookedUsdMicros: number;
  readonly reservedUsdMicros: number;
  readonly committedUsdMicros: number;
  /** Booked, of the cap; not rounded. */
  readonly percent: number;
  readonly level: BudgetLevel | null;
  readonly todayUsdMicros: number;
  readonly todayLevel: 'WARNING' | 'CRITICAL' | null;
  readonly lines: readonly LineState[];
  readonly forecast: Forecast;
  readonly controls: readonly ControlDocument[];
}

/** Days of the past that a forecast looks at. */
const MEMORY_DAYS = 60;
const DAY_MS = 86_400_000;

/** Reads all of it: sums over the ledger, the budget as it stands, the forecast of each line. Asks no service. */
export async function readCostState(db: Db, now: number): Promise<CostState> {
  const day = accountingDay(now);
  const month = day.slice(0, 7);
  const budget = await currentBudget(db);
  const figures = await monthFigures(db, month, day);
  const entries = await entriesBetween(db, accountingDay(now - MEMORY_DAYS * DAY_MS), day);
  const yesterday = accountingDay(now - DAY_MS);
  const ahead = (of: readonly CostEntryDocument[], committedUsdMicros: number, line: BudgetLine | null) =>
    forecastMonth({ lastDay: yesterday, month, days: dayCosts(of), committedUsdMicros, priceOn: priceOf(line) });
  const lines = BUDGET_LINES.map((line): LineState => {
    const { usdMicros: budgetUsdMicros, group, use } = budget.lines[line];
    const [booked, reserved, committed] = [figures.booked[line], figures.reserved[line], figures.committed[line]];
    const own = entries.filter((entry) => entry.line === line);
    const forecastUsdMicros = ahead(own, committed, line).expectedUsdMicros;
    return {
      line,
      group,
      use,
      budgetUsdMicros,
      bookedUsdMicros: booked,
      reservedUsdMicros: reserved,
      committedUsdMicros: committed,
      leftUsdMicros: budgetUsdMicros - booked - reserved - committed,
      forecastUsdMicros,
      warns: forecastUsdMicros > 0 && forecastUsdMicros * 100 >= budgetUsdMicros * budget.lineWarningPercent,
    };
  });
  const booked = sumOf(figures.booked);
  const percent = percentOf(booked, budget.capUsdMicros);
  const todayUsdMicros = costsOf(entries.filter((entry) => entry.day === day));
  return {
    month,
    day,
    capUsdMicros: budget.capUsdMicros,
    bookedUsdMicros: booked,
    reservedUsdMicros: sumOf(figures.reserved),
    committedUsdMicros: sumOf(figures.committed),
    percent,
    level: levelAt(percent, budget.levels),
    todayUsdMicros,
    todayLevel: dayLevel(todayUsdMicros, budget.day),
    lines,
    forecast: ahead(entries, sumOf(figures.committed), null),
    controls: await controlsInForce(db, month),
  };
}

/** Adds up entries, micro-dollars. */
export function costsOf(entries: readonly Pick<CostEntryDocument, 'costUsdMicros'>[]): number {
  return entries.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
}

function dayLevel(spent: number, { warningUsdMicros, criticalUsdMicros }: Budget['day']): CostState['todayLevel'] {
  if (spent >= criticalUsdMicros) return 'CRITICAL';
  return spent >= warningUsdMicros ? 'WARNING' : null;
}

/** By day: what was known ahead, what varied, what happened once. */
function dayCosts(entries: readonly CostEntryDocument[]): readonly DayCost[] {
  return [...new Set(entries.map(({ day }) => day))].map((day) => {
    const own = entries.filter((entry) => entry.day === day);
    const fixed = own.filter(({ termUsdMicros }) => termUsdMicros !== undefined);
    const once = own.filter(({ item }) => item === 'reconciliation');
    return {
      day,
      fixedUsdMicros: costsOf(fixed),
      onceUsdMicros: costsOf(once),
      variableUsdMicros: costsOf(own) - costsOf(fixed) - costsOf(once),
    };
  });
}

/** Price by which days are compared: of captchas the one in the list; nothing else has a price that changes. */
function priceOf(line: BudgetLine | null): (day: string) => number {
  if (line !== null && line !== 'captcha') return () => 1;
  const prices = loadPrices()['captcha-solution'];
  return (day) => priceOn(prices, day)?.usdMicros ?? 1;
}
