import { isRunDate } from '../../core/dates.js';
import { acceptWindow } from '../../store/windows/accept.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { sourcesForPlans } from '../plan-sources.js';
import { Faults, readZips, theMarket, today } from '../run-request.js';
import { given, readOneSource, readWords } from '../source-request.js';

export interface WindowsAcceptFlags {
  readonly date?: string;
  readonly by?: string;
  readonly note?: string;
}

/**
 * Makes a suspect window complete on a person's word.
 * @throws CliError (NotFound) when nobody began it, (Refused) when it is not suspect
 */
export async function accept(
  context: CliContext,
  text: string,
  zipText: string,
  flags: WindowsAcceptFlags,
): Promise<number> {
  const faults = new Faults();
  const [market, settings] = theMarket();
  const runDate = flags.date ?? today(settings);
  if (!isRunDate(runDate)) faults.add(`--date must be a day of the calendar as YYYY-MM-DD, not "${runDate}"`);
  const named = readOneSource(text, faults);
  const [zip = zipText] = readZips([zipText], faults) ?? [];
  const who = readWords('--by', flags.by, true, faults);
  const why = readWords('--note', flags.note, true, faults);
  faults.throwAny('phx windows accept --help shows an example');
  const [source, by, reason] = [given(named), given(who), given(why)];
  const { config } = await readSetting(context);
  const name = `${source} ${zip} of ${runDate}`;
  const changes = sourcesForPlans(config).find((one) => one.name === source)?.traits.changes;
  const before = await withDatabase(config, (db) =>
    acceptWindow(db, { market, source, zip, runDate }, { by, reason }, changes?.listedStatuses ?? null),
  );
  if (before === null) throw new CliError('NotFound', `nobody began ${name}; phx windows list --date ${runDate}`);
  if (before !== 'suspect') throw new CliError('Refused', `${name} is ${before}, not suspect`);
  context.out.data(`${name}: complete, by the word of ${by}`);
  context.out.document({ schemaVersion: 1, market, source, zip, runDate, state: 'complete', by, reason });
  return 0;
}
