import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCacheFolder } from '../../core/config.js';
import { type GuardedChild, startGuarded } from '../../stack/guarded-child.js';
import { freePort } from '../../stack/ports.js';
import { installTemporal } from '../../stack/resolve-temporal.js';
import { prepareNamespace, temporalReady } from '../../stack/temporal-ready.js';
import { temporalServer } from '../../stack/temporal-server.js';

/** Namespace of the test server, with the search attributes of the product. */
export const TEST_NAMESPACE = 'phoenix-demo';

/** A real Temporal server of its own; its address stays the same over restarts. */
export interface TestTemporal {
  readonly address: string;
  /** Ends the server and removes what it wrote, save a file given by the caller. Safe to repeat. */
  stop(): Promise<void>;
  /** Ends the server politely and starts it again on the same file. */
  restart(): Promise<void>;
  /** `kill -9`; `restart` brings it back on the same file. */
  kill(): Promise<void>;
}

/**
 * Starts it and waits until its namespace takes workflows.
 * @param options.dbFile where the server keeps its state, null for memory; default a file in a temporary folder
 * @param options.settings dynamic settings of the server, for example a smaller history limit
 */
export async function startTestTemporal({
  dbFile,
  settings = {},
}: {
  readonly dbFile?: string | null;
  readonly settings?: Readonly<Record<string, number>>;
} = {}): Promise<TestTemporal> {
  const folder = await mkdtemp(join(tmpdir(), 'phoenix-test-temporal-'));
  const port = await freePort();
  const databaseFile = dbFile === undefined ? join(folder, 'temporal.db') : dbFile;
  const cliPath = process.env.TEMPORAL_CLI_PATH ?? (await installed());
  const program = temporalServer({ cliPath, port, uiPort: null, namespace: TEST_NAMESPACE, databaseFile });
  const given = Object.entries(settings).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]);
  const server = { ...program, args: [...program.args, ...given] };
  const logFile = join(folder, 'server.log');
  const start = async (): Promise<GuardedChild> => {
    const child = await startGuarded({ ...server, variables: {}, folder, logFile, graceMs: 10_000 });
    if ((await temporalReady(`127.0.0.1:${port}`, { timeoutMs: 30_000 })) === null) {
      throw new Error(`the test Temporal server did not start, see ${logFile}`);
    }
    await prepareNamespace({ address: `127.0.0.1:${port}` }, TEST_NAMESPACE, true);
    return child;
  };
  let child = await start();
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
    async restart() {
      await child.stop();
      child = await start();
    },
    async kill() {
      process.kill(child.pid, 'SIGKILL');
      await child.exited;
    },
  };
}

async function installed(): Promise<string> {
  const cacheFolder = process.env.PHOENIX_CACHE ?? defaultCacheFolder(process.env);
  return (await installTemporal(cacheFolder)).cliPath;
}
