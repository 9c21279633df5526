import type { Command } from 'commander';
import type { RetentionFlags } from '../commands/db-retention.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

export function defineKeeping(db: Command, run: Run): void {
  describeCommand(db, 'size', 'Show how large each collection is, how fast it grows, and when the place is full', [
    'db size',
    'db size --mode production --json',
  ]).action(async () => run(async (context) => (await import('../commands/db-size.js')).showSize(context)));
  describeCommand(db, 'retention', 'Show what is older than it is kept and cited by nothing; with --apply remove it', [
    'db retention',
    'db retention --apply --mode production',
  ])
    .option('--apply', 'mark it, and remove what an earlier run has marked')
    .action(async (flags: RetentionFlags) =>
      run(async (context) => (await import('../commands/db-retention.js')).showRetention(context, flags)),
    );
}
