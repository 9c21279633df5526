import type { Command } from 'commander';
import type { Run } from '../program.js';
import { describeCommand } from './describe.js';
import { addRunFlags, type RunFlags } from './run-flags.js';

/** Flags of what `npm start` runs. */
export interface StartFlags extends RunFlags, WorldFlags {
  readonly keep?: true;
}

/** Flags that choose another sandbox world; `demo` alone. */
export interface WorldFlags {
  readonly recordings?: string;
  readonly parcels?: string;
}

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
