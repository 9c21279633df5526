import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { type Db, MongoClient } from 'mongodb';
import { dailyWorkflowId, TASK_QUEUES } from '../../core/ids.js';
import { projectRoot } from '../../core/paths.js';
import { DEFAULT_RUN_OPTIONS, type RunOptions } from '../../core/schemas/run.js';
import type { DailySequenceResult } from '../../core/schemas/sequence.js';
import type { DaysOptions } from '../../sandbox/days.js';
import type { FaultRule } from '../../sandbox/faults.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import type { dailySequence } from '../../workflows/daily-sequence.js';
import { startTestDatabase, type TestDatabase } from './mongodb.js';
import { startTestTemporal, TEST_NAMESPACE, type TestTemporal } from './temporal.js';

/** A whole system on loopback: sandbox, database, Temporal, and worker processes that can be killed. */
export interface TestWorld {
  readonly sandbox: Sandbox;
  readonly database: TestDatabase;
  readonly temporal: TestTemporal;
  readonly db: Db;
  /** Artifacts, and in `logs/` what each worker wrote on stderr. */
  readonly dataFolder: string;
  /** What makes a program belong to this world. */
  readonly variables: Readonly<Record<string, string>>;
  /** Starts a worker process from `dist/` and waits until it polls. */
  startWorker(variables?: Readonly<Record<string, string>>): Promise<ChildProcess>;
  /** Starts the day of a market without waiting for it. */
  startDay(runDate: string, options?: Partial<RunOptions>): Promise<WorkflowHandle<typeof dailySequence>>;
  runDay(runDate: string, options?: Partial<RunOptions>): Promise<DailySequenceResult>;
  client(): Promise<Client>;
  stop(): Promise<void>;
}

export interface TestWorldOptions {
  readonly parcelsPerZip: number;
  readonly listings?: number;
  readonly recordings?: string;
  /** Most rows of a page of the map layer. */
  readonly gisPageRows?: number;
  /** Most rows of a page of the RESO service. */
  readonly resoPageRows?: number;
  /** How links of the RESO service find the next page. */
  readonly resoPagingBy?: 'row' | 'number';
  /** Left out: every day is like the first. */
  readonly days?: DaysOptions;
  /** Faults that strike from the start. */
  readonly faultPlan?: readonly FaultRule[];
  /** Variables of every worker, over those of the sandbox. */
  readonly variables?: Readonly<Record<string, string>>;
}

export async function startTestWorld({ variables: own = {}, ...options }: TestWorldOptions): Promise<TestWorld> {
  const [sandbox, database, temporal, dataFolder] = await Promise.all([
    startSandbox(options),
    startTestDatabase(),
    startTestTemporal(),
    mkdtemp(join(tmpdir(), 'phoenix-world-')),
  ]);
  const mongo = await new MongoClient(database.url).connect();
  const workers: ChildProcess[] = [];
  const connections: Connection[] = [];
  const variables: Readonly<Record<string, string>> = {
    ...sandbox.variables,
    PHOENIX_MODE: 'demo',
    PHOENIX_DATA: dataFolder,
    MONGODB_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    OLLAMA_HOST: 'http://127.0.0.1:9', // nobody listens: rules alone
    PHOENIX_METRICS_PORT: '0',
    ...own,
  };
  const world: TestWorld = {
    sandbox,
    database,
    temporal,
    dataFolder,
    variables,
    db: mongo.db('phoenix_demo'),
    async startWorker(more = {}) {
      const log = join(dataFolder, 'logs', `worker-${workers.length + 1}.log`);
      await mkdir(dirname(log), { recursive: true });
      const worker = spawn(process.execPath, [join(projectRoot(), 'dist', 'workers', 'main.js')], {
        env: { ...process.env, ...variables, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      worker.stderr.pipe(process.env.PHOENIX_TEST_VERBOSE ? process.stderr : createWriteStream(log));
      workers.push(worker);
      const died = once(worker, 'exit').then(() => {
        throw new Error(`the worker ended while it started, see ${log}`);
      });
      await Promise.race([once(worker.stdout, 'data'), died]);
      died.catch(() => undefined); // later it may end as it likes
      return worker;
    },
    async client() {
      const connection = await Connection.connect({ address: temporal.address });
      connections.push(connection);
      return new Client({ connection, namespace: TEST_NAMESPACE });
    },
    async startDay(runDate, runOptions = {}) {
      const client = await world.client();
      return client.workflow.start<typeof dailySequence>('dailySequence', {
        workflowId: dailyWorkflowId('phoenix', runDate),
        taskQueue: TASK_QUEUES.pipeline,
        args: [
          {
            market: 'phoenix',
            runDate,
            kind: 'daily',
            options: { ...DEFAULT_RUN_OPTIONS, llmSeconds: 0, ...runOptions },
          },
        ],
      });
    },
    async runDay(runDate, runOptions = {}) {
      return (await world.startDay(runDate, runOptions)).result();
    },
    async stop() {
      await Promise.all(workers.map(endWorker));
      for (const connection of connections) await connection.close();
      await mongo.close();
      await Promise.all([sandbox.stop(), database.stop(), temporal.stop()]);
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
  return world;
}

async function endWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGTERM');
  const timer = setTimeout(() => worker.kill('SIGKILL'), 15_000);
  await once(worker, 'exit');
  clearTimeout(timer);
}

/** What a database says, without times and ids of requests: two runs over the same world must agree on it. */
export async function contentOf(db: Db): Promise<Readonly<Record<string, unknown>>> {
  const records = await db
    .collection<{ _id: string; kinds: Record<string, { rawRef: string; facts: unknown }> }>('raw_properties')
    .find()
    .sort({ _id: 1 })
    .toArray();
  const versions = await db
    .collection<{ _id: string; recordId: string; contentHash: string }>('record_versions')
    .find({}, { projection: { recordId: 1, version: 1, contentHash: 1 } })
    .sort({ _id: 1 })
    .toArray();
  const properties = await db
    .collection('processed_properties')
    .find({}, { projection: { normalized: 1, llm_enrichment: 1, quality_score: 1 } })
    .sort({ _id: 1 })
    .toArray();
  const payloads = await db
    .collection<{ _id: string }>('raw_payloads')
    .find({}, { projection: { _id: 1 } })
    .sort({ _id: 1 })
    .toArray();
  return {
    records: records.map(({ _id, kinds }) => [
      _id,
      Object.entries(kinds)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([kind, { rawRef, facts }]) => [kind, rawRef, facts]),
    ]),
    latest: Object.fromEntries(versions.map(({ recordId, contentHash }) => [recordId, contentHash])),
    properties,
    payloads: payloads.map(({ _id }) => _id),
  };
}
