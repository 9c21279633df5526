import { z } from 'zod';
import { MEASURES } from './alerts.js';

/** What is held against itself from run to run: the twelve of the operational procedures. */
export const BASELINE_NAMES = [
  'success-rate',
  'throughput',
  'processing-time',
  'error-rate',
  'cpu',
  'memory',
  'disk-io',
  'network-latency',
  'daily-cost',
  'property-cost',
  'monthly-projection',
  'budget-used',
] as const;
export type BaselineName = (typeof BASELINE_NAMES)[number];

const direction = z.enum(['higher', 'lower']);
export type Direction = z.infer<typeof direction>;

const baselineRow = z.strictObject({
  name: z.enum(BASELINE_NAMES),
  title: z.string().min(3),
  group: z.enum(['collection', 'system', 'cost']),
  unit: z.enum(['share', 'rows/h', 'minutes', 'milliseconds', 'usd']),
  /** Which way is better. */
  direction,
  formula: z.string().min(20),
  /** What the document expects; a null where it gives a word. */
  document: z.strictObject({
    typical: z.number().nullable(),
    from: z.number(),
    to: z.number(),
    warning: z.number(),
    source: z.string(),
  }),
  target: z.number(),
  targetSource: z.string(),
  /** Differences below this are noise, whatever the spread. */
  grain: z.number().positive(),
});
export type BaselineRow = z.infer<typeof baselineRow>;

const share = z.number().gt(0).max(1);
/** `config/baselines.json`. */
export const baselinesFile = z.strictObject({
  /** Days of runs that a baseline is made of. */
  windowDays: z.number().int().min(7).max(90),
  leastRuns: z.number().int().min(3),
  /** So many spreads off the median is still as usual. */
  usualSpreads: z.number().positive(),
  /** So many and more is an anomaly. */
  anomalySpreads: z.number().positive(),
  /** A trend is told at this certainty. */
  trendCertainty: share,
  composite: z.strictObject({
    days: z.number().int().positive(),
    uptime: share,
    autonomy: share,
    excellence: share,
    source: z.string(),
  }),
  rows: z
    .array(baselineRow)
    .refine((all) => BASELINE_NAMES.every((name) => all.filter((one) => one.name === name).length === 1), {
      error: 'each of the twelve must be there once',
    }),
  /** Targets of measures of the alert rules, each in the unit of its rule. */
  targets: z.array(z.strictObject({ measure: z.enum(MEASURES), target: z.number(), direction })),
});
export type BaselineSettings = z.infer<typeof baselinesFile>;

/** Figures of one run; null where nothing could be measured. */
export type RunFigures = Readonly<Record<BaselineName, number | null>>;

/** Input of `updateBaselines`. */
export interface UpdateBaselinesInput {
  readonly market: string;
}

/** What an update gave. */
export interface UpdateBaselinesResult {
  readonly runs: number;
  /** Rows with enough runs behind them. */
  readonly known: number;
}
