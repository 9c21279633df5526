import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { loadAlertRules } from '../../core/product-settings.js';
import { type AlertMetric, alertMetrics } from '../../domain/monitoring/alert-metrics.js';
import { type MetricRow, PROCESS_METRICS, STORED_METRICS } from '../../domain/monitoring/catalogue.js';
import type { LatestMeasures } from '../../store/measures.js';
import type { Sample, StoredFigures } from '../../store/metric-figures.js';

/** Seconds, from a fast read of the database to a batch of browser pages. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The rarest measure is taken every hour: one that was left out twice could not be taken, and is not shown as if it were new. */
const STALE_MS = 2.5 * 3_600_000;

/** The metrics of one worker. Nothing global: two in one process do not meet. */
export interface Metrics {
  readonly registry: Registry;
  /** Counts or sets a metric of the process. */
  observe(name: 'requestSeconds' | 'activitySeconds', labels: readonly string[], seconds: number): void;
  count(name: 'activityFailures', labels: readonly string[]): void;
  set(name: ProcessGauge, labels: readonly string[], value: number | null): void;
  /** Replaces all that was read from the database. */
  setStored(figures: StoredFigures, readAtMs: number): void;
  /** Replaces the last readings of the alert rules' measures, by market. */
  setMeasures(latest: LatestMeasures): void;
}

export type ProcessGauge = Exclude<
  keyof typeof PROCESS_METRICS,
  'requestSeconds' | 'activitySeconds' | 'activityFailures'
>;

/** Registers every metric of the catalogue, those of the alert rules, and those of Node. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const stored = new Map(Object.entries<MetricRow>(STORED_METRICS).map(([key, row]) => [key, settable(registry, row)]));
  const histograms = {
    requestSeconds: histogram(registry, PROCESS_METRICS.requestSeconds),
    activitySeconds: histogram(registry, PROCESS_METRICS.activitySeconds),
  };
  const failures = new Counter({ ...described(PROCESS_METRICS.activityFailures), registers: [registry] });
  const gauges = new Map(
    Object.entries<MetricRow>(PROCESS_METRICS)
      .filter(([, { type }]) => type === 'gauge')
      .map(([key, row]) => [key, settable(registry, row)]),
  );
  const measures = [...alertMetrics(loadAlertRules()).values()].map((row) => ({ row, ...settable(registry, row) }));
  return {
    registry,
    observe: (name, labels, seconds) => histograms[name].labels(...labels).observe(seconds),
    count: (_name, labels) => failures.labels(...labels).inc(),
    set: (name, labels, value) => gauges.get(name)?.replace(value === null ? [] : [{ labels, value }]),
    setStored(figures, readAtMs) {
      for (const [name, samples] of Object.entries<readonly Sample[]>(figures)) stored.get(name)?.replace(samples);
      stored.get('readAt')?.replace([{ labels: [], value: readAtMs / 1_000 }]);
    },
    setMeasures(latest) {
      for (const { row, replace } of measures) replace(readingsOf(row, latest));
      stored
        .get('evaluated')
        ?.replace([...latest].map(([market, { at }]) => ({ labels: [market], value: at.getTime() / 1_000 })));
    },
  };
}

function readingsOf(row: AlertMetric, latest: LatestMeasures): readonly Sample[] {
  return [...latest].flatMap(([market, { at, measures }]) => {
    const reading = measures[row.measure];
    if (reading === undefined || at.getTime() - reading.at.getTime() > STALE_MS) return [];
    return [{ labels: [market], value: (row.worst === 'lowest' ? reading.lowest : reading.highest) * row.factor }];
  });
}

const described = ({ name, help, labels }: MetricRow) => ({ name, help, labelNames: [...labels] });

function histogram(registry: Registry, row: MetricRow): Histogram {
  return new Histogram({ ...described(row), buckets: BUCKETS, registers: [registry] });
}

/** A metric whose samples are replaced together; what is not among them any more is gone. */
function settable(registry: Registry, row: MetricRow): { replace(samples: readonly Sample[]): void } {
  if (row.type === 'counter') {
    const counter = new Counter({ ...described(row), registers: [registry] });
    return {
      replace(samples) {
        counter.reset();
        for (const { labels, value } of samples) counter.labels(...labels).inc(value);
      },
    };
  }
  const gauge = new Gauge({ ...described(row), registers: [registry] });
  const clear = () => {
    gauge.reset();
    if (row.labels.length === 0) gauge.remove(); // else it shows a 0 that nobody measured
  };
  clear();
  return {
    replace(samples) {
      clear();
      for (const { labels, value } of samples) gauge.labels(...labels).set(value);
    },
  };
}
