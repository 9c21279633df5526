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
  describeCommand(property, 'persons', 'Show what is kept about the persons of a property (PHOENIX_PERSONAL_DATA)', [
    'property persons 103-06-005',
  ])
    .argument('<apn>', 'parcel number, with or without dashes, or property id')
    .action(async (id: string) =>
      run(async (context) => (await import('../commands/property-persons.js')).showPersons(context, id)),
    );
  describeCommand(property, 'erase-persons', 'Erase what is kept about the persons of a property, or of all', [
    'property erase-persons 103-06-005',
    'property erase-persons --all',
  ])
    .argument('[apn]', 'parcel number, with or without dashes, or property id')
    .option('--all', 'of every property')
    .action(async (id: string | undefined, flags: { all?: true }) =>
      run(async (context) => (await import('../commands/property-persons.js')).erasePersons(context, id, flags)),
    );
}
