import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';
import { isAlive } from '../../../core/process-alive.js';
import { startGuarded } from '../../../stack/guarded-child.js';
import { readyLineIn } from '../../../stack/log-file.js';
import { waitUntil } from '../../../stack/wait-until.js';

/** A program with a child of its own; both end on SIGTERM unless told to be stubborn. */
const PROGRAM = `
const stubborn = process.argv[1] === 'stubborn';
if (stubborn) process.on('SIGTERM', () => undefined);
const child = require('node:child_process').spawn('sleep', ['1000']);
console.log(JSON.stringify({ ready: true, child: child.pid, value: process.env.PHOENIX_TEST_VALUE }));
setInterval(() => undefined, 1000);
`;

describe('startGuarded', () => {
  let folder: string;
  let logFile: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'phoenix-test-guard-'));
    logFile = join(folder, 'logs/part.log');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const start = (...args: readonly string[]) =>
    startGuarded({
      command: process.execPath,
      args: ['-e', PROGRAM, ...args],
      variables: { PHOENIX_TEST_VALUE: 'given' },
      folder,
      logFile,
      graceMs: 500,
    });
  const ready = () => waitUntil(() => readyLineIn(logFile, 0), { timeoutMs: 10_000 });

  it.each([['polite'], ['stubborn']])('ends a %s program with all its processes', async (manner) => {
    const child = await start(manner);
    const line = await ready();
    expect(line).toMatchObject({ value: 'given' });
    const { signal } = await child.stop();
    expect(signal).toBe(manner === 'stubborn' ? 'SIGKILL' : 'SIGTERM');
    expect([child.pid, Number(line?.child)].filter(isAlive)).toEqual([]);
    await child.stop();
  });

  it('tells how a program ended by itself', async () => {
    const child = await startGuarded({
      command: 'sh',
      args: ['-c', 'echo last words; exit 7'],
      variables: {},
      folder,
      logFile,
      graceMs: 500,
    });
    expect(await child.exited).toEqual({ code: 7, signal: null });
    expect(await readFile(logFile, 'utf8')).toBe('last words\n');
  });

  it('refuses a program that is not there', async () => {
    const order = { command: '/nowhere/program', args: [], variables: {}, folder, logFile, graceMs: 500 };
    await expect(startGuarded(order)).rejects.toThrow('/nowhere/program cannot be started');
  });

  it('ends the program when its parent is killed with -9', async () => {
    const parent = spawn(process.execPath, ['-e', PARENT, join(projectRoot(), 'stack/guard.mjs'), PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids = await pidsFrom(parent.stdout);
    expect(pids).toHaveLength(2);
    parent.kill('SIGKILL');
    const gone = await waitUntil(async () => (pids.some(isAlive) ? null : true), { timeoutMs: 5_000 });
    expect(gone).toBe(true);
  });
});

/** Does what `startGuarded` does, as a program of its own that can be killed: prints the ids of both processes. */
const PARENT = `
const [, guardFile, program] = process.argv;
const guard = require('node:child_process').fork(guardFile, [], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], detached: true });
guard.send({ command: process.execPath, args: ['-e', program], variables: {}, folder: '/', graceMs: 500 });
let pid = null;
guard.on('message', (message) => { pid = message.pid; });
guard.stdout.on('data', (text) => {
  setInterval(() => { if (pid) console.log(JSON.stringify([pid, JSON.parse(text).child])); pid = null; }, 10);
});
`;

function pidsFrom(stream: NodeJS.ReadableStream): Promise<number[]> {
  return new Promise((resolve) => stream.once('data', (text: Buffer) => resolve(JSON.parse(text.toString()))));
}
