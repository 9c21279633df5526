import { loadEnvFile } from 'node:process';
import type { Config } from '../../core/config.js';
import type { PartName } from '../../core/schemas/stack.js';
import type { RunningStack } from '../../stack/running-stack.js';
import { startStack } from '../../stack/start-stack.js';
import { baseConfig, configOn, phxOn, withDatabase, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { finishRun } from '../finish-run.js';
import { followRun } from '../follow-run.js';
import { linksOf } from '../run-links.js';
import type { RunFlags } from '../run-request.js';
import { Faults, type RunRequest, readMode, readRunFlags } from '../run-request.js';
import { startSequence } from '../starters.js';
import type { WorldFlags } from '../world.js';
import { dataFolderOf, readWorldFlags, sandboxArgsOf, type World } from '../world.js';

/** Flags of what `npm start` runs. */
export interface StartFlags extends RunFlags, WorldFlags {
  readonly keep?: true;
}

/**
 * What `npm start` runs: brings the stack up, runs or joins the day, shows it, and stops what it started unless told to
 * keep it.
 * @returns 0 complete, 3 partial, 1 failed, 130 cancelled
 */
export async function start(context: CliContext, flags: StartFlags): Promise<number> {
  const faults = new Faults();
  const request = readRunFlags(flags, faults);
  const world = readWorldFlags(flags, readMode(context.globals.mode, faults), faults);
  faults.throwAny('phx start --help shows examples');
  const base = await worldConfig(context, world);
  const keep = flags.keep === true;
  const stack = await upStack(context, base, world, keep);
  try {
    return await runDay(context, configOn(context, base, stack.variables), stack, request);
  } catch (problem) {
    throw context.signal.aborted ? interrupted(stack, keep) : problem;
  } finally {
    if (!keep && !stack.joined) context.out.note('stopping the stack; the data stays');
    if (!keep) await stack.stop();
    sayWhatStays(context, base, stack, keep);
  }
}

/** Settings with the data folder of the world. A demo alone has worlds. */
export async function worldConfig(context: CliContext, world: World): Promise<Config> {
  const config = baseConfig(context);
  if (config.mode !== 'demo') {
    const faults = new Faults();
    if (sandboxArgsOf(world).length > 0)
      faults.add(`--recordings and --parcels belong to mode demo, not ${config.mode}`);
    faults.throwAny();
  }
  return baseConfig(context, { dataFolder: await dataFolderOf(config, world) });
}

/** Brings the stack of a world up, or joins it. @param parts null: all of the mode */
export async function upStack(
  { out, signal, globals }: CliContext,
  config: Config,
  world: World,
  keep: boolean,
  parts: readonly PartName[] | null = null,
): Promise<RunningStack> {
  out.note(`mode ${config.mode}, data in ${config.dataFolder}`);
  if (globals.config !== null) loadEnvFile(globals.config); // the worker reads its settings from the environment it inherits
  return startStack({
    config,
    mode: config.mode,
    keep,
    ...(parts === null ? {} : { parts }),
    sandboxArgs: config.mode === 'demo' ? sandboxArgsOf(world) : [],
    signal,
    onLine: (line) => out.note(`  ${line}`),
  });
}

async function runDay(context: CliContext, config: Config, stack: RunningStack, request: RunRequest): Promise<number> {
  const { out } = context;
  return withTemporal(context, config, (client) =>
    withDatabase(config, async (db) => {
      const { workflowId, runKey, joined, handle } = await startSequence(client, config.mode, request);
      out.note(`${joined ? 'joined the running' : 'started'} ${workflowId}`);
      const { temporal } = linksOf(config, workflowId);
      if (temporal !== null) out.note(`Temporal Web UI: ${temporal}`);
      const { market, runDate } = request;
      const run = { workflowId, runKey, market, runDate };
      const summary = await followRun(context, { client, db, run, handle });
      return finishRun(context, summary, stack.state, config);
    }),
  );
}

function interrupted(stack: RunningStack, keep: boolean): CliError {
  return keep || stack.joined
    ? new CliError('Interrupted', 'the run goes on', 'phx runs watch shows it, phx runs cancel ends it')
    : new CliError('Interrupted', 'the run pauses where it is', 'the next npm start joins and finishes it');
}

function sayWhatStays(context: CliContext, config: Config, stack: RunningStack, keep: boolean): void {
  const { out } = context;
  const ui = stack.variables.TEMPORAL_UI_URL;
  if (!keep && !stack.joined) {
    out.note('The stack is down. npm start -- --keep leaves it up, with the Temporal Web UI.');
    return;
  }
  out.note(
    `The stack is up${ui === undefined ? '' : `, Temporal Web UI ${ui}`}. Stop it: ${phxOn(context, config)} stack down`,
  );
}
