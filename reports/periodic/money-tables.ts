import { valueOfData } from '../../domain/cost-value.js';
import { periodsOf } from '../../domain/periods.js';
import { type BreakdownBy, breakDown } from '../cost/breakdown.js';
import { spreadCosts } from '../cost/property-costs.js';
import type { PeriodFacts } from './facts.js';
import { type Figures, meanOf, shareOf, sumOf, type TableFigure, usdOf } from './figure.js';
import type { Cell, Unit } from './model.js';
import type { Standing } from './standing.js';

const column = (label: string, unit: Unit = 'count') => ({ label, unit });
const words = (label: string) => column(label, 'words');
const LEDGER = '`cost_entries`: `costUsdMicros`, `day` (UTC)';
const MONTHS_OF_YEAR = 12;
const DAYS_OF_MONTH = 30;

const spentIn = ({ costs }: Pick<PeriodFacts, 'costs'>): number => sumOf(costs, ({ costUsdMicros }) => costUsdMicros);

function parts(by: BreakdownBy, label: string): TableFigure {
  return {
    label: `Cost by ${label}`,
    says: `ledger of the period by ${label}, and its share of the whole; estimated: where the provider named no price; \`(all)\` serves all of them`,
    inputs: `${LEDGER}, \`${by}\`, \`estimated\``,
    columns: [
      words('Name'),
      column('Cost', 'usd'),
      column('Share', 'percent'),
      column('Entries'),
      column('Estimated', 'usd'),
    ],
    rows: ({ period }) => {
      const whole = spentIn(period);
      return breakDown(period.costs, by).map(({ name, costUsdMicros, entries, estimatedUsdMicros }) => [
        ...[name, usdOf(costUsdMicros), shareOf(costUsdMicros, whole), entries, usdOf(estimatedUsdMicros)],
      ]);
    },
  };
}

