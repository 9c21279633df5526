import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { defaultCacheFolder } from '../../core/config.js';
import { projectRoot } from '../../core/paths.js';
import { installTemporal } from '../../stack/resolve-temporal.js';
import { SEARCH_ATTRIBUTES } from '../../stack/temporal-ready.js';
import { startTestWorld, type TestWorld } from '../support/world.js';

const run = promisify(execFile);
const NAMESPACE = 'phoenix-by-script';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld({ parcelsPerZip: 25 });
}, 120_000);
afterAll(() => world.stop(), 60_000);

async function cli(): Promise<string> {
  const { TEMPORAL_CLI_PATH: given, PHOENIX_CACHE: cache } = process.env;
  return given ?? (await installTemporal(cache ?? defaultCacheFolder(process.env))).cliPath;
}

async function setUpNamespace(): Promise<void> {
  const env = { PATH: process.env.PATH, HOME: world.dataFolder, TEMPORAL_CLI_PATH: await cli() };
  await run('/bin/sh', [join(projectRoot(), 'deploy/temporal/setup-namespace.sh')], {
    env: { ...env, TEMPORAL_ADDRESS: world.temporal.address, TEMPORAL_NAMESPACE: NAMESPACE },
  });
}

/** Exit code of the health check, asked for one queue. */
async function health(queue: string, address = world.temporal.address): Promise<number> {
  const env = { PATH: process.env.PATH, TEMPORAL_ADDRESS: address, PHOENIX_MODE: 'demo' };
  const asked = run(process.execPath, [join(projectRoot(), 'dist/workers/health.js'), '--queue', queue], { env });
  return asked.then(
    () => 0,
    ({ code }: { readonly code: number }) => code,
  );
}

describe('the set-up step of the compose file', () => {
  it('makes the namespace with 30 days of history and every search attribute, and a repeat changes nothing', async () => {
    await setUpNamespace();
    await setUpNamespace();
    const connection = await Connection.connect({ address: world.temporal.address });
    const { config } = await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
    await connection.close();
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
  }, 120_000);
});

describe('the health check of a worker', () => {
  it('says that nobody polls, then that a worker of this host does', async () => {
    expect(await health('pipeline')).toBe(3);
    await world.startWorker();
    expect(await health('pipeline')).toBe(0);
    expect(await health('browser')).toBe(0);
    expect(await health('no-such-queue')).toBe(3);
  }, 120_000);

  it('tells a server that is away from a worker that is', async () => {
    expect(await health('pipeline', '127.0.0.1:9')).toBe(6);
  }, 60_000);
});
