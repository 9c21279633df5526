import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../core/paths.js';

const NAME = 'sample-county';
const NOT_COPIED = new Set(['.git', '.data', 'dist', 'node_modules', 'coverage']);

let copy: string;

function node(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: copy,
    encoding: 'utf8',
    timeout: 170_000,
  });
  return { status, output: `${stdout}${stderr}` };
}
const newSource = (...args: readonly string[]) => node('sources/new-source.mjs', ...args);
const tool = (path: string, ...args: readonly string[]) => node(join('node_modules', path), ...args);
const jest = (...args: readonly string[]) =>
  node('--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand', ...args);

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'phoenix-new-source-'));
  for (const entry of readdirSync(projectRoot()).filter((name) => !NOT_COPIED.has(name))) {
    cpSync(join(projectRoot(), entry), join(copy, entry), { recursive: true });
  }
  symlinkSync(join(projectRoot(), 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('npm run new:source', () => {
  it.each([
    ['no name', []],
    ['capitals', ['Sample']],
    ['a path', ['../sample']],
    ['a source there is', ['reso']],
    ['a file of the suite', ['front']],
    ['a word of the language', ['new']],
    ['two names', ['one', 'two']],
  ])('refuses %s and writes nothing', (_what, args) => {
    const before = readdirSync(join(copy, 'sources'));
    expect(newSource(...args).status).toBe(2);
    expect(readdirSync(join(copy, 'sources'))).toEqual(before);
  });

  it('writes a source that compiles, is formatted, and is listed; the same name is refused afterwards', () => {
    const { status, output } = newSource(NAME);
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('FILL IN') });
    expect(tool('typescript/bin/tsc', '-p', 'tsconfig.test.json')).toEqual({ status: 0, output: '' });
    const code = ['core', 'domain/compose.ts', 'sources', `test/contract/${NAME}.ts`, 'test/contract/harnesses.ts'];
    expect(tool('@biomejs/biome/bin/biome', 'check', ...code).status).toBe(0);
    expect(newSource(NAME).status).toBe(2);
  }, 120_000);

  it('keeps what is tested about settings, files and the worker of the compose file', () => {
    const { status, output } = jest('test/unit/docs/env-example', 'test/unit/architecture', 'test/unit/deploy/compose');
    expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
  }, 180_000);

  it('fails the contract for one reason: its stand-in is not written', () => {
    const { status, output } = jest('test/contract', '-t', `${NAME} walking`);
    expect(status).not.toBe(0);
    expect(output).toContain(`${NAME} has no stand-in yet: docs/adding-a-source.md, step 3`);
  }, 120_000);

  it('passes the contract once there is a stand-in of the service it was written for', () => {
    const harness = [
      "import { rowsHarness } from '../support/rows-harness.js';",
      '',
      "export const sampleCounty = rowsHarness('SAMPLE_COUNTY');",
      '',
    ];
    writeFileSync(join(copy, 'test', 'contract', `${NAME}.ts`), harness.join('\n'));
    const { status, output } = jest('test/contract', '-t', `^${NAME} `);
    expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
    expect(readFileSync(join(copy, 'sources', NAME, 'README.md'), 'utf8')).toContain('FILL IN');
  }, 240_000);
});
