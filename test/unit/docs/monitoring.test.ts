import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { createMetrics } from '../../../workers/metrics/registry.js';
import { allMetrics, monitoringDoc } from '../../support/monitoring-doc.js';

const path = join(projectRoot(), 'docs', 'monitoring.md');
const page = () => readFileSync(path, 'utf8');

it('docs/monitoring.md has every metric as it is', () => {
  if (process.env.UPDATE_DOCS) writeFileSync(path, monitoringDoc(page()));
  expect(page()).toBe(monitoringDoc(page()));
});

it('the registry has these metrics and no other of ours', () => {
  const registered = createMetrics().registry.getMetricsAsArray();
  const ours = registered.flatMap(({ name }) => (name.startsWith('phoenix_re_') ? [name] : []));
  expect([...ours].sort()).toEqual(
    allMetrics()
      .map(({ name }) => name)
      .sort(),
  );
});
