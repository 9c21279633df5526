import type { Command } from 'commander';
import type { ErrorsFixedFlags, ErrorsFlags } from '../commands/errors.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

const SINCE = ['--since <day>', 'from this day on (UTC); default 7 days ago'] as const;
const SOURCE = ['--source <name>', 'of this source'] as const;

export function defineErrors(program: Command, run: Run): void {
  const errors = program
    .command('errors')
    .summary('what failed, what it cost, and what put it right')
    .description('What failed, what it cost, and what put it right');
  describeCommand(errors, 'list', 'List every kind of failure, the latest first', [
    'errors list',
    'errors list --since 2026-11-01 --source maricopa-assessor',
  ])
    .option(...SINCE)
    .option(...SOURCE)
    .action(async (flags: ErrorsFlags) =>
      run(async (context) => (await import('../commands/errors.js')).listErrors(context, flags)),
    );
  describeCommand(errors, 'top', 'Show what costs most minutes, with likely cause, next step and rate of recovery', [
    'errors top',
    'errors top --json',
  ])
    .option(...SINCE)
    .option(...SOURCE)
    .action(async (flags: ErrorsFlags) =>
      run(async (context) => (await import('../commands/errors.js')).topErrors(context, flags)),
    );
  describeCommand(errors, 'show', 'Show a kind of failure by day, and its latest times', ['errors show 3fa81c22d90b'])
    .argument('<fingerprint>', 'of phx errors list, or a beginning of it')
    .action(async (fingerprint: string) =>
      run(async (context) => (await import('../commands/errors.js')).showError(context, fingerprint)),
    );
  describeCommand(errors, 'fixed', 'Say that a kind of failure is put right; if it comes back, that is told', [
    'errors fixed 3fa81c22d90b --release 0.2.0 --by "A. Operator"',
    'errors fixed 3fa81c22d90b --note "the proxy service moved us" --by "A. Operator"',
  ])
    .argument('<fingerprint>', 'of phx errors list, or a beginning of it')
    .option('--release <version>', 'release that has the repair')
    .option('--note <text>', 'what was done, kept with it')
    .option('--by <name>', 'who says so')
    .action(async (fingerprint: string, flags: ErrorsFixedFlags) =>
      run(async (context) => (await import('../commands/errors.js')).markErrorFixed(context, fingerprint, flags)),
    );
}
