import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../core/config.js';
import { freePorts } from '../core/free-ports.js';
import { projectRoot } from '../core/paths.js';
import { databaseReady, databaseUrl } from '../stack/database-ready.js';
import { fillIn } from '../stack/fill-in.js';
import { type GuardedChild, startGuarded } from '../stack/guarded-child.js';
import { resolveMongodb } from '../stack/resolve-mongodb.js';
import { installTemporal } from '../stack/resolve-temporal.js';
import { prepareNamespace, temporalReady } from '../stack/temporal-ready.js';
import { temporalServer } from '../stack/temporal-server.js';

export const NAMESPACE = 'phoenix-demo';
const READY_MS = 60_000;

/** What the sandbox of a bench holds. */
export interface BenchWorld {
  readonly parcelsPerZip: number;
  readonly listings: number;
}

/** Real servers of a bench, in a temporary folder. */
export interface BenchParts {
  readonly folder: string;
  readonly database: GuardedChild;
  /** What the database is, in one line. */
  readonly databaseLine: string;
  readonly sandbox: Started;
  /** Environment of a process that is to work with these parts. */
  readonly variables: Readonly<Record<string, string>>;
  /** The same with the environment of the bench itself. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Starts a compiled program; it is ready when it prints its first line, which is returned. */
  start(program: string, args: readonly string[], more?: Readonly<Record<string, string>>): Promise<Started>;
  stop(): Promise<void>;
}

export interface Started {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly firstLine: string;
}

/** The same with a Temporal server beside them. */
export interface TemporalParts extends BenchParts {
  readonly temporal: GuardedChild;
  readonly temporalAddress: string;
}

/** Starts database and sandbox. `stop` ends them, and every program that was started with `start`. */
export async function startParts(world: BenchWorld): Promise<BenchParts> {
  const folder = await mkdtemp(join(tmpdir(), 'phoenix-bench-'));
  const { database, line, url } = await startDatabase(folder);
  const running: ChildProcess[] = [];
  const base = {
    PHOENIX_MODE: 'demo',
    PHOENIX_DATA: folder,
    PHOENIX_LOG_LEVEL: 'error',
    MONGODB_URL: url,
  };
  const start: BenchParts['start'] = async (file, args, more = {}) => {
    const child = spawn(process.execPath, [join(projectRoot(), 'dist', file), ...args], {
      env: { ...process.env, ...base, ...more },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.push(child);
    const [first] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [''])]);
    if (child.pid === undefined || String(first) === '') throw new Error(`${file} did not start`);
    return { process: child, pid: child.pid, firstLine: String(first).split('\n')[0] ?? '' };
  };
  const { parcelsPerZip, listings } = world;
  const size = ['--parcels', String(parcelsPerZip), '--listings', String(listings)];
  const sandbox = await start('sandbox/main.js', size);
  const { variables }: { variables: Record<string, string> } = JSON.parse(sandbox.firstLine);
  return {
    folder,
    database,
    databaseLine: line,
    sandbox,
    variables: { ...variables, MONGODB_URL: base.MONGODB_URL },
    environment: { ...process.env, ...variables, MONGODB_URL: base.MONGODB_URL },
    start,
    async stop() {
      await Promise.all(running.map(end));
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A database of a bench in a folder that may hold its data from before. */
export interface BenchDatabase {
  readonly database: GuardedChild;
  /** What it is, in one line. */
  readonly line: string;
  readonly url: string;
  /** Environment of a process that is to work with it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts a database over `<folder>/database`. */
export async function startDatabase(folder: string): Promise<BenchDatabase> {
  const config = loadConfig({ env: { PHOENIX_CACHE: process.env.PHOENIX_CACHE } });
  const [port = 0] = await freePorts(1);
  const { program, line } = await resolveMongodb(config);
  if (program === null) throw new Error(line);
  const data = join(folder, 'database');
  await mkdir(data, { recursive: true });
  const command = fillIn(program, { port: String(port), folder: data });
  const database = await startGuarded({ ...guardedIn(folder), ...command, logFile: join(folder, 'database.log') });
  if ((await databaseReady(port, { timeoutMs: READY_MS })) === null) throw new Error(`no database: ${folder}`);
  const url = databaseUrl(port);
  return { database, line, url, environment: { ...process.env, MONGODB_URL: url } };
}

/** Starts a Temporal server beside the parts of a bench. `stop` of what is returned ends them all. */
export async function withTemporal(parts: BenchParts): Promise<TemporalParts> {
  const { folder } = parts;
  const { cacheFolder } = loadConfig({ env: { PHOENIX_CACHE: process.env.PHOENIX_CACHE } });
  const { cliPath } = await installTemporal(cacheFolder);
  const [port = 0] = await freePorts(1);
  const databaseFile = join(folder, 'temporal.db');
  const server = temporalServer({ cliPath, port, uiPort: null, namespace: NAMESPACE, databaseFile });
  const temporal = await startGuarded({ ...guardedIn(folder), ...server, logFile: join(folder, 'temporal.log') });
  const temporalAddress = `127.0.0.1:${port}`;
  if ((await temporalReady(temporalAddress, { timeoutMs: READY_MS })) === null)
    throw new Error(`no Temporal: ${folder}`);
  await prepareNamespace({ address: temporalAddress }, NAMESPACE, true);
  return {
    ...parts,
    temporal,
    temporalAddress,
    variables: { ...parts.variables, TEMPORAL_ADDRESS: temporalAddress },
    async stop() {
      await temporal.stop();
      await parts.stop();
    },
  };
}

const guardedIn = (folder: string) => ({ variables: {}, folder, graceMs: 10_000 });

/** Asks a process to end and waits for it. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
