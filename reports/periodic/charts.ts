import { type ChartFigure, sumOf, usdOf } from './figure.js';
import { wanted } from './measures/collection.js';

const short = (day: string) => day.slice(5);
const TRAIL = 'of the last 14 days, or of the period where that is longer';

export const CHARTS = {
  collected: {
    label: 'Records confirmed per day and source',
    says: `records seen of each source and day ${TRAIL}`,
    inputs: '`windows`: `seen`, `source`, `runDate`',
    chart: ({ trail: { days, windows } }) => ({
      kind: 'stacked',
      unit: 'records',
      x: days.map(short),
      series: [...new Set(windows.map(({ source }) => source))].sort().map((source) => ({
        name: source,
        values: days.map((day) => {
          const own = windows.filter((one) => one.source === source && one.runDate === day);
          return own.length === 0 ? null : sumOf(own, ({ seen }) => seen);
        }),
      })),
      limit: null,
    }),
  },
  success: {
    label: 'Collection success per day',
    says: `windows complete ÷ windows wanted of each day ${TRAIL}; the line is the target`,
    inputs: '`windows`: `state`, `runDate`; `config/report-targets.json`: `success-rate`',
    chart: ({ trail: { days, windows }, targets }) => ({
      kind: 'line',
      unit: '%',
      x: days.map(short),
      series: [
        {
          name: 'success',
          values: days.map((day) => {
            const own = wanted({ windows: windows.filter(({ runDate }) => runDate === day) });
            const complete = own.filter(({ state }) => state === 'complete').length;
            return own.length === 0 ? null : rounded((complete / own.length) * 100, 1);
          }),
        },
      ],
      limit: limitOf(targets['success-rate']?.target, 100, 'target'),
    }),
  },
  cost: {
    label: 'Cost per day against the day’s budget',
    says: `ledger of each day (UTC) by line ${TRAIL}; the line is the warning of a day`,
    inputs: '`cost_entries`: `line`, `costUsdMicros`, `day`; `config/budget.json`: `day.warningUsd`',
    chart: ({ trail: { days, costs }, now }) => ({
      kind: 'stacked',
      unit: 'dollars',
      x: days.map(short),
      series: [...new Set(costs.map(({ line }) => line))].sort().map((line) => ({
        name: line,
        values: days.map((day) => {
          const own = costs.filter((one) => one.line === line && one.day === day);
          return own.length === 0 ? null : rounded(usdOf(sumOf(own, ({ costUsdMicros }) => costUsdMicros)), 4);
        }),
      })),
      limit: limitOf(usdOf(now.budget.day.warningUsdMicros), 1, 'warning of a day'),
    }),
  },
  'price-per-sqft': {
    label: 'Asking price per square foot by ZIP code',
    says: 'median of list price ÷ living area of what is listed now',
    inputs: '`processed_properties`: `normalized.pricing.price_per_sqft`',
    chart: ({ now }) => {
      const homes = now.homes.filter(({ medianPricePerSqft }) => medianPricePerSqft !== null);
      return {
        kind: 'bar',
        unit: 'dollars a square foot',
        x: homes.map(({ zip }) => zip),
        series: [
          { name: 'median', values: homes.map(({ medianPricePerSqft }) => rounded(medianPricePerSqft ?? 0, 0)) },
        ],
        limit: null,
      };
    },
  },
  quality: {
    label: 'Quality score per day',
    says: `mean score of the properties as the last run of each day left it ${TRAIL}`,
    inputs: '`quality_runs`: `gathered.score`, `runDate`',
    chart: ({ trail: { days, quality } }) => ({
      kind: 'line',
      unit: 'score, 0 to 1',
      x: days.map(short),
      series: [
        {
          name: 'score',
          values: days.map((day) => {
            const score = quality.find(({ runDate }) => runDate === day)?.gathered.score ?? null;
            return score === null ? null : rounded(score, 3);
          }),
        },
      ],
      limit: null,
    }),
  },
} as const satisfies Readonly<Record<string, ChartFigure>>;

function rounded(value: number, places: number): number {
  return Number(value.toFixed(places));
}

function limitOf(value: number | undefined, times: number, words: string) {
  return value === undefined ? null : { label: `${words} ${rounded(value * times, 2)}`, value: value * times };
}
