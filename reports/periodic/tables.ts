import { daysOf } from '../../domain/accrual.js';
import { ruleEffects } from '../../domain/alerts/effectiveness.js';
import { breakDown } from '../cost/breakdown.js';
import type { PeriodFacts } from './facts.js';
import { sumOf, type TableFigure, usdOf } from './figure.js';
import { dailyRuns } from './measures/collection.js';
import type { Cell, Unit } from './model.js';

const column = (label: string, unit: Unit = 'count') => ({ label, unit });
const words = (label: string) => column(label, 'words');
const MOST_ROWS = 12;

export const TABLES = {
  'by-zip': {
    label: 'Records by ZIP code',
    says: 'for each source and ZIP code: records seen over the days, windows complete of windows wanted, and what is not complete',
    inputs: '`windows`: `seen`, `state`, `reason`',
    columns: [words('Source'), words('ZIP'), column('Records'), words('Windows complete'), words('Not complete')],
    rows: ({ period }) =>
      groups(period.windows, ({ source, zip }) => `${source} ${zip}`).map((own): readonly Cell[] => {
        const [first] = own;
        const complete = own.filter(({ state }) => state === 'complete').length;
        const open = own.filter(({ state }) => state !== 'complete').map(({ state, reason }) => reason ?? state);
        const of = own.filter(({ state }) => state !== 'skipped').length;
        return [
          first?.source ?? '',
          first?.zip ?? '',
          sumOf(own, ({ seen }) => seen),
          `${complete} of ${of}`,
          [...new Set(open)].join('; '),
        ];
      }),
  },
  'by-source': {
    label: 'Requests by source',
    says: 'requests, failures and time to the answer (mean, and what 95 of 100 stay under) of the runs',
    inputs: '`fetches`: `source`, `error`, `durationMs`, by `runKey`',
    columns: [
      words('Source'),
      column('Requests'),
      column('Failed'),
      column('Mean', 'ms'),
      column('95 %', 'ms'),
      words('Errors'),
    ],
    rows: ({ period }) =>
      period.requests.map(({ source, requests, failed, meanMs, p95Ms, codes }) => [
        ...[source, requests, failed, meanMs, p95Ms],
        codes.map(({ code, count }) => `${code} ${count}`).join(', '),
      ]),
  },
  phases: {
    label: 'Phases of the daily runs',
    says: 'mean length of each phase, and how often it was longer than its time budget',
    inputs: '`runs`: `summary.phases`',
    columns: [words('Phase'), column('Mean', 'minutes'), column('Over its budget')],
    rows: ({ period }) => {
      const phases = dailyRuns(period).flatMap(({ summary }) => summary?.phases ?? []);
      return groups(phases, ({ name }) => name).map((own) => [
        own[0]?.name ?? '',
        sumOf(own, ({ startedAt, endedAt }) => Date.parse(endedAt) - Date.parse(startedAt)) / own.length / 60_000,
        own.filter(({ overBudgetMs }) => overBudgetMs > 0).length,
      ]);
    },
  },
  errors: {
    label: 'Error patterns',
    says: 'failed requests by error code and source, and share of the requests of that source',
    inputs: '`fetches`: `error`, `source`, by `runKey`',
    columns: [words('Error'), words('Source'), column('Requests'), column('Of its requests', 'percent')],
    rows: ({ period }) =>
      period.requests
        .flatMap(({ source, requests, codes }) =>
          codes.map(({ code, count }): readonly Cell[] => [code, source, count, count / requests]),
        )
        .slice(0, MOST_ROWS),
  },
  recoveries: {
    label: 'What was put right by itself',
    says: 'troubles that ended in the period by what put them right, or was tried last; all markets',
    inputs: '`recoveries`: `action`, `outcome`',
    columns: [words('By'), column('Recovered'), column('Given up')],
    rows: ({ period }) => period.recoveries.actions.map(({ action, recovered, failed }) => [action, recovered, failed]),
  },
  changes: {
    label: 'Changes found',
    says: 'change events that became known in the period, by kind; and in the period before',
    inputs: '`change_events`: `kind`, `knownFrom`',
    columns: [words('Change'), column('Now'), column('Before')],
    rows: ({ period, before }) =>
      period.changes.map(({ kind, count }) => [
        kind,
        count,
        before.changes.find((one) => one.kind === kind)?.count ?? 0,
      ]),
  },
  homes: {
    label: 'Homes and asking prices',
    says: 'properties readers see now by ZIP code; medians of the list price and of list price ÷ living area over what is listed',
    inputs: '`processed_properties`: `normalized.pricing`, `normalized.address.zip`',
    columns: [
      words('ZIP'),
      column('Properties'),
      column('Listed'),
      column('Median list price', 'usd'),
      column('Median $ a sq ft', 'usd'),
    ],
    rows: ({ now }) =>
      now.homes.map(({ zip, properties, listed, medianListPrice, medianPricePerSqft }) => [
        ...[zip, properties, listed, medianListPrice, medianPricePerSqft],
      ]),
  },
  'cost-lines': {
    label: 'Cost by budget line',
    says: 'ledger of the period by line; of the current month: booked, expected at its end, budget of the line',
    inputs: '`cost_entries`: `line`, `costUsdMicros`, `day`; `config/budget.json`',
    columns: [
      words('Line'),
      column('Period', 'usd'),
      column('Before', 'usd'),
      column('Month so far', 'usd'),
      column('Expected', 'usd'),
      column('Budget', 'usd'),
    ],
    rows: ({ period, before, now }) =>
      now.cost.lines.map((line) => [
        line.line,
        spentOn(period, line.line),
        spentOn(before, line.line),
        usdOf(line.bookedUsdMicros),
        usdOf(line.forecastUsdMicros),
        usdOf(line.budgetUsdMicros),
      ]),
  },
  'cost-by-source': {
    label: 'Cost by source',
    says: 'ledger of the period by source; `(all)` serves all of them',
    inputs: '`cost_entries`: `source`, `costUsdMicros`',
    columns: [words('Source'), column('Cost', 'usd'), column('Entries')],
    rows: ({ period }) =>
      breakDown(period.costs, 'source').map(({ name, costUsdMicros, entries }) => [
        name,
        usdOf(costUsdMicros),
        entries,
      ]),
  },
  'cost-days': {
    label: 'Cost by day',
    says: 'ledger of each day of the period; days are UTC',
    inputs: '`cost_entries`: `day`, `costUsdMicros`',
    columns: [words('Day'), column('Cost', 'usd')],
    rows: ({ period }) => period.period.days.map((day) => [day, spentOnDay(period, day)]),
  },
  'month-days': {
    label: 'Days of the month and the forecast',
    says: 'days of the current month with an entry in the ledger, days it rests on and days left',
    inputs: '`cost_entries`: `day`',
    columns: [words('Month'), column('Days'), column('Days with a cost'), column('Days the forecast knows')],
    rows: ({ now, trail }) => {
      const days = daysOf(now.cost.month);
      const known = new Set(trail.costs.filter(({ day }) => day.startsWith(now.cost.month)).map(({ day }) => day));
      return [[now.cost.month, days.length, known.size, now.cost.forecast.daysKnown]];
    },
  },
  quarantine: {
    label: 'What was not understood or believed',
    says: 'entries of the quarantine of the runs by source and rule',
    inputs: '`quarantine`: `source`, `rule`, `reason`, by `runKey`',
    columns: [words('Source'), words('Why'), column('Entries')],
    rows: ({ period }) =>
      period.quarantine.slice(0, MOST_ROWS).map(({ source, reason, count }) => [source, reason, count]),
  },
  findings: {
    label: 'Findings of the quality rules',
    says: 'findings by rule of the last judged run of the period, and of the one of the period before',
    inputs: '`quality_runs`: `gathered.findings`',
    columns: [words('Rule'), column('Findings'), column('Before')],
    rows: ({ period, before }) => {
      const was = before.quality.at(-1)?.gathered.findings ?? {};
      return Object.entries(period.quality.at(-1)?.gathered.findings ?? {})
        .sort(([, a], [, b]) => b - a)
        .slice(0, MOST_ROWS)
        .map(([rule, count]) => [rule, count, was[rule] ?? null]);
    },
  },
  'quality-sources': {
    label: 'Quality by source',
    says: 'properties that a source has part in: score, completeness, freshness, findings, of the last judged run',
    inputs: '`quality_runs`: `gathered.sources`',
    columns: [
      words('Source'),
      column('Properties'),
      column('Score', 'score'),
      column('Known', 'percent'),
      column('Fresh', 'percent'),
      column('Findings'),
    ],
    rows: ({ period }) =>
      Object.entries(period.quality.at(-1)?.gathered.sources ?? {}).map(([name, part]) => [
        ...[name, part.properties, part.score, part.completeness, part.freshness, part.findings],
      ]),
  },
  alerts: {
    label: 'Alerts of the period',
    says: 'what each rule told: fired, acknowledged, recovered, median minutes to both',
    inputs: '`alert_transitions`: `rule`, `kind`, `at`',
    columns: [
      words('Rule'),
      column('Fired'),
      column('Taken'),
      column('Recovered'),
      column('To be taken', 'minutes'),
      column('To recover', 'minutes'),
    ],
    rows: ({ period }) =>
      ruleEffects(period.transitions.map(({ at, ...one }) => ({ ...one, atMs: at.getTime() })))
        .filter(({ fired }) => fired > 0)
        .slice(0, MOST_ROWS)
        .map((one) => [
          ...[one.rule, one.fired, one.acknowledged, one.recovered],
          ...[one.minutesToAcknowledge, one.minutesToRecover],
        ]),
  },
  batches: {
    label: 'Batches of the model',
    says: 'batches of the runs by size: properties described, mean time of one, time-outs',
    inputs: '`llm_batches`: `size`, `described`, `milliseconds`, `timeouts`',
    columns: [column('Size'), column('Batches'), column('Described'), column('A property', 'ms'), column('Time-outs')],
    rows: ({ period }) =>
      groups(period.batches, ({ size }) => String(size)).map((own) => {
        const described = sumOf(own, (one) => one.described);
        const milliseconds = sumOf(own, (one) => one.milliseconds);
        const each = described === 0 ? null : milliseconds / described;
        return [own[0]?.size ?? 0, own.length, described, each, sumOf(own, ({ timeouts }) => timeouts)];
      }),
  },
  'zip-ages': {
    label: 'Hours since each ZIP code was walked completely',
    says: 'hours since the last complete window of each source and ZIP code of the market',
    inputs: '`windows`: `state`, `updatedAt`',
    columns: [words('Source'), words('ZIP'), column('Age', 'hours')],
    rows: ({ now }) => now.ages.map(({ source, zip, hours }) => [source, zip, hours]),
  },
  upkeep: {
    label: 'Upkeep on schedule',
    says: 'each piece of upkeep that ended in the period, its result and its figures',
    inputs: '`upkeep`: `kind`, `ok`, `figures`, `problems`, `at`',
    columns: [words('Done'), words('What'), words('Result'), words('Figures')],
    rows: ({ period }) =>
      period.upkeep.map(({ kind, ok, problems, figures, at }) => [
        `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
        kind,
        ok ? 'good' : (problems[0] ?? 'not good'),
        Object.entries(figures)
          .filter(([, count]) => count > 0)
          .map(([name, count]) => `${name} ${count}`)
          .join(', '),
      ]),
  },
  comparison: {
    label: 'Days of the period',
    says: 'for each day: records seen, windows complete of those wanted, cost (UTC day), quality score',
    inputs: '`windows`, `cost_entries`, `quality_runs`',
    columns: [
      words('Day'),
      column('Records'),
      words('Windows complete'),
      column('Cost', 'usd'),
      column('Quality', 'score'),
    ],
    rows: ({ period }) =>
      period.period.days.map((day) => {
        const own = period.windows.filter(({ runDate, state }) => runDate === day && state !== 'skipped');
        return [
          day,
          own.length === 0 ? null : sumOf(own, ({ seen }) => seen),
          own.length === 0 ? null : `${own.filter(({ state }) => state === 'complete').length} of ${own.length}`,
          spentOnDay(period, day),
          period.quality.find(({ runDate }) => runDate === day)?.gathered.score ?? null,
        ];
      }),
  },
} as const satisfies Readonly<Record<string, TableFigure>>;

function spentOn({ costs }: PeriodFacts, line: string): number {
  return usdOf(sumOf(costs, (entry) => (entry.line === line ? entry.costUsdMicros : 0)));
}

function spentOnDay({ costs }: PeriodFacts, day: string): number {
  return usdOf(sumOf(costs, (entry) => (entry.day === day ? entry.costUsdMicros : 0)));
}

/** Groups of equal name, in the order in which the names come. */
function groups<T>(all: readonly T[], nameOf: (one: T) => string): readonly (readonly T[])[] {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const name = nameOf(one);
    const own = found.get(name);
    if (own === undefined) found.set(name, [one]);
    else own.push(one);
  }
  return [...found.values()];
}
