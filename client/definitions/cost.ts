import type { Command } from 'commander';
import type { BreakdownFlags, PeriodFlags } from '../commands/cost.js';
import type { CheckFlags } from '../commands/cost-check.js';
import type { ForecastFlags } from '../commands/cost-forecast.js';
import type { Run } from '../context.js';
import type { BudgetFlags } from '../cost-words.js';
import { describeCommand } from './describe.js';

const MONTH = 'month YYYY-MM, in UTC as providers bill; default this month';

export function defineCost(program: Command, run: Run): void {
  const cost = program
    .command('cost')
    .summary('what was spent, on what, and where it leads')
    .description('What was spent, on what, and where it leads');
  describeCommand(cost, 'status', 'Show the month: each line, level, forecast, what is suspended', [
    'cost status',
    'cost status --json',
  ]).action(async () => run(async (context) => (await import('../commands/cost.js')).costStatus(context)));
  describeCommand(cost, 'breakdown', 'Show what was spent by line, item, source, ZIP, market, run or day', [
    'cost breakdown --by source',
    'cost breakdown --by day --month 2026-11 --json',
  ])
    .option('--by <what>', 'line, item, source, zip, market, run or day; default line')
    .option('--month <month>', MONTH)
    .action(async (flags: BreakdownFlags) =>
      run(async (context) => (await import('../commands/cost.js')).costBreakdown(context, flags)),
    );
  describeCommand(cost, 'forecast', 'Forecast the end of the month, or hold the method against a simulated year', [
    'cost forecast',
    'cost forecast --backtest',
  ])
    .option('--backtest', 'forecast every month of a simulated year from its 10th day on, and print the errors')
    .action(async (flags: ForecastFlags) =>
      run(async (context) => (await import('../commands/cost-forecast.js')).costForecast(context, flags)),
    );
  describeCommand(
    cost,
    'check',
    'Check budget, forecast, accounts and what is suspended; exit code 3 when a person is needed',
    ['cost check', 'cost check --ask --json'],
  )
    .option('--ask', 'first ask the providers what is left and what the plan costs; costs nothing')
    .action(async (flags: CheckFlags) =>
      run(async (context) => (await import('../commands/cost-check.js')).costCheck(context, flags)),
    );
  describeCommand(cost, 'property', 'Show what a property cost: of all, by ZIP, or of one', [
    'cost property',
    'cost property 103-06-005 --month 2026-11 --json',
  ])
    .argument('[property]', 'parcel number, property id or address; default all')
    .option('--month <month>', MONTH)
    .action(async (name: string | undefined, flags: PeriodFlags) =>
      run(async (context) => (await import('../commands/cost-property.js')).costProperty(context, name ?? null, flags)),
    );
  describeCommand(cost, 'recommend', 'Show ways to spend less, with the saving, and what became of those taken', [
    'cost recommend',
    'cost recommend --json',
  ]).action(async () => run(async (context) => (await import('../commands/cost-recommend.js')).costRecommend(context)));
  describeCommand(cost, 'apply', 'Put a recommendation into effect, and measure it from now on', [
    'cost apply room-for-captcha --by "A. Operator" --note "the site changed"',
  ])
    .argument('<name>', 'as phx cost recommend shows it')
    .option('--by <name>', 'who decides')
    .option('--note <text>', 'why, kept with it')
    .action(async (name: string, flags: BudgetFlags) =>
      run(async (context) => (await import('../commands/cost-recommend.js')).costApply(context, name, flags)),
    );
  describeCommand(cost, 'report', 'Print the report of the costs of a month, as phx report cost does', [
    'cost report',
    'cost report --month 2026-11 --json',
  ])
    .option('--month <month>', MONTH)
    .action(async (flags: PeriodFlags) =>
      run(async (context) => (await import('../commands/cost-report.js')).costReport(context, flags)),
    );
}

export function defineBudget(program: Command, run: Run): void {
  const budget = program
    .command('budget')
    .summary('what may be spent: the cap, its lines, what is suspended')
    .description('What may be spent: the cap, its lines, what is suspended');
  describeCommand(budget, 'show', 'Show the budget that holds, who changed it, and the prices', [
    'budget show',
    'budget show --json',
  ]).action(async () => run(async (context) => (await import('../commands/budget.js')).showBudget(context)));
  const words = (command: Command) =>
    command.option('--by <name>', 'who decides').option('--note <text>', 'why, kept with it');
  words(
    describeCommand(budget, 'set', 'Set the cap, a line or an assumption', [
      'budget set cap 30 --by "A. Operator" --note "two markets more"',
      'budget set captcha 1.50 --by "A. Operator" --note "paid from what is free under the cap"',
      'budget set electricity-usd-per-kwh 0.14 --by "A. Operator" --note "bill of October"',
    ])
      .argument('<name>', 'cap, one of the 13 lines, or an assumption (phx budget show names them)')
      .argument('<value>', 'US dollars; of machine-watts: watts'),
  ).action(async (name: string, value: string, flags: BudgetFlags) =>
    run(async (context) => (await import('../commands/budget.js')).setBudget(context, name, value, flags)),
  );
  words(
    describeCommand(budget, 'move', 'Move money from one line to another; the cap stays', [
      'budget move overruns captcha 0.50 --by "A. Operator" --note "more captchas since the site changed"',
    ])
      .argument('<from>', 'line that gives')
      .argument('<to>', 'line that gets')
      .argument('<usd>', 'US dollars'),
  ).action(async (from: string, to: string, usd: string, flags: BudgetFlags) =>
    run(async (context) => (await import('../commands/budget.js')).moveBudget(context, { from, to, usd }, flags)),
  );
  words(
    describeCommand(budget, 'release', 'Lift what the thresholds suspended, for the rest of this month', [
      'budget release captcha --by "A. Operator" --note "the campaign ends tomorrow"',
      'budget release --by "A. Operator" --note "the bill was a mistake of the provider"',
    ]).argument('[what]', 'what is to go on; default all that is suspended'),
  ).action(async (what: string | undefined, flags: BudgetFlags) =>
    run(async (context) => (await import('../commands/budget.js')).releaseControls(context, what ?? null, flags)),
  );
}
