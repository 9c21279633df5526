/*
 * Records the histories that the replay test holds against workflow code. Not a test of its own: it writes
 * `histories/<version>-<case>.json`. Run it once for every release, after the version in package.json was raised and
 * before the release is tagged, and commit the new files; files of earlier releases stay as long as a workflow of that
 * release may be running.
 *
 *   npm run build && npm run jest -- --testMatch '<rootDir>/test/replay/record.ts'
 *
 * Worker and host names and stack traces are taken out (`test/support/history-file.ts`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { phaseWorkflowId, sourceWorkflowId } from '../../core/ids.js';
import { projectRoot } from '../../core/paths.js';
import { DEFAULT_RUN_OPTIONS } from '../../core/schemas/run.js';
import type { scheduled } from '../../workflows/scheduled.js';
import { COUNTY, createFakes, createLatch, final, LISTINGS, pageOf, planOf } from '../support/fake-activities.js';
import { saveHistories } from '../support/history-file.js';
import { startDay, startFlowServer, until } from '../support/workflow-workers.js';
import { startTestWorld } from '../support/world.js';

const { version } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8'));
const nameOf = (what: string) => `${version}-${what}`;

it('records a real day of the county', async () => {
  const world = await startTestWorld({ parcelsPerZip: 30 });
  try {
    await world.startWorker();
    const { status } = await world.runDay('2026-03-02', { sources: ['maricopa-assessor'], zips: ['85031', '85033'] });
    expect(status).toBe('complete');
    await saveHistories(await world.client(), nameOf('county-day'));
  } finally {
    await world.stop();
  }
}, 300_000);

it('records a scheduled day with details, words, a delay, a ZIP that fails and a start that is skipped', async () => {
  const server = await startFlowServer();
  const words = { left: 2 };
  const latch = createLatch();
  const plan = planOf({ sources: [COUNTY, { ...LISTINGS, startDelayMs: 1_000 }], model: 'small', llmBudgetMs: 60_000 });
  const { activities } = createFakes(plan, {
    planRun: async () => {
      await latch.wait();
      return plan;
    },
    collectPage: async (input) => {
      if (input.window.zip === '85033') throw final('ResponseInvalid');
      return pageOf(input, 2);
    },
    planDetails: async ({ windows }) => ({
      batches: windows.map((window) => ({ window, keys: ['a'] })),
      leftForLater: 1,
    }),
    enrichBatch: async () => {
      const claimed = words.left > 0 ? 10 : 0;
      words.left -= 1;
      return { claimed, described: claimed, failed: 0 };
    },
  });
  const start = () =>
    server.client.workflow.start<typeof scheduled>('scheduled', {
      workflowId: `schedule/daily-phoenix/${Math.random()}`,
      taskQueue: 'pipeline',
      args: [{ market: 'phoenix', timeZone: 'America/Phoenix', options: DEFAULT_RUN_OPTIONS }],
    });
  try {
    await server.withWorkers(activities, async () => {
      const day = await start();
      await latch.reached;
      expect(await (await start()).result()).toHaveProperty('skipped');
      latch.open();
      expect(await day.result()).toMatchObject({ status: 'partial' });
    });
    await saveHistories(server.client, nameOf('scheduled-day'));
  } finally {
    await server.stop();
  }
}, 60_000);

it('records days that are paused, resumed, cancelled and stopped', async () => {
  const server = await startFlowServer();
  try {
    const latch = createLatch();
    const plan = planOf({ zips: ['85031', '85033', '85035'], sources: [{ ...COUNTY, lanes: 1 }, LISTINGS] });
    const paused = createFakes(plan, {
      collectPage: async (input) => {
        if (input.cursor === 2 && input.window.source === 'maricopa-assessor') await latch.wait();
        return pageOf(input, 3);
      },
    });
    await server.withWorkers(paused.activities, async () => {
      const day = await startDay(server);
      await latch.reached;
      await day.executeUpdate('pause');
      latch.open();
      await until(() => paused.calls.pages.length >= 2);
      await day.executeUpdate('resume');
      await until(() => Object.keys(paused.calls.closed).length >= 1);
      await day.executeUpdate('pause');
      await day.cancel();
      expect((await day.result()).status).toBe('cancelled');
    });
    const stopped = createFakes(plan, {
      collectPage: async () => {
        throw final('Blocked');
      },
    });
    await server.withWorkers(stopped.activities, async () => {
      expect((await (await startDay(server)).result()).status).toBe('failed');
    });
    await saveHistories(server.client, nameOf('held-days'));
  } finally {
    await server.stop();
  }
}, 60_000);

it('records a day whose histories are cut', async () => {
  const server = await startFlowServer({ 'limit.historyCount.suggestContinueAsNew': 60 });
  const words = { left: 15 };
  const plan = planOf({ zips: ['85031'], sources: [COUNTY], model: 'small', llmBudgetMs: 60_000 });
  const { activities } = createFakes(plan, {
    collectPage: async (input) => pageOf(input, 20),
    enrichBatch: async () => {
      words.left -= 1;
      return { claimed: words.left >= 0 ? 1 : 0, described: 0, failed: 0 };
    },
  });
  try {
    await server.withWorkers(activities, async () => {
      expect((await (await startDay(server)).result()).status).toBe('complete');
    });
    const saved = await saveHistories(server.client, nameOf('cut-day'));
    const ids = saved.map(({ workflowId }) => workflowId);
    const [daily] = ids;
    expect(ids.filter((id) => id === phaseWorkflowId(daily ?? '', 'enrich')).length).toBeGreaterThan(1);
    const zip = `${sourceWorkflowId(daily ?? '', 'maricopa-assessor')}/85031`;
    expect(ids.filter((id) => id === zip).length).toBeGreaterThan(1);
  } finally {
    await server.stop();
  }
}, 60_000);
