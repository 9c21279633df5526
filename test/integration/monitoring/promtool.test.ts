import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { projectRoot } from '../../../core/paths.js';
import { runCommand } from '../../../stack/run-command.js';
import { createMetrics } from '../../../workers/metrics/registry.js';
import { phx } from '../../support/phx.js';
import { prometheusTools } from '../../support/prometheus-tools.js';

const tools = await prometheusTools();
if ('reason' in tools) process.stdout.write(`promtool and amtool are not checked: ${tools.reason}\n`);
const there = 'reason' in tools ? null : tools;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-promtool-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program's answer to what it reads from its standard input. */
async function answerTo(program: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(program, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (some) => (said += String(some)));
  child.stdin.end(input);
  await new Promise((done) => child.once('close', done));
  return said;
}

(there ? describe : describe.skip)('promtool and amtool', () => {
  it('find the files in order, through phx monitoring validate', async () => {
    const { code, stdout } = await phx(['monitoring', 'validate', '--json'], {
      PROMTOOL_PATH: there?.promtool ?? '',
      AMTOOL_PATH: there?.amtool ?? '',
    });
    expect(JSON.parse(stdout)).toMatchObject({
      checks: [
        { tool: 'promtool', ok: true },
        { tool: 'amtool', ok: true },
      ],
    });
    expect(code).toBe(0);
  });

  it('find no fault in names and help texts of our metrics but the names of the workflow overview', async () => {
    const metrics = createMetrics();
    metrics.set('cpu', [], 0.5);
    metrics.count('activityFailures', ['collectPage', 'RateLimited']);
    metrics.observe('requestSeconds', ['maricopa-assessor', 'ok'], 0.2);
    const said = await answerTo(there?.promtool ?? '', ['check', 'metrics'], await metrics.registry.metrics());
    expect(said.split('\n').filter((line) => line.startsWith('phoenix_re_'))).toEqual([]);
  });

  it('fire where a threshold is passed and where nobody answers, and not before their time', async () => {
    const test = {
      rule_files: ['alerts.yml', 'witness.yml'].map((name) => join(projectRoot(), 'deploy/prometheus/rules', name)),
      evaluation_interval: '10s',
      tests: [
        {
          interval: '10s',
          input_series: [
            { series: 'phoenix_re_alert_cpu_ratio{market="phoenix",instance="a"}', values: '0.99x60' },
            { series: 'phoenix_re_store_up{instance="a"}', values: '0x60' },
          ],
          promql_expr_test: [
            {
              expr: 'count(ALERTS{rule="cpu-critical",alertstate="firing"})',
              eval_time: '6m',
              exp_samples: [{ labels: '{}', value: 1 }],
            },
            { expr: 'count(ALERTS{rule="cpu-critical",alertstate="firing"})', eval_time: '2m', exp_samples: [] },
            {
              expr: 'count(ALERTS{rule="store-unreachable",alertstate="firing"})',
              eval_time: '3m',
              exp_samples: [{ labels: '{}', value: 1 }],
            },
          ],
        },
      ],
    };
    const file = join(folder, 'test.yml');
    await writeFile(file, stringify(test));
    const { ok, problem } = await runCommand(there?.promtool ?? '', ['test', 'rules', file], { timeoutMs: 30_000 });
    expect([ok, problem]).toEqual([true, '']);
  });
});

describe('phx monitoring validate', () => {
  it('says what is missing where the tools are not there, with exit code 3', async () => {
    const { code, stdout } = await phx(['monitoring', 'validate', '--json'], {
      PROMTOOL_PATH: '/nowhere/promtool',
      AMTOOL_PATH: '/nowhere/amtool',
    });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ checks: [{ ok: false }, { ok: false }] });
  });
});
