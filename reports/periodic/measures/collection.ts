import type { PeriodFacts } from '../facts.js';
import { type Measure, meanOf, shareOf, sumOf } from '../figure.js';

const MINUTE_MS = 60_000;

/** The daily sequences of a period; narrower runs say nothing of a day. */
export function dailyRuns({ runs }: Pick<PeriodFacts, 'runs'>): PeriodFacts['runs'] {
  return runs.filter(({ workflowId }) => workflowId.startsWith('daily/'));
}

/** Windows that were to be collected. */
export const wanted = (facts: Pick<PeriodFacts, 'windows'>) => facts.windows.filter(({ state }) => state !== 'skipped');

/** Minutes of a phase of each daily run that has ended. */
export function phaseMinutes(facts: PeriodFacts, name: string): readonly number[] {
  return dailyRuns(facts).flatMap(({ summary }) =>
    (summary?.phases ?? [])
      .filter((phase) => phase.name === name)
      .map(({ startedAt, endedAt }) => (Date.parse(endedAt) - Date.parse(startedAt)) / MINUTE_MS),
  );
}

export const COLLECTION_MEASURES = {
  'success-rate': {
    label: 'Collection success',
    unit: 'percent',
    target: 'success-rate',
    of: 'period',
    says: 'windows (source × ZIP × day) in state `complete` ÷ windows not `skipped`',
    inputs: '`windows`: `state`, of `market` and the days of the period by `runDate`',
    value: (facts) => shareOf(wanted(facts).filter(({ state }) => state === 'complete').length, wanted(facts).length),
  },
  collected: {
    label: 'Records confirmed',
    unit: 'count',
    of: 'period',
    says: 'sum of what was seen in all windows of the period; a record seen on two days counts for both',
    inputs: '`windows`: `seen`',
    value: ({ windows }) => (windows.length === 0 ? null : sumOf(windows, ({ seen }) => seen)),
  },
  'stored-new': {
    label: 'New or changed',
    unit: 'count',
    of: 'period',
    says: 'sum over the runs of records of which a new version was written',
    inputs: '`runs`: `counts.stored`',
    value: ({ runs, outcomes }) => (runs.length === 0 ? null : outcomes.stored),
  },
  unchanged: {
    label: 'Unchanged',
    unit: 'count',
    of: 'period',
    says: 'sum over the runs of records that were as before',
    inputs: '`runs`: `counts.unchanged`',
    value: ({ runs, outcomes }) => (runs.length === 0 ? null : outcomes.unchanged),
  },
  quarantined: {
    label: 'Not understood',
    unit: 'count',
    of: 'period',
    says: 'sum over the runs of records that went to the quarantine',
    inputs: '`runs`: `counts.quarantined`',
    value: ({ runs, outcomes }) => (runs.length === 0 ? null : outcomes.quarantined),
  },
  'days-complete': {
    label: 'Days complete',
    unit: 'percent',
    of: 'period',
    says: 'days whose last daily run ended `complete` ÷ days with a daily run that has ended',
    inputs: '`runs`: `status`, `runDate`, of daily sequences',
    value: (facts) => {
      const last = new Map(
        dailyRuns(facts)
          .filter(({ status }) => status !== 'running')
          .map(({ runDate, status }) => [runDate, status]),
      );
      return shareOf([...last.values()].filter((status) => status === 'complete').length, last.size);
    },
  },
  'days-run': {
    label: 'Days with a run',
    unit: 'count',
    of: 'period',
    says: 'days of the period with a daily run',
    inputs: '`runs`: `runDate`, of daily sequences',
    value: (facts) => new Set(dailyRuns(facts).map(({ runDate }) => runDate)).size,
  },
  'collection-minutes': {
    label: 'Time of collection',
    unit: 'minutes',
    target: 'collection-minutes',
    of: 'period',
    says: 'mean over the daily runs of the length of the phase `collect`',
    inputs: '`runs`: `summary.phases`',
    value: (facts) => meanOf(phaseMinutes(facts, 'collect')),
  },
  'sequence-minutes': {
    label: 'Time of the daily sequence',
    unit: 'minutes',
    of: 'period',
    says: 'mean over the daily runs that have ended of end − start',
    inputs: '`runs`: `startedAt`, `endedAt`',
    value: (facts) =>
      meanOf(
        dailyRuns(facts).flatMap(({ startedAt, endedAt }) =>
          endedAt === null ? [] : [(endedAt.getTime() - startedAt.getTime()) / MINUTE_MS],
        ),
      ),
  },
  'phases-over': {
    label: 'Phases over their time',
    unit: 'count',
    of: 'period',
    says: 'phases of daily runs that took longer than their time budget',
    inputs: '`runs`: `summary.phases.overBudgetMs`',
    value: (facts) => {
      const ended = dailyRuns(facts).flatMap(({ summary }) => (summary === null ? [] : [summary]));
      if (ended.length === 0) return null;
      return sumOf(ended, ({ phases }) => phases.filter(({ overBudgetMs }) => overBudgetMs > 0).length);
    },
  },
  'rows-per-hour': {
    label: 'Records an hour of collection',
    unit: 'per-hour',
    target: 'rows-per-hour',
    of: 'period',
    says: 'records of the daily runs (seen) × 60 ÷ minutes of their phases `collect`',
    inputs: '`runs`: `counts.seen`, `summary.phases`',
    value: (facts) => {
      const minutes = sumOf(phaseMinutes(facts, 'collect'), (one) => one);
      const seen = sumOf(dailyRuns(facts), ({ counts }) => counts?.seen ?? 0);
      return minutes === 0 ? null : (seen * 60) / minutes;
    },
  },
  'error-rate': {
    label: 'Failed requests',
    unit: 'percent',
    target: 'error-rate',
    of: 'period',
    says: 'requests without a usable answer ÷ requests, first tries and repeats alike',
    inputs: '`fetches`: `error`, of the runs of the period by `runKey`',
    value: ({ requests }) =>
      shareOf(
        sumOf(requests, ({ failed }) => failed),
        sumOf(requests, (one) => one.requests),
      ),
  },
  requests: {
    label: 'Requests',
    unit: 'count',
    of: 'period',
    says: 'requests that were sent',
    inputs: '`fetches`, of the runs of the period by `runKey`',
    value: ({ requests }) => sumOf(requests, (one) => one.requests),
  },
  'store-ms': {
    label: 'Answer to record',
    unit: 'ms',
    target: 'store-ms',
    of: 'period',
    says: 'mean over the record versions of the runs of (written − answer arrived)',
    inputs: '`record_versions`: `knownFrom`, `validFrom`, by `runKey`',
    value: ({ storeMs }) => storeMs,
  },
  changes: {
    label: 'Changes found',
    unit: 'count',
    of: 'period',
    says: 'change events that became known: new, price, status, sold, gone, …',
    inputs: '`change_events`: `knownFrom`',
    value: ({ changes }) => sumOf(changes, ({ count }) => count),
  },
  properties: {
    label: 'Properties kept',
    unit: 'count',
    of: 'now',
    says: 'properties of the market that readers see now',
    inputs: '`processed_properties`: `market`',
    value: ({ homes }) => sumOf(homes, (one) => one.properties),
  },
  'oldest-zip': {
    label: 'Oldest ZIP code',
    unit: 'hours',
    target: 'zip-hours',
    of: 'now',
    says: 'largest of the hours since a source walked a ZIP code of the market completely; sources that never did are left out',
    inputs: '`windows`: `state`, `updatedAt`',
    value: ({ ages }) => {
      const known = ages.flatMap(({ hours }) => hours ?? []);
      return known.length === 0 ? null : Math.max(...known);
    },
  },
  'zips-fresh': {
    label: 'ZIP codes fresh',
    unit: 'percent',
    of: 'now',
    says: 'source and ZIP pairs walked completely within `freshHours` ÷ all pairs of sources that have walked',
    inputs: '`windows`: `state`, `updatedAt`; `config/quality.json`: `freshness.freshHours`',
    value: ({ ages, freshHours }) =>
      shareOf(ages.filter(({ hours }) => hours !== null && hours <= freshHours).length, ages.length),
  },
} as const satisfies Readonly<Record<string, Measure>>;
