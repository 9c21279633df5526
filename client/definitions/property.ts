import type { Command } from 'commander';
import type { Run } from '../program.js';
import { describeCommand } from './describe.js';

export function defineProperty(program: Command, run: Run): void {
  const property = program
    .command('property')
    .summary('what is known about a property')
    .description('What is known about a property');
  describeCommand(property, 'show', 'Show the facts about a property, each with its evidence', [
    'property show 103-06-005',
    'property show 10306005 --field LivingArea',
    'property show us-az-maricopa:10306005 --json',
  ])
    .argument('<apn>', 'parcel number, with or without dashes, or property id')
    .option('--field <name>', 'only this fact, by its RESO name')
    .action(async (id: string, flags: { field?: string }) =>
      run(async (context) => (await import('../commands/property-show.js')).showProperty(context, id, flags)),
    );
}
