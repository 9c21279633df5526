import { once } from 'node:events';
import { arch, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import Table from 'cli-table3';
import { MongoClient } from 'mongodb';
import { dailyWorkflowId, TASK_QUEUES } from '../core/ids.js';
import { peakMemoryBytes } from '../core/peak-memory.js';
import { DEFAULT_RUN_OPTIONS } from '../core/schemas/run.js';
import type { dailySequence } from '../workflows/daily-sequence.js';
import { FLOOR_DATABASE, type FloorResult } from './floor-result.js';
import { end, NAMESPACE, startParts, type TemporalParts, withTemporal } from './parts.js';
import { cpuSeconds } from './processes.js';

/** ZIPs of the market; the parcels are divided among them. */
const ZIPS = ['85031', '85033', '85035'];
const RUN_DATE = '2026-03-02';
/**
 * Ceiling far above what is reached: 250 requests a second. The limiter stays in the way of every request; a higher one
 * would only make its list of send times longer (60 in production), which costs the database time.
 */
const NO_CEILING = {
  MARICOPA_WINDOW_LIMIT: '100',
  MARICOPA_WINDOW_MS: '100',
  MARICOPA_IN_FLIGHT: '100',
  MARICOPA_REQUEST_BUDGET: '1000000',
};
const INTERRUPTED = 130;
const USAGE = 'usage: npm run bench:collect -- [--parcels N] [--json]   N from 75 to 30000, default 3000\n';

/** What one way of collecting took; CPU in seconds for 1,000 records. */
interface Figures {
  readonly records: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
  readonly cpu: Readonly<Record<'process' | 'database' | 'temporal', number>>;
  readonly peakMemoryBytes: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { parcels: { type: 'string', default: '3000' }, json: { type: 'boolean', default: false } },
  });
  const parcels = Number(values.parcels);
  if (!Number.isInteger(parcels) || parcels < 75 || parcels > 30_000) {
    process.stderr.write(USAGE);
    return 2;
  }
  const parts = await withTemporal(await startParts({ parcelsPerZip: Math.ceil(parcels / ZIPS.length), listings: 0 }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void parts.stop().finally(() => process.exit(INTERRUPTED)));
  }
  try {
    const floor = await measureFloor(parts);
    const product = await measureProduct(parts);
    const repeatedRequests = await checkSame(parts);
    const report = {
      schemaVersion: 1,
      parcels,
      machine: `${cpus().length} cores, ${arch()}, Node ${process.version}`,
      database: parts.databaseLine,
      product,
      floor,
      ratio: product.recordsPerSecond / floor.recordsPerSecond,
      repeatedRequests,
      dominates: dominant(product),
    };
    process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${lines(report)}\n`);
    return 0;
  } finally {
    await parts.stop();
  }
}

/** The bare loop, in a process of its own. */
async function measureFloor(parts: TemporalParts): Promise<Figures> {
  const before = cpuSeconds(parts.database.pid);
  const floor = await parts.start('bench/floor.js', ZIPS, { ...parts.variables, ...NO_CEILING });
  const [line] = floor.process.stdout ? await once(floor.process.stdout, 'data') : [''];
  const result: FloorResult = JSON.parse(String(line));
  const database = cpuSeconds(parts.database.pid) - before;
  return figures(result.records, result.wallMs, result.peakMemoryBytes, {
    process: result.cpuSeconds,
    database,
    temporal: 0,
  });
}

/** The product: a worker process, a whole day of the county without the model. */
async function measureProduct(parts: TemporalParts): Promise<Figures> {
  const worker = await parts.start('workers/main.js', [], {
    ...parts.variables,
    ...NO_CEILING,
    OLLAMA_HOST: 'http://127.0.0.1:9', // nobody listens: rules alone
    EMAIL_ENABLED: 'false',
  });
  const connection = await Connection.connect({ address: parts.temporalAddress });
  const client = new Client({ connection, namespace: NAMESPACE });
  const pids = { process: worker.pid, database: parts.database.pid, temporal: parts.temporal.pid };
  const cpuNow = () => ({
    process: cpuSeconds(pids.process),
    database: cpuSeconds(pids.database),
    temporal: cpuSeconds(pids.temporal),
  });
  const before = cpuNow();
  const startedAtMs = performance.now();
  const day = await client.workflow.execute<typeof dailySequence>('dailySequence', {
    workflowId: dailyWorkflowId('phoenix', RUN_DATE),
    taskQueue: TASK_QUEUES.pipeline,
    args: [
      {
        market: 'phoenix',
        runDate: RUN_DATE,
        kind: 'daily',
        options: { ...DEFAULT_RUN_OPTIONS, sources: ['maricopa-assessor'], zips: ZIPS, llmSeconds: 0 },
      },
    ],
  });
  const wallMs = performance.now() - startedAtMs;
  const after = cpuNow();
  const peak = peakMemoryBytes(worker.pid);
  await connection.close();
  await end(worker.process);
  if (day.status !== 'complete') throw new Error(`the day ended ${day.status}`);
  return figures(await recordsIn(parts), wallMs, peak, {
    process: after.process - before.process,
    database: after.database - before.database,
    temporal: after.temporal - before.temporal,
  });
}

function figures(records: number, wallMs: number, peak: number, cpu: Figures['cpu']): Figures {
  const each = (seconds: number) => (seconds * 1_000) / records;
  const seconds = wallMs / 1_000;
  return {
    records,
    seconds,
    recordsPerSecond: records / seconds,
    cpu: { process: each(cpu.process), database: each(cpu.database), temporal: each(cpu.temporal) },
    peakMemoryBytes: peak,
  };
}

/**
 * Both ways must have kept the same, or the ratio says nothing.
 * @returns requests that the product sent more than once: on a machine that is short of time a worker can look dead
 */
async function checkSame(parts: TemporalParts): Promise<number> {
  const client = await MongoClient.connect(parts.variables.MONGODB_URL ?? '');
  const countBoth = async (name: string, filter = {}) => {
    const count = async (database: string) => client.db(database).collection(name).countDocuments(filter);
    return { ours: await count('phoenix_demo'), bare: await count(FLOOR_DATABASE) };
  };
  try {
    for (const name of ['raw_properties', 'record_versions', 'raw_payloads', 'processed_properties']) {
      const { ours, bare } = await countBoth(name);
      if (ours !== bare) throw new Error(`${name}: ${ours} documents by the product, ${bare} by the bare loop`);
    }
    // The product reads robots.txt too.
    const { ours, bare } = await countBoth('fetches', { endpoint: { $in: ['search-property', 'parcel'] } });
    return ours - bare;
  } finally {
    await client.close();
  }
}

async function recordsIn(parts: TemporalParts): Promise<number> {
  const client = await MongoClient.connect(parts.variables.MONGODB_URL ?? '');
  const count = await client.db('phoenix_demo').collection('raw_properties').countDocuments();
  await client.close();
  return count;
}

/** What takes most of the product's processor time, and how much of it. */
function dominant({ cpu, seconds, records }: Figures): string {
  const all = cpu.process + cpu.database + cpu.temporal;
  const [most] = Object.entries(cpu).sort(([, a], [, b]) => b - a);
  const [name, share] = most ?? ['nothing', 0];
  const busy = ((all * records) / 1_000 / seconds) * 100;
  const part = name === 'process' ? 'the worker' : name === 'database' ? 'the database' : 'the Temporal server';
  return `${part}: ${Math.round((share / all) * 100)} % of the CPU time; all parts together use ${Math.round(busy)} % of one core`;
}

interface Report {
  readonly parcels: number;
  readonly machine: string;
  readonly database: string;
  readonly product: Figures;
  readonly floor: Figures;
  readonly ratio: number;
  readonly repeatedRequests: number;
  readonly dominates: string;
}

function lines({ parcels, machine, database, product, floor, ratio, repeatedRequests, dominates }: Report): string {
  const table = new Table({ head: ['', 'product', 'bare loop'], style: { head: [], border: [] } });
  const row = (name: string, of: (one: Figures) => string) => table.push([name, of(product), of(floor)]);
  row('records', ({ records }) => String(records));
  row('seconds', ({ seconds }) => seconds.toFixed(1));
  row('records/s', ({ recordsPerSecond }) => recordsPerSecond.toFixed(1));
  row('CPU s per 1,000 records: own process', ({ cpu }) => cpu.process.toFixed(2));
  row('CPU s per 1,000 records: database', ({ cpu }) => cpu.database.toFixed(2));
  row('CPU s per 1,000 records: Temporal', ({ cpu }) => cpu.temporal.toFixed(2));
  row('peak memory of the process, MB', ({ peakMemoryBytes: bytes }) => (bytes / 1_048_576).toFixed(0));
  return [
    `${parcels} parcels, one search row and one document each. ${machine}. ${database}.`,
    table.toString(),
    `ratio of records/s, product to bare loop: ${ratio.toFixed(2)}`,
    `requests sent again: ${repeatedRequests}`,
    `what dominates: ${dominates}`,
  ].join('\n');
}

process.exitCode = await main();
