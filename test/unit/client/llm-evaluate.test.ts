import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../../client/cli.js';
import { keepingIo } from '../../support/phx.js';
import { type ScriptedModel, startScriptedModel } from '../../support/scripted-model.js';

let model: ScriptedModel;
let folder = '';
const files = { model: '', other: '' };

beforeAll(async () => {
  model = await startScriptedModel(['tiny:1m']);
  model.script({ text: JSON.stringify({ quote: 'pool', answer: 'unknown' }) });
  folder = mkdtempSync(join(tmpdir(), 'phx-llm-'));
  const settings = (name: string) => `OLLAMA_HOST=${model.host}\nOLLAMA_MODEL=${name}\nPHOENIX_DATA=${folder}\n`;
  for (const [file, name] of [
    ['model', 'tiny:1m'],
    ['other', 'absent:1m'],
  ] as const) {
    files[file] = join(folder, `${file}.env`);
    writeFileSync(files[file], settings(name));
  }
});
afterAll(async () => {
  await model.close();
  rmSync(folder, { recursive: true });
});

async function cli(...argv: string[]) {
  const io = keepingIo();
  const code = await runCli(['llm', 'evaluate', ...argv], io, new AbortController().signal);
  return { code, ...io.written };
}

describe('phx llm evaluate', () => {
  it('says how well rules read, and ends with 0 when nothing is worse', async () => {
    const { code, stdout } = await cli('--rules-only', '--json');
    const { results, worse } = JSON.parse(stdout);
    expect(worse).toEqual([]);
    expect(results.map(({ set }: { set: string }) => set)).toEqual(['sandbox', 'hand']);
    expect(results[1].rules).toMatchObject({ figures: { grounded: 1 }, propertiesPerHour: expect.any(Number) });
    expect(results[1].rules.figures.fields.pool).toMatchObject({
      precision: expect.any(Number),
      f1: expect.any(Number),
    });
    expect(code).toBe(0);
  });

  it('asks the model of the settings, and ends with 3 where no figures of it are committed', async () => {
    const { code, stdout } = await cli('--set', 'hand', '--config', files.model);
    expect(stdout).toMatch(/FIELD +STATED +PRECISION +RECALL +F1 +F1 WITH MODEL +MODEL/);
    expect(stdout).toMatch(/no figures are committed for tiny:1m/);
    expect(model.asked.length).toBeGreaterThan(10);
    expect(code).toBe(3);
  });

  it('says so when there is no such model', async () => {
    const { code, stderr } = await cli('--set', 'hand', '--config', files.other);
    expect(stderr).toMatch(/absent:1m is not at/);
    expect(code).toBe(5);
  });

  it('writes figures of all sets alone', async () => {
    expect((await cli('--update', '--set', 'hand', '--rules-only')).code).toBe(2);
  });

  it('tries the texts of strangers', async () => {
    const { code, stdout } = await cli('--injections', '--rules-only');
    expect(stdout).toMatch(/^\d+ texts, 0 changed something \(rules alone\)/);
    expect(code).toBe(0);
  });
});
