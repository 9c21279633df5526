import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { freePort } from '../../../core/free-ports.js';
import { loadAlertRules } from '../../../core/product-settings.js';
import { alertMetrics } from '../../../domain/monitoring/alert-metrics.js';
import { createMetrics } from '../../../workers/metrics/registry.js';
import { serveMetrics } from '../../../workers/metrics/server.js';
import { allMetrics } from '../../support/monitoring-doc.js';

const rows = allMetrics();
/** Metrics of the workflow overview. */
const OF_OVERVIEW = [
  'api_requests_total',
  'api_success_rate',
  'proxy_health',
  'captcha_solves_total',
  'llm_requests_total',
  'llm_tokens_used',
  'processing_queue_size',
  'quality_scores',
  'mongodb_connections',
  'error_rate',
  'daily_cost',
].map((name) => `phoenix_re_${name}`);

describe('the catalogue of metrics', () => {
  it('has every metric of the workflow overview', () => {
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(OF_OVERVIEW));
  });

  it('has one row a name, with words and a fitting form', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const { name, type, help } of rows) {
      expect(name).toMatch(/^phoenix_re_[a-z]+(_[a-z]+)*$/);
      expect(help.length).toBeGreaterThan(15);
      expect(name.endsWith('_total')).toBe(type === 'counter');
    }
  });

  it('has labels with few values alone', () => {
    const labels = new Set(rows.flatMap((row) => row.labels));
    const bounded = ['source', 'outcome', 'state', 'model', 'direction', 'market', 'part', 'line', 'status', 'tier'];
    expect([...labels].sort()).toEqual([...bounded, 'version', 'mode', 'activity', 'code'].sort());
  });

  it('has one unit and one direction for each measure of the alert rules', () => {
    const metrics = alertMetrics(loadAlertRules());
    for (const { measure, when, once: single } of loadAlertRules()) {
      if (single) continue;
      expect([measure, metrics.get(measure)?.worst]).toEqual([measure, when === 'below' ? 'lowest' : 'highest']);
    }
  });
});

describe('the registry', () => {
  it('shows the samples it was given, and no 0 that nobody measured', async () => {
    const metrics = createMetrics();
    metrics.set('cpu', [], 0.25);
    metrics.set('memory', [], null);
    metrics.count('activityFailures', ['collectPage', 'RateLimited']);
    metrics.setMeasures(
      new Map([
        [
          'phoenix',
          { at: new Date(5_000), measures: { 'zip-age-hours': { lowest: 1, highest: 30, at: new Date(0) } } },
        ],
      ]),
    );
    const text = await metrics.registry.metrics();
    expect(text).toContain('phoenix_re_cpu_ratio 0.25');
    expect(text).not.toMatch(/^phoenix_re_memory_ratio \S/m);
    expect(text).not.toMatch(/^phoenix_re_disk_ratio \S/m);
    expect(text).toContain('phoenix_re_activity_failures_total{activity="collectPage",code="RateLimited"} 1');
    expect(text).toContain('phoenix_re_alert_zip_age_seconds{market="phoenix"} 108000');
    expect(text).toContain('phoenix_re_alert_evaluation_timestamp_seconds{market="phoenix"} 5');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('does not show a measure that could not be taken for hours', async () => {
    const metrics = createMetrics();
    const uptime = { lowest: 0.9, highest: 0.9, at: new Date(0) };
    metrics.setMeasures(new Map([['phoenix', { at: new Date(3 * 3_600_000), measures: { uptime } }]]));
    expect(await metrics.registry.metrics()).not.toContain('phoenix_re_alert_uptime_ratio{');
  });

  it('forgets what is not among new samples', async () => {
    const metrics = createMetrics();
    metrics.setMeasures(
      new Map([['phoenix', { at: new Date(0), measures: { uptime: { lowest: 0.9, highest: 0.9, at: new Date(0) } } }]]),
    );
    metrics.setMeasures(new Map());
    expect(await metrics.registry.metrics()).not.toContain('phoenix_re_alert_uptime_ratio{');
  });
});

describe('the server of metrics', () => {
  const answer = async () => ({ type: 'text/plain', text: 'a 1\n' });
  const silent = pino({ level: 'silent' });

  it('takes the next port where one is taken, answers /metrics alone, and ends', async () => {
    const port = await freePort();
    const taken = createServer().listen(port, '127.0.0.1');
    await once(taken, 'listening');
    const server = await serveMetrics('127.0.0.1', port, answer, silent).finally(() => taken.close());
    expect(Number(new URL(server?.url ?? '').port)).toBeGreaterThan(port);
    expect(await (await fetch(server?.url ?? '')).text()).toBe('a 1\n');
    expect((await fetch(server?.url ?? '', { method: 'POST' })).status).toBe(405);
    expect((await fetch((server?.url ?? '').replace('/metrics', '/'))).status).toBe(404);
    await server?.close();
    await expect(fetch(server?.url ?? '')).rejects.toThrow();
  });

  it('says so where the figures cannot be put together', async () => {
    const told: string[] = [];
    const logger = pino({}, { write: (line: string) => void told.push(line) });
    const server = await serveMetrics('127.0.0.1', await freePort(), () => Promise.reject(new Error('no')), logger);
    expect((await fetch(server?.url ?? '')).status).toBe(500);
    expect(told.join()).toMatch(/could not be put together/);
    await server?.close();
  });
});
