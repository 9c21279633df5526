import { runDateOf } from '../../core/dates.js';
import { loadPrices } from '../../core/product-settings.js';
import { ASSUMPTIONS, BUDGET_LINES, type Budget, type BudgetLine } from '../../core/schemas/money.js';
import { byLine, moveBetween, sumOf } from '../../domain/budget.js';
import { type BudgetSetting, budgetChanges, changeBudget, currentBudget } from '../../store/cost/budget-settings.js';
import { controlSentence, controlsInForce, liftControls } from '../../store/cost/controls.js';
import { accountingDay } from '../../store/cost/entries.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import type { BudgetFlags } from '../cost-words.js';
import { readDecision, readUsd, usd } from '../cost-words.js';
import { CliError } from '../errors.js';
import { columnsOf } from '../output.js';
import { Faults } from '../run-request.js';
import { given } from '../source-request.js';
import { controlView } from './cost.js';

const SETTINGS: readonly BudgetSetting[] = ['cap', ...BUDGET_LINES, ...ASSUMPTIONS];
const MOST_WATTS = 100_000;

/** Budget, thresholds, prices, changes, controls. */
export async function showBudget(context: CliContext): Promise<number> {
  const { config } = await readSetting(context);
  const month = accountingDay(Date.now()).slice(0, 7);
  const { budget, changes, controls } = await withDatabase(config, async (db) => ({
    budget: await currentBudget(db),
    changes: await budgetChanges(db),
    controls: await controlsInForce(db, month),
  }));
  const prices = loadPrices();
  const told = changes.map(({ at, ...change }) => ({ ...change, at: at.toISOString() }));
  context.out.document({ schemaVersion: 1, budget, prices, changes: told, controls: controls.map(controlView) });
  const lines = byLine((line) => budget.lines[line].usdMicros);
  const free = budget.capUsdMicros - sumOf(lines);
  context.out.data(`cap ${usd(budget.capUsdMicros)} USD a month${free > 0 ? `, ${usd(free)} of it on no line` : ''}`);
  const rows = BUDGET_LINES.map((line) => [line, usd(lines[line]), budget.lines[line].group, budget.lines[line].use]);
  context.out.data(columnsOf([['LINE', 'USD', 'GROUP', 'FOR'], ...rows]));
  const steps = budget.levels.map(({ percent, level, told: how }) => `${percent} % ${level} (${how})`);
  context.out.data(`levels: ${steps.join(', ')}; at 100 % every paid call is refused`);
  context.out.data(
    `suspended in this order: ${budget.suspensions.map(({ what, percent }) => `${what} at ${percent} %`).join(', ')}`,
  );
  context.out.data(`assumptions: ${ASSUMPTIONS.map((name) => `${name} ${budget.assumptions[name]}`).join(', ')}`);
  for (const [item, list] of Object.entries(prices))
    for (const price of list)
      context.out.data(
        `price of ${item} from ${price.from}: ${(price.usdMicros / 1_000_000).toFixed(5)} USD per ${price.per} (${price.source}; read ${price.readAt})`,
      );
  for (const { values, by, note, at } of told)
    context.out.data(
      `changed ${at} by ${by}: ${Object.entries(values)
        .map(([name, value]) => `${name} ${shown(name, value)}`)
        .join(', ')}; ${note}`,
    );
  for (const control of controls) context.out.data(`suspended: ${controlSentence(control)}`);
  return 0;
}

const isAssumption = (name: string) => ASSUMPTIONS.some((one) => one === name);
const shown = (name: string, value: number) => (isAssumption(name) ? String(value) : `${usd(value)} USD`);

