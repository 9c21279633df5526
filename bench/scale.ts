import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { arch, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { loadConfig } from '../core/config.js';
import { projectRoot } from '../core/paths.js';
import { createOfflineSources, kindOrders } from '../sources/offline.js';
import { initDatabase } from '../store/database.js';
import { fillDatabase } from './fill/index.js';
import type { FillSize } from './fill/plan.js';
import { type BenchDatabase, startDatabase } from './parts.js';
import { OPERATIONS, type Operation } from './scale-operations.js';
import { type Measured, tableOf, verdictOf } from './scale-table.js';

const USAGE = `usage: npm run bench:scale -- [--small N] [--large N] [--small-days N] [--large-days N] [--only WORDS] [--folder FOLDER] [--json]
  --small, --large            properties of the two databases, default 1000 and 10000
  --small-days, --large-days  nights of the past, default 40 and 400
  --only                      operations whose name holds one of these words, separated by commas
  --folder                    keep the databases here, and take them from here when they are there
`;
const INTERRUPTED = 130;
const MIB = 1_048_576;

interface Side {
  readonly size: FillSize;
  readonly folder: string;
  readonly database: BenchDatabase;
  readonly nowMs: number;
  readonly documents: number;
  readonly fillSeconds: number | null;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      small: { type: 'string', default: '1000' },
      large: { type: 'string', default: '10000' },
      'small-days': { type: 'string', default: '40' },
      'large-days': { type: 'string', default: '400' },
      only: { type: 'string', default: '' },
      folder: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const small = { properties: Number(values.small), days: Number(values['small-days']) };
  const large = { properties: Number(values.large), days: Number(values['large-days']) };
  if (![small, large].every(isSize)) {
    process.stderr.write(`sizes are whole numbers, of properties 100 and more, of days 2 and more\n${USAGE}`);
    return 2;
  }
  const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'phoenix-scale-')));
  const sides: Side[] = [];
  const stop = async () => {
    for (const { database } of sides) await database.database.stop();
    if (values.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(INTERRUPTED)));
  }
  try {
    for (const size of [small, large]) sides.push(await openSide(folder, size));
    const rows: Measured[] = [];
    const words = values.only.split(',');
    for (const operation of OPERATIONS.filter(({ name }) => words.some((word) => name.includes(word)))) {
      rows.push(await measureBoth(operation, sides));
    }
    const machine = `${cpus().length} × ${cpus()[0]?.model ?? arch()}, Node ${process.version}`;
    const databases = sides.map(({ size, documents, fillSeconds }) => ({ ...size, documents, fillSeconds }));
    const report = { machine, database: sides[0]?.database.line ?? '', databases, rows };
    process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${tableOf(report)}\n`);
    return rows.every((row) => verdictOf(row) === 'ok') ? 0 : 1;
  } finally {
    await stop();
  }
}

const isSize = ({ properties, days }: FillSize) =>
  Number.isInteger(properties) && properties >= 100 && Number.isInteger(days) && days >= 2;

/** A database of a size, filled unless a kept folder has it. */
async function openSide(folder: string, size: FillSize): Promise<Side> {
  const own = join(folder, `${size.properties}-${size.days}`);
  await mkdir(own, { recursive: true });
  const database = await startDatabase(own);
  const mongo = await MongoClient.connect(database.url);
  try {
    const db = mongo.db('phoenix_demo');
    const notes = db.collection<{ _id: string; nowMs: number; documents: number }>('bench_notes');
    const known = await notes.findOne({ _id: 'filled' });
    if (known !== null) await initDatabase(db); // indexes that it was filled without
    if (known !== null) return { size, folder: own, database, ...known, fillSeconds: null };
    if ((await db.collection('raw_properties').estimatedDocumentCount()) > 0) {
      throw new Error(`${own} was filled in part; remove it`);
    }
    const nowMs = Date.now();
    const kindOrder = kindOrders(createOfflineSources(loadConfig({ env: {} })));
    const { documents, seconds } = await fillDatabase(db, size, kindOrder, nowMs);
    await notes.insertOne({ _id: 'filled', nowMs, documents });
    process.stderr.write(
      `${size.properties} properties, ${size.days} nights: ${documents} documents in ${seconds} s\n`,
    );
    return { size, folder: own, database, nowMs, documents, fillSeconds: seconds };
  } finally {
    await mongo.close();
  }
}

/** The small and the large one after another, so that both see the machine alike. */
async function measureBoth({ name, growsWith, phx }: Operation, [small, large]: readonly Side[]): Promise<Measured> {
  if (small === undefined || large === undefined) throw new Error('two databases are measured');
  const before = await measure(name, phx, small);
  const after = await measure(name, phx, large);
  const allowed = {
    nothing: 1,
    properties: large.size.properties / small.size.properties,
    documents: large.documents / small.documents,
    keys: (large.size.properties * large.size.days) / (small.size.properties * small.size.days),
  }[growsWith];
  const told = [before, after].map(({ ms, peakMb }) => `${Math.round(ms)} ms (${peakMb} MB)`);
  process.stderr.write(`${name}: ${told.join(', ')}\n`);
  return { name, growsWith, small: before, large: after, allowed };
}

/** One operation in a process of its own, which tells its own peak. */
async function measure(name: string, phx: readonly string[] | undefined, side: Side): Promise<Measured['small']> {
  const { size, folder, database, nowMs } = side;
  const program = phx === undefined ? 'bench/scale-step.js' : 'client/main.js';
  const dist = join(projectRoot(), 'dist');
  const hook = phx === undefined ? [] : ['--import', join(dist, 'bench/tell-peak.js')];
  const args = phx ?? [name, String(size.properties), String(size.days), String(nowMs)];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...hook, join(dist, program), ...args], {
    cwd: folder,
    env: {
      ...database.environment,
      PHOENIX_MODE: 'demo',
      PHOENIX_DATA: folder,
      PHOENIX_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    texts.out += phx === undefined ? chunk : '';
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    texts.err += chunk;
  });
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`${name} ended with exit code ${child.exitCode}: ${texts.err}`);
  if (phx === undefined) return JSON.parse(texts.out);
  const peakMb = Math.round(Number(/peak (\d+)/.exec(texts.err)?.[1]) / MIB);
  return { ms: performance.now() - startedAt, peakMb };
}

process.exitCode = await main();
