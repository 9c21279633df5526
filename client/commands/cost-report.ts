import type { CliContext } from '../context.js';
import { readMonth } from '../cost-words.js';
import { Faults } from '../run-request.js';
import type { PeriodFlags } from './cost.js';
import { makeReport } from './report.js';

/** The report of costs (`phx report cost`), by default of the month that is under way. */
export async function costReport(context: CliContext, flags: PeriodFlags): Promise<number> {
  const faults = new Faults();
  const month = readMonth(flags.month, faults);
  faults.throwAny();
  return makeReport(context, 'cost', { month });
}
