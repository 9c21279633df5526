import type { Db } from 'mongodb';
import { levelAt, percentOf, sumOf } from '../domain/budget.js';
import { currentBudget } from '../store/cost/budget-settings.js';
import { controlSentence, controlsInForce } from '../store/cost/controls.js';
import { accountingDay } from '../store/cost/entries.js';
import { latestReadings } from '../store/cost/provider-readings.js';
import { monthFigures } from '../store/cost/reservations.js';
import { accountWarnings } from './cost/account-words.js';

/**
 * What a person should know of the month's money, one sentence each: from the first threshold on, what is suspended, and
 * what is odd about accounts at providers.
 */
export async function budgetWarnings(db: Db, now: number): Promise<readonly string[]> {
  const month = accountingDay(now).slice(0, 7);
  const budget = await currentBudget(db);
  const spentUsdMicros = sumOf((await monthFigures(db, month)).booked);
  const percent = percentOf(spentUsdMicros, budget.capUsdMicros);
  const level = levelAt(percent, budget.levels);
  const others = [
    ...(await controlsInForce(db, month)).map(controlSentence),
    ...accountWarnings(await latestReadings(db)),
  ];
  if (level === null) return others;
  const [spent, cap] = [spentUsdMicros, budget.capUsdMicros].map((micros) => (micros / 1_000_000).toFixed(2));
  const stop = percent >= 100 ? '; every paid call is refused, what is free goes on' : '';
  const told = `${level.level}: the budget of ${month} is spent to ${percent.toFixed(1)} % (${spent} of ${cap} US dollars)${stop}; phx cost status shows on what`;
  return [told, ...others];
}
