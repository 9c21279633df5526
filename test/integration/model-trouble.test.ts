import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createModelCareActivities } from '../../activities/model-care.js';
import { loadConfig } from '../../core/config.js';
import type { CareStep } from '../../core/schemas/model.js';
import type { CareResult, RunName } from '../../core/schemas/sequence.js';
import { createModelKeeper, type ModelKeeper } from '../../llm/model-keeper.js';
import { askModel, isTimeout } from '../../llm/ollama-client.js';
import { startLlm } from '../../stack/start-llm.js';
import { createWatchedStack, type WatchedStack } from '../../stack/watched-stack.js';
import { type Database, initDatabase, openDatabase } from '../../store/database.js';
import { startTestDatabase, type TestDatabase } from '../support/mongodb.js';

const never = new AbortController().signal;
const RUN: RunName = {
  market: 'phoenix',
  runDate: '2026-03-02',
  runKey: 'daily/phoenix/2026-03-02#1',
  workflowId: 'd',
};

let folder: string;
let stack: WatchedStack;
let server: TestDatabase;
let database: Database;
let keeper: ModelKeeper;
let address: { readonly host: string; readonly model: string };

const pidNow = () => stack.state().parts.llm?.pid ?? 0;

/** Asks something small. */
function ask(timeoutMs: number) {
  const turns = [{ role: 'user' as const, content: 'Say yes.' }];
  return askModel(
    address,
    { turns, format: { type: 'object' }, maxOutputTokens: 8, temperature: 0, seed: 1 },
    timeoutMs,
    never,
  );
}

function care(step: CareStep): Promise<CareResult> {
  const { careForModel } = createModelCareActivities({ database, host: address.host, keeper, pauseMs: 100 });
  return new MockActivityEnvironment().run(() =>
    careForModel({ run: RUN, step, reason: 'ModelBusy: as the test wants it' }),
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-model-'));
  const { PHOENIX_CACHE } = process.env;
  const config = loadConfig({ env: { PHOENIX_DATA: folder, ...(PHOENIX_CACHE ? { PHOENIX_CACHE } : {}) } });
  stack = createWatchedStack({ config, mode: 'demo', onLine: () => undefined }, false);
  await stack.start({ llm: startLlm });
  await stack.note();
  const { OLLAMA_HOST: host = '', OLLAMA_MODEL: model = '' } = stack.state().variables;
  address = { host, model };
  server = await startTestDatabase();
  database = await openDatabase(server.url, 'phoenix_demo');
  await initDatabase(database.db);
  keeper = createModelKeeper({ ...address, dataFolder: folder, restartCommand: null, loadMs: 60_000 });
}, 300_000);
afterAll(async () => {
  await database?.close();
  await server?.stop();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

it('a real server that is killed is started again by its stack, and is asked again', async () => {
  expect(await keeper.ready(never)).toBe(address.model);
  const before = pidNow();
  process.kill(before, 'SIGKILL');
  await expect(ask(30_000)).rejects.toMatchObject({ code: 'ModelBusy' });
  let answered = await care('wait');
  while (!answered.ready) answered = await care('wait');
  expect((await ask(60_000)).outputTokens).toBeGreaterThan(0);
  expect(pidNow()).not.toBe(before);
}, 120_000);

it('a real server that hangs is noticed by its time-out, and started anew', async () => {
  const before = pidNow();
  process.kill(before, 'SIGSTOP');
  const problem = await ask(1_000).catch((error: unknown) => error);
  expect(isTimeout(problem)).toBe(true);
  expect(await care('reload')).toMatchObject({ ready: false });
  expect(await care('restart')).toMatchObject({ ready: true, what: expect.stringContaining('our own server') });
  expect((await ask(60_000)).outputTokens).toBeGreaterThan(0);
  expect(pidNow()).not.toBe(before);
}, 180_000);

it('a server is started anew three times within an hour and no more, whoever asks, and every step is written down', async () => {
  const steps = database.db.collection('llm_care');
  const one = await steps.findOne({ step: 'restart' }, { projection: { _id: 0 } });
  await steps.insertMany([{ ...one }, { ...one }]);
  const before = pidNow();
  expect(await care('restart')).toEqual({ ready: false, what: expect.stringContaining('3 times') });
  expect(pidNow()).toBe(before);
  expect(await steps.findOne({ step: 'reload' })).toMatchObject({
    runKey: RUN.runKey,
    ready: false,
    host: address.host,
  });
}, 60_000);
