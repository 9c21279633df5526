import type { Db } from 'mongodb';
import { controlSentence } from '../../store/cost/controls.js';
import { latestReadings, type ProviderReadingDocument } from '../../store/cost/provider-readings.js';
import { openReservations } from '../../store/cost/reservations.js';
import { accountWarnings } from './account-words.js';
import { type CostState, readCostState } from './state.js';

/** One thing that was looked at. */
export interface CostFinding {
  readonly what: string;
  /** True when a person is needed. */
  readonly wanted: boolean;
  readonly words: string;
}

/** A reservation older than this belongs to a worker that died; the next run books it. */
const OLD_MS = 600_000;
const dollars = (micros: number) => (micros / 1_000_000).toFixed(4);

/** Everything about the month's money that a person may have to act on. Asks no service. */
export async function checkCosts(
  db: Db,
  now: number,
): Promise<{ readonly findings: readonly CostFinding[]; readonly readings: readonly ProviderReadingDocument[] }> {
  const state = await readCostState(db, now);
  const readings = await latestReadings(db);
  const old = (await openReservations(db)).filter(({ at }) => at.getTime() < now - OLD_MS);
  const warnings = accountWarnings(readings);
  const findings: readonly CostFinding[] = [
    monthFinding(state),
    dayFinding(state),
    forecastFinding(state),
    linesFinding(state),
    {
      what: 'suspended',
      wanted: state.controls.length > 0,
      words: state.controls.map(controlSentence).join('; ') || 'nothing',
    },
    {
      what: 'calls of dead workers',
      wanted: false,
      words: old.length === 0 ? 'none' : `${old.length}; the next run books them at the expected price`,
    },
    {
      what: 'accounts',
      wanted: warnings.length > 0,
      words: warnings.join('; ') || (readings.length === 0 ? 'none was asked yet' : 'say the same as the ledger'),
    },
  ];
  return { findings, readings };
}

function monthFinding({ bookedUsdMicros, capUsdMicros, percent, level }: CostState): CostFinding {
  const words = `${dollars(bookedUsdMicros)} of ${dollars(capUsdMicros)} USD, ${percent.toFixed(1)} %`;
  const wanted = level !== null && level.level !== 'INFO';
  return { what: 'month', wanted, words: level === null ? words : `${level.level}: ${words}` };
}

function dayFinding({ todayUsdMicros, todayLevel }: CostState): CostFinding {
  const words = `${dollars(todayUsdMicros)} USD`;
  return { what: 'today', wanted: todayLevel !== null, words: todayLevel === null ? words : `${todayLevel}: ${words}` };
}

function forecastFinding({ forecast, capUsdMicros }: CostState): CostFinding {
  const above = forecast.expectedUsdMicros > capUsdMicros;
  const words = `${dollars(forecast.expectedUsdMicros)} USD at the end of the month${above ? ', above the cap' : ''}`;
  return { what: 'forecast', wanted: above, words };
}

function linesFinding({ lines }: CostState): CostFinding {
  const warned = lines.filter(({ warns }) => warns);
  const words = warned.map(
    ({ line, forecastUsdMicros, budgetUsdMicros }) =>
      `${line} leads to ${dollars(forecastUsdMicros)} of ${dollars(budgetUsdMicros)} USD`,
  );
  return { what: 'lines', wanted: warned.length > 0, words: words.join('; ') || 'all below their warning' };
}
