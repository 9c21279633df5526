import { loadBaselines, loadErrorCauses } from '../../core/product-settings.js';
import { ruleEffects } from '../../domain/alerts/effectiveness.js';
import { compare } from '../../domain/baselines/compare.js';
import { median } from '../../domain/statistics.js';
import { inUnit } from '../baselines/compare-run.js';
import { breakDown } from '../cost/breakdown.js';
import type { PeriodFacts } from './facts.js';
import { sumOf, type TableFigure, usdOf } from './figure.js';
import { FIRST_RUN_TABLES } from './first-run-table.js';
import { dailyRuns } from './measures/collection.js';
import type { Cell, Unit } from './model.js';
import { MONEY_TABLES } from './money-tables.js';

const column = (label: string, unit: Unit = 'count') => ({ label, unit });
const words = (label: string) => column(label, 'words');
const MOST_ROWS = 12;
const MOST_HOMES = 8;

export const TABLES = {
  ...MONEY_TABLES,
  ...FIRST_RUN_TABLES,
  'by-zip': {
    label: 'Records by ZIP code and source',
    says: 'for each ZIP code: records seen by each source over the days, windows complete of windows wanted, and why the others are not',
    inputs: '`windows`: `seen`, `state`, `reason`',
    columns: ({ period }) => [
      words('ZIP'),
      ...sourcesOf(period).map((source) => column(source)),
      words('Windows complete'),
      words('Not complete'),
    ],
    rows: ({ period }) =>
      groups(period.windows, ({ zip }) => zip)
        .sort(([a], [b]) => ((a?.zip ?? '') < (b?.zip ?? '') ? -1 : 1))
        .map((own): readonly Cell[] => {
          const complete = own.filter(({ state }) => state === 'complete').length;
          const open = own.filter(({ state }) => state !== 'complete');
          const whys = open.map(({ source, state, reason }) => `${source}: ${reason ?? state}`);
          return [
            own[0]?.zip ?? '',
            ...sourcesOf(period).map((source) => seenBy(own, source)),
            `${complete} of ${own.filter(({ state }) => state !== 'skipped').length}`,
            [...new Set(whys)].join('; '),
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
  failures: {
    label: 'Failures, what they cost, and what to do',
    says: 'kinds of failed attempts by what they cost in time: times, minutes lost, likely cause and next step by `config/error-causes.json`; days in UTC, all markets',
    inputs: '`errors`: `days`, `code`, `pattern`, `source`',
    columns: [
      words('What'),
      words('Source'),
      column('Times'),
      column('Lost', 'minutes'),
      words('Likely cause, next step'),
    ],
    rows: ({ period }) =>
      period.failures.slice(0, MOST_HOMES).map(({ code, pattern, source, count, lostMs, fingerprint }) => {
        const { cause, next } = loadErrorCauses(code);
        const step = next.replace('SOURCE', source ?? 'SOURCE').replace('FINGERPRINT', fingerprint);
        return [`${code}: ${pattern}`, source ?? '', count, lostMs / 60_000, `${cause}; ${step}`];
      }),
  },
  incidents: {
    label: 'Incidents of the period',
    says: 'incidents that were opened in the period: how they stand, minutes to the acknowledgement and to the end',
    inputs: '`incidents`: `severity`, `title`, `status`, `openedAt`, `acknowledgedAt`, `resolvedAt`',
    columns: [
      words('Severity'),
      words('What'),
      words('Stands'),
      column('To be taken', 'minutes'),
      column('To its end', 'minutes'),
    ],
    rows: ({ period }) =>
      period.incidents.slice(0, MOST_ROWS).map(({ severity, title, status, openedAt, acknowledgedAt, resolvedAt }) => {
        const since = (at: Date | null) => (at === null ? null : (at.getTime() - openedAt.getTime()) / 60_000);
        return [severity, title, status, since(acknowledgedAt), since(resolvedAt)];
      }),
  },
  baselines: {
    label: 'Against what is usual',
    says: 'median of the daily runs that ended in the period, beside the baseline (median of the days before, made anew every week) and the target, with the verdict; figures that no run has are left out',
    inputs: '`measures` of runs, `baselines`; `config/baselines.json`',
    columns: [words('Figure'), words('Median'), words('Usual'), words('Target'), words('Verdict')],
    rows: ({ period, now }) => {
      const { rows, usualSpreads } = loadBaselines();
      return rows.flatMap((row): readonly (readonly Cell[])[] => {
        const value = median(period.runFigures.flatMap(({ figures }) => figures[row.name] ?? []));
        if (value === null) return [];
        const usual = now.baselines.get(row.name)?.usual ?? null;
        const { verdict } = compare(value, usual, row, usualSpreads);
        const told = (one: number | null) => (one === null ? 'no data' : inUnit(one, row.unit));
        return [[row.title, told(value), told(usual?.median ?? null), inUnit(row.target, row.unit), verdict]];
      });
    },
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
    says: 'properties readers see now in the 8 ZIP codes with most listings; medians of the list price and of list price ÷ living area over what is listed',
    inputs: '`processed_properties`: `normalized.pricing`, `normalized.address.zip`',
    columns: [
      words('ZIP'),
      column('Properties'),
      column('Listed'),
      column('Median list price', 'usd'),
      column('Median $ a sq ft', 'usd'),
    ],
    rows: ({ now }) =>
      [...now.homes]
        .sort((a, b) => b.listed - a.listed || b.properties - a.properties)
        .slice(0, MOST_HOMES)
        .map(({ zip, properties, listed, medianListPrice, medianPricePerSqft }) => [
          ...[zip, properties, listed, medianListPrice, medianPricePerSqft],
        ]),
  },
  'cost-lines': {
    label: 'Cost by budget line',
    says: 'ledger of the period by line; of the current month: booked, expected at its end, budget of the line; lines without any cost are one row',
    inputs: '`cost_entries`: `line`, `costUsdMicros`, `day`; `config/budget.json`',
    columns: [
      words('Line'),
      column('Period', 'usd'),
      column('Before', 'usd'),
      column('Month so far', 'usd'),
      column('Expected', 'usd'),
      column('Budget', 'usd'),
    ],
    rows: ({ period, before, now }) => {
      const all = now.cost.lines.map((line) => ({
        ...{ line: line.line, now: spentOn(period, line.line), before: spentOn(before, line.line) },
        ...{ month: usdOf(line.bookedUsdMicros), expected: usdOf(line.forecastUsdMicros) },
        budget: usdOf(line.budgetUsdMicros),
      }));
      const used = all.filter((one) => one.now !== 0 || one.before !== 0 || one.month !== 0 || one.expected !== 0);
      const others = all.filter((one) => !used.includes(one));
      const rest: readonly Cell[] = [
        `${others.length} lines without cost`,
        0,
        0,
        0,
        0,
        sumOf(others, ({ budget }) => budget),
      ];
      return [
        ...used.map((one) => [one.line, one.now, one.before, one.month, one.expected, one.budget]),
        ...(others.length === 0 ? [] : [rest]),
      ];
    },
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
    says: 'for each day that has begun: records seen, windows complete of those wanted, cost (UTC day), quality score',
    inputs: '`windows`, `cost_entries`, `quality_runs`',
    columns: [
      words('Day'),
      column('Records'),
      words('Windows complete'),
      column('Cost', 'usd'),
      column('Quality', 'score'),
    ],
    rows: ({ period, now }) =>
      daysUntil(period, now.nowMs).map((day) => {
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

/** The days of a period that have begun. */
function daysUntil({ period: { days } }: PeriodFacts, nowMs: number): readonly string[] {
  return days.filter((day) => Date.parse(`${day}T00:00:00Z`) <= nowMs);
}

function sourcesOf({ windows }: PeriodFacts): readonly string[] {
  return [...new Set(windows.map(({ source }) => source))].sort();
}

/** Null where the source had nothing to walk. */
function seenBy(windows: PeriodFacts['windows'], source: string): number | null {
  const own = windows.filter((window) => window.source === source && window.state !== 'skipped');
  return own.length === 0 ? null : sumOf(own, ({ seen }) => seen);
}

/** Groups of equal name, in the order in which the names come. */
function groups<T>(all: readonly T[], nameOf: (one: T) => string): (readonly T[])[] {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const name = nameOf(one);
    const own = found.get(name);
    if (own === undefined) found.set(name, [one]);
    else own.push(one);
  }
  return [...found.values()];
}
