import type { Command } from 'commander';
import type { StartFlags } from '../commands/start.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';
import { addRunFlags } from './run-flags.js';

export function addWorldFlags(command: Command): Command {
  return command
    .option('--recordings <dir>', 'folder of recorded county answers for the sandbox (demo); its own data folder')
    .option('--parcels <n>', 'most parcels of a ZIP in the sandbox (demo); its own data folder');
}

export function defineStart(program: Command, run: Run): void {
  const start = describeCommand(program, 'start', 'Start everything, run the day, show what came of it', [
    'start',
    'start --keep',
    'start --recordings ./my-recordings --parcels 40 --json',
  ]);
  addWorldFlags(addRunFlags(start))
    .option('--keep', 'leave the stack up afterwards')
    .action(async (flags: StartFlags) =>
      run(async (context) => (await import('../commands/start.js')).start(context, flags)),
    );
}
