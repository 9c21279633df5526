import type { Command } from 'commander';
import type { OptimizeArea } from '../../domain/optimize/proposal.js';
import type { CapacityFlags } from '../commands/capacity.js';
import type { OptimizeFlags } from '../commands/optimize.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

const SUMMARIES: Readonly<Record<OptimizeArea, string>> = {
  batch: 'Show whether batches of the model should begin otherwise, by the batches that were measured',
  db: 'Explain the queries of the product, and show which want an index and which index nobody uses',
  network: 'Show latency and errors by host and endpoint, and why the allowed rate is not used',
  resources: 'Show how busy the machine is during runs, and what gets narrow',
};
const MARKET = 'market; default the first of config/markets.json';

export function defineOptimize(program: Command, run: Run): void {
  const optimize = program
    .command('optimize')
    .summary('what could be faster or smaller, from measured runs')
    .description('What could be faster or smaller, from measured runs');
  for (const area of ['batch', 'db', 'network', 'resources'] as const) {
    const settable = area === 'batch' || area === 'resources';
    const examples = [`optimize ${area}`, `optimize ${area} --days 7 --json`];
    const applying = settable ? [`optimize ${area} --apply --by "A. Operator" --note "four nights agree"`] : [];
    const command = describeCommand(optimize, area, SUMMARIES[area], [...examples, ...applying])
      .option('--market <name>', MARKET)
      .option('--days <number>', 'days looked at, 1 to 90; default 14')
      .option('--apply', 'write what is a setting, for the runs to come; the rest stays with a person')
      .option('--by <name>', 'who decides')
      .option('--note <text>', 'why, kept with it');
    if (area === 'batch') command.option('--reset', 'take back what was applied');
    command.action(async (flags: OptimizeFlags) =>
      run(async (context) => (await import('../commands/optimize.js')).optimize(context, area, flags)),
    );
  }
}

export function defineCapacity(program: Command, run: Run): void {
  describeCommand(
    program,
    'capacity',
    'Show what 30 and 90 days need of storage, requests, minutes, model and money, and what runs out first',
    ['capacity', 'capacity --markets 3 --zips 12 --json'],
  )
    .option('--markets <number>', 'so many markets of the same kind, 1 to 100; default 1')
    .option('--zips <number>', 'so many ZIP codes a market; default those that the runs covered')
    .option('--market <name>', MARKET)
    .action(async (flags: CapacityFlags) =>
      run(async (context) => (await import('../commands/capacity.js')).showCapacity(context, flags)),
    );
}
