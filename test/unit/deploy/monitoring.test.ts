import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { monitoringFiles } from '../../../client/commands/monitoring.js';
import { loadConfig } from '../../../core/config.js';
import { projectRoot } from '../../../core/paths.js';
import { loadAlertRules, loadMonitoring } from '../../../core/product-settings.js';
import { createMetrics } from '../../../workers/metrics/registry.js';

const files = monitoringFiles(loadConfig({ env: {}, file: '/dev/null' }));
const textOf = (end: string) => files.find(({ path }) => path.endsWith(end))?.text ?? '';
const ruleFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.record(z.string(), z.string()),
          annotations: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
});
const rulesOf = (end: string) => ruleFile.parse(parse(textOf(end))).groups.flatMap(({ rules }) => rules);
const all = [...rulesOf('alerts.yml'), ...rulesOf('witness.yml')];

describe('the files of deploy/', () => {
  it.each(files)('$path is as it is rendered (npm run phx -- monitoring render)', ({ path, text }) => {
    expect(readFileSync(join(projectRoot(), path), 'utf8')).toBe(text);
  });

  it('have a rule for every alert rule that can go on, under its own name', () => {
    const wanted = loadAlertRules().filter(({ once }) => !once);
    expect(rulesOf('alerts.yml').map(({ labels }) => labels.rule)).toEqual(wanted.map(({ name }) => name));
    expect(new Set(all.map(({ alert }) => alert)).size).toBe(all.length);
  });

  it('look only at metrics that there are', () => {
    const there = new Set(
      createMetrics()
        .registry.getMetricsAsArray()
        .map(({ name }) => name),
    );
    const named = all.flatMap(({ expr }) => expr.match(/phoenix_re_\w+/g) ?? []);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((name) => !there.has(name))).toEqual([]);
    for (const { metric, expr } of loadMonitoring().witness) expect(expr).toContain(metric);
  });

  it('turn thresholds into base units', () => {
    const exprOf = (name: string) => all.find(({ labels }) => labels.rule === name)?.expr;
    expect(exprOf('database-slow')).toBe('max by (market) (phoenix_re_alert_database_seconds) > 0.1');
    expect(exprOf('balance-low')).toBe('min by (market) (phoenix_re_alert_balance_seconds) < 604800');
  });

  it('lead to sections of docs/alerts.md', () => {
    const page = readFileSync(join(projectRoot(), 'docs/alerts.md'), 'utf8');
    for (const { annotations } of all) expect(page).toContain(`### ${annotations.runbook?.split('#')[1]}\n`);
  });
});

describe('the settings of mail', () => {
  const mailed = monitoringFiles(
    loadConfig({
      env: {
        ...{
          EMAIL_ENABLED: 'true',
          SMTP_HOST: 'mail.example.org',
          SMTP_USERNAME: 'collector',
          SMTP_PASSWORD: 'hidden',
        },
        ...{ SENDER_EMAIL: 'collector@example.org', RECIPIENT_EMAILS: 'a@example.org,b@example.org' },
      },
      file: '/dev/null',
    }),
  ).find(({ path }) => path.endsWith('alertmanager.yml'))?.text;

  it('let the witness send mails, with the password in its file alone', () => {
    expect(mailed).toContain('smtp_smarthost: mail.example.org:587');
    expect(mailed).toContain('to: a@example.org, b@example.org');
    expect(mailed).toContain('smtp_auth_password_file: /run/secrets/smtp_password');
    expect(mailed).not.toContain('hidden');
  });
});
