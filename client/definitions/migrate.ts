import type { Command } from 'commander';
import type { MigrateFlags } from '../commands/db-migrate.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

export function defineMigrate(db: Command, run: Run): void {
  const migrate = db
    .command('migrate')
    .summary('changes of the form in which things are stored')
    .description('Changes of the form in which things are stored');
  describeCommand(migrate, 'status', 'Show each migration: applied, begun, missing', ['db migrate status']).action(
    async () => run(async (context) => (await import('../commands/db-migrate.js')).showMigrations(context)),
  );
  describeCommand(migrate, 'up', 'Apply what is missing; go on where it was broken off', [
    'db migrate up --dry-run',
    'db migrate up --mode production',
  ])
    .option('--dry-run', 'say how many documents would change, and change none')
    .action(async (flags: MigrateFlags) =>
      run(async (context) => (await import('../commands/db-migrate.js')).applyMigrations(context, flags)),
    );
  describeCommand(migrate, 'undo', 'Take back the last migration: fields are again what they were', [
    'db migrate undo',
  ]).action(async () => run(async (context) => (await import('../commands/db-migrate.js')).undoMigration(context)));
}
