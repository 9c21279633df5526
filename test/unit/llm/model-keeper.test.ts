import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startMarkOf } from '../../../core/process-alive.js';
import { createModelKeeper } from '../../../llm/model-keeper.js';
import { type ScriptedModel, startScriptedModel } from '../../support/scripted-model.js';

const MODEL = 'llama3.2:latest';
const never = new AbortController().signal;
let folder: string;
let server: ScriptedModel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phoenix-keeper-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  server = await startScriptedModel([MODEL]);
});
afterEach(() => server.close());

function keeper(more: Partial<Parameters<typeof createModelKeeper>[0]> = {}) {
  return createModelKeeper({ host: server.host, model: 'llama3.2', dataFolder: folder, restartCommand: null, ...more });
}

describe('keeping a model ready', () => {
  it('loads it when it is not in memory, and not when it is', async () => {
    const kept = keeper();
    expect(await kept.ready(never)).toBe(MODEL);
    expect(server.asked).toEqual([]);
    server.loaded.clear();
    await kept.ready(never);
    expect(server.asked).toMatchObject([{ model: MODEL, messages: [], keep_alive: '30m' }]);
  });

  it('does not ask whether a model is loaded that answered just now', async () => {
    const kept = keeper();
    kept.patience.answered(1_000);
    server.loaded.clear();
    await kept.ready(never);
    expect(server.asked).toEqual([]);
  });

  it('takes it out of memory and loads it again', async () => {
    await keeper().reload(never);
    expect(server.asked.map(({ keep_alive }) => keep_alive)).toEqual([0, '30m']);
    expect([...server.loaded]).toEqual([MODEL]);
  });

  it('is busy when the server has gone', async () => {
    await server.close();
    await expect(keeper().ready(never)).rejects.toMatchObject({ code: 'ModelBusy' });
  });
});

describe('starting the server anew', () => {
  it('runs the command as it stands, without a shell', async () => {
    const mark = join(folder, 'a b $(touch c)');
    const script = `require('node:fs').writeFileSync(process.argv[1], '')`;
    const kept = keeper({ restartCommand: `${process.execPath} -e "${script}" "${mark}"` });
    expect(await kept.restart(never)).toMatch(/OLLAMA_RESTART_COMMAND/);
    expect(existsSync(mark)).toBe(true);
  });

  it.each([
    ['none is given', null],
    ['it fails', `${process.execPath} -e process.exit(3)`],
    ['there is no such program', '/nowhere/at-all'],
  ])('says so when %s', async (_name, restartCommand) => {
    await expect(keeper({ restartCommand, loadMs: 200 }).restart(never)).rejects.toMatchObject({ code: 'ModelBusy' });
  });
});

describe('a server of our own stack', () => {
  const program = ['-e', 'setInterval(() => {}, 1e6); console.log(1)'];
  let child: ChildProcess;

  async function stackWith(part: { readonly address: string; readonly startMark?: string }): Promise<void> {
    child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'ignore'] });
    if (child.stdout) await once(child.stdout, 'data');
    const pid = child.pid ?? 0;
    const llm = { how: 'own', version: null, pid, startMark: startMarkOf(pid), log: null, line: '', ...part };
    const head = {
      schemaVersion: 1,
      mode: 'demo',
      pid: process.pid,
      startMark: '',
      startedAt: new Date().toISOString(),
    };
    const state = { ...head, detached: false, sandboxArgs: [], parts: { llm }, variables: {} };
    await writeFile(join(folder, 'stack.json'), JSON.stringify(state));
  }
  afterEach(() => {
    child.kill('SIGKILL');
  });

  it('is ended, since its stack starts it again', async () => {
    await stackWith({ address: server.host });
    const exited = once(child, 'exit');
    expect(await keeper().restart(never)).toMatch(/our own server/);
    expect((await exited)[1]).toBe('SIGKILL');
  });

  it.each([
    ['it is at another address', { address: 'http://127.0.0.1:1' }],
    ['another process has its number', { startMark: '17' }],
  ])('is left alone when %s', async (_name, part) => {
    await stackWith({ address: server.host, ...part });
    await expect(keeper().restart(never)).rejects.toMatchObject({ code: 'ModelBusy' });
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });
});
