import type { Command } from 'commander';
import type { BaselineFlags } from '../commands/baseline.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

const MARKET = 'market; default the first of config/markets.json';

export function defineBaseline(program: Command, run: Run): void {
  const baseline = program
    .command('baseline')
    .summary('what is usual: the twelve figures of each night, their trends, uptime and autonomy')
    .description('What is usual: the twelve figures of each night, their trends, uptime and autonomy');
  const command = (name: string, summary: string, examples: readonly string[]) =>
    describeCommand(baseline, name, summary, examples).option('--market <name>', MARKET);
  command('current', 'Hold the latest daily run against what is usual, row by row; exit code 3 when one is worse', [
    'baseline current',
    'baseline current --json',
  ]).action(async (flags: BaselineFlags) =>
    run(async (context) => (await import('../commands/baseline.js')).baselineCurrent(context, flags)),
  );
  command('daily', 'Hold a day against what is usual and against the day before; exit code 3 when a row is worse', [
    'baseline daily',
    'baseline daily --day 2026-11-20',
  ])
    .option('--day <YYYY-MM-DD>', 'default the latest')
    .action(async (flags: BaselineFlags) =>
      run(async (context) => (await import('../commands/baseline.js')).baselineDaily(context, flags)),
    );
  command('weekly', 'Show the last 7 days beside the 7 before and what is usual; uptime, autonomy, excellence', [
    'baseline weekly',
    'baseline weekly --market phoenix --json',
  ]).action(async (flags: BaselineFlags) =>
    run(async (context) => (await import('../commands/baseline-weeks.js')).baselineWeekly(context, flags)),
  );
  command('trend', 'Show where each figure leads, how sure that is, and which days stand out', [
    'baseline trend',
    'baseline trend --days 60 --json',
  ])
    .option('--days <number>', 'days looked at, 7 to 365; default 28')
    .action(async (flags: BaselineFlags) =>
      run(async (context) => (await import('../commands/baseline-weeks.js')).baselineTrend(context, flags)),
    );
  command('update', 'Make the baselines anew from the last 28 days, as the schedule does every Sunday', [
    'baseline update',
  ]).action(async (flags: BaselineFlags) =>
    run(async (context) => (await import('../commands/baseline-weeks.js')).baselineUpdate(context, flags)),
  );
}
