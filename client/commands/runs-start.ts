import type { Client } from '@temporalio/client';
import type { Db } from 'mongodb';
import type { Config } from '../../core/config.js';
import { runKeyOf } from '../../core/ids.js';
import { latestRunOf } from '../../store/runs.js';
import type { dailySequence } from '../../workflows/daily-sequence.js';
import { phxOn, readSetting, type Setting, withDatabase, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { finishRun } from '../finish-run.js';
import { type Followed, followRun } from '../follow-run.js';
import { linksOf } from '../run-links.js';
import type { RunFlags } from '../run-request.js';
import { Faults, readMode, readRunFlags, readSources, readZips } from '../run-request.js';
import type { PartFlags } from '../run-target.js';
import { notFound, runTargetOf } from '../run-target.js';
import type { Snapshot } from '../snapshot.js';
import { type SequenceRequest, startSequence } from '../starters.js';
import { servesQueue } from '../worker-check.js';

export interface RunsStartFlags extends RunFlags {
  readonly plan?: true;
  readonly detach?: true;
}

/** Starts or joins a run and waits for it. Ctrl-C leaves it running. @returns the exit code of its status */
export async function startRun(context: CliContext, flags: RunsStartFlags): Promise<number> {
  const faults = new Faults();
  const request = readRunFlags(flags, faults);
  readMode(context.globals.mode, faults);
  faults.throwAny('phx runs start --help shows examples');
  const setting = await readSetting(context);
  return begin(context, setting, request, flags.detach === true);
}

/**
 * Starts a run again under its id, with its own options. What is complete is asked nothing; with a source or ZIP named,
 * a run of that scope alone.
 */
export async function retryRun(
  context: CliContext,
  text: string | undefined,
  flags: PartFlags & { readonly detach?: true },
): Promise<number> {
  const target = runTargetOf(text);
  const faults = new Faults();
  const sources = readSources(flags.source, faults);
  const zips = readZips(flags.zip, faults);
  faults.throwAny();
  const setting = await readSetting(context);
  const before = await withDatabase(setting.config, (db) => latestRunOf(db, target.workflowId));
  if (before === null) throw notFound(target.workflowId);
  const options = { ...before.options, force: false, forceLlm: false };
  const scope = { sources: sources ?? options.sources, zips: zips ?? options.zips };
  return begin(context, setting, { ...target, options: { ...options, ...scope } }, flags.detach === true);
}

/** Follows a run that was started before; with `--json` a line per change and the result as the last one. */
export async function watchRun(context: CliContext, text: string | undefined): Promise<number> {
  const { workflowId, market, runDate } = runTargetOf(text);
  const { config, stack } = await readSetting(context);
  return connected(context, config, async (client, db) => {
    const handle = client.workflow.getHandle<typeof dailySequence>(workflowId);
    const { runId } = await handle.describe();
    const run = { workflowId, runKey: runKeyOf(workflowId, runId), market, runDate };
    const onSnapshot = streamOf(context, workflowId);
    const summary = await waitFor(context, config, { client, db, run, handle, onSnapshot });
    return finishRun(context, summary, stack, config, true);
  });
}

/** Writes a picture of the run as a line whenever it differs from the last one. */
function streamOf({ out }: CliContext, runId: string): (snapshot: Snapshot) => void {
  let last = '';
  return (snapshot) => {
    const text = JSON.stringify(snapshot);
    if (text !== last) out.record({ schemaVersion: 1, runId, status: 'running', ...snapshot });
    last = text;
  };
}

async function begin(
  context: CliContext,
  setting: Setting,
  request: SequenceRequest,
  detach: boolean,
): Promise<number> {
  const { out } = context;
  const { config, stack } = setting;
  return connected(context, config, async (client, db) => {
    const { workflowId, runKey, joined, handle } = await startSequence(client, config.mode, request);
    const links = linksOf(config, workflowId);
    out.note(`${joined ? 'joined the running' : 'started'} ${workflowId} (${config.mode})`);
    if (joined) out.note('it goes on with the options that it was started with');
    if (links.temporal !== null) out.note(`Temporal Web UI: ${links.temporal}`);
    if (!(await servesQueue(client))) out.warn('no worker is up: the run waits until one is (phx stack up)');
    if (detach) {
      out.data(workflowId);
      out.document({ schemaVersion: 1, runId: workflowId, runKey, joined, links });
      return 0;
    }
    const { market, runDate } = request;
    const run = { workflowId, runKey, market, runDate };
    const summary = await waitFor(context, config, { client, db, run, handle });
    return finishRun(context, summary, stack, config);
  });
}

async function waitFor(context: CliContext, config: Config, followed: Followed) {
  try {
    return await followRun(context, followed);
  } catch (problem) {
    if (!context.signal.aborted) throw problem;
    const { workflowId } = followed.run;
    const phx = phxOn(context, config);
    const hint = `${phx} runs watch ${workflowId} shows it again, ${phx} runs cancel ${workflowId} ends it`;
    throw new CliError('Interrupted', `detached: ${workflowId} goes on`, hint);
  }
}

function connected(
  context: CliContext,
  config: Config,
  work: (client: Client, db: Db) => Promise<number>,
): Promise<number> {
  return withTemporal(context, config, (client) => withDatabase(config, (db) => work(client, db)));
}
