import type { Db } from 'mongodb';
import { assertNever } from '../../core/assert.js';
import { loadBaselines } from '../../core/product-settings.js';
import type { BaselineRow, BaselineSettings, RunFigures } from '../../core/schemas/baselines.js';
import { type Baseline, type Compared, compare } from '../../domain/baselines/compare.js';
import { standingBaselines } from '../../store/baselines/baselines.js';
import { type EndedRun, keepRunFigures, measureRun } from '../../store/baselines/run-figures.js';
import { readCostState } from '../cost/state.js';

/** One row of a comparison. */
export interface ComparedRow extends Compared {
  readonly row: BaselineRow;
  /** In the unit of the row; null without one. */
  readonly value: number | null;
  readonly usual: Baseline | null;
}

/** Holds figures against the baselines of a market as they stand. Reads alone. */
export async function compareFigures(
  db: Db,
  market: string,
  figures: RunFigures,
  settings: BaselineSettings = loadBaselines(),
): Promise<readonly ComparedRow[]> {
  const standing = await standingBaselines(db, market);
  return settings.rows.map((row) => {
    const usual = standing.get(row.name)?.usual ?? null;
    const value = figures[row.name];
    return { row, value, usual, ...compare(value, usual, row, settings.usualSpreads) };
  });
}

/** Measures a run that has ended, keeps its figures, and holds them against what is usual. A repeat replaces. */
export async function compareRun(db: Db, run: EndedRun): Promise<readonly ComparedRow[]> {
  const { forecast, capUsdMicros } = await readCostState(db, Date.parse(run.endedAt));
  const { expectedUsdMicros } = forecast;
  const figures = await measureRun(db, run, { expectedUsdMicros, capUsdMicros });
  await keepRunFigures(db, run, figures);
  return compareFigures(db, run.market, figures);
}

/** What of a run is worse than usual, a sentence each. */
export function worseInWords(rows: readonly ComparedRow[]): readonly string[] {
  return rows.flatMap(({ row, value, usual, verdict }) =>
    verdict !== 'worse' || value === null || usual === null
      ? []
      : [
          `${row.title} is worse than usual: ${inUnit(value, row.unit)}; ${inUnit(usual.median, row.unit)} over ${usual.runs} runs; phx baseline current shows all`,
        ],
  );
}

/** A figure with its unit: `87.5 %`, `1,210 rows/h`, `0.0031 USD`. */
export function inUnit(value: number, unit: BaselineRow['unit']): string {
  switch (unit) {
    case 'share':
      return `${(value * 100).toFixed(1)} %`;
    case 'usd':
      return `${value.toFixed(4)} USD`;
    case 'minutes':
      return `${value.toFixed(1)} min`;
    case 'milliseconds':
      return `${Math.round(value)} ms`;
    case 'rows/h':
      return `${Math.round(value).toLocaleString('en-US')} rows/h`;
    default:
      return assertNever(unit, 'unit');
  }
}