/** Sets one value. @throws CliError (UsageError), (Refused) when the lines would be more than the cap */
export async function setBudget(context: CliContext, name: string, text: string, flags: BudgetFlags): Promise<number> {
  const faults = new Faults();
  const setting =
    SETTINGS.find((one) => one === name) ?? faults.add(`${name} is no setting; there are: ${SETTINGS.join(', ')}`);
  const value = isAssumption(name) ? readAmount(name, text, faults) : readUsd(name, text, faults);
  const words = readDecision(flags, faults);
  faults.throwAny();
  const [key, amount] = [given(setting), given(value)];
  const { config } = await readSetting(context);
  const values = (budget: Budget) => {
    const after = { cap: budget.capUsdMicros, ...byLine((line) => budget.lines[line].usdMicros), [key]: amount };
    const { cap, ...lines } = after;
    const onLines = BUDGET_LINES.reduce((sum, line) => sum + lines[line], 0);
    if (onLines > cap)
      throw new CliError(
        'Refused',
        `the lines would add up to ${usd(onLines)} USD, above the cap of ${usd(cap)}`,
        'phx budget move takes it from another line; phx budget set cap raises the cap first',
      );
    return { [key]: amount };
  };
  const kept = await withDatabase(config, (db) => changeBudget(db, { values, ...words }));
  context.out.data(`${key} is ${shown(key, amount)} from now on`);
  if (kept.suspended.length > 0) context.out.data(`suspended by that: ${kept.suspended.join(', ')}`);
  context.out.document({ schemaVersion: 1, ...kept, at: kept.at.toISOString() });
  return 0;
}

function readAmount(name: string, text: string, faults: Faults): number | null {
  const value = Number(text);
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text) && value <= MOST_WATTS) return value;
  return faults.add(`${name} must be a number from 0 to ${MOST_WATTS}, not "${text}"`);
}

/** Moves money between two lines. @throws CliError (UsageError), (Refused) when the one has not so much */
export async function moveBudget(
  context: CliContext,
  wanted: { readonly from: string; readonly to: string; readonly usd: string },
  flags: BudgetFlags,
): Promise<number> {
  const faults = new Faults();
  const [from, to] = [readLine(wanted.from, faults), readLine(wanted.to, faults)];
  const amount = readUsd('the amount', wanted.usd, faults);
  const words = readDecision(flags, faults);
  faults.throwAny();
  const move = { from: given(from), to: given(to), usdMicros: given(amount) };
  const { config } = await readSetting(context);
  const { values } = await withDatabase(config, (db) => changeBudget(db, { values: movedIn(move), ...words }));
  context.out.data(
    Object.entries(values)
      .map(([line, value]) => `${line} has ${usd(value)} USD now`)
      .join(', '),
  );
  context.out.document({ schemaVersion: 1, ...move, values, ...words });
  return 0;
}

/** The two lines after a move. @throws CliError (Refused) when the one has not so much */
export const movedIn =
  (move: { readonly from: BudgetLine; readonly to: BudgetLine; readonly usdMicros: number }) =>
  ({ lines }: Budget): Readonly<Partial<Record<BudgetLine, number>>> => {
    const moved = moveBetween(
      byLine((line) => lines[line].usdMicros),
      move,
    );
    if (typeof moved === 'string') throw new CliError('Refused', moved, 'phx budget show shows the lines');
    return { [move.from]: moved[move.from], [move.to]: moved[move.to] };
  };

function readLine(text: string, faults: Faults): BudgetLine | null {
  return (
    BUDGET_LINES.find((line) => line === text) ??
    faults.add(`${text} is no line; there are: ${BUDGET_LINES.join(', ')}`)
  );
}

/** Lets go on what the thresholds suspended. @throws CliError (NotFound) when nothing such is suspended */
export async function releaseControls(context: CliContext, what: string | null, flags: BudgetFlags): Promise<number> {
  const faults = new Faults();
  const { by, note: reference } = readDecision(flags, faults);
  faults.throwAny();
  const { config } = await readSetting(context);
  const month = runDateOf(Date.now(), 'UTC').slice(0, 7);
  const lifted = await withDatabase(config, async (db) => {
    const held = (await controlsInForce(db, month)).find(({ subject }) => what === null || subject === what);
    if (held === undefined)
      throw new CliError(
        'NotFound',
        what === null ? 'nothing is suspended' : `${what} is not suspended`,
        'phx cost status shows what is',
      );
    return liftControls(db, month, { by, reference }, what === null ? null : held.subject);
  });
  context.out.data(`${lifted.join(', ')}: may go on until the end of ${month}; limits of lines and cap stay`);
  context.out.document({ schemaVersion: 1, month, lifted, by, note: reference });
  return 0;
}
