import { daysOf } from './accrual.js';

/** What one past day cost, micro-dollars. A day without a row cost nothing. */
export interface DayCost {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  /** Subscriptions: known ahead. */
  readonly fixedUsdMicros: number;
  /** What depends on how much is done. */
  readonly variableUsdMicros: number;
  /** Corrections and other things that happen once: they count, and say nothing of days to come. */
  readonly onceUsdMicros: number;
}

export interface ForecastInput {
  /** Everything is known up to the end of this day; of later ones what was booked so far. */
  readonly lastDay: string;
  /** Month to forecast, `YYYY-MM`. */
  readonly month: string;
  /** All days since the ledger began, at least those of the month. */
  readonly days: readonly DayCost[];
  /** What subscriptions still cost in the month. */
  readonly committedUsdMicros: number;
  /** Price of one call on a day, any unit: days of another price are compared by calls. */
  readonly priceOn: (day: string) => number;
}

/** Micro-dollars. Four of five months are to end between low and high. */
export interface Forecast {
  readonly bookedUsdMicros: number;
  readonly expectedUsdMicros: number;
  readonly lowUsdMicros: number;
  readonly highUsdMicros: number;
  /** Days of experience with what varies; below 7 the range is a guess. */
  readonly daysKnown: number;
}

/** Days that say something of the weekdays, and how fast older ones fade for the level. */
const MEMORY_DAYS = 56;
const HALF_LIFE_DAYS = 10;
/** Weight of the common mean in the mean of a weekday, in days. */
const SHRINK_DAYS = 2;
/** A day further from the middle than so many median deviations is a spike: it counts as if it were just so far. */
const SPIKE = 4;
/**
 * Deviations to either side. Of normal noise alone 1.28 would hold four fifths; growth, spikes and prices come on top, and of the
 * simulated years this width holds four fifths (test/unit/domain/cost-forecast.test.ts).
 */
const WIDTH = 1.75;

/**
 * Forecasts the month's end: what is booked, what subscriptions still cost, and for each day to come the recent level times the
 * share of its weekday times its price. Spikes of the past are counted, and not expected again.
 */
export function forecastMonth({ lastDay, month, days, committedUsdMicros, priceOn }: ForecastInput): Forecast {
  const own = days.filter(({ day }) => day.startsWith(month));
  const booked = own.reduce((sum, day) => sum + totalOf(day), 0);
  const soFar = new Map(own.filter(({ day }) => day > lastDay).map((one) => [one.day, one.variableUsdMicros]));
  const ahead = daysOf(month).filter((day) => day > lastDay);
  const pattern = patternOf(days, lastDay, priceOn);
  const rest = ahead.reduce((sum, day) => {
    const expected = pattern.level * shareOf(pattern, day) * priceOn(day);
    return sum + Math.max(0, expected - (soFar.get(day) ?? 0));
  }, 0);
  const price = ahead[0] === undefined ? 0 : priceOn(ahead[0]);
  const n = ahead.length;
  const spread = WIDTH * pattern.deviation * price * Math.sqrt(n + (n * n) / Math.max(1, pattern.effectiveDays));
  const certain = booked + committedUsdMicros;
  return {
    bookedUsdMicros: booked,
    expectedUsdMicros: Math.round(certain + rest),
    lowUsdMicros: Math.round(certain + Math.max(0, rest - spread)),
    highUsdMicros: Math.round(certain + rest + spread),
    daysKnown: pattern.daysKnown,
  };
}

function totalOf({ fixedUsdMicros, variableUsdMicros, onceUsdMicros }: DayCost): number {
  return fixedUsdMicros + variableUsdMicros + onceUsdMicros;
}

interface Pattern {
  /** Calls of a mean day now. */
  readonly level: number;
  /** By weekday, Sunday first: share of a mean day. */
  readonly shares: readonly number[];
  /** Of the calls of a day from what was to be expected of it. */
  readonly deviation: number;
  /** Days that the level rests on, by weight. */
  readonly effectiveDays: number;
  readonly daysKnown: number;
}

const NO_PATTERN: Pattern = { level: 0, shares: [], deviation: 0, effectiveDays: 0, daysKnown: 0 };

function patternOf(days: readonly DayCost[], lastDay: string, priceOn: (day: string) => number): Pattern {
  const calls = callsByDay(days, lastDay, priceOn);
  if (calls.length === 0) return NO_PATTERN;
  const shares = weekdayShares(clipped(calls, () => 1));
  const share = (day: string) => shares[weekdayOf(day)] ?? 1;
  const calm = clipped(calls, share);
  const weights = calm.map((_, at) => 0.5 ** ((calm.length - 1 - at) / HALF_LIFE_DAYS));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const level = calm.reduce((sum, { day, count }, at) => sum + ((weights[at] ?? 0) * count) / share(day), 0) / total;
  const squares = calm.reduce((sum, { day, count }) => sum + (count - level * share(day)) ** 2, 0);
  return {
    level,
    shares,
    deviation: Math.sqrt(squares / Math.max(1, calm.length - 1)),
    effectiveDays: total ** 2 / weights.reduce((sum, weight) => sum + weight ** 2, 0),
    daysKnown: calm.length,
  };
}

interface DayCalls {
  readonly day: string;
  readonly count: number;
}

/** Each of the last days since the first one on which anything varied, days without a row too. */
function callsByDay(days: readonly DayCost[], lastDay: string, priceOn: (day: string) => number): readonly DayCalls[] {
  const known = new Map(days.map(({ day, variableUsdMicros }) => [day, variableUsdMicros]));
  const first = days
    .filter(({ variableUsdMicros }) => variableUsdMicros > 0)
    .map(({ day }) => day)
    .sort()[0];
  if (first === undefined) return [];
  const all: DayCalls[] = [];
  for (let at = Date.parse(`${lastDay}T00:00:00Z`); all.length < MEMORY_DAYS; at -= 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (day < first) break;
    all.unshift({ day, count: (known.get(day) ?? 0) / Math.max(priceOn(day), 1e-9) });
  }
  return all;
}

/** Spikes cut to what a day may be. */
function clipped(calls: readonly DayCalls[], share: (day: string) => number): readonly DayCalls[] {
  const level = calls.map(({ day, count }) => count / Math.max(share(day), 0.01));
  const middle = medianOf(level);
  const most = middle + SPIKE * Math.max(medianOf(level.map((value) => Math.abs(value - middle))), middle * 0.05);
  return calls.map(({ day, count }) => ({ day, count: Math.min(count, most * share(day)) }));
}

function weekdayShares(calls: readonly DayCalls[]): readonly number[] {
  const mean = calls.reduce((sum, { count }) => sum + count, 0) / calls.length;
  if (mean === 0) return Array.from({ length: 7 }, () => 1);
  const raw = Array.from({ length: 7 }, (_, weekday) => {
    const own = calls.filter(({ day }) => weekdayOf(day) === weekday);
    const sum = own.reduce((total, { count }) => total + count, 0);
    return (sum + SHRINK_DAYS * mean) / (own.length + SHRINK_DAYS) / mean;
  });
  const middle = raw.reduce((sum, share) => sum + share, 0) / 7;
  return raw.map((share) => share / middle);
}

const weekdayOf = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay();
const shareOf = ({ shares }: Pattern, day: string) => shares[weekdayOf(day)] ?? 1;

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
