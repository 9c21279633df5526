import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCacheFolder } from '../../core/config.js';
import type { GuardedChild } from '../../stack/guarded-child.js';
import { installTemporal } from '../../stack/resolve-temporal.js';
import { prepareNamespace, temporalReady } from '../../stack/temporal-ready.js';
import { temporalServer } from '../../stack/temporal-server.js';
import { onFreePort, startTestServer } from './server.js';

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
  const databaseFile = dbFile === undefined ? join(folder, 'temporal.db') : dbFile;
  const cliPath = process.env.TEMPORAL_CLI_PATH ?? (await installed());
  const given = Object.entries(settings).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]);
  const start = async (port: number): Promise<GuardedChild> => {
    const server = temporalServer({ cliPath, port, uiPort: null, namespace: TEST_NAMESPACE, databaseFile });
    const args = [...server.args, ...given];
    const child = await startTestServer(
      { ...server, args, variables: {}, folder, logFile: join(folder, 'server.log'), graceMs: 10_000 },
      (options) => temporalReady(`127.0.0.1:${port}`, options),
    );
    await prepareNamespace({ address: `127.0.0.1:${port}` }, TEST_NAMESPACE, true);
    return child;
  };
  const first = await onFreePort(start);
  const { port } = first;
  let { child } = first;
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
    async restart() {
      await child.stop();
      child = await start(port);
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
