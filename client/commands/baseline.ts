import { isRunDate } from '../../core/dates.js';
import { defaultMarket, marketOf } from '../../core/product-settings.js';
import { type ComparedRow, compareFigures, inUnit } from '../../reports/baselines/compare-run.js';
import { remeasure, remeasuredInWords } from '../../reports/optimize/applied.js';
import { type RunFiguresRow, runFiguresBetween } from '../../store/baselines/run-figures.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { Faults } from '../run-request.js';

export interface BaselineFlags {
  readonly market?: string;
  readonly day?: string;
  readonly days?: string;
}

/** Exit code of the CLI conventions: the check found a problem. */
const PROBLEM = 3;

/** The market that was named. @throws BadConfig for one that there is not */
export function marketFlag({ market }: BaselineFlags): string {
  const name = market ?? defaultMarket();
  marketOf(name);
  return name;
}

/** The latest daily run, held against what is usual. */
export async function baselineCurrent(context: CliContext, flags: BaselineFlags): Promise<number> {
  return showDay(context, flags, null);
}

/** A day, held against what is usual and the day before. */
export async function baselineDaily(context: CliContext, flags: BaselineFlags): Promise<number> {
  const faults = new Faults();
  if (flags.day !== undefined && !isRunDate(flags.day)) faults.add(`--day must be YYYY-MM-DD, not "${flags.day}"`);
  faults.throwAny();
  return showDay(context, flags, flags.day ?? 'latest');
}

/** @param wanted day, `latest`, or null for the latest without the day before */
async function showDay(context: CliContext, flags: BaselineFlags, wanted: string | null): Promise<number> {
  const market = marketFlag(flags);
  const { config } = await readSetting(context);
  const { run, before, rows, applied } = await withDatabase(config, async (db) => {
    const runs = await runFiguresBetween(db, market, new Date(0), new Date());
    const found = wanted === null || wanted === 'latest' ? runs.at(-1) : runs.findLast((one) => one.runDate === wanted);
    if (found === undefined) throw noRun(market, wanted);
    return {
      run: found,
      before: runs.findLast(({ runDate }) => runDate < found.runDate) ?? null,
      rows: await compareFigures(db, market, found.figures),
      applied: await remeasure(db, market),
    };
  });
  const shown = wanted === null ? null : before;
  context.out.document({
    ...{ schemaVersion: 1, market, runDate: run.runDate, runKey: run.runKey, at: run.at.toISOString() },
    ...(wanted === null
      ? {}
      : { before: before === null ? null : { runDate: before.runDate, figures: before.figures } }),
    rows: rows.map(rowDocument),
    applied,
  });
  context.out.data(`${market} ${run.runDate}, ended ${run.at.toISOString()}`);
  context.out.data(columnsOf(tableOf(rows, shown)));
  const worse = rows.filter(({ verdict }) => verdict === 'worse').length;
  const unjudged = rows.filter(({ verdict }) => verdict === 'no data').length;
  const why = unjudged === 0 ? '' : `, ${unjudged} not judged: too few runs to say what is usual, or no figure`;
  context.out.data(`${worse} of ${rows.length} worse than usual${why}`);
  if (applied !== null) context.out.data(remeasuredInWords(applied));
  return worse > 0 ? PROBLEM : 0;
}

function noRun(market: string, wanted: string | null): CliError {
  const which = wanted === null || wanted === 'latest' ? 'no daily run' : `no daily run of ${wanted}`;
  return new CliError(
    'NotFound',
    `there are figures of ${which} in ${market}`,
    'they are kept when a daily run ends; phx baseline update makes those of earlier runs',
  );
}

function tableOf(rows: readonly ComparedRow[], before: RunFiguresRow | null): readonly (readonly string[])[] {
  const day = before === null ? [] : [before.runDate];
  return [
    ['FIGURE', 'VALUE', ...day, 'USUAL', 'p05', 'p95', 'TARGET', 'VERDICT', ''],
    ...rows.map(({ row, value, usual, verdict, insideTarget, pastWarning }) => [
      row.title,
      shownValue(value, row),
      ...(before === null ? [] : [shownValue(before.figures[row.name], row)]),
      shownValue(usual?.median ?? null, row),
      shownValue(usual?.p05 ?? null, row),
      shownValue(usual?.p95 ?? null, row),
      `${row.direction === 'higher' ? '>=' : '<='} ${inUnit(row.target, row.unit)}`,
      verdict === 'no data' ? 'not judged' : verdict,
      limitsInWords({ insideTarget, pastWarning }),
    ]),
  ];
}

/** Where a figure stands beside target and warning, whatever is usual. */
export function limitsInWords({
  insideTarget,
  pastWarning,
}: Pick<ComparedRow, 'insideTarget' | 'pastWarning'>): string {
  if (pastWarning === true) return 'past its warning';
  return insideTarget === false ? 'outside its target' : '';
}

export function shownValue(value: number | null, { unit }: ComparedRow['row']): string {
  return value === null ? 'no data' : inUnit(value, unit);
}

function rowDocument({ row, value, usual, ...compared }: ComparedRow) {
  const { name, title, unit, direction, target, formula, document } = row;
  return { name, title, unit, direction, target, formula, warning: document.warning, value, usual, ...compared };
}
