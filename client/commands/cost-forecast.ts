import { backtest, simulatedYear } from '../../domain/forecast-backtest.js';
import { readCostState } from '../../reports/cost/state.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { inPercent, usd } from '../cost-words.js';
import { columnsOf } from '../output.js';

export interface ForecastFlags {
  readonly backtest?: true;
}

/** Days of experience below which the range is a guess. */
const FEW_DAYS = 7;
/** Which of the simulated years is shown. */
const SEED = 1;

/** The end of the month, in all and by line; with `--backtest` the errors of the method, without a database. */
export async function costForecast(context: CliContext, flags: ForecastFlags): Promise<number> {
  if (flags.backtest === true) return showBacktest(context);
  const { config } = await readSetting(context);
  const { month, day, forecast, capUsdMicros, lines } = await withDatabase(config, (db) =>
    readCostState(db, Date.now()),
  );
  const byLine = lines.map(({ line, bookedUsdMicros, forecastUsdMicros, budgetUsdMicros, warns }) => ({
    line,
    bookedUsdMicros,
    forecastUsdMicros,
    budgetUsdMicros,
    warns,
  }));
  context.out.document({ schemaVersion: 1, month, day, capUsdMicros, ...forecast, lines: byLine });
  const { expectedUsdMicros, lowUsdMicros, highUsdMicros, bookedUsdMicros, daysKnown } = forecast;
  context.out.data(
    `${month}: ${usd(expectedUsdMicros)} USD expected at its end, ${usd(lowUsdMicros)} to ${usd(highUsdMicros)} in four of five cases; ${usd(bookedUsdMicros)} spent so far, cap ${usd(capUsdMicros)}`,
  );
  if (daysKnown < FEW_DAYS)
    context.out.data(`what varies is known for ${daysKnown} days only: take the range as a guess`);
  const shown = byLine.filter((line) => line.forecastUsdMicros !== 0);
  if (shown.length > 0)
    context.out.data(
      columnsOf([
        ['LINE', 'SPENT', 'FORECAST', 'BUDGET', ''],
        ...shown.map((line) => [
          line.line,
          usd(line.bookedUsdMicros),
          usd(line.forecastUsdMicros),
          usd(line.budgetUsdMicros),
          line.warns ? 'WARNING' : '',
        ]),
      ]),
    );
  return 0;
}

function showBacktest({ out }: CliContext): number {
  const { months, meanError, inRange } = backtest(simulatedYear(SEED));
  out.document({ schemaVersion: 1, seed: SEED, fromDay: 10, meanError, inRange, months });
  const rows = months.map((month) => [
    month.month,
    usd(month.actualUsdMicros),
    inPercent(month.meanError),
    inPercent(month.worstError),
    inPercent(month.inRange),
  ]);
  out.data(columnsOf([['MONTH', 'REALLY SPENT', 'MEAN ERROR', 'WORST', 'IN RANGE'], ...rows]));
  out.data(
    `simulated year, forecasts from day 10 on: mean error ${inPercent(meanError)} (target 5 % at most), ${inPercent(inRange)} in range`,
  );
  return 0;
}
