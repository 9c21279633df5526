import type { Config } from '../../core/config.js';
import { isRunDate } from '../../core/dates.js';
import { type Market, zipsOf } from '../../core/product-settings.js';
import type { SourceName } from '../../core/schemas/names.js';
import type { WindowDocument } from '../../store/documents.js';
import { windowsOfDay } from '../../store/windows/windows.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { columnsOf } from '../output.js';
import { Faults, readSources, theMarket, today } from '../run-request.js';

export interface WindowsListFlags {
  readonly market?: string;
  readonly date?: string;
  readonly source?: readonly string[];
}

/** The ledger of a day. Windows that nobody began are `not begun`. */
export async function listWindows(context: CliContext, flags: WindowsListFlags): Promise<number> {
  const faults = new Faults();
  const [name, market] = theMarket(flags.market);
  const runDate = flags.date ?? today(market);
  if (!isRunDate(runDate)) faults.add(`--date must be a day of the calendar as YYYY-MM-DD, not "${runDate}"`);
  const sources = readSources(flags.source, faults);
  faults.throwAny();
  const { config } = await readSetting(context);
  const found = await withDatabase(config, (db) => windowsOfDay(db, name, runDate));
  const rows = rowsOf(config, name, market, found, sources).map((row) => ({
    schemaVersion: 1,
    market: name,
    runDate,
    ...row,
  }));
  context.out.document(rows);
  const shown = rows.map(({ source, zip, state, seen, total, reason }) => [
    source,
    zip,
    state,
    `${seen}/${total ?? '?'}`,
    reason ?? '',
  ]);
  context.out.data(columnsOf([['SOURCE', 'ZIP', 'STATE', 'SEEN', 'REASON'], ...shown]));
  return 0;
}

function rowsOf(
  config: Config,
  name: string,
  market: Market,
  found: readonly WindowDocument[],
  only: readonly SourceName[] | null,
) {
  const began = found.filter(({ source }) => only?.includes(source) ?? true);
  const zips = zipsOf(name, config.extraZips);
  const due = (only ?? market.sources).flatMap((source) => zips.map((zip) => ({ source, zip })));
  const notBegun = due.filter(({ source, zip }) => !began.some((row) => row.source === source && row.zip === zip));
  const rows = [
    ...began.map(({ source, zip, state, reason, accepted, seen, total, limit, updatedAt }) => ({
      source,
      zip,
      state,
      reason: accepted ? `accepted by ${accepted.by}: ${accepted.reason}` : reason,
      seen,
      total,
      limit,
      updatedAt: updatedAt.toISOString(),
    })),
    ...notBegun.map((row) => ({
      ...row,
      state: 'not begun',
      reason: null,
      seen: 0,
      total: null,
      limit: null,
      updatedAt: null,
    })),
  ];
  return rows.sort((a, b) => (`${a.source} ${a.zip}` < `${b.source} ${b.zip}` ? -1 : 1));
}
