import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { type Config, loadConfig } from '../../../core/config.js';
import { isAlive } from '../../../core/process-alive.js';
import type { PartName, StackState } from '../../../core/schemas/stack.js';
import type { RunningStack } from '../../../stack/running-stack.js';
import { stackStatus } from '../../../stack/stack-status.js';
import { startStack } from '../../../stack/start-stack.js';
import { readStackState } from '../../../stack/state-file.js';
import { stopStack } from '../../../stack/stop-stack.js';
import { waitUntil } from '../../../stack/wait-until.js';

const PARTS: readonly PartName[] = ['temporal', 'mongodb'];
const STEP_MS = 60_000;

describe('the local stack', () => {
  let dataFolder: string;
  let config: Config;
  let lines: string[];
  let started: RunningStack[];
  const start = async (more: { keep?: boolean; parts?: readonly PartName[] } = {}) => {
    const onLine = (line: string) => lines.push(line);
    const stack = await startStack({ config, mode: 'demo', parts: PARTS, onLine, ...more });
    started.push(stack);
    return stack;
  };

  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'phoenix-test-stack-'));
    const { PHOENIX_CACHE } = process.env;
    config = loadConfig({ env: { PHOENIX_CACHE, PHOENIX_DATA: dataFolder } });
    lines = [];
    started = [];
  });

  afterEach(async () => {
    for (const stack of started) await stack.stop();
    await stopStack(dataFolder);
    await rm(dataFolder, { recursive: true, force: true });
  }, STEP_MS);

  it('gives one stack to two calls at once, and the second leaves it alone when it stops', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    expect([one.joined, other.joined].sort()).toEqual([false, true]);
    expect(other.variables).toEqual(one.variables);
    const [owner, guest] = one.joined ? [other, one] : [one, other];
    await guest.stop();
    expect(pidsOf(owner.state).every(isAlive)).toBe(true);
    await owner.stop();
    expect(pidsOf(owner.state).some(isAlive)).toBe(false);
    expect(existsSync(join(dataFolder, 'stack.json'))).toBe(false);
    expect(lines.some((line) => line.startsWith('Temporal CLI'))).toBe(true);
  }, 120_000);

  it('keeps its data over a stop and a start', async () => {
    const first = await start({ parts: ['mongodb'] });
    await insertOne(first);
    await first.stop();
    const second = await start({ parts: ['mongodb'] });
    const client = await MongoClient.connect(second.variables.MONGODB_URL ?? '');
    expect(await client.db('proof').collection('kept').countDocuments()).toBe(1);
    await client.close();
    await second.stop();
  }, 120_000);

  it('starts a part again that was killed, and notes its new process', async () => {
    const stack = await start({ parts: ['mongodb'] });
    await insertOne(stack);
    const before = stack.state.parts.mongodb?.pid ?? 0;
    process.kill(before, 'SIGKILL');
    const after = await waitUntil(async () => otherPid(await readStackState(dataFolder), before), {
      timeoutMs: 30_000,
    });
    expect(after).not.toBeNull();
    await insertOne(stack);
    await stack.stop();
    expect(isAlive(after ?? 0)).toBe(false);
  }, 120_000);

  it('leaves no process when its own process is killed with -9, and the next start goes on with the data', async () => {
    const kept = await start({ keep: true });
    const { pid } = kept.state;
    const parts = pidsOf(kept.state);
    expect(parts).toHaveLength(2);
    expect(pid).not.toBe(process.pid);
    await insertOne(kept);
    process.kill(pid, 'SIGKILL');
    const gone = await waitUntil(async () => (parts.some(isAlive) ? null : true), { timeoutMs: 15_000 });
    expect(gone).toBe(true);
    expect((await stackStatus(dataFolder)).up).toBe(false);
    const again = await start();
    expect(again.joined).toBe(false);
    const client = await MongoClient.connect(again.variables.MONGODB_URL ?? '');
    expect(await client.db('proof').collection('kept').countDocuments()).toBe(1);
    await client.close();
    await again.stop();
  }, 120_000);

  it('goes on after the command with keep, and another process can stop it', async () => {
    const kept = await start({ keep: true });
    await kept.stop();
    const status = await stackStatus(dataFolder);
    expect(status).toMatchObject({ up: true, mode: 'demo' });
    expect(status.parts.map(({ name, state }) => [name, state])).toEqual([
      ['temporal', 'running'],
      ['mongodb', 'running'],
    ]);
    const joined = await start();
    expect(joined.joined).toBe(true);
    expect(await stopStack(dataFolder)).toBe(true);
    expect(pidsOf(kept.state).some(isAlive)).toBe(false);
    expect(await stopStack(dataFolder)).toBe(false);
  }, 120_000);

  it('stops what it started when it is given up in the middle', async () => {
    const giveUp = new AbortController();
    const starting = startStack({
      config,
      mode: 'demo',
      parts: PARTS,
      signal: giveUp.signal,
      onLine: () => giveUp.abort(new Error('Ctrl-C')), // the first part is up, the other is starting
    });
    await expect(starting).rejects.toThrow('Ctrl-C');
    expect(existsSync(join(dataFolder, 'stack.json'))).toBe(false);
    const again = await start(); // both folders are free
    await again.stop();
  }, 120_000);

  it('refuses to join a stack that lacks a part, and writes its file for its owner alone', async () => {
    const stack = await start({ parts: ['mongodb'] });
    await expect(start()).rejects.toMatchObject({ code: 'BadConfig' });
    const text = await readFile(join(dataFolder, 'stack.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ schemaVersion: 1, pid: process.pid, detached: false });
    await stack.stop();
  }, 120_000);

  it('says what does not answer', async () => {
    const env = { PHOENIX_CACHE: config.cacheFolder, PHOENIX_DATA: dataFolder };
    config = loadConfig({ env: { ...env, TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    const startedAt = Date.now();
    await expect(start({ parts: ['temporal'] })).rejects.toMatchObject({ code: 'NetworkError', host: '127.0.0.1:1' });
    expect(Date.now() - startedAt).toBeLessThan(12_000); // 4 s for each answer, side by side, and room for a busy machine
    config = loadConfig({ env: { ...env, MONGODB_URL: 'mongodb://user:canary@127.0.0.1:1/' } });
    const refused = await start({ parts: ['mongodb'] }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'NetworkError' });
    expect(String(refused)).not.toContain('canary');
  }, 60_000);
});

async function insertOne({ variables }: RunningStack): Promise<void> {
  const client = await MongoClient.connect(variables.MONGODB_URL ?? '');
  await client.db('proof').collection('kept').insertOne({});
  await client.close();
}

function pidsOf({ parts }: StackState): number[] {
  return Object.values(parts).flatMap((part) => (part?.pid ? [part.pid] : []));
}

function otherPid(state: StackState | null, before: number): number | null {
  const pid = state?.parts.mongodb?.pid ?? before;
  return pid === before ? null : pid;
}
