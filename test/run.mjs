// The one runner behind `npm test`: programs, formatting and lint, types, dead code, suites side by side, those that
// measure time alone, and a look for processes left behind.
// With a pattern only the suites whose path matches it; `--scale N` makes the hour of collection a whole one, N times faster
// than the clock, and `--days N` the few simulated days as many (`npm run prove`). Last line: `N passed, N failed`.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { testPrograms } from '../dist/stack/test-programs.js';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const MARK = `PHOENIX_TEST_RUN=${randomUUID()}`;
/** Servers stop within their grace time once their test process has ended. */
const LEFTOVER_MS = 20_000;
/** A test process that has written its results and does not end by then keeps something open. */
const EXIT_MS = 30_000;
/** Suites that measure rates or how long a loop was held: alone, so that no other suite is in their figures. */
const TIMED = 'test/(contract/|integration/(net/|browser-pool))';
const SLOWEST = 10;

const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const suites = [];
const folder = mkdtempSync(path.join(tmpdir(), 'phoenix-test-run-'));
let step = null;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(signal, () => {
    step?.kill(signal);
    rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  });
}

const [pattern, proof] = readArguments();
const variables = await findPrograms();
if (variables !== null) {
  if (pattern === undefined) await runAll();
  else await runSuites('suites', [pattern, '--runInBand']);
  await check('nothing left running', findLeftovers);
}
report();

/** @returns pattern, undefined where none is given, and the variables that make suites as large as in `npm run prove` */
function readArguments() {
  const options = { scale: { type: 'string' }, days: { type: 'string' } };
  const { positionals, values } = parseArgs({ options, allowPositionals: true });
  for (const [name, value] of Object.entries(values)) {
    if (/^[1-9]\d?$/.test(value)) continue;
    console.error(`--${name} must be a whole number from 1 to 99, not "${value}"`);
    process.exit(2);
  }
  const proof = Object.entries(values).map(([name, value]) => [`PHOENIX_PROVE_${name.toUpperCase()}`, value]);
  return [positionals[0], Object.fromEntries(proof)];
}

async function runAll() {
  const bin = (name) => path.join(ROOT, 'node_modules', name);
  await check('format and lint', () => node([bin('@biomejs/biome/bin/biome'), 'check', '--colors=off', '.']));
  await check('types', () => node([bin('typescript/bin/tsc'), '-p', 'tsconfig.test.json']));
  await check('dead code', () => node([bin('knip/bin/knip.js'), '--no-progress']));
  await runSuites('unit suites', ['--testPathPatterns=test/unit/', '--maxWorkers=2']);
  await runSuites('suites that measure time', [`--testPathPatterns=${TIMED}`, '--runInBand']);
  await runSuites('other suites', [`--testPathIgnorePatterns=/node_modules/|/test/unit/|${TIMED}`, '--maxWorkers=2']);
}

async function findPrograms() {
  const startedAt = Date.now();
  try {
    const programs = await testPrograms(process.env.PHOENIX_CACHE ?? null, process.env.CHROMIUM_PATH ?? null);
    for (const line of programs.lines) console.log(`  ${line}`);
    console.log(`programs found or installed in ${secondsSince(startedAt)} s`);
    return programs.variables;
  } catch (error) {
    fail('programs of the tests', error.message);
    return null;
  }
}

/** One check that counts as one. `work` gives null when all is well, else what is wrong. */
async function check(name, work) {
  const startedAt = Date.now();
  const problem = await work();
  console.log(`${problem === null ? 'ok' : 'FAILED'}  ${name} (${secondsSince(startedAt)} s)`);
  if (problem === null) totals.passed += 1;
  else fail(name, problem);
}

