import type { ReportTarget } from '../../core/product-settings.js';
import { type Figures, shareOf, type TableFigure } from './figure.js';
import { MEASURES, type MeasureName } from './measures/index.js';
import type { Cell, Unit } from './model.js';
import { NO_DATA, targetWords, valueWords } from './words.js';

/** Figures that a first run is judged by, each with its row `first-run-…` in `config/report-targets.json` (R-DP, "24-Hour Production Validation"). */
const CRITERIA: readonly MeasureName[] = [
  'days-complete',
  'success-rate',
  'alerts-critical',
  'collection-minutes',
  'memory',
  'cpu',
  'answer-ms',
  'validity',
  'uptime',
  'cost-day',
  'budget-used',
];

/** Rows of `config/report-targets.json` that a first run is judged by. */
export const FIRST_RUN_TARGETS: readonly string[] = [...CRITERIA, 'mails'].map((name) => `first-run-${name}`);

/** What the criteria of a first run say of a day. */
export const FIRST_RUN_TABLES = {
  'first-run-criteria': {
    label: 'Criteria of a first run',
    says: `${CRITERIA.join(', ')} by their own formulas, and mails delivered ÷ mails that ended, each beside what a first run must reach`,
    inputs: 'those of the formulas; `deliveries`: `channel`, `state`; `config/report-targets.json`: `first-run-…`',
    columns: [
      { label: 'Criterion', unit: 'words' },
      { label: 'Measured', unit: 'words' },
      { label: 'Wanted', unit: 'words' },
      { label: 'Verdict', unit: 'words' },
    ],
    rows: (figures) => [
      ...CRITERIA.map((name) =>
        rowOf(MEASURES[name].label, name, measured(name, figures), MEASURES[name].unit, figures),
      ),
      rowOf('Mails delivered', 'mails', mailsDelivered(figures), 'percent', figures),
    ],
  },
} as const satisfies Readonly<Record<string, TableFigure>>;

function measured(name: MeasureName, { period, now }: Figures): number | null {
  const measure = MEASURES[name];
  const value = measure.of === 'period' ? measure.value(period) : measure.value(now);
  return value === null || !Number.isFinite(value) ? null : value;
}

function mailsDelivered({ period }: Figures): number | null {
  const ended = period.deliveries.filter(({ channel, endedAt }) => channel === 'mail' && endedAt !== null);
  return shareOf(ended.filter(({ state }) => state === 'delivered').length, ended.length);
}

function rowOf(label: string, name: string, value: number | null, unit: Unit, { targets }: Figures): readonly Cell[] {
  const target = targets[`first-run-${name}`];
  const wanted = target === undefined ? null : targetWords(target, unit);
  const told = value === null ? NO_DATA : valueWords(value, unit);
  return [label, told, wanted, value === null || target === undefined ? NO_DATA : verdict(value, target)];
}

function verdict(value: number, { aim, target }: ReportTarget): string {
  const reached = aim === 'at-least' ? value >= target : value <= target;
  return reached ? 'reached' : 'missed';
}
