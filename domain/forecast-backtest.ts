import { costOfDay, daysOf, restOfMonth } from './accrual.js';
import { type DayCost, forecastMonth } from './cost-forecast.js';

/** A year whose end is known, to hold forecasts against. */
export interface KnownYear {
  readonly days: readonly DayCost[];
  /** Price of 30 days of its subscription, micro-dollars. */
  readonly termUsdMicros: number;
  /** Price of a call as the price list knows it on a day. */
  readonly priceOn: (day: string) => number;
}

/** How the forecasts of one month did that were made from the end of its 10th day on. Shares, 0 to 1. */
export interface BacktestMonth {
  readonly month: string;
  readonly actualUsdMicros: number;
  readonly meanError: number;
  readonly worstError: number;
  /** Share of the forecasts whose range held the real end. */
  readonly inRange: number;
}

export interface Backtest {
  readonly months: readonly BacktestMonth[];
  readonly meanError: number;
  readonly inRange: number;
}

const FROM_DAY = 10;

/** Forecasts every month of a year on each of its days from the 10th on, with what was known then. */
export function backtest(year: KnownYear): Backtest {
  const names = [...new Set(year.days.map(({ day }) => day.slice(0, 7)))];
  const months = names.map((month) => backtestMonth(year, month));
  const mean = (of: (month: BacktestMonth) => number) =>
    months.reduce((sum, month) => sum + of(month), 0) / months.length;
  return { months, meanError: mean(({ meanError }) => meanError), inRange: mean(({ inRange }) => inRange) };
}

function backtestMonth({ days, termUsdMicros, priceOn }: KnownYear, month: string): BacktestMonth {
  const own = days.filter(({ day }) => day.startsWith(month));
  const actual = own.reduce((sum, day) => sum + day.fixedUsdMicros + day.variableUsdMicros + day.onceUsdMicros, 0);
  const made = daysOf(month).slice(FROM_DAY - 1, -1);
  const tried = made.map((lastDay) => {
    const known = days.filter(({ day }) => day <= lastDay);
    // A price that changes later is not known yet.
    const forecast = forecastMonth({
      lastDay,
      month,
      days: known,
      committedUsdMicros: restOfMonth(termUsdMicros, lastDay),
      priceOn: (day) => priceOn([day, lastDay].sort()[0] ?? day),
    });
    return {
      error: Math.abs(forecast.expectedUsdMicros - actual) / actual,
      held: forecast.lowUsdMicros <= actual && actual <= forecast.highUsdMicros,
    };
  });
  return {
    month,
    actualUsdMicros: actual,
    meanError: tried.reduce((sum, { error }) => sum + error, 0) / tried.length,
    worstError: Math.max(...tried.map(({ error }) => error)),
    inRange: tried.filter(({ held }) => held).length / tried.length,
  };
}

/** Share of a mean day, Sunday first: weekends are quiet. */
const WEEK = [0.55, 1.25, 1.2, 1.1, 1.15, 1.1, 0.65] as const;
const TERM = 2_990_000;
const FIRST_DAY_CALLS = 90;
const GROWTH_A_DAY = 1.0012;
const NOISE = 0.2;
const OLD_PRICE = 2_990;
const NEW_PRICE = 3_490;
/** Day of the year 2026 on which the price rises, and days on which far more is bought. */
const PRICE_RISES = '2026-07-13';
const SPIKES: Readonly<Record<string, number>> = { '2026-04-15': 6, '2026-10-06': 4, '2026-10-07': 3 };

/**
 * A year of spending by stated rules: weekdays, growth of 3.7 % a month, noise of 20 %, a subscription, a rise of the price in
 * July, spikes in April and October. The same each time for the same seed.
 */
export function simulatedYear(seed: number): KnownYear {
  const random = numbersFrom(seed);
  const priceOn = (day: string) => (day < PRICE_RISES ? OLD_PRICE : NEW_PRICE);
  const all = Array.from({ length: 12 }, (_, at) => daysOf(`2026-${String(at + 1).padStart(2, '0')}`)).flat();
  const days = all.map((day, at): DayCost => {
    const weekday = WEEK[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? 1;
    const noise = 1 + NOISE * (random() + random() + random() - 1.5) * 2;
    const calls = Math.round(FIRST_DAY_CALLS * GROWTH_A_DAY ** at * weekday * noise * (SPIKES[day] ?? 1));
    return { day, fixedUsdMicros: costOfDay(TERM, day), variableUsdMicros: calls * priceOn(day), onceUsdMicros: 0 };
  });
  return { days, termUsdMicros: TERM, priceOn };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