/** Tables about money alone: the cost report, and what value and quarter take of it. */
export const MONEY_TABLES = {
  'cost-total': {
    label: 'The month in sum',
    says: 'cap of a month; ledger of the period, its share of the cap and what is left under it; mean and greatest day; days with a cost',
    inputs: `${LEDGER}; cap of \`config/budget.json\` and \`settings\``,
    columns: [words('What'), column('USD', 'usd'), column('Of the cap', 'percent')],
    rows: ({ period, before, now: { cost } }) => {
      const days = breakDown(period.costs, 'day').map(({ costUsdMicros }) => costUsdMicros);
      const mean = meanOf(days);
      const row = (what: string, micros: number | null): readonly Cell[] =>
        micros === null ? [what, null, null] : [what, usdOf(micros), shareOf(micros, cost.capUsdMicros)];
      return [
        row('Cap of a month', cost.capUsdMicros),
        row('Spent in the period', spentIn(period)),
        row('Left under the cap', cost.capUsdMicros - spentIn(period)),
        row('Spent in the period before', spentIn(before)),
        row(`Mean of ${days.length} days with a cost`, mean),
        row('Dearest day', days.length === 0 ? null : Math.max(...days)),
      ];
    },
  },
  'cost-review': {
    label: 'Plan and use by line',
    says: 'for each line: budget of a month, ledger of the period, its share of the budget, what is left; and the period before',
    inputs: `${LEDGER}, \`line\`; \`config/budget.json\` and \`settings\``,
    columns: [
      words('Line'),
      words('Group'),
      column('Budget', 'usd'),
      column('Period', 'usd'),
      column('Used', 'percent'),
      column('Left', 'usd'),
      column('Before', 'usd'),
    ],
    rows: ({ period, before, now }) =>
      now.cost.lines.map(({ line, group, budgetUsdMicros }) => {
        const [spent, was] = [period, before].map(({ costs }) =>
          spentIn({ costs: costs.filter((one) => one.line === line) }),
        );
        const used = spent ?? 0;
        return [
          ...[line, group, usdOf(budgetUsdMicros), usdOf(used), shareOf(used, budgetUsdMicros)],
          ...[usdOf(budgetUsdMicros - used), usdOf(was ?? 0)],
        ];
      }),
  },
  'cost-by-item': parts('item', 'item'),
  'cost-by-zip': parts('zip', 'ZIP code'),
  'cost-by-day': parts('day', 'day'),
  'cost-weeks': {
    label: 'Cost by week',
    says: 'ledger of the days of the period that are in each week (ISO 8601), and the change to the week before it',
    inputs: LEDGER,
    columns: [words('Week'), column('Days'), column('Cost', 'usd'), column('Change', 'usd')],
    rows: ({ period }) => {
      const weeks = periodsOf('week', period.period.days);
      const sums = weeks.map(({ days }) =>
        usdOf(spentIn({ costs: period.costs.filter(({ day }) => days.includes(day)) })),
      );
      return weeks.map(({ name, days }, at) => {
        const [sum, before] = [sums[at] ?? 0, sums[at - 1]];
        return [name, days.length, sum, before === undefined ? null : sum - before];
      });
    },
  },
  'cost-levels': {
    label: 'Thresholds of the budget',
    says: 'each threshold in dollars, and the first day on which the ledger of the period, added up day by day, had reached it',
    inputs: `${LEDGER}; \`config/budget.json\`: \`levels\``,
    columns: [words('Level'), column('From', 'percent'), column('USD', 'usd'), words('Reached on')],
    rows: ({ period, now: { budget, cost } }) =>
      budget.levels.map(({ level, percent }) => {
        const micros = (cost.capUsdMicros * percent) / 100;
        return [level, percent / 100, usdOf(micros), reachedOn(period, micros) ?? 'not reached'];
      }),
  },
  'property-costs': {
    label: 'Cost of a property kept',
    says: 'booked for the ZIP code, and its part of what serves all by number of properties; their sum ÷ properties; all markets',
    inputs: `${LEDGER}, \`zip\`; \`processed_properties\``,
    columns: [
      words('ZIP'),
      column('Properties'),
      column('Own', 'usd'),
      column('Part of what serves all', 'usd'),
      column('A property', 'usd-small'),
    ],
    rows: ({ period, now }) =>
      spreadCosts(period.costs, now.propertiesByZip).zips.map((zip) => [
        ...[zip.zip, zip.properties, usdOf(zip.directUsdMicros), usdOf(zip.sharedUsdMicros)],
        usdOf(zip.perPropertyUsdMicros),
      ]),
  },
  'cost-corrections': {
    label: 'Corrections by accounts at providers',
    says: 'entries `reconciliation` of the period with what they rest on',
    inputs: '`cost_entries`: `item`, `evidence`',
    columns: [words('Day'), words('Line'), column('USD', 'usd-small'), words('Evidence')],
    rows: ({ period }) =>
      period.costs
        .filter(({ item }) => item === 'reconciliation')
        .map(({ day, line, costUsdMicros, evidence = {} }) => [
          ...[day, line, usdOf(costUsdMicros)],
          Object.entries(evidence)
            .map(([name, value]) => `${name} ${value}`)
            .join(', '),
        ]),
  },
  'advice-measured': {
    label: 'Recommendations put into effect, measured again',
    says: 'dollars a day before a recommendation was put into effect, and over the whole days since; saved: the difference × 30',
    inputs: '`decisions`: advice taken; `cost_entries`',
    columns: [
      words('What'),
      words('Since'),
      column('A day before', 'usd-small'),
      column('A day since', 'usd-small'),
      column('Days'),
      column('Saved in 30 days', 'usd'),
    ],
    rows: ({ now }) =>
      now.adviceTaken.map(({ id, at, beforeUsdMicros, sinceUsdMicros, days }) => [
        ...[id, at.slice(0, 10), usdOf(beforeUsdMicros), sinceUsdMicros === null ? null : usdOf(sinceUsdMicros), days],
        sinceUsdMicros === null ? null : usdOf((beforeUsdMicros - sinceUsdMicros) * DAYS_OF_MONTH),
      ]),
  },
  months: {
    label: 'Months of the period',
    says: 'for each month: records seen, windows complete ÷ wanted, ledger, its share of the cap, mean quality score of its judged days',
    inputs: `\`windows\`; ${LEDGER}; \`quality_runs\``,
    columns: [
      words('Month'),
      column('Records'),
      column('Windows complete', 'percent'),
      column('Cost', 'usd'),
      column('Of the cap', 'percent'),
      column('Quality', 'score'),
    ],
    rows: ({ period, now }) =>
      periodsOf('month', period.period.days).map(({ name, days }) => monthRow(period, now, name, days)),
  },
  'value-case': {
    label: 'Value and return: assumed, not measured',
    says: 'properties kept × assumed value of each in a month = value of a month; return = (value − cost) ÷ cost, where cost is that of the market in the period (`cost-market`); a year: value × 12; covered after: cost ÷ value × 30 days. Assumed, not measured',
    inputs: `\`processed_properties\`; ${LEDGER}, \`market\`; \`config/budget.json\` and \`settings\`: \`assumptions\``,
    columns: [
      words('Assumed'),
      column('Kept'),
      column('Each', 'usd'),
      column('A month', 'usd'),
      column('Cost', 'usd'),
      column('Return', 'percent'),
      column('A year', 'usd'),
      column('Covered after', 'hours'),
    ],
    rows: valueRows,
  },
  assumptions: {
    label: 'What is assumed',
    says: 'the assumptions in force; a person sets them with `phx budget set`. No figure of them is measured',
    inputs: '`config/budget.json` and `settings`: `assumptions`; `config/prices.json`: `hosted-model`',
    columns: [words('Assumption'), words('Value')],
    rows: ({ now: { budget, hostedModelUsdMicros } }) => [
      ...Object.entries(budget.assumptions).map(([name, value]) => [
        name,
        name.endsWith('-watts') ? `${value} W` : exactUsd(value),
      ]),
      ['hosted model in place of the local one, 30 days', exactUsd(usdOf(hostedModelUsdMicros))],
    ],
  },
} as const satisfies Readonly<Record<string, TableFigure>>;

