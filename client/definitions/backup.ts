import type { Command } from 'commander';
import type { CreateFlags, RestoreFlags } from '../commands/backup.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

const WITH_PERSONAL = 'with the personal values of owners, which are left out otherwise';

export function defineBackup(program: Command, run: Run): void {
  const backup = program
    .command('backup')
    .summary('backups of the database: make, check, restore, rehearse')
    .description('Backups of the database: make, check, restore, rehearse');
  describeCommand(backup, 'create', 'Write every collection of the database into a new folder, with checksums', [
    'backup create',
    'backup create --to /mnt/backups/2026-11-22 --mode production',
  ])
    .option('--to <folder>', 'folder that becomes the backup; default backups/<database>-<time> in the data folder')
    .option('--with-personal', WITH_PERSONAL)
    .action(async (flags: CreateFlags) =>
      run(async (context) => (await import('../commands/backup.js')).createOne(context, flags)),
    );
  describeCommand(backup, 'verify', 'Compare the files of a backup with its manifest, without a database', [
    'backup verify /mnt/backups/2026-11-22',
    'backup verify /mnt/backups/2026-11-22 --json',
  ])
    .argument('<folder>', 'folder of the backup')
    .action(async (folder: string) =>
      run(async (context) => (await import('../commands/backup.js')).verifyOne(context, folder)),
    );
  describeCommand(backup, 'restore', 'Restore a backup into an empty database, and compare what was written', [
    'backup restore /mnt/backups/2026-11-22 --into phoenix_copy',
    'backup restore /mnt/backups/2026-11-22 --into phoenix --mode production',
  ])
    .argument('<folder>', 'folder of the backup')
    .requiredOption('--into <database>', 'database on the server of the mode; it must hold no document')
    .option('--drop-incomplete', 'first drop what a restore left there that never ended')
    .action(async (folder: string, flags: RestoreFlags) =>
      run(async (context) => (await import('../commands/backup.js')).restoreOne(context, folder, flags)),
    );
  describeCommand(backup, 'drill', 'Rehearse: back up, restore into a temporary database, compare, drop it', [
    'backup drill',
    'backup drill --mode production --json',
  ])
    .option('--with-personal', WITH_PERSONAL)
    .action(async (flags: Pick<CreateFlags, 'withPersonal'>) =>
      run(async (context) => (await import('../commands/backup.js')).drill(context, flags)),
    );
}
