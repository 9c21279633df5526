import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { Client, Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { defaultCacheFolder } from '../../core/config.js';
import { DEFAULT_RUN_OPTIONS, type RunOptions } from '../../core/schemas/run.js';
import { installTemporal } from '../../stack/resolve-temporal.js';
import type { dailySequence } from '../../workflows/daily-sequence.js';
import type { Activities } from './fake-activities.js';
import { startTestTemporal, TEST_NAMESPACE } from './temporal.js';
import { workflowBundle } from './workflow-bundle.js';

const QUEUES_BESIDE_PIPELINE = ['http-maricopa-assessor', 'browser', 'llm', 'notify'];

/** A Temporal server, and the means to run workflows on it with the activities of a test. */
export interface WorkflowServer {
  readonly client: Client;
  /** True where waiting for a result lets the clock jump to the next timer. */
  readonly skipsTime: boolean;
  /** Runs workers with these activities for as long as `work` lasts. @param without queues that nobody serves */
  withWorkers<R>(activities: Partial<Activities>, work: () => Promise<R>, options?: WorkerChoice): Promise<R>;
  /** Workflow time now. */
  nowMs(): Promise<number>;
  /** Lets time pass; at once where time is skipped. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export interface WorkerChoice {
  readonly without?: readonly string[];
  /** Workflow code; default today's. */
  readonly workflowBundle?: { readonly codePath: string };
}

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
});

/** A real dev server: everything but skipping time. @param settings dynamic settings of the server */
export async function startFlowServer(settings: Readonly<Record<string, number>> = {}): Promise<WorkflowServer> {
  const temporal = await startTestTemporal({ settings });
  const { address } = temporal;
  const [connection, native] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  return {
    client: new Client({ connection, namespace: TEST_NAMESPACE }),
    skipsTime: false,
    withWorkers: (activities, work, choice) => runWorkers(native, TEST_NAMESPACE, activities, work, choice),
    nowMs: async () => Date.now(),
    pass: (ms) => new Promise((wake) => setTimeout(wake, ms)),
    async stop() {
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
  return {
    client: environment.client,
    skipsTime: true,
    withWorkers: (activities, work, choice) =>
      runWorkers(environment.nativeConnection, namespace, activities, work, choice),
    nowMs: () => environment.currentTimeMs(),
    pass: (ms) => environment.sleep(ms),
    stop: () => environment.teardown(),
  };
}

async function runWorkers<R>(
  connection: NativeConnection,
  namespace: string,
  activities: Partial<Activities>,
  work: () => Promise<R>,
  { without = [], workflowBundle: bundle }: WorkerChoice = {},
): Promise<R> {
  const shared = { connection, namespace, activities, shutdownForceTime: '2s', identity: 'test-worker' };
  const pipeline = await Worker.create({
    ...shared,
    taskQueue: 'pipeline',
    workflowBundle: bundle ?? (await workflowBundle()),
  });
  const others = await Promise.all(
    QUEUES_BESIDE_PIPELINE.filter((queue) => !without.includes(queue)).map((taskQueue) =>
      Worker.create({ ...shared, taskQueue }),
    ),
  );
  const run = others.reduce<() => Promise<R>>(
    (inner, worker) => () => worker.runUntil(inner),
    () => pipeline.runUntil(work),
  );
  return run();
}

async function installed(): Promise<string> {
  const cacheFolder = process.env.PHOENIX_CACHE ?? defaultCacheFolder(process.env);
  return (await installTemporal(cacheFolder)).testServerPath;
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
