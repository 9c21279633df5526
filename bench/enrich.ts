import { arch, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { type Db, MongoClient } from 'mongodb';
import { loadConfig } from '../core/config.js';
import { freePorts } from '../core/free-ports.js';
import { dailyWorkflowId, serviceWorkflowId, TASK_QUEUES } from '../core/ids.js';
import { DEFAULT_RUN_OPTIONS } from '../core/schemas/run.js';
import { startSandbox } from '../sandbox/sandbox.js';
import { fillIn } from '../stack/fill-in.js';
import { startGuarded } from '../stack/guarded-child.js';
import { askOllama } from '../stack/ollama-api.js';
import { MANAGED_MODEL, resolveOwn } from '../stack/resolve-llm.js';
import { waitUntil } from '../stack/wait-until.js';
import type { EnrichmentDocument, QueueDocument } from '../store/documents.js';
import type { dailySequence } from '../workflows/daily-sequence.js';
import type { enrichAlone } from '../workflows/enrich-alone.js';
import { end, NAMESPACE, startParts, type TemporalParts, withTemporal } from './parts.js';

const ZIPS = ['85031', '85033', '85035'];
const SOURCES = ['maricopa-assessor' as const, 'maricopa-gis' as const, 'reso' as const];
const [FIRST_DAY, SECOND_DAY] = ['2026-03-02', '2026-03-03'] as const;
/** Collection is not what is measured: no ceiling is in its way. */
const NO_CEILING = { MARICOPA_WINDOW_LIMIT: '100', MARICOPA_WINDOW_MS: '100', MARICOPA_REQUEST_BUDGET: '1000000' };
const MOST_SECONDS = 14_400;
const USAGE = 'usage: npm run bench:enrich -- [--properties N] [--json]   N from 30 to 3000, default 150\n';
const INTERRUPTED = 130;

/** What one round of enrichment did. */
interface Round {
  readonly seconds: number;
  readonly properties: number;
  readonly perHour: number;
  /** Properties that waited for the model before it. */
  readonly waited: number;
  /** Of those: asked about, answered as a like one before, nothing to say. */
  readonly asked: number;
  readonly described: number;
  readonly failed: number;
  /** Properties the model was asked about though they did not wait; and those left waiting. */
  readonly asides: number;
  readonly left: number;
  readonly requests: number;
  readonly batches: readonly string[];
}

/** Figures of both days. */
interface Report {
  readonly machine: string;
  readonly database: string;
  readonly withoutModel: { readonly seconds: number; readonly properties: number; readonly byRules: number };
  readonly first: Round;
  readonly collectSecondDay: number;
  /** Properties with new content on the second day, new ones among them; versions and words written. */
  readonly second: Round & { readonly changed: number; readonly versions: number; readonly words: number };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { properties: { type: 'string', default: '150' }, json: { type: 'boolean', default: false } },
  });
  const properties = Number(values.properties);
  if (!Number.isInteger(properties) || properties < 30 || properties > 3_000) {
    process.stderr.write(USAGE);
    return 2;
  }
  const parts = await withTemporal(await startParts({ parcelsPerZip: 1, listings: 0 }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void parts.stop().finally(() => process.exit(INTERRUPTED)));
  }
  try {
    const report = await measure(parts, Math.ceil(properties / ZIPS.length));
    process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${lines(report)}\n`);
    return 0;
  } finally {
    await parts.stop();
  }
}

async function measure(parts: TemporalParts, parcelsPerZip: number): Promise<Report> {
  const days = { count: 2, zips: ZIPS, file: null };
  const sandbox = await startSandbox({ parcelsPerZip, listings: Math.ceil(parcelsPerZip / 2), days });
  const model = await startModel(parts.folder);
  const mongo = await MongoClient.connect(parts.variables.MONGODB_URL ?? '');
  const connection = await Connection.connect({ address: parts.temporalAddress });
  const client = new Client({ connection, namespace: NAMESPACE });
  const db = mongo.db('phoenix_demo');
  const variables = { ...parts.variables, ...sandbox.variables, ...NO_CEILING, EMAIL_ENABLED: 'false' };
  const worker = (host: string) =>
    parts.start('workers/main.js', [], { ...variables, OLLAMA_HOST: host, OLLAMA_MODEL: MANAGED_MODEL });
  try {
    const alone = await worker('http://127.0.0.1:9'); // nobody listens
    const withoutModel = await collect(client, FIRST_DAY);
    const shown = db.collection('processed_properties');
    const counted = {
      seconds: withoutModel,
      properties: await shown.countDocuments(),
      byRules: await shown.countDocuments({ enriched_by: 'rules' }),
    };
    await end(alone.process);
    await worker(model.address);
    const first = await enrich(client, db, FIRST_DAY);
    const before = await contentOf(db);
    const versions = await db.collection('record_versions').countDocuments();
    sandbox.nextDay();
    const collectSecondDay = await collect(client, SECOND_DAY);
    const changed = [...(await contentOf(db))].filter(([id, hash]) => before.get(id) !== hash).length;
    const startedAt = new Date();
    const second = await enrich(client, db, SECOND_DAY);
    return {
      machine: `${cpus().length} cores, ${arch()}, Node ${process.version}, ${MANAGED_MODEL}`,
      database: parts.databaseLine,
      withoutModel: counted,
      first,
      collectSecondDay,
      second: {
        ...second,
        changed,
        versions: (await db.collection('record_versions').countDocuments()) - versions,
        words: await db.collection<EnrichmentDocument>('enrichments').countDocuments({ at: { $gte: startedAt } }),
      },
    };
  } finally {
    await connection.close();
    await mongo.close();
    await Promise.all([model.stop(), sandbox.stop()]);
  }
}

async function startModel(folder: string) {
  const { cacheFolder } = loadConfig();
  const { program, line } = await resolveOwn(cacheFolder);
  if (program === null) throw new Error(line);
  const [port = 0] = await freePorts(1);
  const order = { ...fillIn(program, { port: String(port) }), variables: {}, folder, graceMs: 5_000 };
  const child = await startGuarded({ ...order, logFile: `${folder}/model.log` });
  const address = `http://127.0.0.1:${port}`;
  const signal = new AbortController().signal;
  if ((await waitUntil(() => askOllama(address, 1_000), { timeoutMs: 60_000, signal })) === null) {
    throw new Error(`the model server does not answer: ${folder}/model.log`);
  }
  return { address, stop: () => child.stop() };
}

