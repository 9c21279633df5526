import { loadBaselines } from '../../core/product-settings.js';
import type { BaselineName, BaselineRow } from '../../core/schemas/baselines.js';
import { compare } from '../../domain/baselines/compare.js';
import { type Trend, trendOf } from '../../domain/baselines/trend.js';
import { median } from '../../domain/statistics.js';
import { inUnit } from '../../reports/baselines/compare-run.js';
import { type Composite, composites } from '../../reports/baselines/composite.js';
import { standingBaselines, updateBaselines } from '../../store/baselines/baselines.js';
import { type RunFiguresRow, runFiguresBetween } from '../../store/baselines/run-figures.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { inPercent } from '../cost-words.js';
import { columnsOf } from '../output.js';
import { Faults, readWhole } from '../run-request.js';
import type { BaselineFlags } from './baseline.js';
import { limitsInWords, marketFlag, shownValue } from './baseline.js';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** The last seven days beside the seven before. */
export async function baselineWeekly(context: CliContext, flags: BaselineFlags): Promise<number> {
  const market = marketFlag(flags);
  const settings = loadBaselines();
  const { config } = await readSetting(context);
  const nowMs = Date.now();
  const { runs, standing, figures } = await withDatabase(config, async (db) => ({
    runs: await runFiguresBetween(db, market, new Date(nowMs - 2 * WEEK_MS), new Date(nowMs)),
    standing: await standingBaselines(db, market),
    figures: await composites(db, market, nowMs),
  }));
  const [week, before] = [true, false].map((late) => runs.filter(({ at }) => at.getTime() > nowMs - WEEK_MS === late));
  const rows = settings.rows.map((row) => {
    const value = medianOf(week ?? [], row.name);
    const usual = standing.get(row.name)?.usual ?? null;
    return {
      row,
      value,
      before: medianOf(before ?? [], row.name),
      ...compare(value, usual, row, settings.usualSpreads),
    };
  });
  context.out.document({
    ...{ schemaVersion: 1, market, runs: week?.length ?? 0, runsBefore: before?.length ?? 0 },
    rows: rows.map(({ row, ...one }) => ({ name: row.name, title: row.title, unit: row.unit, ...one })),
    composites: figures,
  });
  context.out.data(
    `${market}: ${week?.length ?? 0} daily runs in the last 7 days, ${before?.length ?? 0} in the 7 before`,
  );
  const head = ['FIGURE', 'MEDIAN', 'WEEK BEFORE', 'TARGET', 'VERDICT', ''];
  const lines = rows.map(({ row, value, before: earlier, verdict, ...limits }) => [
    row.title,
    shownValue(value, row),
    shownValue(earlier, row),
    inUnit(row.target, row.unit),
    verdict,
    limitsInWords(limits),
  ]);
  context.out.data(columnsOf([head, ...lines]));
  for (const one of figures) context.out.data(compositeInWords(one));
  return 0;
}

function medianOf(runs: readonly RunFiguresRow[], name: BaselineName): number | null {
  return median(runs.flatMap(({ figures }) => figures[name] ?? []));
}

function compositeInWords({ name, value, target, good, of, formula, because }: Composite): string {
  const shown = value === null ? `no data (${of} counted)` : `${inPercent(value)} (${good} of ${of})`;
  const why = because.map((line) => `\n  ${line}`).join('');
  return `${name}: ${shown}, target ${inPercent(target)}\n  ${formula}${why}`;
}

/** Where each figure leads. */
export async function baselineTrend(context: CliContext, flags: BaselineFlags): Promise<number> {
  const faults = new Faults();
  const settings = loadBaselines();
  const days = readWhole('--days', flags.days, 7, 365, faults) ?? settings.windowDays;
  faults.throwAny();
  const market = marketFlag(flags);
  const { config } = await readSetting(context);
  const nowMs = Date.now();
  const runs = await withDatabase(config, (db) =>
    runFiguresBetween(db, market, new Date(nowMs - days * DAY_MS), new Date(nowMs)),
  );
  const rows = settings.rows.map((row) => ({ row, trend: trendOf(pointsOf(runs, row.name), row, settings) }));
  context.out.document({
    ...{ schemaVersion: 1, market, days, runs: runs.length, certainty: settings.trendCertainty },
    rows: rows.map(({ row, trend }) => ({ name: row.name, title: row.title, unit: row.unit, ...trend })),
  });
  context.out.data(`${market}: ${runs.length} daily runs in ${days} days`);
  const head = ['FIGURE', 'RUNS', 'LEADS', 'A WEEK', 'BY CHANCE', 'STANDS OUT'];
  context.out.data(columnsOf([head, ...rows.map(({ row, trend }) => trendLine(row, trend))]));
  return 0;
}

function pointsOf(runs: readonly RunFiguresRow[], name: BaselineName) {
  return runs.flatMap(({ at, figures }) => {
    const value = figures[name];
    return value === null ? [] : [{ atMs: at.getTime(), value }];
  });
}

function trendLine(
  row: BaselineRow,
  { points, direction, slopePerDay, byChance, anomalies }: Trend,
): readonly string[] {
  const out = anomalies.map(
    ({ atMs, value }) => `${new Date(atMs).toISOString().slice(0, 10)} ${inUnit(value, row.unit)}`,
  );
  return [
    row.title,
    String(points),
    direction,
    slopePerDay === null ? '-' : inUnit(slopePerDay * 7, row.unit),
    byChance === null ? '-' : inPercent(byChance),
    out.join(', '),
  ];
}

/** Makes the baselines anew. */
export async function baselineUpdate(context: CliContext, flags: BaselineFlags): Promise<number> {
  const market = marketFlag(flags);
  const { config } = await readSetting(context);
  const settings = loadBaselines();
  const { runs, known } = await withDatabase(config, (db) => updateBaselines(db, market, settings, new Date()));
  const few = settings.rows.length - known;
  context.out.document({ schemaVersion: 1, market, days: settings.windowDays, runs, known, tooFew: few });
  context.out.data(
    `${market}: ${known} of ${settings.rows.length} baselines from ${runs} daily runs of ${settings.windowDays} days`,
  );
  if (few > 0) context.out.data(`${few} have fewer than ${settings.leastRuns} figures and stay without data`);
  return 0;
}
