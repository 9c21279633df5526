import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../core/paths.js';
import { allImports, CODE_FOLDERS, codeFiles, type ImportLine, importLinesOf } from '../support/import-lines.js';
import { bundledModules, bundleWorkflows, workflowBundle } from '../support/workflow-bundle.js';

const DATA = ['core', 'domain', 'store'];
const OUTSIDE = [...DATA, 'net', 'llm', 'notify'];
const WORK = [...OUTSIDE, 'sources', 'reports'];
/** What the code of a folder may use at run time, beside itself. A folder that is not here may use nothing. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  core: [],
  domain: ['core'],
  store: ['core', 'domain'],
  net: DATA,
  llm: DATA,
  notify: DATA,
  sources: OUTSIDE,
  reports: OUTSIDE,
  activities: WORK,
  workers: [...WORK, 'activities'],
  client: [...WORK, 'stack'],
  bench: [...WORK, 'activities', 'workers', 'sandbox', 'stack'],
  stack: ['core', 'net'],
  sandbox: ['core', 'net'],
  workflows: ['domain', 'core'],
};
/** What it may name besides, in types. */
const MAY_NAME: Readonly<Record<string, readonly string[]>> = {
  workflows: ['activities'],
  client: ['workflows'],
  bench: ['workflows'],
};
/** Modules that may end up in the workflow bundle, where there is no Node. `names` are lists of words that `domain` reads. */
const IN_WORKFLOWS = ['core/ids.ts', 'core/dates.ts', 'core/errors.ts', 'core/assert.ts', 'core/schemas/names.ts'];
const ZOD =
  /^(core\/schemas\/|core\/(config|setting-row|settings-table|product-settings)\.ts$|sources\/([^/]+\/|arcgis-)schema\.ts$|llm\/|web\/api\/)/;
/** Reads of `process.env` beside `core/config.ts`, each with its reason. */
const READS_ENVIRONMENT: Readonly<Record<string, string>> = {
  'stack/bootstrap.mjs': 'finds the npm that runs it, before there is a config to load',
  'stack/guard.mjs': 'hands its own environment on to the child it guards',
  'bench/parts.ts': 'hands its own environment on to the worker processes it measures',
};
const SOURCE_FILES = ['README.md', 'client.ts', 'parse.ts', 'schema.ts', 'settings.ts', 'errors.ts', 'index.ts'];
/** Of a map layer the asking and its errors are those of all layers (`sources/arcgis-source.ts`). */
const LAYER_FILES = ['README.md', 'fields.ts', 'parse.ts', 'schema.ts', 'settings.ts', 'index.ts'];
const MOST_LINES = 400;
const MOST_TEST_LINES = 600;

const folderOf = (path: string) => path.split('/')[0] ?? '';
const textOf = (file: string) => readFileSync(join(projectRoot(), file), 'utf8');
const code = CODE_FOLDERS.flatMap(codeFiles);
const imports = allImports();
const outside = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);

function breaksLayers({ file, target, typeOnly }: ImportLine): boolean {
  const [from, to] = [folderOf(file), folderOf(target)];
  if (from === to || !CODE_FOLDERS.includes(to)) return false;
  const allowed = [...(MAY_USE[from] ?? []), ...(typeOnly ? (MAY_NAME[from] ?? []) : [])];
  return !allowed.includes(to);
}

/** A workflow file may use no other part of `core` than the ones made for it. */
function breaksWorkflows({ file, target, typeOnly }: ImportLine): boolean {
  if (folderOf(file) !== 'workflows' && folderOf(file) !== 'domain' && !IN_WORKFLOWS.includes(file)) return false;
  if (folderOf(target) !== 'core') return outside.has(target);
  return typeOnly ? false : !IN_WORKFLOWS.includes(target);
}

const told = (lines: readonly ImportLine[]) => lines.map(({ file, target }) => `${file} uses ${target}`);

