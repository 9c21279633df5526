import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../core/paths.js';

const PROGRAM = `
process.stdout.write(JSON.stringify(process.argv.slice(2)));
process.exitCode = Number(process.env.WANTED_CODE ?? 0);
`;
/** Stands in for the compiler: copies, notes that it ran, and takes a moment. */
const COMPILER = `
import fs from 'node:fs';
fs.appendFileSync('compiled.txt', 'x');
await new Promise((wake) => setTimeout(wake, 300));
fs.mkdirSync('dist/client', { recursive: true });
fs.copyFileSync('client/main.ts', 'dist/client/main.js');
`;
const NPM = `
import fs from 'node:fs';
fs.appendFileSync('installed.txt', process.argv.slice(2).join(' ') + '\\n');
fs.mkdirSync('node_modules', { recursive: true });
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
console.log('chatter of npm');
`;
const LOCK = {
  packages: { 'node_modules/one': { version: '1.0.0' }, 'node_modules/extra': { version: '2.0.0', optional: true } },
};

describe('bootstrap', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  const compiledTimes = async () => (await readFile(file('compiled.txt'), 'utf8').catch(() => '')).length;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'phoenix-test-bootstrap-'));
    for (const part of ['stack', 'client', 'node_modules/typescript/bin']) await mkdir(file(part), { recursive: true });
    await cp(join(projectRoot(), 'stack/bootstrap.mjs'), file('stack/bootstrap.mjs'));
    await writeFile(file('package.json'), '{ "type": "module" }');
    await writeFile(file('tsconfig.json'), '{ "include": ["client"] }');
    await writeFile(file('client/main.ts'), PROGRAM);
    await writeFile(file('node_modules/typescript/bin/tsc'), COMPILER);
    await writeFile(file('npm.mjs'), NPM);
    await writeFile(file('package-lock.json'), JSON.stringify(LOCK));
    await writeFile(file('node_modules/.package-lock.json'), JSON.stringify(LOCK));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const bootstrap = (args: readonly string[], env: Record<string, string> = {}, flags: readonly string[] = []) =>
    run([...flags, file('stack/bootstrap.mjs'), ...args], { ...env, npm_execpath: file('npm.mjs') });

  it.each([
    [
      ['start', '--json'],
      ['start', '--json'],
    ],
    [
      ['phx', 'runs', 'list'],
      ['runs', 'list'],
    ],
  ])('becomes the program of %j: arguments, output and exit code are its own', async (args, expected) => {
    const { stdout, stderr, code } = await bootstrap(args, { WANTED_CODE: '3' });
    expect(JSON.parse(stdout)).toEqual(expected);
    expect(stderr).toMatch(/^sources compiled in \d+\.\d s\n$/);
    expect(code).toBe(3);
  });

  it('says and does nothing when nothing changed, and compiles again when a source did', async () => {
    await bootstrap(['start']);
    expect((await bootstrap(['start'])).stderr).toBe('');
    expect(await compiledTimes()).toBe(1);
    await writeFile(file('client/main.ts'), "process.stdout.write('new');");
    expect((await bootstrap(['start'])).stdout).toBe('new');
    expect(await compiledTimes()).toBe(2);
  });

  it.each([
    ['are missing', null],
    ['have another version', { packages: { 'node_modules/one': { version: '0.9.0' } } }],
    ['lack one', { packages: {} }],
  ])('installs when the packages %s, without a word on stdout', async (_name, installed) => {
    if (installed === null) await rm(file('node_modules/.package-lock.json'));
    else await writeFile(file('node_modules/.package-lock.json'), JSON.stringify(installed));
    const { stdout, stderr } = await bootstrap(['start']);
    expect(stdout).toBe('["start"]');
    expect(stderr).toContain('packages installed (npm ci) in');
    expect(await readFile(file('installed.txt'), 'utf8')).toMatch(/^ci --no-audit --no-fund /);
  });

  it('lacks nothing when a package for another system is not there', async () => {
    await writeFile(
      file('node_modules/.package-lock.json'),
      JSON.stringify({ packages: { 'node_modules/one': { version: '1.0.0' } } }),
    );
    expect((await bootstrap(['start'])).stderr).not.toContain('npm ci');
  });

  it('compiles once when two start at once', async () => {
    const both = await Promise.all([bootstrap(['start']), bootstrap(['phx'])]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await compiledTimes()).toBe(1);
  });

  it.each([['999999999'], ['']])('takes over a lock that a dead process left: %j', async (content) => {
    await mkdir(file('.data'));
    await writeFile(file('.data/bootstrap.lock'), content);
    expect((await bootstrap(['start'])).code).toBe(0);
  });

  it('stops when the sources do not compile, and does not take them for compiled later', async () => {
    await writeFile(file('node_modules/typescript/bin/tsc'), "console.error('wrong type'); process.exit(2);");
    const first = await bootstrap(['start']);
    expect(first).toMatchObject({ code: 1, stdout: '' });
    expect(first.stderr).toContain('wrong type');
    expect((await bootstrap(['start'])).code).toBe(1);
  });

  it.each([[[]], [['deploy']], [['bench']], [['bench', '../client/main']]])(
    'refuses %j with its usage',
    async (args) => {
      expect(await bootstrap(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('usage:') });
    },
  );

  it('names the Node it needs when it runs on an older one', async () => {
    const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'18.20.0'}})`;
    const { code, stderr } = await bootstrap(['start'], {}, ['--import', older]);
    expect(code).toBe(1);
    expect(stderr).toContain('install Node 20.19 or newer');
  });
});

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...args], { env: { PATH: process.env.PATH ?? '', ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('close', (code) => resolve({ stdout, stderr, code }));
  });
}
