import type { Command } from 'commander';
import type { PropertyShowFlags } from '../commands/property-show.js';
import type { Run } from '../context.js';
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
    'property show "4027 N 55th Ave, 85031" --as-of 2026-11-20',
    'property show 10306005 --as-of 2026-11-20 --known-at 2026-11-20T18:00:00Z',
  ])
    .argument('<property>', 'parcel number, with or without dashes, property id, or street address')
    .option('--field <name>', 'only this fact, by its RESO name')
    .option('--as-of <moment>', 'what held at the end of this day YYYY-MM-DD, or at this instant')
    .option('--known-at <moment>', 'by what was known at the end of this day, or at this instant; default now')
    .action(async (id: string, flags: PropertyShowFlags) =>
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