describe('imports', () => {
  it.each([
    ["import type { A } from '../core/ids.js';", true],
    ["import { type A, type B } from '../core/ids.js';", true],
    ["import {\n  type A,\n  b,\n} from '../core/ids.js';", false],
    ["import b, { type A } from '../core/ids.js';", false],
    ["export { b } from '../core/ids.js';", false],
    ["export type { A } from '../core/ids.js';", true],
    ["import '../core/ids.js';", false],
    ["const ids = await import('../core/ids.js');", false],
  ])('are told apart: %j is of types alone: %s', (line, typeOnly) => {
    expect(importLinesOf('store/a.ts', line)).toEqual([{ file: 'store/a.ts', target: 'core/ids.ts', typeOnly }]);
  });

  it('of a higher folder, a neighbour or a stand-in are noticed', () => {
    const bad = (file: string, line: string) => importLinesOf(file, line).some(breaksLayers);
    expect(bad('store/a.ts', "import { b } from '../net/b.js';")).toBe(true);
    expect(bad('net/a.ts', "import { b } from '../llm/b.js';")).toBe(true);
    expect(bad('sources/x/a.ts', "import { b } from '../../sandbox/b.js';")).toBe(true);
    expect(bad('client/a.ts', "import { b } from '../workflows/b.js';")).toBe(true);
    expect(bad('client/a.ts', "import type { B } from '../workflows/b.js';")).toBe(false);
    expect(bad('workflows/a.ts', "import type { B } from '../activities/b.js';")).toBe(false);
    expect(bad('workflows/a.ts', "import { b } from '../activities/b.js';")).toBe(true);
  });

  it('point down', () => {
    expect(told(imports.filter(breaksLayers))).toEqual([]);
  });

  it('of workflows, and of what they use, need no Node and no other part of core', () => {
    expect(told(imports.filter(breaksWorkflows))).toEqual([]);
    const named = "import { createHash } from 'node:crypto';";
    expect(importLinesOf('domain/a.ts', named).some(breaksWorkflows)).toBe(true);
  });

  it('of zod stay at the edges', () => {
    const found = imports.filter(({ target, file }) => target === 'zod' && !ZOD.test(file));
    expect(told(found)).toEqual([]);
  });
});

describe('the workflow bundle', () => {
  const unfit = (file: string) => !/^(workflows|domain)\//.test(file) && !IN_WORKFLOWS.includes(file);
  const PACKAGES = ['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];

  it('holds what workflows may use and nothing else', async () => {
    const { own, packages } = bundledModules(readFileSync((await workflowBundle()).codePath, 'utf8'));
    expect(own).toContain('workflows/daily-sequence.ts');
    expect(own.filter(unfit)).toEqual([]);
    expect(packages.filter((name) => !PACKAGES.includes(name))).toEqual([]);
  }, 60_000);

  it('would show a module that does not belong there', async () => {
    const { code: bundle } = await bundleWorkflows(join(projectRoot(), 'test', 'support', 'unfit-workflow.ts'));
    const { own } = bundledModules(bundle);
    expect(own.filter((file) => unfit(file) && file.startsWith('core/'))).toEqual(['core/schemas/run.ts']);
  }, 60_000);
});

describe('files', () => {
  const sources = readdirSync(join(projectRoot(), 'sources'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it.each(sources)('of the source %s have the names that all sources have', (name) => {
    const isLayer = textOf(`sources/${name}/index.ts`).includes('createLayerSource');
    const missing = (isLayer ? LAYER_FILES : SOURCE_FILES).filter(
      (file) => !existsSync(join(projectRoot(), 'sources', name, file)),
    );
    expect(missing).toEqual([]);
  });

  it('are named after what they hold', () => {
    const vague = code.filter((file) => /(^|\/)(utils?|common|misc|helpers?)\.[a-z]+$/.test(file));
    expect(vague).toEqual([]);
    const shaped = code.filter((file) => !/(^|\/)[a-z0-9]+(-[a-z0-9]+)*\.(ts|mjs)$/.test(file));
    expect(shaped).toEqual([]);
  });

  it('are short enough to be read', () => {
    const lines = (file: string) => textOf(file).split('\n').length - 1;
    expect(code.filter((file) => lines(file) > MOST_LINES)).toEqual([]);
    expect(codeFiles('test').filter((file) => lines(file) > MOST_TEST_LINES)).toEqual([]);
  });

  it('name their exports one by one', () => {
    expect(code.filter((file) => /^export \*/m.test(textOf(file)))).toEqual([]);
  });

  it('read the environment through core/config.ts, or have a reason', () => {
    const reads = code.filter((file) => textOf(file).includes('process.env') && file !== 'core/config.ts');
    expect(reads).toEqual(Object.keys(READS_ENVIRONMENT).sort((a, b) => code.indexOf(a) - code.indexOf(b)));
  });

  it('do not write to the console', () => {
    expect(code.filter((file) => /\bconsole\.\w+\(/.test(textOf(file)))).toEqual([]);
  });
});
