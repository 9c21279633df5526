import type { Command } from 'commander';
import type { StackUpFlags } from '../commands/stack.js';
import type { Run } from '../context.js';
import type { WorldFlags } from '../world.js';
import { describeCommand } from './describe.js';
import { addWorldFlags } from './start.js';

export function defineStack(program: Command, run: Run): void {
  const stack = program
    .command('stack')
    .summary('the local stack: Temporal, MongoDB, model, browser, worker')
    .description('The local stack: Temporal, MongoDB, model, browser, worker');
  addWorldFlags(
    describeCommand(stack, 'up', 'Start the stack and leave it up', ['stack up', 'stack up --mode test --json']),
  )
    .option('--database-only', 'nothing but the database, for phx db and phx backup')
    .action(async (flags: StackUpFlags) =>
      run(async (context) => (await import('../commands/stack.js')).stackUp(context, flags)),
    );
  addWorldFlags(describeCommand(stack, 'down', 'Stop what the stack started', ['stack down'])).action(
    async (flags: WorldFlags) =>
      run(async (context) => (await import('../commands/stack.js')).stackDown(context, flags)),
  );
  addWorldFlags(
    describeCommand(stack, 'status', 'Show each part: state, version, address', [
      'stack status',
      'stack status --json',
    ]),
  ).action(async (flags: WorldFlags) =>
    run(async (context) => (await import('../commands/stack.js')).showStack(context, flags)),
  );
}
