// First step of every npm script: works in a fresh clone, before anything is installed or built, so it is plain
// JavaScript without dependencies. It installs and builds what is missing and then becomes the program itself, in this
// same process: exit code, signals and input need no forwarding. Only the program writes to stdout.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const LEAST_NODE = [20, 19];
const USAGE = 'usage: node stack/bootstrap.mjs start|test|phx|bench NAME [arguments]';
const LOCK = path.join(ROOT, '.data/bootstrap.lock');
const STAMP = path.join(ROOT, 'dist/.stamp');
const USAGE_ERROR = 2;

class StepFailed extends Error {}

try {
  const target = targetOf(process.argv.slice(2));
  checkNode();
  await prepare();
  await becomeProgram(target);
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  say(error.message);
  process.exitCode = error.cause ?? 1;
}

/** @returns the program to run and its arguments */
function targetOf([command, ...args]) {
  if (command === 'start') return { file: 'dist/client/main.js', args: ['start', ...args] };
  if (command === 'phx') return { file: 'dist/client/main.js', args };
  if (command === 'test') return { file: 'test/run.mjs', args };
  const [name, ...rest] = args;
  if (command === 'bench' && /^[a-z][a-z-]*$/.test(name ?? '')) return { file: `dist/bench/${name}.js`, args: rest };
  throw new StepFailed(USAGE, { cause: USAGE_ERROR });
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  throw new StepFailed(
    `Node ${process.versions.node} is too old: install Node ${LEAST_NODE.join('.')} or newer, then run this again`,
  );
}

async function becomeProgram({ file, args }) {
  const full = path.join(ROOT, file);
  if (!fs.existsSync(full)) throw new StepFailed(`there is no ${file}`, { cause: USAGE_ERROR });
  process.argv = [process.argv[0], full, ...args];
  await import(pathToFileURL(full).href);
}

/** Installs and builds what is missing. One process at a time does so; the others wait and then find it done. */
async function prepare() {
  if (packagesMatch() && buildMatches()) return;
  fs.mkdirSync(path.dirname(LOCK), { recursive: true });
  await takeLock();
  try {
    if (!packagesMatch()) await step('packages installed (npm ci)', installPackages);
    if (!buildMatches()) await step('sources compiled', build);
  } finally {
    fs.rmSync(LOCK, { force: true });
  }
}

/** Compares what npm noted in `node_modules` at the end of its last install with the lock file. */
function packagesMatch() {
  const installed = readJson(path.join(ROOT, 'node_modules/.package-lock.json'))?.packages;
  if (!installed) return false;
  const { packages: wanted } = readJson(path.join(ROOT, 'package-lock.json'));
  const sameVersions = Object.entries(installed).every(([name, { version }]) => wanted[name]?.version === version);
  const nothingMissing = Object.entries(wanted).every(
    ([name, { optional }]) => name === '' || optional || installed[name],
  );
  return sameVersions && nothingMissing;
}

async function installPackages() {
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  await run([...npm, 'ci', ...quiet], 'ignore'); // its summary; faults come on stderr
}

function buildMatches() {
  return fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === sourcesHash();
}

async function build() {
  const hash = sourcesHash();
  fs.rmSync(STAMP, { force: true });
  await run([process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
  removeLeftovers();
  if (fs.existsSync(path.join(ROOT, 'dist/workers/bundle.js'))) await run([process.execPath, 'dist/workers/bundle.js']);
  fs.writeFileSync(STAMP, hash);
}

/** Compiled files whose source is gone, and the old workflow bundle. */
function removeLeftovers() {
  const wanted = new Set(sources().flatMap((file) => outputsOf(file)));
  for (const file of filesBelow('dist')) {
    if (!wanted.has(file)) fs.rmSync(path.join(ROOT, file), { force: true });
  }
}

function outputsOf(source) {
  const compiled = path.join('dist', source.replace(/\.ts$/, '.js'));
  return [compiled, `${compiled}.map`];
}

function sourcesHash() {
  const hash = createHash('sha256');
  for (const file of ['tsconfig.json', 'package-lock.json', ...sources()]) {
    hash.update(`${file}\n`).update(fs.readFileSync(path.join(ROOT, file)));
  }
  return hash.digest('hex');
}

function sources() {
  const { include } = readJson(path.join(ROOT, 'tsconfig.json'));
  return include.flatMap((folder) => filesBelow(folder).filter((file) => file.endsWith('.ts')));
}

function filesBelow(folder) {
  if (!fs.existsSync(path.join(ROOT, folder))) return [];
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .sort();
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

async function step(done, work) {
  const startedAt = Date.now();
  await work();
  say(`${done} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

function run([program, ...args], output = 2) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', output, 2] });
    const forward = (signal) => child.kill(signal);
    process.on('SIGTERM', forward).on('SIGINT', forward);
    child.once('error', (error) => reject(new StepFailed(`${program} cannot be run: ${error.message}`)));
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', forward).off('SIGINT', forward);
      if (code === 0) resolve();
      else reject(new StepFailed(`${[program, ...args].join(' ')} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** The lock of a process that no longer lives is taken over. */
async function takeLock() {
  for (let told = false; ; ) {
    try {
      fs.writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = lockHolder();
    if (holder !== null && !told) say(`waiting for process ${holder}, which is installing or compiling`);
    told ||= holder !== null;
    await new Promise((wake) => setTimeout(wake, 200));
    if (holder === null && lockHolder() === null) dropDeadLock();
  }
}

/** @returns id of the living process that holds the lock, null when there is none */
function lockHolder() {
  try {
    const pid = Number(fs.readFileSync(LOCK, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function dropDeadLock() {
  const aside = `${LOCK}.${process.pid}`;
  try {
    // Renaming is atomic: of two that see the same dead lock only one gets it.
    fs.renameSync(LOCK, aside);
    const pid = Number(fs.readFileSync(aside, 'utf8'));
    if (pid > 0 && isRunning(pid)) fs.renameSync(aside, LOCK);
    else fs.rmSync(aside, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
