import type { AlertRule } from '../../core/schemas/alerts.js';
import type { Monitoring } from '../../core/schemas/monitoring.js';
import { alertMetrics } from './alert-metrics.js';

/** What a mail server needs for the witness's own mails. */
export interface WitnessMail {
  /** `host:port`. */
  readonly smarthost: string;
  readonly from: string;
  readonly to: readonly string[];
  /** Null for a server without log-in. */
  readonly username: string | null;
}

export interface RenderInput {
  readonly rules: readonly AlertRule[];
  readonly monitoring: Monitoring;
  readonly metricsPort: number;
  /** Null: the witness sends no mail. */
  readonly mail: WitnessMail | null;
}

/** A file of `deploy/`, as the object that stands in it. */
export interface RenderedFile {
  readonly path: string;
  readonly head: string;
  readonly content: object;
}

const HEAD = 'Made by phx monitoring render; changes go to';
const SIGN = { above: '>', from: '>=', below: '<' } as const;
const PASSWORD_FILE = '/run/secrets/smtp_password';

/** Everything that Prometheus and Alertmanager are configured with. Pure. */
export function renderMonitoring(input: RenderInput): readonly RenderedFile[] {
  return [
    {
      path: 'deploy/prometheus/prometheus.yml',
      head: `${HEAD} config/monitoring.json.`,
      content: prometheus(input),
    },
    {
      path: 'deploy/prometheus/rules/alerts.yml',
      head: `${HEAD} config/alert-rules.json.`,
      content: {
        groups: [{ name: 'phoenix-alerts', rules: input.rules.flatMap((rule) => mirrored(rule, input.rules)) }],
      },
    },
    {
      path: 'deploy/prometheus/rules/witness.yml',
      head: `${HEAD} config/monitoring.json.`,
      content: { groups: [{ name: 'phoenix-witness', rules: input.monitoring.witness.map(witnessRule) }] },
    },
    {
      path: 'deploy/alertmanager/alertmanager.yml',
      head: `${HEAD} config/alert-rules.json, config/monitoring.json and the settings of mail.`,
      content: alertmanager(input),
    },
  ];
}

function prometheus({ monitoring, metricsPort }: RenderInput) {
  const { scrapeSeconds, evaluationSeconds, workers } = monitoring;
  return {
    global: { scrape_interval: `${scrapeSeconds}s`, evaluation_interval: `${evaluationSeconds}s` },
    rule_files: ['rules/*.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] },
    scrape_configs: [
      {
        job_name: 'phoenix-worker',
        // By name: every copy of a scaled service is found.
        dns_sd_configs: [{ names: [...workers], type: 'A', port: metricsPort, refresh_interval: '15s' }],
      },
      { job_name: 'prometheus', static_configs: [{ targets: ['localhost:9090'] }] },
    ],
  };
}

/** A rule of this system as Prometheus sees it. What happens once has nothing to watch. */
function mirrored(rule: AlertRule, rules: readonly AlertRule[]): readonly object[] {
  const metric = alertMetrics(rules).get(rule.measure);
  if (rule.once || metric === undefined) return [];
  const fold = metric.worst === 'lowest' ? 'min' : 'max';
  const threshold = Number((rule.threshold * metric.factor).toPrecision(12));
  return [
    {
      alert: titled(rule.name),
      expr: `${fold} by (market) (${metric.name}) ${SIGN[rule.when]} ${threshold}`,
      ...(rule.forMinutes > 0 ? { for: `${rule.forMinutes}m` } : {}),
      labels: { severity: rule.tier, priority: rule.severity, rule: rule.name, told_by: 'phoenix' },
      annotations: annotationsOf(rule.trigger, rule.runbook),
    },
  ];
}

function witnessRule({ name, what, expr, forMinutes, tier, runbook }: Monitoring['witness'][number]) {
  return {
    alert: titled(name),
    expr,
    ...(forMinutes > 0 ? { for: `${forMinutes}m` } : {}),
    labels: { severity: tier, rule: name, told_by: 'alertmanager' },
    annotations: annotationsOf(what, runbook),
  };
}

function annotationsOf(summary: string, runbook: string) {
  return { summary, value: '{{ $value }}', runbook: `docs/alerts.md#${runbook}` };
}

/**
 * The alerts of this system tell people themselves, with proof and escalation: here they are shown and not told a second time. What
 * only the witness sees goes to people from here.
 */
function alertmanager({ rules, mail }: RenderInput) {
  const quieter = rules.filter(({ yieldsTo, once }) => yieldsTo !== undefined && !once);
  return {
    ...(mail === null ? {} : { global: mailServer(mail) }),
    route: {
      receiver: 'shown-only',
      group_by: ['rule', 'market'],
      group_wait: '10s',
      group_interval: '5m',
      repeat_interval: '4h',
      routes: [{ matchers: ['told_by="alertmanager"'], receiver: 'operators' }],
    },
    inhibit_rules: quieter.map(({ name, yieldsTo }) => ({
      source_matchers: [`rule="${yieldsTo}"`],
      target_matchers: [`rule="${name}"`],
      equal: ['market'],
    })),
    receivers: [
      { name: 'shown-only' },
      {
        name: 'operators',
        slack_configs: [
          {
            api_url_file: '/run/secrets/slack_webhook_url',
            send_resolved: true,
            title: '{{ .CommonLabels.severity }}: {{ .CommonLabels.alertname }}',
            text: '{{ range .Alerts }}{{ .Annotations.summary }} ({{ .Annotations.runbook }}){{ "\\n" }}{{ end }}',
          },
        ],
        ...(mail === null ? {} : { email_configs: [{ to: mail.to.join(', '), send_resolved: true }] }),
      },
    ],
  };
}

function mailServer({ smarthost, from, username }: WitnessMail) {
  const login = username === null ? {} : { smtp_auth_username: username, smtp_auth_password_file: PASSWORD_FILE };
  return { smtp_smarthost: smarthost, smtp_from: from, ...login };
}

/** `run-success` as `PhoenixRunSuccess`. */
function titled(name: string): string {
  const words = name.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `Phoenix${words.join('')}`;
}
