import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { loadAlertChannels, loadAlertRules, loadRoster } from '../../../core/product-settings.js';
import { alertsDoc } from '../../support/alerts-doc.js';

const path = join(projectRoot(), 'docs', 'alerts.md');
const page = () => readFileSync(path, 'utf8');

it('docs/alerts.md has every rule as it is', () => {
  if (process.env.UPDATE_DOCS) writeFileSync(path, alertsDoc(page()));
  expect(page()).toBe(alertsDoc(page()));
});

it('every rule leads to a section that says what to do', () => {
  const sections = new Set([...page().matchAll(/^### ([a-z-]+)$/gm)].map(([, name]) => name));
  const wanted = new Set(loadAlertRules().map(({ runbook }) => runbook));
  expect([...wanted].filter((name) => !sections.has(name))).toEqual([]);
  expect([...sections].filter((name) => !wanted.has(name ?? ''))).toEqual([]);
});

it('every tier tells roles that there are', () => {
  const roles = loadRoster().roles.map(({ role }) => role);
  const told = Object.values(loadAlertChannels().response).flatMap(({ tells, escalatesTo }) => [
    ...tells,
    ...escalatesTo,
  ]);
  expect(told.filter((role) => !roles.includes(role))).toEqual([]);
});

it('the loudest severities reach people by night, and only what can wait is held back', () => {
  const { quietHours, tiers } = loadAlertChannels();
  expect(quietHours.severities.filter((severity) => severity === 'P0' || severity === 'P1')).toEqual([]);
  expect(tiers.critical).toEqual(['mail', 'sms', 'slack', 'dashboard', 'github']);
  const loud = loadAlertRules().filter(({ severity }) => severity === 'P0' || severity === 'P1');
  expect(loud.filter(({ tier }) => tier !== 'critical').map(({ name }) => name)).toEqual([]);
});
