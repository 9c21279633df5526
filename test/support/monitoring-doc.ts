import { loadAlertRules } from '../../core/product-settings.js';
import { alertMetrics } from '../../domain/monitoring/alert-metrics.js';
import { type MetricRow, PROCESS_METRICS, STORED_METRICS } from '../../domain/monitoring/catalogue.js';

const BEGIN = '<!-- metrics: made by UPDATE_DOCS=1 npm run jest -- test/unit/docs/monitoring.test.ts -->';
const END = '<!-- end of metrics -->';

/** Every metric of ours, those of the alert rules last. */
export function allMetrics(): readonly MetricRow[] {
  const ours = [...Object.values<MetricRow>(STORED_METRICS), ...Object.values<MetricRow>(PROCESS_METRICS)];
  return [...ours, ...alertMetrics(loadAlertRules()).values()];
}

/** The page with the table of metrics as it must be. */
export function monitoringDoc(page: string): string {
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const rows = allMetrics().map(({ name, type, labels, truth, help }) => {
    const shown = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${shown} | ${truth} | ${help} |`;
  });
  const head = '| Metric | Type | Labels | Truth | What it says |\n|---|---|---|---|---|';
  return `${before}${BEGIN}\n${[head, ...rows].join('\n')}\n${END}${after}`;
}
