import { shareOff } from '../../domain/reconcile.js';
import type { ProviderReadingDocument } from '../../store/cost/provider-readings.js';

/** A difference above this share of what was booked is an alarm. */
const ALARM_SHARE = 0.05;
/** A balance that lasts shorter is a warning. */
const LOW_DAYS = 7;

const dollars = (micros: number) => `${(micros / 1_000_000).toFixed(5)} USD`;

/** What an operator should do something about in the latest readings, one sentence each. */
export function accountWarnings(readings: readonly ProviderReadingDocument[]): readonly string[] {
  return readings.flatMap((reading) => {
    const { provider, problem, daysLeft = null, differenceUsdMicros, bookedUsdMicros } = reading;
    if (problem !== null) return [`${provider}: the account could not be read: ${problem}`];
    const low =
      daysLeft !== null && daysLeft < LOW_DAYS
        ? [`WARNING: the balance at ${provider} lasts ${daysLeft.toFixed(1)} days at the use of the last two weeks`]
        : [];
    const off =
      shareOff(differenceUsdMicros, bookedUsdMicros) > ALARM_SHARE ? [`ALARM: ${readingInWords(reading)}`] : [];
    return [...low, ...off];
  });
}

/** A reading in one sentence. */
export function readingInWords(reading: ProviderReadingDocument): string {
  const { provider, at, problem, verdict, balanceUsdMicros, termUsdMicros, quiet, differenceUsdMicros } = reading;
  if (problem !== null) return `${provider} at ${at.toISOString()}: not read, ${problem}`;
  const what =
    balanceUsdMicros === undefined
      ? `plan of ${dollars(termUsdMicros ?? 0)} for 30 days`
      : `balance ${dollars(balanceUsdMicros)}`;
  const off = dollars(Math.abs(differenceUsdMicros));
  const meaning = {
    equal: 'the ledger says the same',
    unbooked: `it took ${off} more than was booked, unexplained; booked as a correction. Is the key used elsewhere?`,
    credit: `it took ${off} less than was booked as an estimate; booked as a correction`,
    'top-up': `the account rose by ${off} more than the ledger explains: somebody paid in; nothing is booked`,
    'price-changed': `its price is not the one that was booked: ${off} booked as a correction`,
  };
  const unknown = quiet ? 'the first reading, nothing to compare with' : 'calls were under way, compared next time';
  return `${provider} at ${at.toISOString()}: ${what}; ${verdict === null ? unknown : meaning[verdict]}`;
}