async function runSuites(name, args) {
  const startedAt = Date.now();
  const outputFile = path.join(folder, `${randomUUID()}.json`);
  const jest = path.join(ROOT, 'node_modules/jest/bin/jest.js');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const running = run(
    [...flags, jest, '--json', `--outputFile=${outputFile}`, ...args],
    ['ignore', 'ignore', 'inherit'],
  );
  const ended = new AbortController();
  running.then(() => ended.abort());
  endIfItHangs(name, outputFile, ended.signal);
  const code = await running;
  console.log(`${code === 0 ? 'ok' : 'FAILED'}  ${name} (${secondsSince(startedAt)} s)`);
  const results = readJson(outputFile);
  if (results === null) fail(name, `jest ended with exit code ${code} and no results`);
  else count(results);
}

async function endIfItHangs(name, outputFile, ended) {
  while (!existsSync(outputFile) && !ended.aborted) await sleep(1_000, ended);
  await sleep(EXIT_MS, ended);
  if (ended.aborted) return;
  fail(
    name,
    `the test process had its results ${EXIT_MS / 1_000} s ago and does not end: a test leaves something open`,
  );
  step.kill('SIGKILL');
}

function count({ numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites, testResults }) {
  totals.passed += numPassedTests;
  totals.failed += numFailedTests + numRuntimeErrorTestSuites;
  totals.skipped += numPendingTests;
  for (const { name, startTime, endTime, status, message, assertionResults } of testResults) {
    const file = path.relative(ROOT, name);
    suites.push({ file, ms: endTime - startTime });
    const failed = assertionResults.filter((test) => test.status === 'failed');
    for (const { fullName, failureMessages } of failed)
      failures.push(`${file}: ${fullName}\n${failureMessages.join('\n')}`);
    if (status === 'failed' && failed.length === 0) failures.push(`${file} did not run\n${message}`);
  }
}

/** Every process of a suite inherits the mark, also one that left its process group. Linux alone can tell. */
async function findLeftovers() {
  const until = Date.now() + LEFTOVER_MS;
  while (marked().length > 0 && Date.now() < until) await sleep(250);
  const left = marked();
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  return left.length === 0 ? null : left.map(({ pid, command }) => `process ${pid}: ${command}`).join('\n');
}

function marked() {
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids.flatMap((pid) => {
    const environment = readText(`/proc/${pid}/environ`).split('\0');
    const command = readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    return environment.includes(MARK) && command !== '' ? [{ pid: Number(pid), command }] : [];
  });
}

async function node(args) {
  const output = [];
  const code = await run(args, ['ignore', 'pipe', 'pipe'], output);
  return code === 0 ? null : output.join('');
}

/** @returns the exit code */
function run(args, stdio, output = []) {
  const [name, value] = MARK.split('=');
  const env = { ...process.env, ...variables, ...proof, [name]: value };
  return new Promise((resolve) => {
    step = spawn(process.execPath, args, { cwd: ROOT, env, stdio });
    for (const stream of [step.stdout, step.stderr])
      stream?.setEncoding('utf8').on('data', (text) => output.push(text));
    step.once('close', (code) => resolve(code ?? 1));
  });
}

function fail(name, problem) {
  totals.failed += 1;
  failures.push(`${name}\n${problem}`);
}

function report() {
  rmSync(folder, { recursive: true, force: true });
  suites.sort((a, b) => b.ms - a.ms);
  if (suites.length > 0) console.log(`\nslowest of ${suites.length} suites:`);
  for (const { file, ms } of suites.slice(0, SLOWEST))
    console.log(`  ${(ms / 1000).toFixed(1).padStart(6)} s  ${file}`);
  for (const [at, failure] of failures.entries()) console.log(`\n${at + 1}) ${failure}`);
  if (totals.skipped > 0) console.log(`\n${totals.skipped} skipped`);
  console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
  process.exitCode = totals.failed === 0 ? 0 : 1;
}

/** Ends early, and well, when it is aborted. */
async function sleep(ms, signal) {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

function secondsSince(startedAt) {
  return ((Date.now() - startedAt) / 1000).toFixed(1);
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function readJson(file) {
  const text = readText(file);
  return text === '' ? null : JSON.parse(text);
}
