import type { Config } from '../../core/config.js';
import { StoreUnavailable } from '../../core/errors.js';
import { marketOf, zipsOf } from '../../core/product-settings.js';
import { optionsIn } from '../../core/run-options.js';
import type { SourceName } from '../../core/schemas/names.js';
import { lastListings } from '../../store/windows/windows.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { sourcesForPlans } from '../plan-sources.js';
import { Faults, type RunRequest, readMode, readRunFlags } from '../run-request.js';
import { sequenceIdOf } from '../starters.js';
import type { RunsStartFlags } from './runs-start.js';

const MICROS = 1_000_000;

/**
 * Says what a run would ask of each source if nothing of it were in yet, how long that takes at the rate limit, and what it costs.
 * Sends nothing to a source.
 */
export async function planRun(context: CliContext, flags: RunsStartFlags): Promise<number> {
  const faults = new Faults();
  const request = readRunFlags(flags, faults);
  readMode(context.globals.mode, faults);
  faults.throwAny('phx runs start --help shows examples');
  const { config } = await readSetting(context);
  const held = await heldBefore(context, config, request.market);
  const plans = plansOf(config, request, held);
  const { workflowId } = sequenceIdOf(request);
  const total = {
    requests: sum(plans.map(({ requests }) => requests)),
    // The sources run side by side.
    milliseconds: Math.max(0, ...plans.map(({ milliseconds, startDelayMs }) => milliseconds + startDelayMs)),
    costUsdMicros: sum(plans.map(({ costUsdMicros }) => costUsdMicros)),
  };
  const rows = [...plans, { name: 'all, side by side', ...total }].map(
    ({ name, requests, milliseconds, costUsdMicros }) => [
      name,
      `${requests} requests`,
      duration(milliseconds),
      `${(costUsdMicros / MICROS).toFixed(2)} USD`,
    ],
  );
  context.out.data(columnsOf(rows));
  context.out.note(`estimate for ${workflowId} in mode ${config.mode}; nothing was sent`);
  context.out.document({
    schemaVersion: 1,
    runId: workflowId,
    mode: config.mode,
    runDate: request.runDate,
    sources: plans,
    total,
  });
  return 0;
}

type Held = (source: SourceName, zip: string) => number | null;

/** What the ZIP codes held when they were walked last. A plan can be had before there is a database. */
async function heldBefore(context: CliContext, config: Config, market: string): Promise<Held> {
  try {
    const rows = await withDatabase(config, (db) => lastListings(db, market));
    const held = new Map(rows.map((row) => [`${row.source} ${row.zip}`, row.held]));
    return (source, zip) => held.get(`${source} ${zip}`) ?? null;
  } catch (problem) {
    if (!(problem instanceof StoreUnavailable)) throw problem;
    context.out.note('the database does not answer: what the ZIP codes hold is assumed');
    return () => null;
  }
}

function plansOf(config: Config, request: RunRequest, held: Held) {
  const market = marketOf(request.market);
  const { sources, zips, limit } = optionsIn(config.mode, request.options);
  const walked = zips ?? zipsOf(request.market, config.extraZips);
  const wanted = sources ?? market.sources;
  return sourcesForPlans(config)
    .filter(({ name }) => wanted.includes(name))
    .map((source) => ({
      name: source.name,
      zips: walked,
      startDelayMs: source.traits.startDelayMs,
      ...source.plan({ zips: walked.map((zip) => ({ zip, held: held(source.name, zip) })), limit }),
    }));
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
