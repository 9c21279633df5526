import type { Command } from 'commander';
import type { FreezeFlags, ThawFlags } from '../commands/emergency.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

export function defineEmergency(program: Command, run: Run): void {
  const emergency = program
    .command('emergency')
    .summary('freeze everything, and let it go on')
    .description('Freeze everything, and let it go on');
  addWords(
    describeCommand(
      emergency,
      'freeze',
      'Hold all requests, paid calls and running work until resumed; nothing fails',
      [
        'emergency freeze --reason "the county called"',
        'emergency freeze --reason "disk is failing" --by "Operator" --json',
      ],
    ),
  ).action(async (flags: FreezeFlags) =>
    run(async (context) => (await import('../commands/emergency.js')).freezeAll(context, flags)),
  );
  addWords(
    describeCommand(emergency, 'resume', 'Let everything go on, with --ramp step by step', [
      'emergency resume --ramp --reason "settled by telephone"',
      'emergency resume',
    ]),
  )
    .option('--ramp', 'at 25 % of each limit first, then 50 %, then all')
    .option('--step-seconds <n>', 'how long each step of --ramp holds; default 600')
    .action(async (flags: ThawFlags) =>
      run(async (context) => (await import('../commands/emergency.js')).thawAll(context, flags)),
    );
  describeCommand(emergency, 'status', 'Show whether everything is frozen', ['emergency status --json']).action(
    async () => run(async (context) => (await import('../commands/emergency.js')).showEmergency(context)),
  );
}

function addWords(command: Command): Command {
  return command
    .option('--reason <text>', 'why, kept with it')
    .option('--by <name>', 'who decides; default the operator');
}
