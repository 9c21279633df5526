import type { Budget, BudgetLine, Suspendable } from '../core/schemas/money.js';

/** A figure for each line of the budget. */
export type ByLine<T = number> = Readonly<Record<BudgetLine, T>>;

/** What one month holds so far, micro-dollars. */
export interface MonthFigures {
  /** What was booked. Corrections may make it smaller. */
  readonly booked: ByLine;
  /** Held back for calls whose price is not known yet. */
  readonly reserved: ByLine;
  /** What subscriptions that run will still cost in this month. */
  readonly committed: ByLine;
}

/** A limit that a call would pass. */
export interface OverLimit {
  /** `line`: its share of the budget; `budget`: the cap of the month. */
  readonly over: 'line' | 'budget';
  /** Spent, held back or committed before the call. */
  readonly spentUsdMicros: number;
  readonly capUsdMicros: number;
}

type Levels = Budget['levels'];
export type BudgetLevel = Levels[number];

/** Fills in a figure for each line. */
export function byLine<T>(of: (line: BudgetLine) => T): ByLine<T> {
  return {
    database: of('database'),
    compute: of('compute'),
    monitoring: of('monitoring'),
    backup: of('backup'),
    security: of('security'),
    proxies: of('proxies'),
    captcha: of('captcha'),
    api: of('api'),
    mail: of('mail'),
    data: of('data'),
    overruns: of('overruns'),
    growth: of('growth'),
    emergency: of('emergency'),
  };
}

/** Adds up the lines. */
export function sumOf(figures: ByLine): number {
  return Object.values(figures).reduce((sum, figure) => sum + figure, 0);
}

/** Sums of rows by line. */
export function sumByLine(rows: readonly { readonly line: BudgetLine; readonly costUsdMicros: number }[]): ByLine {
  return byLine((line) =>
    rows.filter((row) => row.line === line).reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0),
  );
}

/**
 * Whether a call of at most this price may be made: what is booked, held back and committed stays at or under the line and the
 * cap. A price of 0 is always allowed.
 * @returns the limit it would pass, the narrower one first; null when it may be made
 */
export function overLimit(
  budget: Pick<Budget, 'lines' | 'capUsdMicros'>,
  { booked, reserved, committed }: MonthFigures,
  wanted: { readonly line: BudgetLine; readonly costUsdMicros: number },
): OverLimit | null {
  const { line, costUsdMicros } = wanted;
  if (costUsdMicros === 0) return null;
  const onLine = booked[line] + reserved[line] + committed[line];
  const lineCap = budget.lines[line].usdMicros;
  if (onLine + costUsdMicros > lineCap) return { over: 'line', spentUsdMicros: onLine, capUsdMicros: lineCap };
  const all = sumOf(booked) + sumOf(reserved) + sumOf(committed);
  const { capUsdMicros } = budget;
  return all + costUsdMicros > capUsdMicros ? { over: 'budget', spentUsdMicros: all, capUsdMicros } : null;
}

/** Share of the cap that is spent, in percent, not rounded. A cap of 0 is spent as soon as anything is. */
export function percentOf(spentUsdMicros: number, capUsdMicros: number): number {
  if (capUsdMicros === 0) return spentUsdMicros > 0 ? Number.POSITIVE_INFINITY : 0;
  return (spentUsdMicros / capUsdMicros) * 100;
}

/** The highest level that a share of the cap reaches; null below the first. */
export function levelAt(percent: number, levels: Levels): BudgetLevel | null {
  return levels.filter((level) => percent >= level.percent).sort((a, b) => b.percent - a.percent)[0] ?? null;
}

/** What is to be suspended at a share of the cap, in the stated order. */
export function suspendedAt(
  percent: number,
  suspensions: Budget['suspensions'],
): readonly { readonly percent: number; readonly what: Suspendable }[] {
  return suspensions.filter((step) => percent >= step.percent);
}

/** The budget with amounts moved from one line to another; the cap stays. @returns a sentence when there is not so much */
export function moveBetween(
  lines: ByLine,
  { from, to, usdMicros }: { readonly from: BudgetLine; readonly to: BudgetLine; readonly usdMicros: number },
): ByLine | string {
  if (from === to) return 'the two lines are the same';
  if (usdMicros > lines[from]) return `${from} has less than that`;
  return { ...lines, [from]: lines[from] - usdMicros, [to]: lines[to] + usdMicros };
}
