import { rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { projectRoot } from '../../core/paths.js';
import * as workflows from '../../workflows/index.js';
import { historyOf, type SavedHistory, savedHistories } from '../support/history-file.js';
import { bundleWorkflows, workflowBundle } from '../support/workflow-bundle.js';

Runtime.install({
  logger: new DefaultLogger('ERROR', () => {}), // violations are what the last case wants; results carry them
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
});

const files = savedHistories();

/** @returns what replay says against each history; null where it agrees */
async function replay(
  bundle: { readonly codePath: string },
  histories: readonly SavedHistory[],
): Promise<readonly (Error | null)[]> {
  const results = Worker.runReplayHistories({ workflowBundle: bundle }, histories.map(historyOf));
  const problems: (Error | null)[] = [];
  for await (const { error } of results) problems.push(error ?? null);
  return problems;
}

/** Workflows that came after the histories of 0.1.0; theirs are recorded with the next release. */
const SINCE_RELEASE: ReadonlySet<string> = new Set([
  'enrichAlone',
  'evaluateAlerts',
  'sendNotice',
  'sendDigest',
  'fillGaps',
  'incident',
  'maintenance',
  'periodicReport',
  'probeSource',
  'refreshMarket',
  'repairSelectors',
  'replayDay',
  'restoreDrill',
  'updateBaselines',
  'watchdog',
  'scheduledReport',
]);

describe('saved histories', () => {
  it('hold every workflow of the release', () => {
    const types = new Set(files.flatMap(([, histories]) => histories.map(({ workflowType }) => workflowType)));
    const released = Object.keys(workflows).filter((name) => !SINCE_RELEASE.has(name));
    expect([...types].sort()).toEqual(released.sort());
  });

  it.each(files)("%s is repeated by today's workflows, command by command", async (_name, histories) => {
    const problems = await replay(await workflowBundle(), histories);
    expect(problems).toEqual(histories.map(() => null));
  });

  it.each(files)('%s names no machine and no person', (_name, histories) => {
    const text = JSON.stringify(histories, decoded);
    const forbidden = [hostname(), 'file://', '/home/', '/root/', '/work/', '/tmp/', '/Users/', 'node_modules'];
    expect(forbidden.filter((part) => text.includes(part))).toEqual([]);
    expect(text).not.toMatch(/\d@[a-z]|[a-z]@[a-z-]+\.[a-z]|\b(?!127\.)\d+\.\d+\.\d+\.\d+/i); // process@host, mail, address
    const personal = ['OwnerName', 'MailingAddress', 'Owner', 'Mail_', 'Deed'];
    expect(personal.filter((part) => text.includes(`"${part}`))).toEqual([]);
  });
});

/** Payloads are kept in base64: shows them as text. */
function decoded(key: string, value: unknown): unknown {
  return key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value;
}

describe('a workflow changed without a patch', () => {
  const broken = { codePath: join(tmpdir(), `phoenix-broken-workflows-${process.pid}.js`) };
  beforeAll(async () => {
    const { code } = await bundleWorkflows(join(projectRoot(), 'test', 'replay', 'broken', 'index.ts'));
    writeFileSync(broken.codePath, code);
  }, 60_000);

  afterAll(() => rmSync(broken.codePath, { force: true }));

  it('is refused for every history that began before the change', async () => {
    const walks = files
      .flatMap(([, histories]) => histories)
      .filter(({ workflowType }) => workflowType === 'collectZip');
    const problems = await replay(broken, walks);
    expect(walks.length).toBeGreaterThan(5);
    expect(problems.every((problem) => problem instanceof DeterminismViolationError)).toBe(true);
  });
});
