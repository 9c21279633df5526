import type { Db } from 'mongodb';
import type { Config } from '../core/config.js';
import { loadPrices } from '../core/product-settings.js';
import type { Budget } from '../core/schemas/money.js';
import { priceOn } from '../domain/accrual.js';
import { accountsOf } from '../reports/cost/accounts.js';
import { reconcile } from '../reports/cost/reconcile.js';
import { currentBudget } from '../store/cost/budget-settings.js';
import { obeyThresholds } from '../store/cost/controls.js';
import { accountingDay } from '../store/cost/entries.js';
import { lastQuietReading } from '../store/cost/provider-readings.js';
import { settleStale } from '../store/cost/reservations.js';
import { bookSubscription, type Subscription } from '../store/cost/subscriptions.js';

/**
 * Brings the accounts up to date before a run: what dead workers held back, what providers tell, the days of
 * subscriptions, the thresholds. Safe to
 * repeat. Mode `test` books no subscription: it is paid once, and production counts it.
 */
export async function settleMoney(config: Config, db: Db, now: number): Promise<void> {
  const budget = await currentBudget(db);
  const today = accountingDay(now);
  await settleStale(db, budget, now);
  if (config.mode !== 'test') {
    await reconcile(db, accountsOf(config), false, AbortSignal.timeout(PROVIDERS_MS));
    const planUsdMicros = (await lastQuietReading(db, 'webshare'))?.termUsdMicros ?? null;
    for (const subscription of subscriptionsOf(config, budget, planUsdMicros))
      await bookSubscription(db, subscription, today);
  }
  await obeyThresholds(db, today.slice(0, 7), await currentBudget(db)); // a person may have changed it meanwhile
}

/** Longest time for what providers tell; a run does not wait for them. */
const PROVIDERS_MS = 45_000;

/** @param planUsdMicros price of the proxy plan as the provider told it; null: the price list counts */
function subscriptionsOf(
  config: Config,
  { assumptions }: Budget,
  planUsdMicros: number | null,
): readonly Subscription[] {
  const prices = loadPrices();
  const listed = (item: 'proxy-plan' | 'database') => (day: string) => priceOn(prices[item], day)?.usdMicros ?? 0;
  const electricity = electricityOf30Days(assumptions['machine-watts'], assumptions['electricity-usd-per-kwh']);
  const always: readonly Subscription[] = [
    { item: 'database', line: 'database', termUsdMicros: listed('database') },
    { item: 'electricity', line: 'compute', termUsdMicros: () => electricity },
  ];
  if (config.webshareApiKey === null) return always;
  return [
    ...always,
    { item: 'proxy-plan', line: 'proxies', termUsdMicros: (day) => planUsdMicros ?? listed('proxy-plan')(day) },
  ];
}

/** Of a machine that runs all day, model included; micro-dollars. */
function electricityOf30Days(watts: number, usdPerKwh: number): number {
  return Math.round((watts / 1_000) * 24 * 30 * usdPerKwh * 1_000_000);
}
