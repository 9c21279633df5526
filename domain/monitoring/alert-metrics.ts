import type { AlertRule, Measure } from '../../core/schemas/alerts.js';
import type { MetricRow } from './catalogue.js';

/** Unit of a rule, the ending of a metric in base units, and what one of it is in them. */
const BASE: Readonly<Record<AlertRule['unit'], { readonly ending: string; readonly factor: number }>> = {
  share: { ending: 'ratio', factor: 1 },
  times: { ending: 'ratio', factor: 1 },
  minutes: { ending: 'seconds', factor: 60 },
  hours: { ending: 'seconds', factor: 3_600 },
  days: { ending: 'seconds', factor: 86_400 },
  seconds: { ending: 'seconds', factor: 1 },
  milliseconds: { ending: 'seconds', factor: 0.001 },
  usd: { ending: 'usd', factor: 1 },
  count: { ending: 'occurrences', factor: 1 },
  'rows/h': { ending: 'per_hour', factor: 1 },
};
/** Endings of the names of measures that say the unit a second time. */
const UNIT_WORDS = /-(minutes|hours|days|seconds|ms|usd|ratio|share|per-hour)$/;

/** The metric in which a measure of the alert rules is shown. */
export interface AlertMetric extends MetricRow {
  readonly measure: Measure;
  /** A reading times this is the value in base units. */
  readonly factor: number;
  /** Which of the readings of several subjects is shown. */
  readonly worst: 'highest' | 'lowest';
}

/**
 * A metric for each measure that a rule looks at, by measure. Its value is the worst over all subjects, as the evaluation of alerts
 * took it last. Rules of what happens once are left out: there is nothing to watch.
 */
export function alertMetrics(rules: readonly AlertRule[]): ReadonlyMap<Measure, AlertMetric> {
  const found = new Map<Measure, AlertMetric>();
  for (const { measure, unit, when, once } of rules) {
    if (once || found.has(measure)) continue;
    const { ending, factor } = BASE[unit];
    const stem = measure.replace(UNIT_WORDS, '').replaceAll('-', '_');
    found.set(measure, {
      name: `phoenix_re_alert_${stem}_${ending}`,
      type: 'gauge',
      help: `Measure ${measure} of the alert rules, the ${when === 'below' ? 'lowest' : 'highest'} of all subjects`,
      labels: ['market'],
      truth: 'store',
      measure,
      factor,
      worst: when === 'below' ? 'lowest' : 'highest',
    });
  }
  return found;
}
