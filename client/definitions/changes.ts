import type { Command } from 'commander';
import { CHANGE_KINDS } from '../../core/schemas/changes.js';
import type { ChangesListFlags } from '../commands/changes-list.js';
import type { Run } from '../context.js';
import { describeCommand, gather } from './describe.js';

export function defineChanges(program: Command, run: Run): void {
  const changes = program
    .command('changes')
    .summary('what happened to listings and parcels')
    .description('What happened to listings and parcels');
  describeCommand(changes, 'list', 'List changes with what was before and after, and the evidence; the youngest last', [
    'changes list --since 2026-11-20',
    'changes list --kind "price cut" --zip 85031 --json',
    'changes list --property 103-06-005',
  ])
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--since <moment>', 'known since this day YYYY-MM-DD, or this instant; default all there are')
    .option('--kind <kind...>', `only these: ${CHANGE_KINDS.join(', ')}`, gather)
    .option('--zip <zip...>', 'only these ZIP codes', gather)
    .option('--property <property>', 'only of this property: parcel number or property id')
    .option('--limit <count>', 'at most so many, the youngest of them; default 100')
    .action(async (flags: ChangesListFlags) =>
      run(async (context) => (await import('../commands/changes-list.js')).listChanges(context, flags)),
    );
}
