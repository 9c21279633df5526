import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { arch, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { projectRoot } from '../core/paths.js';
import { FORMATS } from '../reports/export/formats.js';
import { initDatabase } from '../store/database.js';
import { seedProperties } from './export-rows.js';
import { type BenchParts, startParts } from './parts.js';

const USAGE = 'usage: npm run prove:export -- [--properties N] [--json]   N from 1000 to 1000000, default 100000\n';
/** Most memory of the process that exports. */
const MOST_MB = 300;
const INTERRUPTED = 130;

interface Figures {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly peakMb: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { properties: { type: 'string', default: '100000' }, json: { type: 'boolean', default: false } },
  });
  const count = Number(values.properties);
  if (!Number.isInteger(count) || count < 1_000 || count > 1_000_000) {
    process.stderr.write(USAGE);
    return 2;
  }
  const parts = await startParts({ parcelsPerZip: 1, listings: 0 });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void parts.stop().finally(() => process.exit(INTERRUPTED)));
  }
  try {
    const seedSeconds = await seed(parts, count);
    const figures: Figures[] = [];
    for (const format of FORMATS) figures.push(await measure(parts, format, [], format));
    figures.push(await measure(parts, 'parquet, with provenance', ['--provenance'], 'parquet'));
    const machine = `${cpus().length} × ${cpus()[0]?.model ?? arch()}, Node ${process.version}`;
    const report = { machine, database: parts.databaseLine, properties: count, seedSeconds, figures };
    process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${lines(report)}\n`);
    return figures.every(({ rows, peakMb }) => rows === count && peakMb < MOST_MB) ? 0 : 1;
  } finally {
    await parts.stop();
  }
}

async function seed({ variables }: BenchParts, count: number): Promise<number> {
  const startedAt = performance.now();
  const mongo = await MongoClient.connect(variables.MONGODB_URL ?? '');
  try {
    const db = mongo.db('phoenix_demo');
    await initDatabase(db);
    await seedProperties(db, count);
  } finally {
    await mongo.close();
  }
  return Math.round((performance.now() - startedAt) / 1_000);
}

/** One export in a process of its own, which tells its own peak. */
async function measure(parts: BenchParts, name: string, flags: readonly string[], format: string): Promise<Figures> {
  const out = join(parts.folder, `homes.${format}`);
  const args = [join(projectRoot(), 'dist/client/main.js'), '--json', 'export', '--format', format, '--out', out];
  const env = { ...parts.environment, PHOENIX_MODE: 'demo', PHOENIX_DATA: parts.folder };
  const child = spawn(process.execPath, [...args, ...flags], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`export of ${format} ended with exit code ${child.exitCode}`);
  const told: { rows: number; bytes: number; figures: { seconds: number; peakMb: number } } = JSON.parse(text);
  const { rows, bytes, figures } = told;
  return { name, rows, bytes, ...figures, rowsPerSecond: Math.round(rows / figures.seconds) };
}

function lines({
  machine,
  database,
  properties,
  seedSeconds,
  figures,
}: {
  readonly machine: string;
  readonly database: string;
  readonly properties: number;
  readonly seedSeconds: number;
  readonly figures: readonly Figures[];
}): string {
  return [
    `${machine}; database: ${database}`,
    `${properties} properties put into the database in ${seedSeconds} s; each export may use ${MOST_MB} MB`,
    ...figures.map(({ name, rows, bytes, seconds, rowsPerSecond, peakMb }) => {
      const size = `${Math.round(bytes / 100_000) / 10} MB`;
      return `${peakMb < MOST_MB ? 'ok' : 'TOO MUCH'}  ${name}: ${rows} rows, ${size} in ${seconds} s, ${rowsPerSecond} rows/s, peak ${peakMb} MB`;
    }),
  ].join('\n');
}

process.exitCode = await main();
