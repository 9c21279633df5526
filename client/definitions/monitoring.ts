import type { Command } from 'commander';
import type { MonitoringFlags } from '../commands/monitoring.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

const OUT = 'folder that holds deploy/; default the project';

export function defineMonitoring(program: Command, run: Run): void {
  const monitoring = program
    .command('monitoring')
    .summary('files of Prometheus and Alertmanager, made from the alert rules')
    .description('Files of Prometheus and Alertmanager, made from the alert rules');
  describeCommand(monitoring, 'render', 'Write the files of Prometheus and Alertmanager from rules and settings', [
    'monitoring render',
    'monitoring render --check',
  ])
    .option('--out <folder>', OUT)
    .option('--check', 'write nothing; exit code 3 when a file is not as it would be written')
    .action(async (flags: MonitoringFlags) =>
      run(async (context) => (await import('../commands/monitoring.js')).renderFiles(context, flags)),
    );
  describeCommand(
    monitoring,
    'validate',
    'Let promtool and amtool check the files (PROMTOOL_PATH, AMTOOL_PATH or the PATH); exit code 3 when one finds fault or is not there',
    ['monitoring validate', 'monitoring validate --json'],
  )
    .option('--out <folder>', OUT)
    .action(async (flags: MonitoringFlags) =>
      run(async (context) => (await import('../commands/monitoring.js')).validateFiles(context, flags)),
    );
  describeCommand(monitoring, 'apply', 'Write the files, then have Prometheus and Alertmanager read them again', [
    'monitoring apply',
  ])
    .option('--out <folder>', OUT)
    .option('--prometheus <address>', 'default http://127.0.0.1:9090')
    .option('--alertmanager <address>', 'default http://127.0.0.1:9093')
    .action(async (flags: MonitoringFlags) =>
      run(async (context) => (await import('../commands/monitoring.js')).applyFiles(context, flags)),
    );
}
