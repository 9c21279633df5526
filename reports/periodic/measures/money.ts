import { valueOfData } from '../../../domain/cost-value.js';
import type { PeriodFacts } from '../facts.js';
import { type Measure, shareOf, sumOf, usdOf } from '../figure.js';
import type { Standing } from '../standing.js';

const LEDGER = '`cost_entries`: `costUsdMicros`, `day` (UTC)';
const spent = ({ costs }: Pick<PeriodFacts, 'costs'>) => usdOf(sumOf(costs, ({ costUsdMicros }) => costUsdMicros));

/** What the kept properties are worth in a month by the stated assumptions, and what the last 30 days cost. Both are of the market. */
function valueNow({ homes, marketCostUsdMicros, budget }: Standing) {
  const properties = sumOf(homes, (one) => one.properties);
  const lowUsd = budget.assumptions['property-value-low-usd'];
  return valueOfData(properties, marketCostUsdMicros, {
    lowUsd,
    highUsd: budget.assumptions['property-value-high-usd'],
  });
}

export const MONEY_MEASURES = {
  cost: {
    label: 'Cost',
    unit: 'usd',
    of: 'period',
    says: 'sum of the ledger over the days of the period, all markets',
    inputs: LEDGER,
    value: spent,
  },
  'cost-market': {
    label: 'Cost of the market',
    unit: 'usd',
    of: 'period',
    says: 'ledger of the period: what was booked for the market, and its part of what serves all markets (by properties kept now, ÷ those of all)',
    inputs: `${LEDGER}, \`market\`; \`processed_properties\``,
    value: ({ marketCostUsdMicros }) => usdOf(marketCostUsdMicros),
  },
  'cost-day': {
    label: 'Cost a day',
    unit: 'usd',
    target: 'cost-day',
    of: 'period',
    says: 'sum of the ledger ÷ days of the period, all markets',
    inputs: LEDGER,
    value: (facts) => spent(facts) / facts.period.days.length,
  },
  'cost-property': {
    label: 'Cost a property',
    unit: 'usd-small',
    target: 'cost-property',
    of: 'period',
    says: 'cost of the market (`cost-market`) ÷ records of the market confirmed in the period',
    inputs: `${LEDGER}, \`market\`; \`windows\`: \`seen\`; \`processed_properties\``,
    value: (facts) => {
      const seen = sumOf(facts.windows, (window) => window.seen);
      return seen === 0 ? null : usdOf(facts.marketCostUsdMicros) / seen;
    },
  },
  'month-cost': {
    label: 'Month so far',
    unit: 'usd',
    target: 'cost-month',
    of: 'now',
    says: 'sum of the ledger of the current month (UTC)',
    inputs: LEDGER,
    value: ({ cost }) => usdOf(cost.bookedUsdMicros),
  },
  'budget-used': {
    label: 'Budget used',
    unit: 'percent',
    of: 'now',
    says: 'booked in the current month ÷ cap',
    inputs: `${LEDGER}; cap of \`config/budget.json\` and \`settings\``,
    value: ({ cost }) => shareOf(cost.bookedUsdMicros, cost.capUsdMicros),
  },
  'budget-left': {
    label: 'Budget left',
    unit: 'usd',
    of: 'now',
    says: 'cap − booked − held back − still due for subscriptions',
    inputs: `${LEDGER}; \`budget_months\`: open reservations`,
    value: ({ cost }) =>
      usdOf(cost.capUsdMicros - cost.bookedUsdMicros - cost.reservedUsdMicros - cost.committedUsdMicros),
  },
  'month-forecast': {
    label: 'Expected at the end of the month',
    unit: 'usd',
    target: 'cost-month',
    of: 'now',
    says: 'forecast of the month from the ledger (`domain/cost-forecast.ts`)',
    inputs: LEDGER,
    value: ({ cost }) => usdOf(cost.forecast.expectedUsdMicros),
  },
  'forecast-low': {
    label: 'Expected at least',
    unit: 'usd',
    of: 'now',
    says: 'lower end of the range in which four of five months are to end',
    inputs: LEDGER,
    value: ({ cost }) => usdOf(cost.forecast.lowUsdMicros),
  },
  'forecast-high': {
    label: 'Expected at most',
    unit: 'usd',
    of: 'now',
    says: 'upper end of the range in which four of five months are to end',
    inputs: LEDGER,
    value: ({ cost }) => usdOf(cost.forecast.highUsdMicros),
  },
  'month-variance': {
    label: 'Forecast against the cap',
    unit: 'percent',
    of: 'now',
    says: '(expected − cap) ÷ cap; below 0 is under the cap',
    inputs: LEDGER,
    value: ({ cost }) => shareOf(cost.forecast.expectedUsdMicros - cost.capUsdMicros, cost.capUsdMicros),
  },
  corrections: {
    label: 'Corrections by bills',
    unit: 'usd',
    of: 'period',
    says: 'sum of entries `reconciliation`: what providers charged and had not been booked',
    inputs: '`cost_entries`: `item`',
    value: ({ costs }) =>
      usdOf(
        sumOf(
          costs.filter(({ item }) => item === 'reconciliation'),
          (one) => one.costUsdMicros,
        ),
      ),
  },
  savings: {
    label: 'Saving of open recommendations',
    unit: 'usd',
    of: 'now',
    says: 'sum of the estimated savings of 30 days of what `phx cost recommend` names',
    inputs: '`cost_entries`, `captcha_tasks` of the last 30 days',
    value: ({ recommendations }) => usdOf(sumOf(recommendations, ({ savesUsdMicros }) => savesUsdMicros)),
  },
  'value-low': {
    label: 'Value of the data, low assumption',
    unit: 'usd',
    of: 'now',
    says: 'properties kept × assumed value of one in a month (`property-value-low-usd`); assumed, not measured',
    inputs: '`processed_properties`; `config/budget.json`: `assumptions`',
    value: (now) => usdOf(valueNow(now).lowUsdMicros),
  },
  'value-high': {
    label: 'Value of the data, high assumption',
    unit: 'usd',
    of: 'now',
    says: 'properties kept × assumed value of one in a month (`property-value-high-usd`); assumed, not measured',
    inputs: '`processed_properties`; `config/budget.json`: `assumptions`',
    value: (now) => usdOf(valueNow(now).highUsdMicros),
  },
  'return-low': {
    label: 'Return, low assumption',
    unit: 'percent',
    of: 'now',
    says: '(value of a month by the low assumption − cost of the market in the last 30 days) ÷ that cost; no data while nothing was spent',
    inputs: '`processed_properties`, `cost_entries`; `config/budget.json`: `assumptions`',
    value: (now) => valueNow(now).lowReturn,
  },
} as const satisfies Readonly<Record<string, Measure>>;
