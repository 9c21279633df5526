import { z } from 'zod';
import { SOURCE_NAMES } from './names.js';

/** The 13 lines of the month's budget. */
export const BUDGET_LINES = [
  'database',
  'compute',
  'monitoring',
  'backup',
  'security',
  'proxies',
  'captcha',
  'api',
  'mail',
  'data',
  'overruns',
  'growth',
  'emergency',
] as const;
export type BudgetLine = (typeof BUDGET_LINES)[number];

/** What money buys, and what has a price. `reconciliation` is what a provider charged and we had not booked. */
export const PRICED_ITEMS = ['captcha-solution', 'proxy-plan', 'database', 'hosted-model'] as const;
export type PricedItem = (typeof PRICED_ITEMS)[number];
export type CostItem = PricedItem | 'electricity' | 'reconciliation';

/** What can be suspended when money runs out, beside sources. */
const SUSPENDABLE = ['captcha', 'proxies', 'model', ...SOURCE_NAMES] as const;
export type Suspendable = (typeof SUSPENDABLE)[number];

/** Settings that state what is assumed; zero where nothing is known. Dollars, watts. */
export const ASSUMPTIONS = [
  'electricity-usd-per-kwh',
  'machine-watts',
  'property-value-low-usd',
  'property-value-high-usd',
] as const;
export type Assumption = (typeof ASSUMPTIONS)[number];

/** Dollars with at most six decimals, as whole millionths. */
const usdMicros = z
  .number()
  .min(0)
  .max(1_000_000)
  .transform((usd) => Math.round(usd * 1_000_000));
const percent = z.number().int().min(1).max(1_000);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** `config/budget.json`. Amounts come out in micro-dollars. */
export const budgetFile = z
  .strictObject({
    capUsd: usdMicros,
    lines: z.record(
      z.enum(BUDGET_LINES),
      z
        .strictObject({
          group: z.enum(['infrastructure', 'services', 'contingency']),
          usd: usdMicros,
          use: z.string().min(1),
        })
        .transform(({ usd, ...line }) => ({ ...line, usdMicros: usd })),
    ),
    lineWarningPercent: percent,
    levels: z.array(
      z.strictObject({
        percent,
        level: z.enum(['INFO', 'WARNING', 'CRITICAL', 'INCIDENT', 'P1', 'P0']),
        told: z.enum(['weekly', 'daily', 'at once']),
      }),
    ),
    day: z
      .strictObject({ warningUsd: usdMicros, criticalUsd: usdMicros })
      .transform((row) => ({ warningUsdMicros: row.warningUsd, criticalUsdMicros: row.criticalUsd })),
    property: z
      .strictObject({ targetUsd: usdMicros, warningUsd: usdMicros, criticalUsd: usdMicros })
      .transform((row) => ({
        targetUsdMicros: row.targetUsd,
        warningUsdMicros: row.warningUsd,
        criticalUsdMicros: row.criticalUsd,
      })),
    /** In the order in which things are suspended. */
    suspensions: z
      .array(z.strictObject({ percent, what: z.enum(SUSPENDABLE) }))
      .refine((rows) => rows.every((row, at) => row.percent >= (rows[at - 1]?.percent ?? 0)), {
        error: 'must be in rising order of percent',
      }),
    assumptions: z.record(z.enum(ASSUMPTIONS), z.number().min(0).max(100_000)),
  })
  .refine(({ capUsd, lines }) => Object.values(lines).reduce((sum, line) => sum + line.usdMicros, 0) === capUsd, {
    error: 'the lines must add up to capUsd',
  })
  .transform(({ capUsd, ...budget }) => ({ ...budget, capUsdMicros: capUsd }));

/** The month's budget as it stands: file and changes together. All amounts in micro-dollars. */
export type Budget = z.infer<typeof budgetFile>;

const price = z
  .strictObject({
    /** First day on which it holds. */
    from: day,
    usd: usdMicros,
    per: z.enum(['call', '30-days']),
    /** Where it was read. */
    source: z.string().min(1),
    readAt: day,
  })
  .transform(({ usd, ...row }) => ({ ...row, usdMicros: usd }));

/** `config/prices.json`: prices of each thing, oldest first. Amounts come out in micro-dollars. */
export const priceFile = z.record(
  z.enum(PRICED_ITEMS),
  z
    .array(price)
    .min(1)
    .refine((rows) => rows.every((row, at) => row.from > (rows[at - 1]?.from ?? '')), {
      error: 'must be in order of their first days',
    }),
);
export type PriceList = z.infer<typeof priceFile>;
