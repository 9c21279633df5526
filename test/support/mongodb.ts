import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../core/config.js';
import { databaseReady, databaseUrl } from '../../stack/database-ready.js';
import { fillIn } from '../../stack/fill-in.js';
import type { GuardedChild } from '../../stack/guarded-child.js';
import { type DatabaseProgram, resolveMongodb } from '../../stack/resolve-mongodb.js';
import { onFreePort, startTestServer } from './server.js';

/** A real database server of its own, in a temporary folder, on a port that stays the same over restarts. */
export interface TestDatabase {
  readonly url: string;
  /** Ends the server and removes its folder. Safe to repeat. */
  stop(): Promise<void>;
  /** Ends the server politely and starts it on the same folder and port. */
  restart(): Promise<void>;
  /** `kill -9`; `restart` brings it back on the same folder. */
  kill(): Promise<void>;
}

/** Starts it and waits until it takes writes (a replica set of one). Call it in `beforeAll`, `stop` in `afterAll`. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const program = await databaseProgram();
  const folder = await mkdtemp(join(tmpdir(), 'phoenix-test-database-'));
  const first = await onFreePort((port) => start(program, folder, port));
  const { port } = first;
  let { child } = first;
  return {
    url: databaseUrl(port),
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
    async restart() {
      await child.stop();
      child = await start(program, folder, port);
    },
    async kill() {
      process.kill(child.pid, 'SIGKILL');
      await child.exited;
    },
  };
}

async function start(program: DatabaseProgram, folder: string, port: number): Promise<GuardedChild> {
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  const { command, args } = fillIn(program, { port: String(port), folder: data });
  return startTestServer(
    { command, args, variables: {}, folder: tmpdir(), logFile: join(folder, 'server.log'), graceMs: 10_000 },
    (options) => databaseReady(port, options),
  );
}

/** From the test runner, else found or installed as `npm start` does. */
async function databaseProgram(): Promise<DatabaseProgram> {
  const given = process.env.PHOENIX_TEST_MONGOD;
  if (given) return JSON.parse(given);
  const { program, line } = await resolveMongodb(loadConfig({ env: { PHOENIX_CACHE: process.env.PHOENIX_CACHE } }));
  if (program === null) throw new Error(line);
  return program;
}