/** Runs a day without the model. @returns its seconds */
async function collect(client: Client, runDate: string): Promise<number> {
  const beganMs = performance.now();
  const options = { ...DEFAULT_RUN_OPTIONS, sources: SOURCES, zips: ZIPS, llmSeconds: 0 };
  const { status } = await client.workflow.execute<typeof dailySequence>('dailySequence', {
    workflowId: dailyWorkflowId('phoenix', runDate),
    taskQueue: TASK_QUEUES.pipeline,
    args: [{ market: 'phoenix', runDate, kind: 'daily', options }],
  });
  if (status !== 'complete') throw new Error(`the day ${runDate} ended ${status}`);
  return (performance.now() - beganMs) / 1_000;
}

/** Has the model describe what waits, and counts what it did. */
async function enrich(client: Client, db: Db, runDate: string): Promise<Round> {
  const queue = db.collection<QueueDocument>('processing_queue');
  const waiting = new Set((await queue.find({ state: 'pending' }).toArray()).map(({ _id }) => _id));
  const beganMs = performance.now();
  const { model, modelProblem } = await client.workflow.execute<typeof enrichAlone>('enrichAlone', {
    workflowId: serviceWorkflowId('phoenix', 'enrich', runDate),
    taskQueue: TASK_QUEUES.pipeline,
    args: [{ market: 'phoenix', runDate, llmSeconds: MOST_SECONDS }],
  });
  const seconds = (performance.now() - beganMs) / 1_000;
  if (model === null || modelProblem !== null) throw new Error(`the model did not do it: ${modelProblem}`);
  const runKey = { $regex: `^service/phoenix/enrich/${runDate}` };
  const calls = await db
    .collection('llm_calls')
    .find({ runKey }, { projection: { propertyId: 1 } })
    .toArray();
  const asked = new Set(calls.map(({ propertyId }) => String(propertyId)));
  const batches = await db.collection('llm_batches').find({ runKey }).sort({ batch: 1 }).toArray();
  const properties = await queue.countDocuments();
  const words = { _id: { $in: [...waiting] } };
  const enrichments = db.collection<EnrichmentDocument>('enrichments');
  return {
    seconds,
    properties,
    perHour: (properties / seconds) * 3_600,
    waited: waiting.size,
    asked: asked.size,
    described: await enrichments.countDocuments({ ...words, by: 'model' }),
    failed: await enrichments.countDocuments({ ...words, by: 'model-failed' }),
    asides: [...asked].filter((id) => !waiting.has(id)).length,
    left: await queue.countDocuments({ state: { $in: ['pending', 'processing'] } }),
    requests: calls.length,
    batches: batches.map(({ size, lanes, milliseconds }) => `${size}x${lanes} ${Math.round(milliseconds / 1_000)}s`),
  };
}

async function contentOf(db: Db): Promise<ReadonlyMap<string, string>> {
  const rows = await db.collection<QueueDocument>('processing_queue').find().toArray();
  return new Map(rows.map(({ _id, contentHash }) => [_id, contentHash]));
}

function lines({ machine, database, withoutModel, first, collectSecondDay, second }: Report): string {
  const rate = ({ perHour }: Round) => Math.round(perHour).toLocaleString('en-US');
  const share = (part: number, of: number) => `${((part / of) * 100).toFixed(1)} %`;
  const round = (one: Round) =>
    `${one.waited} waited: ${one.asked} asked about in ${one.requests} requests, ${one.described} described, ${one.failed} marked as failed, ` +
    `${one.asides} asked about besides, ${one.left} left; batches ${one.batches.join(', ')}`;
  const skipped = second.properties - second.asked;
  return [
    `${machine}. ${database}.`,
    `day without a model: ${withoutModel.seconds.toFixed(0)} s, ${withoutModel.properties} properties, ${withoutModel.byRules} of them marked as by rules alone`,
    `first day: ${first.properties} properties in ${first.seconds.toFixed(0)} s: ${rate(first)} properties/h`,
    `  ${round(first)}`,
    `second day: collected in ${collectSecondDay.toFixed(0)} s; ${second.changed} properties with new content, ${second.versions} record versions and ${second.words} words written`,
    `  ${round(second)}`,
    `  ${second.properties} properties in ${second.seconds.toFixed(0)} s: ${rate(second)} properties/h, of which ${skipped} (${share(skipped, second.properties)}) took no question`,
  ].join('\n');
}

process.exitCode = await main();
