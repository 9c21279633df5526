import { BREAKDOWNS, type BreakdownBy, breakDown } from '../../reports/cost/breakdown.js';
import { type CostState, costsOf, readCostState } from '../../reports/cost/state.js';
import { controlSentence } from '../../store/cost/controls.js';
import { entriesOf } from '../../store/cost/entries.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { inPercent, readMonth, usd } from '../cost-words.js';
import { columnsOf } from '../output.js';
import { Faults } from '../run-request.js';

export interface PeriodFlags {
  readonly month?: string;
}

export interface BreakdownFlags extends PeriodFlags {
  readonly by?: string;
}

/** The month on one screen, from the database alone; asks no service. */
export async function costStatus(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const state = await withDatabase(config, (db) => readCostState(db, Date.now()));
  context.out.document({ schemaVersion: 1, mode: config.mode, ...state, controls: state.controls.map(controlView) });
  for (const line of headOf(config.mode, state)) context.out.data(line);
  context.out.data(columnsOf([LINE_HEAD, ...state.lines.filter(isUsed).map(lineRow)]));
  const unused = state.lines.filter((line) => !isUsed(line));
  if (unused.length > 0) context.out.data(`nothing on: ${unused.map(({ line }) => line).join(', ')}`);
  if (state.lines.some(({ warns }) => warns))
    context.out.note('phx cost recommend says what can be done about the warnings');
  return 0;
}

/** First what matters: is there trouble, and what to do. */
function headOf(mode: string, state: CostState): readonly string[] {
  const { month, percent, level, bookedUsdMicros, capUsdMicros, forecast, todayUsdMicros, todayLevel } = state;
  const stop = percent >= 100 ? '; every paid call is refused, what is free goes on' : '';
  const verdict = level === null ? 'OK' : level.level;
  return [
    `${verdict}: ${usd(bookedUsdMicros)} of ${usd(capUsdMicros)} USD spent in ${month} (${percent.toFixed(1)} %, mode ${mode})${stop}`,
    `end of month: ${usd(forecast.expectedUsdMicros)} USD expected, ${usd(forecast.lowUsdMicros)} to ${usd(forecast.highUsdMicros)} likely${forecast.expectedUsdMicros > capUsdMicros ? ': ABOVE THE CAP' : ''}`,
    `today: ${usd(todayUsdMicros)} USD${todayLevel === null ? '' : ` (${todayLevel})`}; held back for calls under way: ${usd(state.reservedUsdMicros)}; subscriptions until the end of the month: ${usd(state.committedUsdMicros)}`,
    ...state.controls.map((control) => `suspended: ${controlSentence(control)}`),
  ];
}

type Line = CostState['lines'][number];

const isUsed = (line: Line) =>
  line.bookedUsdMicros !== 0 || line.reservedUsdMicros !== 0 || line.committedUsdMicros !== 0 || line.leftUsdMicros < 0;

const LINE_HEAD = ['LINE', 'SPENT', 'HELD BACK', 'TO COME', 'BUDGET', 'LEFT', 'FORECAST', ''];

function lineRow(line: Line): readonly string[] {
  return [
    line.line,
    usd(line.bookedUsdMicros),
    usd(line.reservedUsdMicros),
    usd(line.committedUsdMicros),
    usd(line.budgetUsdMicros),
    usd(line.leftUsdMicros),
    usd(line.forecastUsdMicros),
    line.warns ? `WARNING: ${inPercent(line.forecastUsdMicros / line.budgetUsdMicros)} of the line` : '',
  ];
}

/** Controls as the documents of `--json` have them. */
export function controlView(control: CostState['controls'][number]) {
  const { subject, reference, percent, at } = control;
  return { what: subject, why: reference, percent, since: at.toISOString(), liftedBy: `phx budget release ${subject}` };
}

/** Sums over the ledger. The parts add up to the whole. */
export async function costBreakdown(context: CliContext, flags: BreakdownFlags): Promise<number> {
  const faults = new Faults();
  const month = readMonth(flags.month, faults);
  const by = readBy(flags.by, faults);
  faults.throwAny();
  const { config } = await readSetting(context);
  const entries = await withDatabase(config, (db) => entriesOf(db, month));
  const parts = breakDown(entries, by);
  const whole = costsOf(entries);
  context.out.document({ schemaVersion: 1, month, by, costUsdMicros: whole, parts });
  if (parts.length === 0) {
    context.out.data(`nothing was spent in ${month}`);
    return 0;
  }
  const rows = parts.map(({ name, entries: count, costUsdMicros, estimatedUsdMicros }) => [
    name,
    usd(costUsdMicros),
    inPercent(costUsdMicros / whole),
    String(count),
    estimatedUsdMicros === 0 ? '' : `${usd(estimatedUsdMicros)} estimated`,
  ]);
  context.out.data(columnsOf([[by.toUpperCase(), 'USD', 'SHARE', 'ENTRIES', ''], ...rows]));
  context.out.data(`${usd(whole)} USD in ${month}`);
  return 0;
}

function readBy(text: string | undefined, faults: Faults): BreakdownBy {
  const found = BREAKDOWNS.find((by) => by === (text ?? 'line'));
  if (found === undefined) faults.add(`--by must be ${BREAKDOWNS.join(', ')}, not "${text}"`);
  return found ?? 'line';
}
