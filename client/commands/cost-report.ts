import { readCostReport, renderCostReport } from '../../reports/cost/report.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { readMonth } from '../cost-words.js';
import type { PeriodFlags } from '../definitions/cost.js';
import { Faults } from '../run-request.js';

/** The report of a month as Markdown on stdout. */
export async function costReport(context: CliContext, flags: PeriodFlags): Promise<number> {
  const faults = new Faults();
  const month = readMonth(flags.month, faults);
  faults.throwAny();
  const { config } = await readSetting(context);
  const report = await withDatabase(config, (db) => readCostReport(db, month, Date.now()));
  context.out.document({ schemaVersion: 1, mode: config.mode, ...report });
  context.out.data(renderCostReport(report, config.mode));
  return 0;
}