/** With cents, and with what is smaller where a person has set it so. */
const exactUsd = (value: number) =>
  `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 6 })}`;

function monthRow(period: PeriodFacts, { cost }: Standing, name: string, days: readonly string[]): readonly Cell[] {
  const windows = period.windows.filter(({ runDate, state }) => days.includes(runDate) && state !== 'skipped');
  const spent = spentIn({ costs: period.costs.filter(({ day }) => days.includes(day)) });
  const complete = windows.filter(({ state }) => state === 'complete').length;
  const judged = period.quality.filter(({ runDate }) => days.includes(runDate));
  const scores = judged.flatMap(({ gathered: { score } }) => (score === null ? [] : [score]));
  return [
    name,
    windows.length === 0 ? null : sumOf(windows, ({ seen }) => seen),
    shareOf(complete, windows.length),
    usdOf(spent),
    shareOf(spent, cost.capUsdMicros),
    meanOf(scores),
  ];
}

function valueRows({ period, now: { homes, budget } }: Figures): readonly (readonly Cell[])[] {
  const properties = sumOf(homes, (one) => one.properties);
  const [lowUsd, highUsd] = [
    budget.assumptions['property-value-low-usd'],
    budget.assumptions['property-value-high-usd'],
  ];
  const cost = period.marketCostUsdMicros;
  const value = valueOfData(properties, cost, { lowUsd, highUsd });
  const row = (name: string, each: number, micros: number, gain: number | null): readonly Cell[] => [
    ...[name, properties, each, usdOf(micros), usdOf(cost), gain, usdOf(micros) * MONTHS_OF_YEAR],
    micros <= 0 ? null : (cost / micros) * DAYS_OF_MONTH * 24,
  ];
  return [
    row('low', lowUsd, value.lowUsdMicros, value.lowReturn),
    row('high', highUsd, value.highUsdMicros, value.highReturn),
  ];
}

function reachedOn({ costs }: PeriodFacts, micros: number): string | null {
  let sum = 0;
  for (const { name, costUsdMicros } of breakDown(costs, 'day')) {
    sum += costUsdMicros;
    if (sum >= micros && sum > 0) return name;
  }
  return null;
}
