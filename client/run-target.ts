import { isRunDate } from '../core/dates.js';
import { dailyWorkflowId, sourceWorkflowId, zipWorkflowId } from '../core/ids.js';
import { CliError } from './errors.js';
import { Faults, readSources, readZips, theMarket, today } from './run-request.js';

/** Names a part of a run: a source of it, or a ZIP of a source. */
export interface PartFlags {
  readonly source?: readonly string[];
  readonly zip?: readonly string[];
}

/** A run that a person named. */
export interface RunTarget {
  readonly workflowId: string;
  readonly market: string;
  readonly runDate: string;
}

/**
 * Reads a run argument: a workflow id, a day, `today`, or nothing for today.
 * @throws CliError (NotFound) for a text that can name no run
 */
export function runTargetOf(text: string | undefined): RunTarget {
  const [name, market] = theMarket();
  if (text === undefined || text === 'today') return daily(name, today(market));
  if (isRunDate(text)) return daily(name, text);
  const [kind = '', ofMarket = '', runDate = ''] = text.split('/');
  if (/^(daily|adhoc)$/.test(kind) && isRunDate(runDate)) return { workflowId: text, market: ofMarket, runDate };
  throw notFound(text);
}

/** The workflow of a part of a run. @throws CliError (UsageError) with all that is wrong with the flags */
export function partIdOf({ workflowId }: RunTarget, flags: PartFlags): string {
  const faults = new Faults();
  const sources = readSources(flags.source, faults);
  const zips = readZips(flags.zip, faults);
  if (zips !== null && flags.source === undefined)
    faults.add('--zip needs --source: each source walks the ZIP by itself');
  if ((sources?.length ?? 0) > 1 || (zips?.length ?? 0) > 1) faults.add('name one source and one ZIP at a time');
  faults.throwAny();
  const [source] = sources ?? [];
  const [zip] = zips ?? [];
  if (source === undefined) return workflowId;
  return zip === undefined ? sourceWorkflowId(workflowId, source) : zipWorkflowId(workflowId, source, zip);
}

export function notFound(run: string): CliError {
  return new CliError('NotFound', `there is no run ${run}`, 'phx runs list shows the runs there are');
}

function daily(market: string, runDate: string): RunTarget {
  return { workflowId: dailyWorkflowId(market, runDate), market, runDate };
}
