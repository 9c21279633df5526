import type { Command } from 'commander';
import type { HealthFlags } from '../commands/health.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

export function defineHealth(program: Command, run: Run): void {
  describeCommand(program, 'health', 'Is everything alive? For systemd, cron and health checks of containers', [
    'health --quick',
    'health --quick --json',
  ])
    .option(
      '--quick',
      'only worker, Temporal, database, evaluation and watchdog; without it the checks of phx doctor, too',
    )
    .action(async (flags: HealthFlags) =>
      run(async (context) => (await import('../commands/health.js')).health(context, flags)),
    );
}
