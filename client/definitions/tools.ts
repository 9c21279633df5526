import { Argument, type Command } from 'commander';
import type { DbVerifyFlags } from '../commands/db-verify.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';
import { defineKeeping } from './keeping.js';
import { defineMigrate } from './migrate.js';

/** Commands about the installation itself. */
export function defineTools(program: Command, run: Run): void {
  describeCommand(program, 'doctor', 'Check settings, services, model, browser, disk and clock', [
    'doctor',
    'doctor --mode production --json',
  ]).action(async () => run(async (context) => (await import('../commands/doctor.js')).doctor(context)));
  const db = program.command('db').summary('the database').description('The database');
  describeCommand(db, 'init', 'Make every collection, validator and index exist', ['db init']).action(async () =>
    run(async (context) => (await import('../commands/db-init.js')).initDb(context)),
  );
  describeCommand(db, 'verify', 'Hold the database against itself: bytes, versions, references, read model, counts', [
    'db verify',
    'db verify --sample 1000 --json',
  ])
    .option('--sample <count>', 'at most so many documents of each collection, chosen by chance; default all')
    .action(async (flags: DbVerifyFlags) =>
      run(async (context) => (await import('../commands/db-verify.js')).verifyDb(context, flags)),
    );
  defineKeeping(db, run);
  defineMigrate(db, run);
  const config = program.command('config').summary('the process settings').description('The process settings');
  describeCommand(config, 'show', 'Show every setting; secrets are masked', ['config show', 'config show --origin'])
    .option('--origin', 'show where each value comes from')
    .action(async (flags: { origin?: true }) =>
      run(async (context) => (await import('../commands/config-show.js')).showConfig(context, flags)),
    );
  describeCommand(program, 'completion', 'Print the completion script of a shell', [
    'completion bash > ~/.local/share/bash-completion/completions/phx',
    'completion fish | source',
  ])
    .addArgument(new Argument('<shell>', 'shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: 'bash' | 'zsh' | 'fish') =>
      run(async (context) => (await import('../commands/completion.js')).printCompletion(context, program, shell)),
    );
}
