import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { Client, Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { defaultCacheFolder } from '../../core/config.js';
import { DEFAULT_RUN_OPTIONS, type RunOptions } from '../../core/schemas/run.js';
import { installTemporal } from '../../stack/resolve-temporal.js';
import type { dailySequence } from '../../workflows/daily-sequence.js';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes.js';
import { ACTIVITY_NAMES, type Activities } from './fake-activities.js';
import { startTestTemporal, TEST_NAMESPACE } from './temporal.js';
import { workflowBundle } from './workflow-bundle.js';

const QUEUES_BESIDE_PIPELINE = ['http-maricopa-assessor', 'http-reso', 'browser', 'llm', 'notify'];

/** Our search attributes as `temporal.api.enums.v1.IndexedValueType`. */
const ATTRIBUTE_TYPES = Object.fromEntries(
  Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, type === 'INT' ? 3 : 2]),
);

/** A Temporal server, and the means to run workflows on it with the activities of a test. */
export interface WorkflowServer {
  readonly client: Client;
  /** True where waiting for a result lets the clock jump to the next timer. */
  readonly skipsTime: boolean;
  /** Does `work` while workers serve it with these activities. */
  withWorkers<R>(activities: Partial<Activities>, work: () => Promise<R>): Promise<R>;
  /** Workflow time now. */
  nowMs(): Promise<number>;
  /** Lets time pass; at once where time is skipped. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
}

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
});

/** A real dev server: everything but skipping time. @param settings dynamic settings of the server */
export async function startFlowServer(settings: Readonly<Record<string, number>> = {}): Promise<WorkflowServer> {
  const temporal = await startTestTemporal({ dbFile: null, settings });
  const { address } = temporal;
  const [connection, native] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  const workers = createWorkers(native, TEST_NAMESPACE);
  return {
    client: new Client({ connection, namespace: TEST_NAMESPACE }),
    skipsTime: false,
    withWorkers: workers.withWorkers,
    nowMs: async () => Date.now(),
    pass: (ms) => new Promise((wake) => setTimeout(wake, ms)),
    async stop() {
      await workers.stop();
      await connection.close();
      await native.close();
      await temporal.stop();
    },
  };
}

/** The server that skips time: hours of timers in a second. No schedules, no list. */
export async function startTimeServer(): Promise<WorkflowServer> {
  const path = process.env.TEMPORAL_TEST_SERVER_PATH ?? (await installed());
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  const namespace = environment.namespace ?? 'default';
  // Without them the start of a child hangs on this server, and nothing says why.
  await environment.connection.operatorService.addSearchAttributes({ namespace, searchAttributes: ATTRIBUTE_TYPES });
  const workers = createWorkers(environment.nativeConnection, namespace);
  return {
    client: environment.client,
    skipsTime: true,
    withWorkers: workers.withWorkers,
    nowMs: () => environment.currentTimeMs(),
    pass: (ms) => environment.sleep(ms),
    async stop() {
      await workers.stop();
      await environment.teardown();
    },
  };
}

/** Workers of one server: the same ones from case to case, with the activities of the case that runs. */
function createWorkers(connection: NativeConnection, namespace: string) {
  const current: { activities: Partial<Activities> } = { activities: {} };
  let running: Promise<() => Promise<void>> | null = null;
  const start = async () => {
    const activities = Object.fromEntries(
      ACTIVITY_NAMES.map((name) => [name, (input: never) => current.activities[name]?.(input)]),
    );
    const shared = { connection, namespace, activities, shutdownForceTime: '2s', identity: 'test-worker' };
    const workers = await Promise.all([
      Worker.create({ ...shared, taskQueue: 'pipeline', workflowBundle: await workflowBundle() }),
      ...QUEUES_BESIDE_PIPELINE.map((taskQueue) => Worker.create({ ...shared, taskQueue })),
    ]);
    const runs = Promise.all(workers.map((worker) => worker.run()));
    return async () => {
      for (const worker of workers) worker.shutdown();
      await runs;
    };
  };
  return {
    async withWorkers<R>(activities: Partial<Activities>, work: () => Promise<R>): Promise<R> {
      current.activities = activities;
      running ??= start();
      await running;
      return work();
    },
    stop: async () => (await running)?.(),
  };
}

async function installed(): Promise<string> {
  const cacheFolder = process.env.PHOENIX_CACHE ?? defaultCacheFolder(process.env);
  return (await installTemporal(cacheFolder)).testServerPath;
}

/** Waits until something has come true; fails after 15 s. */
export async function until(holds: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 15_000; !holds(); ) {
    if (Date.now() > endMs) throw new Error(`not within 15 s: ${holds}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

/** A workflow id that no other case has. */
export function uniqueId(what: string): string {
  return `${what}/${randomUUID()}`;
}

/** Starts the day of a market under an id of its own. */
export function startDay(
  { client }: WorkflowServer,
  { workflowId = uniqueId('daily'), options = {} }: { workflowId?: string; options?: Partial<RunOptions> } = {},
): Promise<WorkflowHandle<typeof dailySequence>> {
  return client.workflow.start<typeof dailySequence>('dailySequence', {
    workflowId,
    taskQueue: 'pipeline',
    args: [
      { market: 'phoenix', runDate: '2026-03-02', kind: 'daily', options: { ...DEFAULT_RUN_OPTIONS, ...options } },
    ],
  });
}

/** Runs a day to its end. */
export async function runDay(
  server: WorkflowServer,
  activities: Partial<Activities>,
  options: Partial<RunOptions> = {},
): ReturnType<typeof dailySequence> {
  return server.withWorkers(activities, async () => (await startDay(server, { options })).result());
}
